"""The web: searches that are configured, and pages, fetched so that nothing inside is reached."""
