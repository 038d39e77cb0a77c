"""What an object of one frame says in functional groups counts as if it stood outside of them."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from cxr_severity.imaging.decode import decode
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.dicom.look import read_look

from . import files

SHARED, PER_FRAME = 0x52009229, 0x52009230
MEASURES, VOI, VALUES = 0x00289110, 0x00289132, 0x00289145
Said = dict[int, tuple[bytes, bytes]]
FRAMES_OF = {SHARED: PER_FRAME, PER_FRAME: SHARED}
FILM = files.pattern(top=4095)
WINDOW: Said = {0x00281050: (b"DS", b"2400"), 0x00281051: (b"DS", b"1200")}
KINDS: list[tuple[int, Said]] = [
    (VOI, WINDOW),
    (VOI, WINDOW | {0x00281056: (b"CS", b"SIGMOID")}),
    (VOI, {0x00283010: (b"SQ", files.lut(1000, 8, [0, 30, 90, 255]))}),
    (VALUES, {0x00281052: (b"DS", b"-900"), 0x00281053: (b"DS", b"-2")}),
    (MEASURES, {0x00280030: (b"DS", b"0.4\\0.2")}),
]


def film(extra: Said) -> bytes:
    capture = {0x00080060: (b"CS", b"OT"), 0x00280008: (b"IS", b"1")}
    return files.dicom(FILM, stored=12, sop_class=files.CAPTURE + ".3", extra=capture | extra)


def group(macro: int, said: Said, *, ends: bool = False) -> tuple[bytes, bytes]:
    """The value of a sequence of functional groups; with marks for its macro's `ends`."""
    inner = b"".join(files.element(tag, *value) for tag, value in said.items())
    if not ends:
        return b"SQ", files.items(files.element(macro, b"SQ", files.items(inner)))
    head = struct.pack("<HH2sHI", macro >> 16, macro & 0xFFFF, b"SQ", 0, 0xFFFFFFFF)
    item, *marks = (
        struct.pack("<HHI", 0xFFFE, tag, length)
        for tag, length in ((0xE000, 0xFFFFFFFF), (0xE00D, 0), (0xE0DD, 0))
    )
    return b"SQ", files.items(head + item + inner + b"".join(marks))


def assert_alike(one: bytes, other: bytes) -> None:
    """For the service, for presentation states and for what lies over the film."""
    first, second = decode(one), decode(other)
    assert np.array_equal(first.values, second.values)
    assert first.source.scale == second.source.scale
    assert read_look(one, first) == read_look(other, second)
    assert read_context(one).pixel_aspect == read_context(other).pixel_aspect


@pytest.mark.parametrize("groups", [SHARED, PER_FRAME])
@pytest.mark.parametrize("ends", [False, True])
@pytest.mark.parametrize(("macro", "said"), KINDS)
def test_it_is_read_where_the_film_says_nothing_itself(
    macro: int, said: Said, ends: bool, groups: int
) -> None:
    assert_alike(film({groups: group(macro, said, ends=ends)}), film(said))


def test_it_changes_what_is_seen() -> None:
    plain = decode(film({}))
    for macro, said in KINDS[:3] + KINDS[4:]:
        assert not np.array_equal(decode(film({SHARED: group(macro, said)})).values, plain.values)


def test_what_the_film_says_itself_goes_before_it() -> None:
    other: Said = {0x00281050: (b"DS", b"900"), 0x00281051: (b"DS", b"300")}
    own: list[Said] = [other, {0x00283010: KINDS[2][1][0x00283010]}]
    for said in own:
        assert_alike(film(said | {SHARED: group(VOI, WINDOW)}), film(said))
    assert_alike(film({SHARED: group(VOI, WINDOW), PER_FRAME: group(VOI, other)}), film(WINDOW))


@pytest.mark.parametrize("value", [b"", files.items(b""), files.items()])
def test_empty_groups_say_nothing(value: bytes) -> None:
    assert_alike(film({SHARED: (b"SQ", value)}), film({}))


BROKEN: list[tuple[bytes, bytes]] = [
    (b"SQ", b"\1" * 16),
    (b"UN", b"\1" * 16),
    (b"OB", b"abcdefgh"),
    (b"SQ", b"ab"),
    group(VOI, WINDOW | {0x00281050: (b"DS", b"abc")}),
    group(VOI, WINDOW | {0x00281051: (b"DS", b"0")}),
    group(VOI, WINDOW | {0x00281056: (b"CS", b"SQUARE")}),
    group(VOI, {0x00283010: (b"SQ", b"\1" * 16)}),
    group(VALUES, {0x00281053: (b"DS", b"0")}),
    group(MEASURES, {0x00280030: (b"DS", b"0.1\\50")}),
]


@pytest.mark.parametrize("groups", [SHARED, PER_FRAME])
@pytest.mark.parametrize("said", BROKEN)
def test_what_cannot_be_read_of_them_is_not_said(said: tuple[bytes, bytes], groups: int) -> None:
    assert_alike(film({groups: said}), film({}))
    other = FRAMES_OF[groups]
    assert_alike(film({groups: said, other: group(VOI, WINDOW)}), film(WINDOW))


@pytest.mark.parametrize("sop_class", [files.CAPTURE, files.CR])
@pytest.mark.parametrize("said", [*BROKEN, group(VOI, WINDOW)])
def test_those_of_a_class_that_has_none_are_not_read(
    said: tuple[bytes, bytes], sop_class: str
) -> None:
    plain = files.dicom(FILM, stored=12, sop_class=sop_class)
    assert_alike(files.dicom(FILM, stored=12, sop_class=sop_class, extra={SHARED: said}), plain)
