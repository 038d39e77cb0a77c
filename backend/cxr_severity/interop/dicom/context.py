"""Who the film is of, and which study it belongs to: the only place that reads that.

`imaging` steps over what names a patient, and tells of the birth date whether the film is a
child's. A caller who asks for a result in a hospital's format asks for these values to be carried
over; they go from the film into the result and nowhere else, no log and no error. What the film
does not say, the result does not say: nothing is invented.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timezone

from pydicom.datadict import dictionary_VR
from pydicom.uid import ExplicitVRBigEndian

from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.dicom.age import day_of
from cxr_severity.imaging.dicom.elements import Elements, read_elements, read_meta
from cxr_severity.imaging.dicom.groups import with_groups
from cxr_severity.imaging.dicom.transformations import SHAPES, pixel_aspect
from cxr_severity.imaging.errors import DamagedImageError
from cxr_severity.imaging.orientation import (
    UPRIGHT,
    patient_directions,
    patient_orientation,
)
from cxr_severity.imaging.pixel_aspect import SQUARE
from cxr_severity.interop.dicom import charset, shown
from cxr_severity.interop.dicom.charset import CharacterSet
from cxr_severity.interop.dicom.lossy import (
    LOSSY,
    METHOD,
    NEVER,
    RATIO,
    SIZES,
    Lossy,
    read_lossy,
)
from cxr_severity.interop.dicom.times import moment_of, time_of, zone_of

SOP_INSTANCE, STUDY, SERIES = 0x00080018, 0x0020000D, 0x0020000E
STUDY_DATE, STUDY_TIME, TIMEZONE = 0x00080020, 0x00080030, 0x00080201
ACQUIRED, ACQUISITION_DATE, ACQUISITION_TIME = 0x0008002A, 0x00080022, 0x00080032
CONTENT_DATE, CONTENT_TIME = 0x00080023, 0x00080033
ACCESSION_NUMBER, REFERRING_PHYSICIAN, STUDY_DESCRIPTION = 0x00080050, 0x00080090, 0x00081030
PATIENT_NAME, PATIENT_ID, ISSUER_OF_PATIENT_ID = 0x00100010, 0x00100020, 0x00100021
BIRTH_DATE, SEX, AGE = 0x00100030, 0x00100040, 0x00101010
IDENTITY_REMOVED, DEIDENTIFICATION_METHOD = 0x00120062, 0x00120063
DEIDENTIFICATION_CODES, SHIFTED = 0x00120064, 0x00280303
STUDY_ID = 0x00200010

REQUIRED = (
    STUDY_DATE, STUDY_TIME, ACCESSION_NUMBER, REFERRING_PHYSICIAN, PATIENT_NAME, PATIENT_ID,
    BIRTH_DATE, SEX, STUDY_ID,
)  # fmt: skip
"""Type 2 in every result: empty where the film has none."""
CARRIED = (
    *REQUIRED, STUDY, TIMEZONE, STUDY_DESCRIPTION, ISSUER_OF_PATIENT_ID, AGE, IDENTITY_REMOVED,
    DEIDENTIFICATION_METHOD, SHIFTED,
)  # fmt: skip
"""What a DICOM result takes over from the film, byte by byte but for control characters; of dates,
times, an age, the UID and what has a list of allowed values only what is one."""

_TEXTS = (
    *CARRIED, tags.SOP_CLASS, SOP_INSTANCE, SERIES, ACQUIRED, ACQUISITION_DATE, ACQUISITION_TIME,
    CONTENT_DATE, CONTENT_TIME,
)  # fmt: skip
_BURNED_IN = 0x00280301
_FACING = "LF"
"""The sides that rows and columns run towards where the patient faces the viewer, head up."""
_WANTED = (
    *_TEXTS, *shown.TAGS, tags.MODALITY, tags.ORIENTATION, *SIZES, _BURNED_IN,
    *SHAPES, tags.SHARED_GROUPS, tags.FRAME_GROUPS, LOSSY, RATIO, METHOD, DEIDENTIFICATION_CODES,
)  # fmt: skip
_CODE = {tags.CODE_VALUE: 16, tags.CODE_SCHEME: 16, tags.CODE_MEANING: 64}
"""What is carried over of a code, and how many letters each may have (PS3.5 6.2)."""
_ALLOWED = {
    SEX: {b"M": b"M", b"F": b"F", b"O": b"O", b"MALE": b"M", b"FEMALE": b"F", b"OTHER": b"O"},
    IDENTITY_REMOVED: {b"YES": b"YES", b"NO": b"NO"},
    SHIFTED: {each: each for each in (b"UNMODIFIED", b"MODIFIED", b"REMOVED")},
}
"""What the standard lets stand there (PS3.3 C.7.1.1, C.12.1), by what films write for it."""
_CONTROLS = bytes(code for code in (*range(0x20), 0x7F) if code != 0x1B)
"""No text may hold them but ESC, which changes the character set (PS3.5 6.1.3). In none of the
character sets is one a part of a letter."""
_BLANKS = bytes.maketrans(b"\t\n\v\f\r", b"     ")
_LONGEST = 1024
"""Bytes of a value that may still be a name or a number; what is longer is left out."""
_UID = re.compile(r"[0-9]+(\.[0-9]+)+")
_AGE = re.compile(rb"\d{3}[DWMY]")
_CLOCK = re.compile(rb"\d\d(\d\d(\d\d(\.\d+)?)?)?")


@dataclass(frozen=True, slots=True)
class StudyContext:
    """What a film says of its patient, its study and itself.

    `values` holds the bytes of each text of the film that is wanted here and not empty, in
    `character_set`; dates and times as the standard writes them, and none that is no date or time.
    UIDs are empty where the film has none, or what it has is none.
    """

    values: Mapping[int, bytes] = field(repr=False)
    character_set: CharacterSet
    sop_class: str
    sop_instance: str
    series: str
    study: str
    modality: str
    rows: int
    columns: int
    orientation: int = UPRIGHT
    """EXIF's number of the turn that set the film upright (`imaging.orientation.upright`)."""
    burned_in: str = ""
    """Whether letters in the picture may name the patient, as the film says: YES, NO or nothing."""
    pixel_aspect: float = SQUARE
    """Height over width of a stored pixel."""
    lossy: Lossy = NEVER
    deidentified: tuple[Mapping[int, bytes], ...] = field(default=(), repr=False)
    """By which codes the film says how it was de-identified; bytes as in `values`."""
    facing: bool = False
    """Whether the film says that, so turned, the patient faces the viewer, head up."""
    body_part: str = ""
    """Body Part Examined of a result; empty where the film says another, and none that may stand
    there."""
    side: str = ""
    """L or R, of a part that is one of a pair; empty where the film does not say."""

    @property
    def referable(self) -> bool:
        """Whether another object can name this film, and lie in its study."""
        return all((self.sop_class, self.sop_instance, self.series, self.study))

    def text(self, tag: int) -> str:
        """The decoded value without padding; empty where the film has none, or only blanks of any
        kind."""
        found = self.character_set.decode(self.values.get(tag, b"")).strip(" \0")
        return found if found.strip() else ""

    @property
    def ascii(self) -> bool:
        """Whether all that is carried over of the film is."""
        return all(
            value.isascii() for part in (self.values, *self.deidentified) for value in part.values()
        )

    @property
    def name(self) -> str:
        """The patient's, in each script that the film gives it in; empty where it gives none."""
        groups = self.text(PATIENT_NAME).split("=")
        # "^" alone parts a name: families and given names may hold blanks (PS3.5 6.2.1).
        latin, *others = ([part.strip() for part in group.split("^")] for group in groups)
        given = " ".join(part for part in latin[1:] if part)
        first = ", ".join(part for part in (latin[0], given) if part)
        rest = (" ".join(part for part in group if part) for group in others)
        return " ".join(group for group in (first, *rest) if group)

    @property
    def missing(self) -> tuple[int, ...]:
        """Which of patient, study and order the film does not name."""
        return tuple(
            tag for tag in (PATIENT_ID, PATIENT_NAME, ACCESSION_NUMBER) if tag not in self.values
        )

    @property
    def taken(self) -> datetime | date | None:
        """When the film was exposed, or else its study began; without a zone unless it says one,
        and a day alone where it says no time of that day."""
        whole = moment_of(self.text(ACQUIRED))
        if whole is not None:
            return whole if whole.tzinfo else whole.replace(tzinfo=self.zone)
        if (alone := day_of(self.text(ACQUIRED))) is not None:
            return alone
        for days, hours in (
            (ACQUISITION_DATE, ACQUISITION_TIME),
            (CONTENT_DATE, CONTENT_TIME),
            (STUDY_DATE, STUDY_TIME),
        ):
            if (found := day_of(self.text(days))) is not None:
                clock = time_of(self.text(hours))
                # Another pair may be of another day.
                return found if clock is None else datetime.combine(found, clock, self.zone)
        return None

    @property
    def zone(self) -> timezone | None:
        """Of the film's times, as far as it says."""
        return zone_of(self.text(TIMEZONE))

    @property
    def study_date(self) -> date | None:
        return day_of(self.text(STUDY_DATE))

    @property
    def birth_date(self) -> date | None:
        return day_of(self.text(BIRTH_DATE))


