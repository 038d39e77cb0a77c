"""Steps through a DICOM data set as its bytes lie: PS3.5, 7.1 and 7.5."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from cxr_severity.imaging.errors import DamagedImageError

ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
MARKS = frozenset({ITEM, ITEM_END, SEQUENCE_END})
"""They have no VR, and but for the first no value."""
UNDEFINED = 0xFFFFFFFF
CUT = "The DICOM object ends before it is complete."
DAMAGED = "The DICOM object's structure is damaged."

_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_SHORT = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split()
)  # fmt: skip
_KNOWN = _LONG | _SHORT
_HEAD, _LONG_HEAD = 8, 12
_NEAR = 32 << 16
"""Tags between an element and the next, at most, where that must tell whether it is one."""
# A radiograph has some hundred elements. Items of nested sequences count, too.
_MAX_HEADS, _MAX_DEPTH = 100_000, 64
_TOO_MANY = "The DICOM object holds too many elements."


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before a value: `at` is where that begins, `length` may be `UNDEFINED`. `vr` is
    empty where the file does not say."""

    tag: int
    vr: str
    at: int
    length: int


def looks_implicit(data: bytes, pos: int) -> bool:
    """Whether the element at `pos` has no value representation, which is two capital letters."""
    vr = data[pos + 4 : pos + 6]
    return not (len(vr) == 2 and all(0x40 < letter < 0x5B for letter in vr))


@dataclass(slots=True)
class Walk:
    """`data` whose numbers are of byte order `order`, and how many heads may still be read."""

    data: bytes
    order: str
    _left: int = field(default=_MAX_HEADS)

    def head(self, pos: int, *, implicit: bool) -> Head:
        """The head at `pos`.

        Raises:
            DamagedImageError: the data ends within it, or there were too many.
        """
        self._left -= 1
        if self._left < 0:
            raise DamagedImageError(_TOO_MANY)
        if pos + _HEAD > len(self.data):
            raise DamagedImageError(CUT)
        group, element, length = struct.unpack_from(self.order + "HHI", self.data, pos)
        tag = group << 16 | element
        if implicit or tag in MARKS:
            return Head(tag, "", pos + _HEAD, length)
        vr = self.data[pos + 4 : pos + 6]
        if vr not in _KNOWN:
            return self._odd(tag, pos)
        return self._long(tag, vr, pos) if vr in _LONG else self._short(tag, vr, pos)

    def end_of(self, head: Head, depth: int = 0) -> int:
        """Where a value ends; of undefined length, behind the mark of its end.

        Raises:
            DamagedImageError: not in the data, or it is nested too deeply.
        """
        if head.length != UNDEFINED:
            end = head.at + head.length
            if end > len(self.data):
                raise DamagedImageError(CUT)
            return end
        if depth > _MAX_DEPTH:
            raise DamagedImageError(DAMAGED)
        pos = head.at
        while True:
            item = self.head(pos, implicit=True)
            if item.tag == SEQUENCE_END:
                return item.at
            if item.tag != ITEM:
                raise DamagedImageError(DAMAGED)
            defined = item.length != UNDEFINED
            pos = self.end_of(item) if defined else self._end_of_item(item.at, depth)

    def _end_of_item(self, pos: int, depth: int) -> int:
        # Writers switch to implicit within sequences, and must in those of VR UN: PS3.5 6.2.2.
        implicit = looks_implicit(self.data, pos)
        while True:
            head = self.head(pos, implicit=implicit)
            if head.tag == ITEM_END:
                return head.at
            pos = self.end_of(head, depth + 1)

    def _short(self, tag: int, vr: bytes, pos: int) -> Head:
        (length,) = struct.unpack_from(self.order + "H", self.data, pos + 6)
        return Head(tag, vr.decode(), pos + _HEAD, length)

    def _long(self, tag: int, vr: bytes, pos: int) -> Head:
        if pos + _LONG_HEAD > len(self.data):
            raise DamagedImageError(CUT)
        (length,) = struct.unpack_from(self.order + "I", self.data, pos + 8)
        return Head(tag, vr.decode(), pos + _LONG_HEAD, length)

    def _odd(self, tag: int, pos: int) -> Head:
        """A head whose VR does not exist, like `--`, or that has none among others that have.

        Its length may stand in three places; the right one is that behind whose value another
        element follows.
        """
        kinds = [self._short(tag, b"", pos)]
        if pos + _LONG_HEAD <= len(self.data):
            kinds.append(self._long(tag, b"", pos))
        (length,) = struct.unpack_from(self.order + "I", self.data, pos + 4)
        kinds.append(Head(tag, "", pos + _HEAD, length))
        for by_order in (False, True):
            for head in kinds:
                if self._follows(head, by_order=by_order):
                    return head
        raise DamagedImageError(
            "The DICOM object holds an element whose kind (VR) does not exist, so that its length "
            "is not known."
        )

    def _follows(self, head: Head, *, by_order: bool) -> bool:
        """Whether an element or a mark stands where the value of `head` ends; an element with a VR,
        or `by_order` with a tag that may come next, as its neighbours have none either."""
        if head.length == UNDEFINED:
            return self.tag(head.at) in (ITEM, SEQUENCE_END)
        end = head.at + head.length
        if end == len(self.data):
            return True
        following = self.tag(end)
        if following is None or following in MARKS:
            return following is not None
        if by_order:
            return head.tag < following < head.tag + _NEAR
        return self.data[end + 4 : end + 6] in _KNOWN

    def tag(self, pos: int) -> int | None:
        """The tag at `pos`, None where no head fits in."""
        if pos + _HEAD > len(self.data):
            return None
        group, element = struct.unpack_from(self.order + "HH", self.data, pos)
        return int(group << 16 | element)
