"""Small apps that show one component each, driven by the tests."""
