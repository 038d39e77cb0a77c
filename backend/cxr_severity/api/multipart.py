"""The parts of a multipart form, as they arrive: for one film and for many. Nothing is collected
here, and nothing is spooled to disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from cxr_severity.api.errors import ApiError
from cxr_severity.api.names import text_of
from cxr_severity.api.preamble import NO_PART, Preamble

FIELD = "file"

MISSING = "The multipart field `file` is missing."
_UNREADABLE = "The form cannot be read: {reason}"
_NAMELESS = "The form cannot be read: a part of it has no name."
_NO_BOUNDARY = "The form cannot be read: it has no valid boundary."
_CUT = "The form ends before its last boundary."

_LONGEST_HEADERS = 8_192
_LONGEST_BOUNDARY = 256
"""Bytes; RFC 2046, 5.1.1 allows 70."""
_FILE_NAME = re.compile(rb"(;\s*filename)(\*?)\s*=", re.IGNORECASE)
_MARKED = re.compile(rb"(;\s*filename)\0(\x01?)=", re.IGNORECASE)

_CONTROL = re.compile(r"[\0-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Begin:
    """A part; `name` is its file's, empty where it has none."""

    name: str
    alone: bool = False
    """Whether it is the whole body, and no other comes."""


@dataclass(frozen=True, slots=True)
class Data:
    content: bytes


@dataclass(frozen=True, slots=True)
class End:
    """Of the part that began last."""


Event = Begin | Data | End


def boundary_of(parameters: dict[bytes, bytes]) -> bytes:
    """Of a form's Content-Type with these parameters.

    Raises:
        ApiError: `malformed-request`: it has none that can be one.
    """
    boundary = parameters.get(b"boundary", b"")
    usable = 0 < len(boundary) <= _LONGEST_BOUNDARY and not re.search(rb'["\\]', boundary)
    if not usable:
        raise ApiError("malformed-request", _NO_BOUNDARY)
    return boundary


def _described(disposition: bytes) -> tuple[str, str]:
    """Field and file name, which may be empty, of a part with this Content-Disposition.

    Raises:
        ApiError: `malformed-request`: it names no field.
    """
    # By other names, as the parser takes what comes before the last backslash off a file's, and
    # passes `filename*` over.
    kind, options = parse_options_header(_FILE_NAME.sub(_marked, disposition))
    if kind != b"form-data" or b"name" not in options:
        raise ApiError("malformed-request", _NAMELESS)
    field, name = (
        _MARKED.sub(_unmarked, options.get(key, b"")) for key in (b"name", b"filename\0")
    )
    extended = _extended(options.get(b"filename\0\1", b""))
    return field.decode("utf-8", "replace"), extended or text_of(name)


def _marked(found: re.Match[bytes]) -> bytes:
    return found[1] + (b"\0\1=" if found[2] else b"\0=")


def _unmarked(found: re.Match[bytes]) -> bytes:
    """What a name holds that looks like a parameter of its own."""
    return found[1] + (b"*=" if found[2] else b"=")


def _extended(value: bytes) -> str:
    """A name as RFC 8187, 3.2.1 has it, which goes before the other (RFC 6266, 4.3), though RFC
    7578 would have none in a form: .NET's other one is no name that anybody gave. Empty where it
    cannot be read, or has line ends or other control characters, which no header could hold."""
    charset, _, name = value.partition(b"'")
    if charset.lower() not in (b"utf-8", b"iso-8859-1"):
        return ""
    try:
        text = unquote_to_bytes(name.partition(b"'")[2]).decode(charset.decode())
    except UnicodeDecodeError:
        return ""
    return "" if _CONTROL.search(text) else text


class Parts:
    """Bytes of a form in, events of its parts named `file` out; others are passed over. A part
    needs no file name, and what stands before the first boundary is passed over (RFC 2046,
    5.1.1)."""

    def __init__(self, boundary: bytes) -> None:
        self._events: list[Event] = []
        self._field = self._value = self._disposition = b""
        self._headers = 0
        self._is_file = False
        self._without_file = True
        self._complete = False
        self._preamble = Preamble(boundary)
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._header,
                "on_headers_finished": self._started,
                "on_part_data": self._on_data,
                "on_part_end": self._on_part_end,
                "on_end": self._finish,
            },
        )

    def feed(self, content: bytes) -> Iterator[Event]:
        """What the next bytes hold.

        Raises:
            ApiError: `malformed-request` for what is no form, after what came before that.
        """
        content = self._preamble.after(content)
        try:
            if content:
                self._parser.write(content)
        except FormParserError as error:
            reason = f"{str(error).rstrip('.')}."
            raise ApiError("malformed-request", _UNREADABLE, reason=reason) from error
        finally:
            # Before a fault, too: what is read must not depend on how a network cuts the body.
            found, self._events = self._events, []
            yield from found

    def check_end(self) -> None:
        """When nothing more comes.

        Raises:
            ApiError: `incomplete-upload`, `malformed-request` or `missing-field`.
        """
        if self._preamble.ended and not self._complete:
            raise ApiError("incomplete-upload", _CUT)
        if not self._preamble.ended and not self._preamble.empty:
            raise ApiError("malformed-request", NO_PART)
        if self._without_file:
            raise ApiError("missing-field", MISSING)

    def _begin(self) -> None:
        self._disposition = b""
        self._headers = 0

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]
        self._count(end - start)

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._count(end - start)

    def _count(self, size: int) -> None:
        self._headers += size
        if self._headers > _LONGEST_HEADERS:
            raise FormParserError("the headers of a part are too long")

    def _header(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field = self._value = b""

    def _started(self) -> None:
        field, file_name = _described(self._disposition)
        self._is_file = field == FIELD
        if self._is_file:
            self._without_file = False
            self._events.append(Begin(file_name))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._events.append(Data(bytes(data[start:end])))

    def _on_part_end(self) -> None:
        if self._is_file:
            self._events.append(End())

    def _finish(self) -> None:
        self._complete = True
