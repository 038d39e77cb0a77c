"""One training at a time in a folder: a second would remove, or take for its own, what the first is
writing."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cxr_training.errors import TrainingError

_WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock `path`, a file with the number of the process that does; its folder is made.

    The system gives it up with the process, however that ends. On a file system that knows no
    locks nobody is kept out.

    Raises:
        TrainingError: another process holds it.
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            process = lock.read().strip() or "another"
            raise TrainingError(f"{path.parent}: is being trained by process {process}") from None
        except OSError as error:
            if error.errno not in _WITHOUT_LOCKS:
                raise
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
