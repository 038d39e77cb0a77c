"""Where films are: files, folders, globs, manifests, ZIP archives, here or anywhere that fsspec
reaches (`s3://`, `gs://`, `https://`, …)."""

from __future__ import annotations

import os
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast

from cxr_severity.bulk.csv_text import lines_of, plain
from cxr_severity.bulk.entries import Entry, here, located, open_url, said_by
from cxr_severity.bulk.own import Own
from cxr_severity.bulk.walk import MAGIC, Found, everything, matching
from cxr_severity.interop.table import unescaped_text
from cxr_severity.service.archive_end import TAIL, is_one
from cxr_severity.service.leftovers import is_leftover

PATH_COLUMNS = ("path", "file", "filename", "image")
"""The column of a manifest that names the films: the first of these that it has, else its first
one."""
# What a manifest's column is hardly called.
_FILM = re.compile(r"\.(png|jpe?g|tiff?|dcm|dicom|zip)$", re.I)
_NOTHING = ("", "file://", "local://")
_ARCHIVE = re.compile(r"\.zip(?=!)", re.I)
_NO_TEXT = re.compile(r"\\u(dc[89a-f][0-9a-f])")
"""A byte of a name that is no UTF-8, as a table has it."""


class SourceError(Exception):
    """A source holds nothing that could be scored; the message is one clear line."""


def find(sources: Iterable[str], own: Own | None = None) -> list[Entry]:
    """Every film of the sources once, in the order of the sources and then of names.

    What cannot be listed or opened is an entry with a fault: it becomes a row like the others.

    Args:
        own: what the run writes, or wrote before it was stopped; none of it is a film.

    Raises:
        SourceError: one source holds nothing, or cannot be looked at.
    """
    found: dict[str, Entry] = {}
    places: set[tuple[str, str, str]] = set()
    for source in sources:
        # Else it would be the working folder: what a variable of a shell that is not set leaves.
        if source in _NOTHING:
            raise SourceError(f"{source!r}: a source names a file, a folder, a glob or a URL")
        try:
            entries = list(_of(meant(source)))
        except SourceError:
            raise
        # OSError, what fsspec says of protocols and packages that it has not, and whatever the
        # package that speaks to a bucket has for missing rights or a server that is away.
        except Exception as error:
            raise SourceError(f"{source}: {said_by(error)}") from error
        if not entries:
            raise SourceError(f"{source}: no film is there")
        if own is not None:
            entries = [entry for entry in entries if not own.holds(entry.url)]
        if not entries:
            raise SourceError(f"{source}: nothing is there but this run's table and its heatmaps")
        for entry in entries:
            place = _place(entry)
            if place not in places:
                places.add(place)
                # A file may be called `a.zip!x`, as another is in an archive.
                name = _free(entry.name, found)
                found[name] = replace(entry, name=name)
    return list(found.values())


def _free(name: str, taken: Container[str], number: int = 1) -> str:
    """The name, or with the first number behind `number` by which it is no other film's."""
    free = name if number == 1 else f"{name} ({number})"
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def meant(source: str) -> str:
    """A film may be called `~x.png`; else `~` is somebody's home, though no shell has said so: it
    says so of no `--heatmaps=~/maps`."""
    if source.startswith("~") and not os.path.lexists(source):
        return os.path.expanduser(source)  # noqa: PTH111 - which would raise for nobody's home
    return source


def is_relative(source: str) -> bool:
    """Whether what a source, or a folder for heatmaps, names depends on the working folder."""
    path = here(meant(source))
    return path is not None and bool(source) and not Path(path).is_absolute()


def _place(entry: Entry) -> tuple[str, str, str]:
    """One for each film, in whatever way its file is named."""
    whole = here(entry.url) or entry.url
    # Only a `..` that `here` took for one behind a link is left, and must stay.
    if "://" not in whole and os.path.normpath(whole) == whole:
        whole = os.path.abspath(whole)  # noqa: PTH100 - without the `..` at its beginning
    return whole, entry.member, entry.which


def _of(source: str) -> Iterator[Entry]:
    source = here(source) or source
    filesystem, path = located(source)
    named = _naming(source, filesystem)
    if MAGIC.search(source) and not filesystem.exists(path):
        glob = path if here(source) is None else str(Path(source))
        yield from _listed(matching(filesystem, path.removesuffix(glob), glob), named)
    elif filesystem.isdir(path):
        yield from _listed(everything(filesystem, path), named)
    elif source.lower().endswith((".csv", ".tsv")):
        yield from _manifest(source)
    elif filesystem.exists(path):
        yield from _file(named(path))
    else:
        raise SourceError(f"{source}: there is no such file or folder")


