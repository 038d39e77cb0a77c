"""DICOM's lookup tables: Modality LUT, VOI LUT (PS3.3 C.11) and palettes (C.7.6.3, C.7.9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.errors import DamagedImageError

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from cxr_severity.imaging.dicom.elements import Elements

_MAX_ENTRIES = 1 << 16
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2
"""Kinds of segments: PS3.3 C.7.9.2."""
_INCOMPLETE = "The DICOM object's lookup table is incomplete."
_FEW = 0.01
"""Of the entries, at most, that may need more bits than the table says; they are limited."""
_TOO_SHORT = "The DICOM object's lookup table is shorter than it says."


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """`entries` (N,) uint16 for the inputs from `first` on, as the descriptor has it, 0 to 65535;
    `top` is the greatest entry that there can be."""

    entries: NDArray[np.uint16]
    first: int
    top: int

    def __call__(self, values: NDArray[Any], *, signed: bool) -> NDArray[np.uint16]:
        """The entries for `values`; those beyond either end are given that end's.

        Args:
            values: all inputs that there can be, integers or what is to be rounded to them.
            signed: whether they can be negative. Then the first one is signed as well, even
                where the descriptor calls it unsigned, as many writers do; and where no input
                would reach it else.
        """
        signed = signed or bool(values.max() < self.first)
        first = as_signed(self.first) if signed else self.first
        index = np.clip(np.rint(values) - first, 0, len(self.entries) - 1)
        found: NDArray[np.uint16] = self.entries[index.astype(np.intp)]
        return found

    def shares(self, values: NDArray[Any], *, signed: bool) -> Float64Array:
        """As a call, in [0, 1]."""
        found: Float64Array = self(values, signed=signed) / np.float64(self.top)
        return found


def as_signed(short: int) -> int:
    """16 bits as two's complement."""
    return short - (1 << 16) if short >= 1 << 15 else short


def read_table(elements: Elements, descriptor: int, data: int) -> Table:
    """A lookup table.

    Tables that say 16 bits and use fewer are common, and some use more than they say. The scale is
    that of the bits they use: else whatever the table does not reach, like padding, would be far
    away from the picture, or much of it white.

    Raises:
        DamagedImageError: it is missing, too short or of an impossible depth.
    """
    number, first, bits = _descriptor(elements, descriptor)
    raw = elements.raw(data)
    if not raw:
        raise DamagedImageError(_INCOMPLETE)
    if len(raw) >= 2 * number:
        entries = np.frombuffer(raw, elements.order + "u2", number).astype(np.uint16)
    elif len(raw) == number + number % 2 or (bits == 8 and len(raw) >= number):
        entries, bits = np.frombuffer(raw, np.uint8, number).astype(np.uint16), 8
    else:
        raise DamagedImageError(_TOO_SHORT)
    return _table(entries, first, bits)


def _table(entries: NDArray[Any], first: int, bits: int) -> Table:
    """On the scale of the bits that are used; a few entries beyond `bits` have no meaning there."""
    if (entries >> bits != 0).mean() <= _FEW:
        entries = np.minimum(entries, (1 << bits) - 1)
    used = max(8, int(entries.max()).bit_length())
    return Table(entries.astype(np.uint16), first, (1 << used) - 1)


def read_palette(elements: Elements) -> tuple[Table, Table, Table]:
    """The tables of red, green and blue, on one scale.

    Raises:
        DamagedImageError: as `read_table`, or segments that make no table.
    """
    red, green, blue = (_read_channel(elements, channel) for channel in range(3))
    # A channel that is dark everywhere stays so beside the others.
    top = max(red.top, green.top, blue.top)
    return replace(red, top=top), replace(green, top=top), replace(blue, top=top)


def _read_channel(elements: Elements, channel: int) -> Table:
    """One channel of a palette, which may be in segments.

    Raises:
        DamagedImageError: as `read_table`, or segments that make no table.
    """
    descriptor = tags.PALETTE_DESCRIPTORS[channel]
    raw = elements.raw(tags.PALETTE_SEGMENTS[channel])
    number, first, bits = _descriptor(elements, descriptor)
    if not raw:
        return read_table(elements, descriptor, tags.PALETTE_DATA[channel])
    words = np.frombuffer(
        raw, "u1" if bits == 8 else elements.order + "u2", len(raw) // _width(bits)
    )
    return _table(_expanded(words.astype(np.int64), number, bits), first, bits)


def _width(bits: int) -> int:
    return 1 if bits == 8 else 2


def _descriptor(elements: Elements, descriptor: int) -> tuple[int, int, int]:
    """How many entries there are, the input of the first, and the bits of each."""
    described = elements.shorts(descriptor)
    if len(described) != 3:
        raise DamagedImageError(_INCOMPLETE)
    number, first, bits = described[0] or _MAX_ENTRIES, described[1], described[2]
    if not 8 <= bits <= 16:
        raise DamagedImageError("The DICOM object's lookup table has an impossible depth.")
    return number, first, bits


def _expanded(words: NDArray[np.int64], number: int, bits: int) -> NDArray[np.int64]:
    """The entries that segments stand for: `number` of them, whatever the segments say."""
    parts: list[NDArray[np.int64]] = []
    made = pos = 0
    queue: list[int] = []
    """Where the segments begin that an indirect one repeats, the next one last."""
    width = _width(bits)
    while made < number:
        again = bool(queue)
        at = queue.pop() if again else pos
        head = words[at : at + 2].tolist()
        if len(head) < 2 or head[1] < 1:
            raise DamagedImageError(_TOO_SHORT)
        kind, count = head
        if kind == _DISCRETE:
            part, end = words[at + 2 : at + 2 + count], at + 2 + count
        elif kind == _LINEAR and parts and at + 2 < len(words):
            start, last = int(parts[-1][-1]), int(words[at + 2])
            steps = np.arange(1, count + 1)
            part = np.rint(start + (last - start) * steps / count).astype(np.int64)
            end = at + 3
        elif kind == _INDIRECT and not again:
            # Its offset counts bytes, least significant word first.
            offset = words[at + 2 : at + (6 if width == 1 else 4)].tolist()
            size = 8 * width
            start = sum(word << size * place for place, word in enumerate(offset)) // width
            queue = _starts(words, start, count)
            pos = at + (6 if width == 1 else 4)
            continue
        else:
            raise DamagedImageError(_TOO_SHORT)
        if not len(part) or end > len(words):
            raise DamagedImageError(_TOO_SHORT)
        parts.append(part)
        made += len(part)
        if not again:
            pos = end
    return np.concatenate(parts)[:number]


def _starts(words: NDArray[np.int64], at: int, count: int) -> list[int]:
    """Where `count` segments from `at` on begin, the last one first."""
    found: list[int] = []
    for _ in range(min(count, _MAX_ENTRIES)):
        head = words[at : at + 2].tolist()
        if len(head) < 2 or head[0] not in (_DISCRETE, _LINEAR):
            raise DamagedImageError(_TOO_SHORT)
        found.append(at)
        at += 2 + (head[1] if head[0] == _DISCRETE else 1)
    return found[::-1]
