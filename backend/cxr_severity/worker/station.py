"""A worker from start to end: memory, threads, signals, progress."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Protocol

from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.worker.header import read_header
from cxr_severity.worker.items import Place
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.parts import Destination
from cxr_severity.worker.receive import CANNOT_UNDERSTAND, OF_ANOTHER, OUT_OF_RESOURCES, SUCCESS
from cxr_severity.worker.work import LOG, Work

if TYPE_CHECKING:
    from types import FrameType

    from cxr_severity.worker.ledger_file import State

_TICK = 0.2


class Feed(Protocol):
    """Where films come from: a search, or a listening port."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    @property
    def broken(self) -> bool:
        """Whether nothing comes from it any more, though it was not told to stop."""


def keeper(ledger: Ledger, wake: Callable[[], None], most: int) -> Callable[[str, bytes], int]:
    """Keeps what is pushed; its answer is a C-STORE status.

    A sender is told of success once the film is on the disk. It is told of a lack of resources when
    more than `most` bytes wait or nothing can be written, so that it sends the film again later.
    A film that has its results is taken and not judged again, which the log says: a sender may
    have put it right under the UID that it had. One that calls itself another than the command does
    is turned away: under either name, its results could come to lie with another film.
    """

    def take(instance: str, data: bytes) -> int:
        if not instance:
            return CANNOT_UNDERSTAND
        place = _place_in(data)
        if place.instance not in ("", instance):
            LOG.error("a film is turned away: it is of another SOP Instance UID than its command")
            return OF_ANOTHER
        place = replace(place, instance=instance)
        try:
            taken = ledger.received(place, data, time.time(), most)
        except sqlite3.Error as error:
            LOG.error("a film is turned away: the memory cannot be written: %s", error)
            return OUT_OF_RESOURCES
        if taken.what == "no-room":
            LOG.warning("a film is turned away: too many wait")
            return OUT_OF_RESOURCES
        for number in taken.gone:
            LOG.warning("film %d is parked and kept no longer: another needs its room", number)
        if taken.what == "has-results":
            LOG.info(
                "film %d came again; it has its results and is not judged again",
                ledger.number(instance),
            )
        wake()
        return SUCCESS

    return take


def refuser(ledger: Ledger) -> Callable[[str, bytes], None]:
    """Notes what is too large to be kept, among what waits for a person."""

    def refuse(instance: str, data: bytes) -> None:
        place = replace(_place_in(data), instance=instance)
        try:
            number = ledger.refused(place, "file-too-large", time.time())
        except sqlite3.Error as error:
            LOG.error("the memory cannot be written: %s", error)
            return
        if number is not None:
            LOG.error("film %d is parked: file-too-large", number)

    return refuse


def _place_in(data: bytes) -> Place:
    """By a film itself; empty where it does not say, as of one that will be parked for that."""
    try:
        return read_header(data).place
    except InputRefusedError:
        return Place("", "", "")


def run(
    ledger: Ledger,
    work: Work,
    feed: Feed,
    destinations: Mapping[str, Destination],
    *,
    ready: str,
    threads: int,
    progress: float,
    finished: Callable[[], bool],
) -> bool:
    """Work until a signal to end comes, or `finished` says so.

    SIGTERM and SIGINT finish the film in hand; a second one ends the process at once.

    Returns:
        Whether it ended as it should.
    """
    ending = Event()

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        ending.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    _park_strays(ledger, destinations)
    # First: where it cannot start, no film is taken up, and none has lost an attempt by it.
    feed.start()
    work.start(threads)
    LOG.info("%s; %s", ready, _said(ledger.counts()))
    said, next_said = ledger.counts(), time.monotonic() + progress
    while not (ending.wait(_TICK) or work.broken or feed.broken or finished()):
        if time.monotonic() >= next_said:
            _park_strays(ledger, destinations)  # that someone has had tried again
            next_said += progress
            if (counts := ledger.counts()) != said:
                said = counts
                LOG.info("%s", _said(counts))
    if ending.is_set():
        LOG.info("ending; what is in hand is finished first")
    broken = work.broken or feed.broken
    if broken:
        LOG.error("ending: a thread of the worker broke")
    feed.stop()
    work.stop()
    for destination in destinations.values():
        destination.close()
    LOG.info("ended; %s", _said(ledger.counts()))
    return not broken


def _park_strays(ledger: Ledger, destinations: Mapping[str, Destination]) -> None:
    try:
        strays = ledger.park_strays(destinations)
    except sqlite3.Error:  # the disk is full: the threads say so
        return
    if strays:
        LOG.warning("%d films are parked: their destinations are not named now", strays)


def _said(counts: Mapping[State, int]) -> str:
    return (
        f"{counts['done']} films done, {counts['waiting'] + counts['judged']} waiting,"
        f" {counts['parked']} parked, {counts['passed']} passed over"
    )
