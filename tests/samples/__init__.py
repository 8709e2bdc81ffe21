"""Small files of every format, made when a test needs them."""
