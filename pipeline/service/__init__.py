"""The use cases: what a page, the HTTP API or a worker may ask for."""
