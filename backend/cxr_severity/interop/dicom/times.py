"""Dates and times as DICOM writes them: PS3.5 6.2. None of what is none."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, timezone

from cxr_severity.imaging.dicom.age import day_of

_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")


def time_of(text: str) -> time | None:
    digits, _, fraction = text.replace(":", "").partition(".")
    if len(digits) not in (2, 4, 6) or not digits.isdecimal() or not (fraction or "0").isdecimal():
        return None
    seconds = int(digits[4:6] or 0)
    try:
        return time(
            # A leap second is a legal one, which Python has not.
            int(digits[:2]), int(digits[2:4] or 0), 59 if seconds == 60 else seconds,
            int(fraction[:6].ljust(6, "0")) if fraction else 0,
        )  # fmt: skip
    except ValueError:
        return None


def moment_of(text: str) -> datetime | None:
    """A DT value with at least its date and hour."""
    body, sign, offset = text.partition("+") if "+" in text else text.partition("-")
    days, clock = day_of(body[:8]), time_of(body[8:])
    if days is None or clock is None:
        return None
    return datetime.combine(days, clock, zone_of(sign + offset))


def zone_of(text: str) -> timezone | None:
    found = _OFFSET.fullmatch(text)
    if not found:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    # PS3.3 C.12.1.1.8: from -1200 to +1400, and no "-0000".
    furthest = timedelta(hours=12 if found[1] == "-" else 14)
    if offset > furthest or int(found[3]) > 59 or (found[1] == "-" and not offset):
        return None
    return timezone(-offset if found[1] == "-" else offset)
