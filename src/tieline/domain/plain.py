"""What goes wrong in a way that a person at the command line can do something about."""


class PlainError(Exception):
    """Its text is one line that says all that is needed."""
