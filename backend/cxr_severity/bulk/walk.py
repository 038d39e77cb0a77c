"""What lies below a folder, here or in a bucket, and which folders of it cannot be listed: those
are told, as nobody would miss the films in them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

from fsspec.implementations.local import LocalFileSystem
from fsspec.utils import glob_translate

from cxr_severity.service.leftovers import is_leftover

MAGIC = re.compile(r"[*?\[]")
"""What begins a pattern."""

Found = tuple[str, Exception | None]
"""The path of a file, or of a folder and why it cannot be listed."""
_Enters = Callable[[str], bool]
"""Whether a folder, by its path below the first one, is looked through."""


def everything(filesystem: Any, root: str) -> Iterator[Found]:
    """Files below a folder, then the folders that cannot be listed, but for what is_leftover knows.

    Raises whatever a bucket's package has, beside OSError, where it cannot list the first one.
    """
    for path, error in _below(filesystem, root, lambda folder: not is_leftover(f"{folder}/")):
        if error is not None or not is_leftover(path.rpartition("/")[2]):
            yield path, error


def matching(filesystem: Any, folder: str, glob: str) -> list[Found]:
    """Files that a glob matches, in order, then the folders that it leads into and that cannot be
    listed; but for what a folder passes over, too, unless the glob names that. `folder` stands
    before it and is no part of the pattern, whatever it is called.

    Raises:
        ValueError: the glob is none.
        Whatever a bucket's package has, beside OSError, where it cannot list what the glob names
        before its first pattern.
    """
    fixed = MAGIC.split(glob, maxsplit=1)[0].rpartition("/")[0]
    wanted = glob[len(fixed) :].lstrip("/")
    root = f"{folder}{fixed}".rstrip("/")
    if not root and f"{folder}{glob}".startswith("/"):
        root = "/"
    pattern, named = re.compile(glob_translate(wanted)), is_leftover(wanted)
    files: list[Found] = []
    unread: list[Found] = []
    for path, error in _below(filesystem, root, _leads(wanted, named=named)):
        inside = path.removeprefix(root).lstrip("/")
        if error is None:
            if pattern.match(inside) and (named or not is_leftover(inside)):
                files.append((path, None))
        # A glob below a folder that is not there matches nothing.
        elif inside or not isinstance(error, FileNotFoundError | NotADirectoryError):
            unread.append((path, error))
    return sorted(files, key=lambda each: each[0]) + unread


def _leads(wanted: str, *, named: bool) -> _Enters:
    """Of a folder that is entered from its parent: whether a glob may match what is in it."""
    parts = wanted.split("/")
    deep = parts.index("**") if "**" in parts else len(parts)
    levels = [re.compile(glob_translate("/".join(parts[:end]))) for end in range(deep + 1)]

    def enters(folder: str) -> bool:
        depth = folder.count("/") + 1
        if not named and is_leftover(f"{folder}/"):
            return False
        return depth > deep or (depth < len(parts) and bool(levels[depth].match(folder)))

    return enters


def _below(filesystem: Any, root: str, enters: _Enters) -> Iterator[Found]:
    local = isinstance(filesystem, LocalFileSystem)
    return _here(root, enters) if local else _elsewhere(filesystem, root, enters)


def _here(root: str, enters: _Enters) -> Iterator[Found]:
    """Links to folders are not followed, as they may lead in circles."""
    unread: list[OSError] = []
    for folder, inside, files in os.walk(root, onerror=unread.append):
        below = folder.removeprefix(root).lstrip("/")
        inside[:] = sorted(name for name in inside if enters(_joined(below, name)))
        yield from ((os.path.join(folder, name), None) for name in sorted(files))  # noqa: PTH118
    for error in unread:
        yield str(error.filename), error


def _elsewhere(filesystem: Any, root: str, enters: _Enters) -> Iterator[Found]:
    """Not by fsspec's walk, which tells of no folder but the first that it cannot be listed."""
    unread: list[Found] = []
    linked: set[str] = set()
    left = [""]
    while left:
        below = left.pop()
        folder = _joined(root, below) if below else root
        try:
            listing = filesystem.ls(folder, detail=True)
        # Whatever the package has for missing rights. Where that is so at the beginning, nothing of
        # the source can be looked at.
        except Exception as error:
            if not below and not isinstance(error, OSError):
                raise
            unread.append((folder, error))
            continue
        files, folders = set(), set()
        for info in listing:
            path = info["name"].rstrip("/")
            name = _inside(folder, path)
            is_folder = info["type"] == "directory"
            # The folder itself, and keys that end in a slash: consoles of buckets write such ones
            # without content to show an empty folder.
            if path.strip("/") == folder.strip("/") or (info["name"][-1:] == "/" and not is_folder):
                continue
            if _joined(below, name) in linked:
                continue
            if "/" in name:
                linked.add(_joined(below, name))
            if is_folder:
                folders.add(name)
            elif info["type"] == "file" or not filesystem.isdir(_joined(folder, name)):
                files.add(name)
        yield from ((_joined(folder, name), None) for name in sorted(files))
        inside = (_joined(below, name) for name in sorted(folders, reverse=True))
        left.extend(each for each in inside if enters(each))
    yield from unread


def _inside(folder: str, path: str) -> str:
    """A listed path as it stands below the folder: a page may link to what lies deeper, and that is
    in its listing then, and in the deeper page's once more."""
    start = f"{folder.rstrip('/')}/"
    return path.removeprefix(start) if path.startswith(start) else path.rpartition("/")[2]


def _joined(folder: str, name: str) -> str:
    """Only the first folder of some file systems has no name."""
    return f"{folder.rstrip('/')}/{name}" if folder else name
