"""What an archive says that it stored: the answer to STOW-RS (PS3.18 I.2)."""

from __future__ import annotations

from cxr_severity.worker.datasets import read_data_set, values
from cxr_severity.worker.faults import LastingError, PassingError

_FAILED, _STORED, _NAMED, _REASON = "00081198", "00081199", "00081155", "00081197"
_OTHERS = "0008119A"
"""Failures that name no instance (PS3.18 I.1)."""
_DUPLICATE = 0x0111
_ALL = 200, 204
"""By these statuses all is stored; by 202 something, and not all without a warning."""
# Of these failure reasons (PS3.18 I.2.2) another try may have another end.
_MAY_PASS = range(0xA700, 0xA800), range(0x0110, 0x0111)


def check_stored(body: bytes, instance: str, status: int) -> bool:
    """Whether the answer, of a status like 200 or of 409, says that the instance is stored.

    Returns:
        False where it says nothing: it cannot be read, is of somebody else on the way (a page to
        sign in, the error of a proxy), or is a conflict about something else.

    Raises:
        PassingError, LastingError: it says that the instance is not stored.
    """
    sure = status in _ALL
    if not body:
        return sure
    try:
        said = read_data_set(body)
    except ValueError:
        return False
    failed = values(said, _FAILED)
    ours = [each for each in failed if instance in values(each, _NAMED) or len(failed) == 1]
    stored = any(instance in values(each, _NAMED) for each in values(said, _STORED))
    # One instance was sent: what failed without a name is of it, unless that is stored.
    for each in ours or ([] if stored else values(said, _OTHERS)):
        reason = _number(next(iter(values(each, _REASON)), 0))
        if reason == _DUPLICATE:
            return True
        code = "refused" if reason is None else f"refused-{reason:04x}"
        if reason == 0 or any(reason in some for some in _MAY_PASS):
            raise PassingError(code)
        raise LastingError(code)
    if stored:
        return True
    # Orthanc answers 200 while its disk is full, and lists the instance neither here nor there. Who
    # lists nothing at all has said by the status that it is stored.
    if status != 409 and _STORED in said:
        raise PassingError("not-stored")
    return sure


def _number(reason: object) -> int | None:
    """0 where there is none, None where it is no failure reason. XML has numbers as text."""
    if isinstance(reason, str):
        digits = reason.isascii() and reason.isdecimal() and len(reason) < 6
        reason = int(reason) if digits else reason or 0
    return reason if isinstance(reason, int) and 0 <= reason <= 0xFFFF else None
