"""UIDs of what is made here: under a root of one's own, or UUIDs where there is none.

Without a seed they are random. With one they follow from it, so that whoever makes a result again
after an interruption makes an object of the same name, which an archive takes for the same.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

from pydantic import TypeAdapter, ValidationError

from cxr_severity.settings import UUID_ROOT, UidRoot

_ROOT = TypeAdapter(UidRoot)
_LONGEST = 64
_VERSION, _VARIANT = 0x8 << 76, 0x2 << 62
_CLEAR = (1 << 128) - 1 ^ (0xF << 76) ^ (0x3 << 62)


@dataclass(frozen=True, slots=True)
class Uids:
    """Makes UIDs for the parts of one result.

    Raises:
        ValueError: `root` is no `UidRoot`.
    """

    root: str = UUID_ROOT
    seed: str | None = None

    def __post_init__(self) -> None:
        try:
            _ROOT.validate_python(self.root)
        except ValidationError:
            raise ValueError(f"{self.root} is no root of UIDs, or too long") from None

    def new(self, purpose: str) -> str:
        """For one object, series or finding: random, or derived from `seed` and `purpose`."""
        if self.seed is None:
            return self._under_root(secrets.token_bytes(16))
        return self.of(f"{self.seed}\0{purpose}")

    def of(self, name: str) -> str:
        """Always the same for one `name`."""
        return self._under_root(sha256(name.encode()).digest())

    def _under_root(self, found: bytes) -> str:
        number = int.from_bytes(found[:16], "big")
        if self.root == UUID_ROOT:
            # A UUID of version 8, which leaves to its maker what is in it (RFC 9562).
            return f"{UUID_ROOT}.{number & _CLEAR | _VERSION | _VARIANT}"
        digits = min(39, _LONGEST - len(self.root) - 1)
        return f"{self.root}.{1 + number % (10**digits - 1)}"
