"""Requests that wait for the model are joined into batches."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType

import numpy as np

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.assessment import Target
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.runtime import Inference


@dataclass(frozen=True, slots=True, eq=False)
class _Item:
    predictor: Predictor
    image: Float32Array
    target: Target | None
    inference: Future[Inference] = field(default_factory=Future)
    arrived: float = field(default_factory=monotonic)


class Batcher:
    """`lanes` threads, each of which runs one batch at a time.

    A batch holds at most `size` images for one version. The first of them waits at most
    `budget` seconds for company, and only while other requests are known to be on their way.
    Where no other request is being worked on at all, the engine is told so.

    Use it as a context manager; on exit it finishes what was submitted.
    """

    def __init__(
        self,
        lanes: int,
        size: int,
        budget: float,
        observe: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`observe` hears how many images each batch holds."""
        self._size = size
        self._budget = budget
        self._observe = observe
        self._changed = threading.Condition()
        self._waiting: deque[_Item] = deque()
        self._coming = 0
        self._present = 0
        self._closed = False
        self._threads = [
            threading.Thread(target=self._lane, name=f"model-{i}", daemon=True)
            for i in range(lanes)
        ]

    def __enter__(self) -> Batcher:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def ticket(self) -> Ticket:
        """Announces a request; it must be entered as a context manager."""
        return Ticket(self)

    def _announce(self, *, coming: int, present: int) -> None:
        with self._changed:
            self._coming += coming
            self._present += present
            if coming:
                self._changed.notify_all()

    def _submit(self, item: _Item) -> None:
        with self._changed:
            if self._closed:
                raise RuntimeError("the batcher is closed")
            self._coming -= 1
            self._waiting.append(item)
            self._changed.notify_all()

    def _lane(self) -> None:
        while batch := self._next():
            self._observe(len(batch))
            _run(batch, alone=self._present <= 1)

    def _next(self) -> list[_Item]:
        """Waits for the next batch; empty when there will be no more."""
        with self._changed:
            while True:
                if not self._waiting:
                    if self._closed:
                        return []
                    self._changed.wait()
                    continue
                first = self._waiting[0]
                batch = [item for item in self._waiting if item.predictor is first.predictor]
                left = first.arrived + self._budget - monotonic()
                if len(batch) < self._size and self._coming and left > 0 and not self._closed:
                    self._changed.wait(left)
                    continue
                del batch[self._size :]
                taken = {id(item) for item in batch}
                self._waiting = deque(i for i in self._waiting if id(i) not in taken)
                return batch


class Ticket:
    """One request's turn: `submit` at most once, between entering and leaving."""

    def __init__(self, batcher: Batcher) -> None:
        self._batcher = batcher
        self._open = False

    def __enter__(self) -> Ticket:
        self._batcher._announce(coming=1, present=1)
        self._open = True
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        __: BaseException | None,
        ___: TracebackType | None,
    ) -> None:
        self._batcher._announce(coming=-int(self._open), present=-1)
        self._open = False

    def submit(
        self, predictor: Predictor, image: Float32Array, target: Target | None
    ) -> Future[Inference]:
        """Put one image, (1, 3, S, S), into the next batch; the future's result is its inference.

        Raises:
            RuntimeError: when it is not entered, was used before, or the batcher is closed.
        """
        if not self._open:
            raise RuntimeError("a ticket is good for one image")
        self._open = False
        item = _Item(predictor, image, target)
        self._batcher._submit(item)
        return item.inference


def _run(batch: list[_Item], *, alone: bool) -> None:
    try:
        images = batch[0].image if len(batch) == 1 else np.concatenate([i.image for i in batch])
        inferences = batch[0].predictor.infer(images, [item.target for item in batch], alone=alone)
    except BaseException as error:  # noqa: BLE001 - each waiting request must hear of it
        for item in batch:
            item.inference.set_exception(error)
        return
    for item, inference in zip(batch, inferences, strict=True):
        item.inference.set_result(inference)