def read_context(data: bytes) -> StudyContext:
    """What the DICOM file `data`, which `imaging` has read, says of patient and study.

    Raises:
        DamagedImageError: its structure is broken, or no picture has such pixels.
    """
    syntax, start = read_meta(data)
    big_endian = syntax == ExplicitVRBigEndian
    elements = with_groups(read_elements(data, start, big_endian=big_endian, wanted=_WANTED))
    found = {
        tag: value
        for tag in _TEXTS
        if len(raw := elements.raw(tag)) <= _LONGEST and (value := _sound(tag, raw)).strip(b" \0")
    }
    parts = [found, *_codes(elements)]
    said = [value for part in parts for value in part.values()]
    character_set, right = charset.read(elements.character_set, said)
    if not right:
        parts = [
            {tag: value.decode("utf-8", "replace").encode() for tag, value in part.items()}
            for part in parts
        ]
    found, *codes = parts
    codes = [
        code
        for code in codes
        if all(len(character_set.decode(code[tag])) <= most for tag, most in _CODE.items())
    ]
    if not codes and DEIDENTIFICATION_METHOD not in found and found.get(IDENTITY_REMOVED) == b"YES":
        del found[IDENTITY_REMOVED]  # which may not be said without saying how (PS3.3 C.7.1.1)
    directions = patient_directions(elements.texts(tags.ORIENTATION))
    orientation, burned_in = patient_orientation(directions), elements.text(_BURNED_IN)
    return StudyContext(
        values=found,
        character_set=character_set,
        sop_class=_uid(found, tags.SOP_CLASS),
        sop_instance=_uid(found, SOP_INSTANCE),
        series=_uid(found, SERIES),
        study=_uid(found, STUDY),
        modality=" ".join(elements.text(tags.MODALITY).split()),
        rows=_short(elements, tags.ROWS),
        columns=_short(elements, tags.COLUMNS),
        orientation=orientation,
        # Nothing else may stand there (PS3.3 C.7.6.1).
        burned_in=burned_in if burned_in in ("YES", "NO") else "",
        pixel_aspect=pixel_aspect(elements),
        facing=directions == _FACING or orientation != UPRIGHT,
        body_part=shown.body_part_of_results(elements),
        side=shown.side(elements),
        lossy=read_lossy(elements, syntax),
        deidentified=tuple(codes),
    )


