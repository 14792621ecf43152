"""The server's features: one module for each kind of request."""
