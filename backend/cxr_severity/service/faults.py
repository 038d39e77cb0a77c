"""What may be told of an exception that nobody foresaw: never the text that it came with.

Libraries put the values that they stumble over into their messages (pydantic its `input_value`,
pydicom an element's value), and such a value may be a patient's name.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

import cxr_severity

_PACKAGE = Path(cxr_severity.__file__).parent


def told(error: BaseException) -> str:
    """Its kind, and the last of our own lines that it passed: `ValueError at model/gate.py:160`."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    if not own:
        return type(error).__name__
    place = Path(own[-1].filename).relative_to(_PACKAGE).as_posix()
    return f"{type(error).__name__} at {place}:{own[-1].lineno}"


def lines(error: BaseException) -> str:
    """Its traceback, those of its causes before it and those of a group's members behind it, each
    with the kind for its message. Errors of this package keep theirs: it is made for people, and
    holds nothing of a film."""
    return "\n\n".join(_lines(error, set()))


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    if id(error) in seen:  # `raise error from error` names itself
        return
    seen.add(id(error))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _lines(cause, seen)
    kind = type(error)
    said = f": {error}" if kind.__module__.startswith(f"{cxr_severity.__name__}.") else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    yield f"Traceback (most recent call last):\n{frames}{kind.__qualname__}{said}"
    # A task group's own says nothing of what failed in it.
    for member in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _lines(member, seen)
