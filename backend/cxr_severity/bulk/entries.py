"""One film of a bulk run, and how its bytes are read."""

from __future__ import annotations

import os
import stat
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from inspect import signature
from pathlib import Path
from typing import IO, Any, cast

import fsspec

from cxr_severity.imaging.errors import OVER_THE_LIMIT, FileTooLargeError
from cxr_severity.service.whole_file import write_whole


@dataclass(frozen=True, slots=True)
class Entry:
    """`name` is unique in a run and is told in the table: a path or URL; for a film in an archive,
    the archive's, then `!` and the film's name in it."""

    name: str
    url: str
    member: str = ""
    """Within the ZIP at `url`; empty for a file of its own."""
    which: str = ""
    """Its number, from 1, among several films of that name in the archive; else empty."""
    fault: str = ""
    """Why there is nothing to read, where the search for films found that already."""


def here(name: str) -> str | None:
    """The path of what lies on this machine, written in one way; None for a URL."""
    protocol, parted, path = name.partition("://")
    if not parted:
        path = name
    elif protocol not in ("file", "local"):
        return None
    plain = os.path.normpath(path)
    if plain == path or ".." not in path.split("/"):
        return plain
    # A `..` behind a link leads elsewhere than it looks.
    return plain if os.path.realpath(plain) == os.path.realpath(path) else path


def located(name: str) -> tuple[Any, str]:
    """fsspec's file system of a path or URL, and the path in it.

    Raises:
        ImportError, ValueError: nothing speaks its protocol.
    """
    path = here(name)
    if path is None:
        first, parted, _ = name.partition("::")
        protocol, is_first, _ = first.partition("://")
        if not parted or not is_first or _stands_on_another(protocol):
            return cast(tuple[Any, str], fsspec.core.url_to_fs(name))
        # A part of a key, which url_to_fs would cut off there, and give another object for it.
        filesystem, _ = fsspec.core.url_to_fs(first)
        return filesystem, filesystem._strip_protocol(name)
    # Not by url_to_fs, for which `::` chains file systems; absolute, since `~` and `file:` at a
    # name's beginning would mean something, too.
    return fsspec.filesystem("file"), str(Path(path).absolute())


def _stands_on_another(protocol: str) -> bool:
    """Whether it is an archive, a cache or the like, behind whose path `::` says where that is."""
    kinds = fsspec.get_filesystem_class(protocol).__mro__
    taken = {name for kind in kinds for name in signature(kind.__init__).parameters}
    return not taken.isdisjoint(("fo", "target_protocol"))


def open_url(url: str) -> IO[bytes]:
    """A file anywhere that fsspec reaches, for reading.

    Raises:
        OSError: it is not there, may not be read, or is no file but a pipe, a socket or a device:
            the reading of these may never begin, or never end.
    """
    filesystem, path = located(url)
    if here(url) is not None and _flows(Path(path)):
        raise OSError("it is a pipe, a socket or a device, and no file")
    return cast(IO[bytes], filesystem.open(path, "rb"))


def _flows(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:  # which the opening of it says better
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def keep(url: str, data: bytes) -> None:
    """Write a file anywhere that fsspec reaches. Raises what that has for want of rights or room,
    too."""
    path = here(url)
    if path is None:
        filesystem, inside = located(url)
        with suppress(PermissionError):  # to make a bucket, where it is there
            filesystem.makedirs(filesystem._parent(inside), exist_ok=True)
        with filesystem.open(inside, "wb") as file:
            file.write(data)
    else:
        Path(path).parent.mkdir(parents=True, exist_ok=True)  # on a node of a cluster
        write_whole(Path(path), data)


def read(entry: Entry, max_bytes: int) -> bytes:
    """The film's bytes.

    Raises:
        FileTooLargeError: more than `max_bytes`; they are not read.
        OSError: they cannot be read; the message is one clear line.
    """
    if entry.fault:
        raise OSError(entry.fault)
    try:
        with _open(entry) as file:
            data = file.read(max_bytes + 1)
    except (OSError, MemoryError):
        raise
    # What zipfile raises for members that are gone, damaged, encrypted or packed in a way that it
    # does not know; what the package of a bucket has for missing rights or a server that is away.
    except Exception as error:
        told = "the archive cannot give it: " if entry.member else ""
        raise OSError(f"{told}{said_by(error)}") from error
    if len(data) > max_bytes:
        raise FileTooLargeError(OVER_THE_LIMIT, limit=max_bytes / 1e6)
    return data


def said_by(error: BaseException) -> str:
    """One line of an error, its reason rather than its name where it tells one."""
    said = str(getattr(error, "strerror", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__


def _open(entry: Entry) -> IO[bytes]:
    if not entry.member:
        return open_url(entry.url)
    archive = _archive(entry.url)
    if not entry.which:
        return archive.open(entry.member)
    named = [each for each in archive.infolist() if each.filename == entry.member]
    return archive.open(named[int(entry.which) - 1])


@lru_cache(2)
def _archive(url: str) -> zipfile.ZipFile:
    """Left open: the list of a large archive is not read again for each of its films."""
    return zipfile.ZipFile(open_url(url))