def _codes(elements: Elements) -> list[dict[int, bytes]]:
    """How the film was de-identified: each code of the sequence that is whole, however long."""
    if len(elements.raw(DEIDENTIFICATION_CODES)) > 16 * _LONGEST:
        return []
    try:
        items = list(elements.items(DEIDENTIFICATION_CODES, _CODE))
    except DamagedImageError:  # of no concern for the film
        return []
    codes = ({tag: _sound(tag, item.raw(tag)).strip(b" ") for tag in _CODE} for item in items)
    return [code for code in codes if all(code.values())]


def _sound(tag: int, value: bytes) -> bytes:
    """The value as a result may hold it: what is no date, time, age or UID is none at all.

    A result with such a value in it would be no valid object. Names and numbers stay whatever they
    are, as archives match by them, but for the control characters in them.
    """
    text = value.strip(b" \0")
    match dictionary_VR(tag):
        case "DA":
            return b"" if day_of(text.decode("latin-1")) is None else text.replace(b".", b"")
        case "TM":
            clock = text.replace(b":", b"")[:13]  # ACR-NEMA wrote HH:MM:SS
            known = _CLOCK.fullmatch(clock) and time_of(clock.decode("latin-1")) is not None
            return clock if known else b""
        case "AS":
            return text if _AGE.fullmatch(text) else b""
        case "UI":
            return text
        case "SH" if tag == TIMEZONE:
            return b"" if zone_of(text.decode("latin-1")) is None else text
    cleaned = value.translate(_BLANKS).translate(None, _CONTROLS)
    if tag in _ALLOWED:
        return _ALLOWED[tag].get(cleaned.strip().upper(), b"")
    return cleaned


def _uid(found: Mapping[int, bytes], tag: int) -> str:
    value = found.get(tag, b"").decode("ascii", "replace").strip(" \0")
    return value if len(value) <= 64 and _UID.fullmatch(value) else ""


def _short(elements: Elements, tag: int) -> int:
    return elements.short(tag) or 0
