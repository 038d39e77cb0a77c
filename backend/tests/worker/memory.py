"""Films and results for tests of a worker's memory, and the next of them that is due."""

from __future__ import annotations

from cxr_severity.worker.items import Film, Parcel, Place, Result
from cxr_severity.worker.ledger import Ledger

FIRST, SECOND = Place("1.1", "1.2", "1.3"), Place("2.1", "2.2", "2.3")
SAME_STUDY = Place("1.1", "1.2", "1.4")
REPORT, CAPTURE = Result("9.1", "sr", b"report"), Result("9.2", "sc", b"capture")


def film_of(ledger: Ledger, now: float = 10, held: tuple[str, ...] = ()) -> Film:
    film = ledger.next_film(now, held)
    assert film is not None
    return film


def parcel_of(ledger: Ledger, destination: str, now: float = 10) -> Parcel:
    parcel = ledger.next_parcel(now, (), [destination])
    assert parcel is not None
    return parcel
