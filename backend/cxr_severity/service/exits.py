"""Exit statuses of every command."""

EXIT_OK, EXIT_SOME_FAILED, EXIT_CANNOT_START = 0, 1, 2
