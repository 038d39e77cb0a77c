"""The one error that ends a run with a line instead of a traceback."""


class TrainingError(Exception):
    """Data or configuration cannot be used; the message is one line that says why."""
