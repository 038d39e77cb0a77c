"""SR content items in their encoded form.

highdicom makes and checks a content item, pydicom encodes it, once for each kind; what differs from
film to film is filled into the bytes. If the libraries made them anew for each film, the 150 or so
items of a report would take ten times as long as the judgement.

Everything is explicit VR little endian with defined lengths.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from highdicom.sr import (
    CodeContentItem,
    CodedConcept,
    ContainerContentItem,
    GraphicTypeValues,
    NumContentItem,
    RelationshipTypeValues,
    ScoordContentItem,
    TextContentItem,
    UIDRefContentItem,
)
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.interop.dicom.codes import Concept

CONTENT_SEQUENCE = 0x0040A730
_UID, _TEXT, _GRAPHIC_DATA = 0x0040A124, 0x0040A160, 0x00700022
_ITEM = b"\xfe\xff\x00\xe0"

CONTAINS = RelationshipTypeValues.CONTAINS
CONTEXT = RelationshipTypeValues.HAS_OBS_CONTEXT
MODIFIER = RelationshipTypeValues.HAS_CONCEPT_MOD

# Stand where the film's own value goes: as long as a DS may be, so that no length changes.
_NUMBER, _SOME_UID, _SOME_TEXT = 1234567890.12345, "1.2.3", "text"
_DS = b"1234567890.12345"


def concept(of: Concept) -> CodedConcept:
    """As highdicom takes it."""
    return CodedConcept(of.value, of.scheme, of.meaning)


def encode(dataset: Dataset, encoding: str | list[str] = "ISO_IR 6") -> bytes:
    """The data set's elements, without a header."""
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, False
    write_dataset(out, dataset, encoding)
    return out.getvalue()


def item(content: bytes) -> bytes:
    """An item of a sequence."""
    return _ITEM + struct.pack("<I", len(content)) + content


def element(tag: int, vr: str, value: bytes) -> bytes:
    """One data element; `value` is padded to an even length as its VR asks."""
    if len(value) % 2:
        value += b"\0" if vr == "UI" else b" "
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    if vr in ("SQ", "UT"):
        return head + struct.pack("<xxI", len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def sequence(tag: int, items: Iterable[bytes]) -> bytes:
    return element(tag, "SQ", b"".join(items))


def items_of(contents: Sequence[Dataset]) -> bytes:
    """Items of what a template of highdicom holds."""
    return b"".join(item(encode(content)) for content in contents)


def container(name: Concept, template: str | None, children: Iterable[bytes]) -> bytes:
    return item(_container(name, template) + sequence(CONTENT_SEQUENCE, children))


@lru_cache(maxsize=512)
def code(name: Concept, value: Concept, relation: RelationshipTypeValues = CONTAINS) -> bytes:
    found = CodeContentItem(concept(name), concept(value), relation)
    return item(encode(found))


def number(name: Concept, value: float, unit: Concept) -> bytes:
    """A NUM item, to four decimals."""
    rounded = round(value, 4)
    filled = _number(name, unit).replace(_DS, f"{rounded:.4f}".encode().ljust(len(_DS)))
    return item(filled.replace(struct.pack("<d", _NUMBER), struct.pack("<d", rounded)))


def text(
    name: Concept,
    value: str,
    encoding: str | list[str],
    relation: RelationshipTypeValues = CONTAINS,
) -> bytes:
    """A TEXT item; `value` must fit the character set `encoding`."""
    filled = Dataset()
    filled.TextValue = value
    before, after = _text(name, relation)
    return item(before + encode(filled, encoding) + after)


def uid(name: Concept, value: str, relation: RelationshipTypeValues) -> bytes:
    before, after = _uid_ref(name, relation)
    return item(before + element(_UID, "UI", value.encode()) + after)


def outline(name: Concept, points: Float32Array, children: Iterable[bytes]) -> bytes:
    """A closed SCOORD polyline.

    Args:
        points: (N, 2) columns and rows in the stored image, N at least 3, the first not repeated.
    """
    closed = np.concatenate([points, points[:1]]).astype("<f4")
    before, after = _scoord(name)
    filled = before + sequence(CONTENT_SEQUENCE, children)
    return item(filled + element(_GRAPHIC_DATA, "FL", closed.tobytes()) + after)


@lru_cache(maxsize=64)
def _container(name: Concept, template: str | None) -> bytes:
    found = ContainerContentItem(concept(name), relationship_type=CONTAINS, template_id=template)
    return encode(found)


@lru_cache(maxsize=64)
def _number(name: Concept, unit: Concept) -> bytes:
    found = NumContentItem(concept(name), _NUMBER, concept(unit), relationship_type=CONTAINS)
    return encode(found)


@lru_cache(maxsize=64)
def _text(name: Concept, relation: RelationshipTypeValues) -> tuple[bytes, bytes]:
    found = TextContentItem(concept(name), _SOME_TEXT, relation)
    return _around(found, element(_TEXT, "UT", _SOME_TEXT.encode()))


@lru_cache(maxsize=64)
def _uid_ref(name: Concept, relation: RelationshipTypeValues) -> tuple[bytes, bytes]:
    found = UIDRefContentItem(concept(name), _SOME_UID, relation)
    return _around(found, element(_UID, "UI", _SOME_UID.encode()))


@lru_cache(maxsize=64)
def _scoord(name: Concept) -> tuple[bytes, bytes]:
    points = np.array([(0, 0), (1, 0), (1, 1), (0, 0)], np.float32)
    found = ScoordContentItem(
        concept(name), GraphicTypeValues.POLYLINE, points, relationship_type=CONTAINS
    )
    return _around(found, element(_GRAPHIC_DATA, "FL", points.tobytes()))


def _around(content: Dataset, hole: bytes) -> tuple[bytes, bytes]:
    """What lies before and behind the bytes of one element."""
    before, found, after = encode(content).partition(hole)
    if not found:
        raise ValueError("the content item does not hold what it was made with")
    return before, after