def _naming(source: str, filesystem: Any) -> Callable[[str], str]:
    """How the table names a path: a local one stays relative where the source was."""
    if here(source) is None:
        return cast(Callable[[str], str], filesystem.unstrip_protocol)
    folder = "" if Path(source).is_absolute() else f"{str(Path.cwd()).rstrip('/')}/"
    return lambda path: path.removeprefix(folder)


def _listed(found: Iterable[Found], named: Callable[[str], str]) -> Iterator[Entry]:
    for path, error in found:
        name = named(path)
        if error is None:
            yield from _file(name)
        else:
            yield Entry(name, name, fault=f"the folder cannot be read: {said_by(error)}")


def _file(name: str) -> Iterator[Entry]:
    if not name.lower().endswith(".zip"):
        yield Entry(name, name)
        return
    try:
        with open_url(name) as file, zipfile.ZipFile(file) as archive:
            members = Counter(each.filename for each in archive.infolist() if not each.is_dir())
            whole = _is_one(file)
    # Of a bucket, too: see `find`.
    except Exception as error:  # noqa: BLE001
        yield Entry(name, name, fault=f"the archive cannot be read: {said_by(error)}")
        return
    taken = set(members)
    for member in sorted(members):
        if is_leftover(member):
            continue
        yield Entry(f"{name}!{member}", name, member, "1" if members[member] > 1 else "")
        for number in range(2, members[member] + 1):
            again = _free(member, taken, number)
            taken.add(again)
            yield Entry(f"{name}!{again}", name, member, str(number))
    if not whole:
        yield Entry(name, name, fault="there is more in the archive than its list names")


def _is_one(file: IO[bytes]) -> bool:
    """Whether an archive is read whole by its list: of two that were written one behind the other,
    that is the list of the last one."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL))
    if is_one(file.read(), size):
        return True
    file.seek(0)
    return not file.read(2).startswith(b"PK")  # a program that unpacks itself


def _manifest(source: str) -> Iterator[Entry]:
    with open_url(source) as file:
        lines = [[cell.strip() for cell in line] for _, line in lines_of(file.read(), source)]
    if not lines:
        raise SourceError(f"{source}: the manifest is empty")
    head = [plain(cell) for cell in lines[0]]
    column = next((head.index(name) for name in PATH_COLUMNS if name in head), 0)
    base = source[: source.rfind("/") + 1]

    def named(path: str) -> str:
        inside = base and not ("://" in path or Path(path).is_absolute())
        name = f"{base}{path}" if inside else path
        return here(name) or name

    # A list without a line of names: its first film is none.
    first = lines[0][column]
    bare = head[column] not in PATH_COLUMNS and (_FILM.search(first) or _is_there(named(first)))
    archives: dict[str, dict[str, Entry]] = {}
    for line in lines if bare else lines[1:]:
        if column < len(line) and (said := line[column]):
            name = named(said)
            for was in _meant_by(said):
                if _is_there(name):
                    break
                name = named(was)
            archive, member = _parted(name)
            if not archive:
                yield from _file(name)
                continue
            if archive not in archives:
                archives[archive] = {each.name: each for each in _file(archive)}
            yield archives[archive].get(name) or Entry(name, archive, member)


def _meant_by(said: str) -> Iterator[str]:
    """What a cell of a table of ours stands for, where it is no name itself."""
    was = unescaped_text(said)
    if was != said:
        yield was
    if _NO_TEXT.search(was):
        yield _NO_TEXT.sub(lambda found: chr(int(found[1], 16)), was)
        yield was


def _is_there(name: str) -> bool:
    return _exists(name) or bool(_parted(name)[0])


def _parted(name: str) -> tuple[str, str]:
    """An archive and the film in it, by the name that a table gives it; two empty texts where it is
    called otherwise, or is a file of that name."""
    try:
        if _ARCHIVE.search(name) and not _exists(name):
            for found in _ARCHIVE.finditer(name):
                if _exists(name[: found.end()]):
                    return name[: found.end()], name[found.end() + 1 :]
    # Of a bucket, too (see `find`): the reading of it says it again, in its row.
    except Exception:  # noqa: BLE001, S110
        pass
    return "", ""


def _exists(name: str) -> bool:
    filesystem, path = located(name)
    found: bool = filesystem.isfile(path)
    return found
