"""Who sends a request, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Scope = Literal["predict", "metrics", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller.

    `name` says how they are known, so that a token cannot take the name of a key: `key:pacs`,
    `token:radiology-app`, or `address:192.0.2.7` where nobody has to say who they are.
    """

    name: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """`admin` may do everything."""
        return scope in self.scopes or "admin" in self.scopes


def known_by_key(name: str, scopes: Iterable[Scope]) -> Caller:
    return Caller(f"key:{name}", frozenset(scopes))


def known_by_token(subject: str, scopes: Iterable[Scope]) -> Caller:
    return Caller(f"token:{subject[:_LONGEST_NAME]}", frozenset(scopes))


def known_by_address(address: str) -> Caller:
    """A caller of a service that asks nobody who they are: all are allowed everything."""
    return Caller(f"address:{address}", frozenset(SCOPES))
