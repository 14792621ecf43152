"""A request of a client that cannot be fulfilled."""


class Refused(Exception):
    """The message gives the reason and the next action; the client shows it to the user."""
