"""The JSON of a request, which may be tens of megabytes of numbers, in slices.

CPython's reader holds the interpreter's lock from the first byte that it is given to the last:
until then no other thread of the process runs, that of the health checks neither. So lists of
numbers are cut out of the text and read a slice at a time, into arrays; what remains is small.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from cxr_severity.api.errors import ApiError
from cxr_severity.api.oip.bounds import BESIDE, MOST, WIDEST
from cxr_severity.imaging.arrays import Float32Array

TOO_MUCH = "The request holds more than its tensors can need."

_MOST_NESTED = 100_000
"""Lists and objects. The tensors of the most images, nested as their shape is, have 50,000."""
_MOST_NUMBERS = MOST * 3 * WIDEST * WIDEST + BESIDE
_OF_A_LIST = 8
"""Bytes for each list that is cut out, beside `BESIDE`: its own commas, and the brackets of those
around it."""
_SLICE = 200_000
"""Bytes that are read at once: some ten milliseconds."""
_SHORT = 1_000
"""Bytes of a list that is given as a list, such as a shape."""
_SPACE = b" \t\r\n"
_PIECE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|\[[^\[\]{}"]*+\]', re.DOTALL)
"""A string, also one without an end, and a list that holds neither strings nor others. It goes over
no byte twice."""


def read_json(body: bytes, end: int) -> Any:
    """What the first `end` bytes of `body` say. Lists of numbers of more than a few dozen elements
    are arrays (float32), however they are nested in others.

    Raises:
        ValueError, RecursionError: it is no JSON (RFC 8259), or an object names a member twice.
        ApiError: `invalid-request`: it holds more than any request needs.
    """
    lists = list[tuple[int, int]]()
    rest = _without_lists(body, end, lists)
    said = json.loads(rest, object_pairs_hook=_object, parse_constant=_constant)
    del rest
    # What is empty now stands where a list was cut out, in their order.
    cut = iter(lists)

    def restored(value: Any) -> Any:
        match value:
            case []:
                return _list(body, *next(cut))
            case list():
                return [restored(one) for one in value]
            case dict():
                return {name: restored(one) for name, one in value.items()}
        return value

    return restored(said)


def _without_lists(body: bytes, end: int, lists: list[tuple[int, int]]) -> str:
    """The text, without what stands in lists of numbers; `lists` takes where that begins and
    ends."""
    if body.count(b"[", 0, end) + body.count(b"{", 0, end) > _MOST_NESTED:
        raise _too_much()
    if body.count(b",", 0, end) > _MOST_NUMBERS:
        raise _too_much()
    view = memoryview(body)
    kept = list[memoryview | bytes]()
    at = beside = 0
    for start, stop in _pieces(body, end):
        between = body[at:start]
        beside += len(between.translate(None, _SPACE))
        if beside > BESIDE + _OF_A_LIST * len(lists):
            raise _too_much()
        kept.append(between)
        if body.startswith(b"[", start):
            lists.append((start + 1, stop - 1))
            kept.append(b"[]")
        else:
            kept.append(view[start:stop])
        at = stop
    return b"".join(kept).decode("utf-8-sig")


def _pieces(body: bytes, end: int) -> Iterator[tuple[int, int]]:
    for found in _PIECE.finditer(body, 0, end):
        yield found.span()
    yield end, end


def _list(body: bytes, start: int, stop: int) -> list[Any] | Float32Array:
    if stop - start <= _SHORT:
        short: list[Any] = _LIST.decode(body[start - 1 : stop + 1].decode())
        return short
    if not body[start:stop].strip():
        return []
    found = list[Float32Array]()
    at, cut = start, -1
    while cut < stop:
        cut = stop if stop - at <= _SLICE else body.rfind(b",", at, at + _SLICE)
        if cut < 0:  # nothing but blanks around a number
            cut = body.find(b",", at + _SLICE, stop)
            cut = stop if cut < 0 else cut
        values = _LIST.decode(f"[{body[at:cut].decode()}]")
        if not values:
            raise ValueError("two commas, or nothing at all")
        array = numbers(values)
        if array is None:
            return [None]  # of no tensor
        found.append(array)
        at = cut + 1
    return np.concatenate(found)


def numbers(values: list[Any]) -> Float32Array | None:
    """None where they are not all numbers."""
    if not set(map(type, values)) <= {int, float}:
        return None
    try:
        with np.errstate(over="ignore"):  # as infinity it is refused with every other
            return np.array(values, np.float32)
    except OverflowError:  # a whole number beyond what any float holds
        return None


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a member is named twice")
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_LIST = json.JSONDecoder(parse_constant=_constant)


def _too_much() -> ApiError:
    return ApiError("invalid-request", TOO_MUCH)
