"""What every refusal says of itself, whoever makes it and whoever tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem. Codes are part of the public interface and never change meaning.

    `title` and `advice` are English and keys of the translations. They are worded for people at
    the page and for callers of the API alike: neither "open" nor "send" a file.
    """

    code: str
    title: str
    status: int
    """Of HTTP."""
    advice: str
    """What the sender can do next."""
    retry: bool = False
    """Whether the same request may succeed when it is sent again."""
    overridable: bool = False
    """Whether `force=true` has the image graded all the same."""
