"""What a client asked for and cannot have."""


class Refused(Exception):
    """The message says why, and what can be done; the client shows it to the person who asked."""
