"""The one failure of this package."""


class CannotAnalyse(Exception):
    """There is no answer; the message says why, with the path and what to do."""
