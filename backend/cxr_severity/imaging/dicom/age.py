"""Whether a film is of a child: by Patient's Age, else by the days of birth and film.

Nothing but that leaves this module. Many modalities send no age, which is optional, but a birth
date; and many an age is written by hand.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from cxr_severity.imaging.dicom import elements as tags

if TYPE_CHECKING:
    from cxr_severity.imaging.dicom.elements import Elements

_ADULT, _OLDEST = 18, 130
"""Years."""
_A_YEAR = {"": 1, "Y": 1, "M": 12, "W": 52, "D": 365}
"""A number alone is read as years; of any other unit, one below 18 is a child's as well."""
_AGE = re.compile("([0-9]{1,3}) *([YMWD]?)")


def is_child(film: Elements) -> bool:
    """Whether the patient is below 18 years, as far as the film says.

    An age of zero is not known, nor is that of one who was born on the film's day: this is what
    those who remove names often leave.
    """
    found = _AGE.fullmatch(film.text(tags.PATIENT_AGE))
    years = int(found[1]) / _A_YEAR[found[2]] if found else 0
    return years < _ADULT if 0 < years <= _OLDEST else _is_by_days(film)


def _is_by_days(film: Elements) -> bool:
    born = day_of(film.text(tags.BIRTH_DATE))
    if born is None:
        return False
    days = (day_of(film.text(tag)) for tag in (tags.ACQUISITION_DATE, tags.STUDY_DATE))
    taken = next((day for day in days if day is not None and day > born), None)
    if taken is None:
        return False
    before_birthday = (taken.month, taken.day) < (born.month, born.day)
    return taken.year - born.year - before_birthday < _ADULT


def day_of(text: str) -> date | None:
    """A date as DICOM writes it (PS3.5 6.2, DA), None of what is none."""
    digits = text.replace(".", "")  # ACR-NEMA wrote YYYY.MM.DD
    try:
        if len(digits) != 8 or not (digits.isascii() and digits.isdecimal()):
            return None
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
