"""Exit statuses of every command, as the workers have them too."""

from cxr_severity.service.exits import EXIT_CANNOT_START, EXIT_OK, EXIT_SOME_FAILED

__all__ = ["EXIT_CANNOT_START", "EXIT_OK", "EXIT_SOME_FAILED"]
