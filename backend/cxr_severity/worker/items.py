"""What the worker works on: films, their results, and results on their way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a film lies in an archive: three UIDs."""

    study: str
    series: str
    instance: str


@dataclass(frozen=True, slots=True)
class Film:
    """A film to be judged. `attempts` counts the one at hand, `since` is when it first came in, in
    seconds since 1970, and `generation` counts how often it was sent again before."""

    number: int
    place: Place
    attempts: int
    since: float
    generation: int = 0

    @property
    def study(self) -> str:
        return self.place.study

    @property
    def called(self) -> str:
        """As logs name it."""
        return f"film {self.number}"


@dataclass(frozen=True, slots=True)
class Result:
    """One finished DICOM file about a film."""

    instance: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A kind of result that a film cannot have, with the code that says why; it has others."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A result to be brought to one destination. `attempts` counts the one at hand."""

    film: int
    study: str
    result: Result
    destination: str
    attempts: int

    @property
    def called(self) -> str:
        """As logs name it."""
        return f"film {self.film}: {self.result.kind.upper()} to {self.destination}"
