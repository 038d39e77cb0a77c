"""By which words and codes an object says that it is no frontal film of the chest."""

from __future__ import annotations

import pytest

from cxr_severity.imaging.decode import decode

from . import files
from .corpus import GREY

VIEW, PART, VIEW_CODES, REGION_CODES = 0x00185101, 0x00180015, 0x00540220, 0x00082218
SYNTAXES = [files.EXPLICIT, files.IMPLICIT, files.BIG]


def declared(tag: int, vr: bytes, value: bytes, syntax: str = files.EXPLICIT) -> str:
    return decode(files.dicom(GREY, extra={tag: (vr, value)}, syntax=syntax)).source.declared


def coded(tag: int, scheme: bytes, code: bytes, syntax: str = files.EXPLICIT) -> str:
    order = ">" if syntax == files.BIG else "<"
    explicit = syntax != files.IMPLICIT
    item = b"".join(
        files.element(tag, vr, value, order=order, explicit=explicit)
        for tag, vr, value in (
            (0x00080100, b"SH", code),
            (0x00080102, b"SH", scheme),
            (0x00080104, b"LO", b"whatever it means"),
        )
    )
    mark = b"\xff\xfe\xe0\x00" if order == ">" else b"\xfe\xff\x00\xe0"
    length = len(item).to_bytes(4, "big" if order == ">" else "little")
    return declared(tag, b"SQ", mark + length + item, syntax)


@pytest.mark.parametrize(
    "view",
    ["LL", "RL", "LATERAL", "Lat", "LLAT", "RLAT", "LLO", "RLO", "LAO", "RAO", "RPO", "LPO", "OBL",
     "OBLIQUE", "XTABLE", "LT_LATERAL", "R-OBLIQUE", "X-TABLE"],
)  # fmt: skip
def test_lateral_and_oblique_views(view: str) -> None:
    assert declared(VIEW, b"CS", view.encode()) == "not-frontal"


@pytest.mark.parametrize("view", ["AP", "PA", "", "LLD", "RLD", "LORDOTIC", "AP SUPINE", "ERECT"])
def test_frontal_views_and_words_that_say_nothing(view: str) -> None:
    assert declared(VIEW, b"CS", view.encode()) == ""


@pytest.mark.parametrize(
    "part",
    ["TSPINE", "T-SPINE", "T SPINE", "SPINE", "RIB", "Ribs", "STERNUM", "CLAVICLE", "SCAPULA",
     "EXTREMITY", "UPPER ARM", "ABDOMENPELVIS", "ABDOMEN_PELVIS", "WHOLEBODY", "ANKLE", "HEAD",
     "ELBOW", "LOWER EXTREMITY", "HAND", "Knee"],
)  # fmt: skip
def test_other_parts_of_the_body(part: str) -> None:
    assert declared(PART, b"CS", part.encode()) == "not-chest"


@pytest.mark.parametrize(
    "part",
    ["CHEST", "THORAX", "PORT THORAX", "LUNG", "CHESTABDOMEN", "NECKCHEST", "CHESTABDPELVIS",
     "HEART", "MEDIASTINUM", "TORSO", ""],
)  # fmt: skip
def test_the_chest_alone_and_among_others(part: str) -> None:
    assert declared(PART, b"CS", part.encode()) == ""


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize(
    ("tag", "scheme", "code", "said"),
    [
        (VIEW_CODES, b"SCT", b"399067008", "not-frontal"),
        (VIEW_CODES, b"SNM3", b"R-10210", "not-frontal"),
        (VIEW_CODES, b"SRT", b"R-102CD", "not-frontal"),
        (VIEW_CODES, b"SCT", b"399348003", ""),  # antero-posterior
        (VIEW_CODES, b"99ACME", b"399067008", ""),
        (VIEW_CODES, b"SCT", b"72696002", ""),  # no view
        (REGION_CODES, b"SCT", b"72696002", "not-chest"),
        (REGION_CODES, b"SRT", b"T-D4000", "not-chest"),
        (REGION_CODES, b"SNM3", b"T-11502", "not-chest"),
        (REGION_CODES, b"SCT", b"816094009", ""),  # chest
        (REGION_CODES, b"SRT", b"T-D3000", ""),  # chest
        (REGION_CODES, b"SCT", b"39607008", ""),  # lung
        (REGION_CODES, b"SCT", b"1", ""),
        (REGION_CODES, b"", b"", ""),
    ],
)
def test_the_first_code_of_view_and_region(
    tag: int, scheme: bytes, code: bytes, said: str, syntax: str
) -> None:
    assert coded(tag, scheme, code, syntax) == said


@pytest.mark.parametrize("tag", [VIEW_CODES, REGION_CODES])
@pytest.mark.parametrize(
    "value",
    [b"", b"no sequence at all", b"\xfe\xff\x00\xe0\xff\xff\xff\xff", b"\xfe\xff\x00\xe0\x40\0\0\0",
     b"\xfe\xff\xdd\xe0\0\0\0\0"],
)  # fmt: skip
def test_a_broken_sequence_of_codes_says_nothing(tag: int, value: bytes) -> None:
    assert declared(tag, b"SQ", value) == ""
