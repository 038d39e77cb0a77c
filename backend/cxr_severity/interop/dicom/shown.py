"""Which part of the body a film says it shows, and in which view: by a word, else by a code.

A DX film may have codes alone: it must have an Anatomic Region Sequence (PS3.3 C.8.11.2, of Type
2), while Body Part Examined and View Position are optional (C.7.3.1, C.8.11.5).
"""

from __future__ import annotations

import re

from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.dicom.elements import Elements
from cxr_severity.imaging.errors import DamagedImageError

_LATERALITIES = (0x00200060, 0x00200062)
"""Of the series, and of an image."""
TAGS = (
    tags.BODY_PART, tags.VIEW_POSITION, tags.REGION_CODES, tags.VIEW_CODES, *_LATERALITIES,
)  # fmt: skip
"""What the functions below read."""

CHEST = "CHEST"
_UNPAIRED = re.compile(
    "ABDOMEN|ABDOMENPELVIS|AORTA|BACK|BLADDER|BRAIN|CEREBELLUM|CERVIX|CHEST|CHESTABDOMEN"
    "|CHESTABDPELVIS|CIRCLEOFWILLIS|COCCYX|COLON|CORONARYARTERY|CSPINE|CTSPINE|DUODENUM|ESOPHAGUS"
    "|FACE|GALLBLADDER|HEAD|HEADNECK|HEART|ILEUM|JAW|JEJUNUM|LARYNX|LIVER|LSPINE|LSSPINE|MAXILLA"
    "|MEDIASTINUM|MOUTH|NECK|NECKCHEST|NECKCHESTABDOMEN|NECKCHESTABDPELV|NOSE|PANCREAS|PELVIS|PENIS"
    "|PHARYNX|PROSTATE|RECTUM|SACRUM|SCALP|SCROTUM|SKULL|SPINE|SPLEEN|SSPINE|STERNUM|STOMACH|THYMUS"
    "|THYROID|TLSPINE|TONGUE|TRACHEA|TSPINE|URETHRA|UTERUS|VAGINA|VULVA|WHOLEBODY"
)
"""Words of PS3.16 Annex L for what is not one of a pair."""
_WORD = re.compile("[A-Z0-9 _]{1,16}")
"""A CS (PS3.5 6.2)."""
_SRT = ("SRT", "SNM3", "99SDM")
"""How SNOMED RT, which came before SNOMED CT, is designated (PS3.16 8)."""
_Terms = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
"""By the term of a word: codes of SNOMED CT and of SNOMED RT."""
_VIEWS: _Terms = {
    # CID 4010; of the two of SNOMED RT for PA the first stood there before.
    "PA": (("272479007",), ("R-10214", "R-40888")),
    "AP": (("399348003",), ("R-10206",)),
}
_PARTS: _Terms = {
    # CID 4031, PS3.16 Annex L; of the two of SNOMED CT for the chest the first stood there before.
    CHEST: (("51185008", "816094009"), ("T-D3000",)),
    "LUNG": (("39607008",), ("T-28000",)),
    "MEDIASTINUM": (("72410000",), ("T-D3300",)),
    "CHESTABDOMEN": (("416550000",), ("R-FAB55",)),
    "CHESTABDPELVIS": (("416775004",), ("R-FAB56",)),
    "NECKCHEST": (("417437006",), ("R-FAB52",)),
    "NECKCHESTABDOMEN": (("416152001",), ("R-FAB53",)),
    "NECKCHESTABDPELV": (("416319003",), ("R-FAB54",)),
}


def view(elements: Elements) -> str:
    """The film's View Position, or that of its first view code; empty where it says none, or
    another than PA and AP by its code alone."""
    return elements.text(tags.VIEW_POSITION) or _term(elements, tags.VIEW_CODES, _VIEWS)


def body_part(elements: Elements) -> str:
    """The film's Body Part Examined, or that of its first region code; empty where it says none, or
    none of the chest by its code alone."""
    return elements.text(tags.BODY_PART) or _term(elements, tags.REGION_CODES, _PARTS)


def body_part_of_results(elements: Elements) -> str:
    """What a result says that the film shows: its own word, or that of its code, and CHEST where it
    says nothing. Empty where it says something that has no word."""
    part = body_part(elements)
    if part == "THORAX":
        return CHEST
    if part:
        return part if _WORD.fullmatch(part) else ""
    return "" if elements.raw(tags.REGION_CODES) else CHEST


def may_be_paired(part: str) -> bool:
    """Whether that Body Part Examined is, or may be, one of a pair: of which side it is then has to
    be said, or that it is not known (PS3.3 C.7.3.1)."""
    return not _UNPAIRED.fullmatch(part)


def side(elements: Elements) -> str:
    """L or R, of what the film shows; empty where it says neither."""
    said = (elements.text(tag) for tag in _LATERALITIES)
    return next((each for each in said if each in ("L", "R")), "")


def _term(elements: Elements, tag: int, terms: _Terms) -> str:
    try:
        item = elements.first_item(tag, (tags.CODE_VALUE, tags.CODE_SCHEME))
    except DamagedImageError:  # of no concern for the film
        item = None
    if item is None:
        return ""
    scheme, value = item.text(tags.CODE_SCHEME), item.text(tags.CODE_VALUE)
    for term, (current, older) in terms.items():
        if value in (current if scheme == "SCT" else older if scheme in _SRT else ()):
            return term
    return ""
