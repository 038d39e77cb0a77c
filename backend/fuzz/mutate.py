"""Mutations of valid files, each known by two numbers: a seed and an index.

So a crash that takes the process with it is found again from the index alone.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence

_STRANGE = (0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF)
"""Numbers at which lengths, counts and offsets go wrong."""
_MOST_STEPS = 6
_MOST_COPIED = 4096

Step = Callable[[bytearray, random.Random], None]


def _flip(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _overwrite(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    length = min(rng.randint(1, 16), len(data) - at)
    data[at : at + length] = rng.randbytes(length)


def _number(data: bytearray, rng: random.Random) -> None:
    form = rng.choice(("<B", "<H", ">H", "<I", ">I"))
    size = struct.calcsize(form)
    if len(data) >= size:
        value = rng.choice(_STRANGE) & ((1 << 8 * size) - 1)
        struct.pack_into(form, data, rng.randint(0, len(data) - size), value)


def _nudge(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    data[at] = (data[at] + rng.choice((-2, -1, 1, 2))) & 0xFF


def _remove(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    del data[at : at + rng.randint(1, 64)]


def _repeat(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    piece = data[at : at + rng.randint(1, _MOST_COPIED)]
    to = rng.randint(0, len(data))
    data[to:to] = piece * rng.randint(1, 4)


def _cut(data: bytearray, rng: random.Random) -> None:
    del data[rng.randint(1, len(data)) :]


_STEPS: tuple[Step, ...] = (_flip, _overwrite, _number, _number, _nudge, _remove, _repeat, _cut)
# Headers are short and decide most: half of the steps fall into the first bytes of a file.
_HEAD = 512


def mutated(seeds: Sequence[bytes], seed: int, index: int) -> bytes:
    """Number `index` of the inputs that `seed` gives: one of `seeds`, changed in 1 to 6 places,
    and in one of twenty with the end of another."""
    rng = random.Random(seed << 40 | index)  # noqa: S311 - repeatable is what is wanted
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, _MOST_STEPS)):
        step = rng.choice(_STEPS)
        if rng.random() < 0.5 and step is not _cut:
            head, rest = data[:_HEAD], data[_HEAD:]
            if head:
                step(head, rng)
            data = head + rest
        elif data:
            step(data, rng)
    if rng.random() < 0.05:
        other = rng.choice(seeds)
        data[rng.randint(0, len(data)) :] = other[rng.randrange(len(other)) :]
    return bytes(data)
