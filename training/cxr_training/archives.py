"""Files inside of tar archives, with a line for what is missing or damaged."""

from __future__ import annotations

import lzma
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cxr_training.errors import TrainingError

DAMAGED = (OSError, EOFError, tarfile.TarError, zlib.error, lzma.LZMAError)
"""What is raised where an archive ends too early or is none."""


@contextmanager
def opened(path: Path) -> Iterator[tarfile.TarFile]:
    """Raises TrainingError where the archive is not there, or none."""
    try:
        archive = tarfile.open(path)  # noqa: SIM115
    except DAMAGED as error:
        raise TrainingError(f"{path}: {getattr(error, 'strerror', None) or 'is no tar'}") from error
    with archive:
        yield archive


def member(archive: tarfile.TarFile, name: str) -> bytes:
    """The content of a file; raises TrainingError where it is not there, or the archive is
    damaged."""
    try:
        file = archive.extractfile(name)
        if file is not None:
            return file.read()
    except KeyError:
        pass
    except DAMAGED as error:
        raise TrainingError(f"{archive.name!s}: is damaged, at {name} or before") from error
    raise TrainingError(f"{archive.name!s}: {name} is not there")
