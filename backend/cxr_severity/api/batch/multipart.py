"""The parts of a multipart form, as they arrive: nothing is collected here."""

from __future__ import annotations

from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from cxr_severity.api.errors import ApiError
from cxr_severity.api.preamble import Preamble
from cxr_severity.api.upload import FIELD, FORM_UNREADABLE, described

_LONGEST_HEADERS = 8_192


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


class Parts:
    """Bytes of a form in, events of its parts named `file` out; others are passed over."""

    def __init__(self, boundary: bytes) -> None:
        self._events: list[Event] = []
        self._field = self._value = self._disposition = b""
        self._headers = 0
        self._is_file = False
        self.complete = False
        self.preamble = Preamble(boundary)
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

    def feed(self, content: bytes) -> list[Event]:
        """What the next bytes hold.

        Raises:
            ApiError: `malformed-request` for what is no form.
        """
        content = self.preamble.after(content)
        try:
            if content:
                self._parser.write(content)
        except FormParserError as error:
            reason = f"{str(error).rstrip('.')}."
            raise ApiError("malformed-request", FORM_UNREADABLE, reason=reason) from error
        found, self._events = self._events, []
        return found

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
        field, file_name = described(self._disposition)
        self._is_file = field == FIELD
        if self._is_file:
            self._events.append(Begin(file_name))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._events.append(Data(bytes(data[start:end])))

    def _on_part_end(self) -> None:
        if self._is_file:
            self._events.append(End())

    def _finish(self) -> None:
        self.complete = True
