"""Entry points of scale-out: processes that run jobs beside the app."""
