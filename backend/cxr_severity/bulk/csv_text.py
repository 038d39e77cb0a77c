"""CSV as it comes from elsewhere: parted by commas, semicolons or tabs, in UTF-8 or UTF-16."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from io import StringIO

_SEPARATORS = ",;\t"
# Excel's own first line.
_NAMED = re.compile(r'"?sep=(.)"?\s*\Z', re.I)


class CsvError(ValueError):
    """A file is no such table; the message is one clear line, without the file's name."""


def lines_of(raw: bytes, file: str = "") -> Iterator[tuple[int, list[str]]]:
    """Each line that is not empty, with its number from 1.

    The separator is the one that the first line names (`sep=;`), a tab where `file` ends in `.tsv`,
    else the one that the first line has most of.

    Raises:
        CsvError: the bytes are no text, or a quotation does not end.
    """
    text = _decoded(raw)
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    named = _NAMED.match(first)
    # By its name: a list of films without tabs may have commas in their names.
    known = "\t" if file.lower().endswith(".tsv") else max(_SEPARATORS, key=first.count)
    delimiter = named[1] if named else known
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    last = 0
    try:
        for line in reader:
            last = reader.line_num
            if line and not (named and last == 1):
                yield last, line
    except csv.Error as error:
        raise CsvError(f"after line {last}: {error}") from error


def plain(name: str) -> str:
    """A column's name without what people write differently: capitals, spaces, underscores."""
    return "".join(name.lower().split()).replace("_", "")


def _decoded(raw: bytes) -> str:
    marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise CsvError('is no text in UTF-8; save it as "CSV UTF-8"') from error
