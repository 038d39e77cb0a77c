"""What a film says of itself that decides whether it is for this worker.

An archive's index only narrows the search: archives answer by what they know, and some leave a key
out or ignore it. The film's own header decides, for films that were found and for those that were
sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydicom.datadict import keyword_for_tag, tag_for_keyword
from pydicom.uid import ExplicitVRBigEndian

from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.dicom.accept import (
    RADIOGRAPHS,
    SECONDARY_CAPTURES,
    is_for_presentation,
)
from cxr_severity.imaging.dicom.age import day_of
from cxr_severity.imaging.dicom.elements import Elements, read_elements, read_meta
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.interop.dicom import shown
from cxr_severity.interop.making import MANUFACTURER, MODEL_NAME
from cxr_severity.worker.faults import LastingError, PassingError
from cxr_severity.worker.items import Place

_STUDY, _SERIES, _INSTANCE = 0x0020000D, 0x0020000E, 0x00080018
_STUDY_DATE, _MANUFACTURER, _MODEL = 0x00080020, 0x00080070, 0x00081090
_WANTED = (
    *shown.TAGS, tags.SOP_CLASS, tags.PRESENTATION_INTENT, tags.MODALITY, _STUDY, _SERIES,
    _INSTANCE, _STUDY_DATE, _MANUFACTURER, _MODEL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which films are judged. Every tuple left empty asks for nothing."""

    modalities: tuple[str, ...] = ("CR", "DX")
    body_parts: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    dates: str = ""
    """Of the study, as DICOM writes a range: `20260101`, `20260101-`, `20260101-20260131`."""
    days: int | None = None
    """Of the study: the day on which its film comes in and as many days before. A search counts
    them anew each time."""
    others: Mapping[str, str] = field(default_factory=dict)
    """Further keys for the archive alone, by keyword; wildcards are its own."""

    def queries(self, now: datetime) -> Iterator[dict[str, str]]:
        """Keys for QIDO-RS: one search for each modality, as the standard has no list of them.

        None for view or body part, even where one is asked for: films that have codes and no words
        would match neither.
        """
        keys = dict(self.others)
        dates = self.range(now)
        if dates:
            keys["StudyDate"] = dates
        for modality in self.modalities or ("",):
            yield keys | ({"Modality": modality} if modality else {})

    def range(self, now: datetime) -> str:
        if self.days is None:
            return self.dates
        return (now - timedelta(days=self.days)).strftime("%Y%m%d-")

    def modality_fits(self, said: str) -> bool:
        """Whether a film may be wanted that the archive lists under this modality, or under
        none."""
        return not said or not self.modalities or said in self.modalities

    def class_fits(self, said: str) -> bool:
        """As `modality_fits`, of a SOP class."""
        return not said or said in RADIOGRAPHS | SECONDARY_CAPTURES

    def objection(self, header: Header, came: datetime) -> str:
        """Why the film is not wanted that came in then, as a code; empty where it is."""
        if header.own:
            return "own-result"
        for wanted, found, code in (
            (self.modalities, header.modality, "other-modality"),
            (self.body_parts, header.body_part, "other-body-part"),
            (self.views, header.view, "other-view"),
        ):
            if wanted and found not in wanted:
                return code
        # Rooms that keep what their detectors saw, too, have one such object of every exposure.
        if not header.for_presentation:
            return "other-class"
        return "" if _within(header.date, self.range(came)) else "other-date"


@dataclass(frozen=True, slots=True)
class Header:
    """Of one film; empty where it does not say.

    `body_part` and `view` are its words, or else those of its codes (`interop.dicom.shown`).
    """

    place: Place
    modality: str
    body_part: str
    view: str
    date: str
    """As DICOM writes it today, whatever the film's form; as in the film where it is no date."""
    own: bool
    """Whether this software made it."""
    for_presentation: bool
    """Whether it is of a kind that is read; also where it does not say."""


def read_header(data: bytes) -> Header:
    """Of a DICOM file, of which only so much need be there as stands before its pixels.

    Raises:
        DamagedImageError: its structure is broken.
    """
    syntax, start = read_meta(data)
    elements = read_elements(
        data, start, big_endian=syntax == ExplicitVRBigEndian, wanted=_WANTED, pixels=False
    )
    return Header(
        place=Place(*(_uid(elements, tag) for tag in (_STUDY, _SERIES, _INSTANCE))),
        modality=elements.text(tags.MODALITY),
        body_part=shown.body_part(elements),
        view=shown.view(elements),
        date=_date(elements.text(_STUDY_DATE)),
        own=elements.text(_MANUFACTURER) == MANUFACTURER.upper()
        and elements.text(_MODEL) == MODEL_NAME.upper(),
        for_presentation=is_for_presentation(elements),
    )


def check_place(data: bytes, place: Place) -> None:
    """That a file is the film for which it was fetched. What its header does not say is not of
    another; in another series of its study it may lie, as one that was moved there.

    Raises:
        PassingError: it is another instance, as of a cache on the way.
        LastingError: its header names another study, and may name another patient than that has
            in which the archive lists it.
    """
    try:
        said = read_header(data).place
    except InputRefusedError:  # which is complained about where it is judged
        return
    if said.instance not in ("", place.instance):
        raise PassingError("other-instance")
    if said.study not in ("", place.study):
        raise LastingError("other-study")


def check_key(keyword: str) -> str:
    """The keyword of a data element as QIDO-RS takes it.

    Raises:
        ValueError: there is none of that name.
    """
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise ValueError(f"{keyword} is no keyword of a DICOM data element")
    return keyword_for_tag(tag)


def _uid(elements: Elements, tag: int) -> str:
    return elements.raw(tag)[:64].decode("ascii", "replace").strip(" \0")


def _date(text: str) -> str:
    day = day_of(text)
    return text if day is None else day.isoformat().replace("-", "")


def _within(date: str, dates: str) -> bool:
    if not dates:
        return True
    first, dash, last = dates.partition("-")
    if not dash:
        return date == first
    return bool(date) and (not first or date >= first) and (not last or date <= last)
