"""What is written from what: domain rules, graphs, adapters and the engine that runs them."""
