"""The worker's log: one line per event on standard error, with films named by their number in the
ledger.

No line holds a UID, a name or what a peer said. `--parked` tells which film a number is.
"""

from __future__ import annotations

import logging
import time
import warnings

# They log addresses with UIDs in them, what a peer says, and values of data sets.
_LIBRARIES = ("httpx2", "httpcore2", "pynetdicom", "pydicom", "highdicom")


def quiet_libraries() -> None:
    """Keep other people's log lines and warnings to themselves, for the whole process."""
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    # pydicom repeats the values that it warns about.
    warnings.simplefilter("ignore")


def set_up(level: str) -> None:
    handler = logging.StreamHandler()
    formatter = logging.Formatter("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logger = logging.getLogger("cxr_severity")
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False
    quiet_libraries()
