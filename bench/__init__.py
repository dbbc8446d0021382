"""What `just bench` runs."""
