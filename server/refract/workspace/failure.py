"""The one failure of this package."""


class CannotAnalyse(Exception):
    """There is no answer; the message explains why, with the path and what to do."""
