"""A few warm processes in which the service decodes films of some kinds (`kinds.py`), each killed
when a film is too much for it."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType

from cxr_severity.imaging.decode import decode, sha256
from cxr_severity.imaging.errors import (
    DamagedImageError,
    ImageTooCostlyError,
    refusals,
)
from cxr_severity.imaging.limits import DEFAULT_LIMITS, Limits
from cxr_severity.imaging.radiograph import Radiograph, Source
from cxr_severity.service.decoding.bounds import SECONDS_PER_VALUE
from cxr_severity.service.decoding.kinds import in_one_pass
from cxr_severity.service.decoding.process import Decoder, DecoderGoneError
from cxr_severity.service.decoding.wire import Message
from cxr_severity.service.registry import LEAVING, NotReadyError

logger = logging.getLogger(__name__)

NO_DECODER = "Not ready: the processes that decode do not start; the service's log says why."
TOO_LONG = "Decoding the picture takes more time than any sound one of its size."
CRASHED = "The picture's data is damaged or incomplete."
_PATIENCE = 10
"""So much longer than its time on a core may a film take by the clock."""
_REFUSALS = {error.code: error for error in refusals()}


class DecodeProcesses:
    """At most `count` processes, each at one film at a time. Further films wait.

    Use it as a context manager: it starts processes when they are needed (half a second of work),
    and on exit kills all of them.

    Args:
        count: of processes; with 0 every film is decoded in the calling thread.
        seconds: of a core that every film may take, and a large one more (`child.py`).
        module: what the processes run.
    """

    def __init__(
        self, count: int, seconds: float, module: str = "cxr_severity.service.decoding.child"
    ) -> None:
        self._count = count
        self._seconds = seconds
        self._module = module
        self._changed = threading.Condition()
        self._idle: list[Decoder] = []
        self._all: set[Decoder] = set()
        self._places = count
        self._closed = False
        self._warming: threading.Thread | None = None
        self.failing = False
        """Whether the last attempt to start a process failed."""

    def __enter__(self) -> DecodeProcesses:
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        __: BaseException | None,
        ___: TracebackType | None,
    ) -> None:
        with self._changed:
            self._closed = True
            left = [*self._all]
            self._changed.notify_all()
        for decoder in left:
            decoder.process.kill()
        if self._warming is not None:
            self._warming.join()
        for decoder in left:
            decoder.end()

    @property
    def resident(self) -> int:
        """Bytes of memory that all of them hold."""
        with self._changed:
            every = [*self._all]
        return sum(decoder.resident for decoder in every)

    def check_ready(self) -> None:
        """Raises NotReadyError while no process starts; it then tries again, beside."""
        if self.failing:
            self._warm()
            raise NotReadyError(NO_DECODER)

    def decode(
        self,
        data: bytes,
        limits: Limits = DEFAULT_LIMITS,
        *,
        enough: int | None = None,
        digest: Callable[[], str] | None = None,
    ) -> Radiograph:
        """As `imaging.decode.decode`, which this calls for all that is decoded in one pass.

        Raises:
            InputRefusedError: also ImageTooCostlyError, for a film that had to be stopped.
            NotReadyError: no process starts.
            MemoryError: the machine is short of memory.
            DecoderGoneError: a fault of the decoding itself.
        """
        if not self._count or not 0 < len(data) <= limits.max_bytes or in_one_pass(data):
            return decode(data, limits, enough=enough, digest=digest)
        with self._one() as decoder:
            try:
                answer = self._ask(decoder, data, limits, enough)
            except (EOFError, OSError) as error:
                status = decoder.end()
                if self._closed:
                    raise NotReadyError(LEAVING) from None
                raise _why(status, error) from None
        return _radiograph(answer, sha256(data) if digest is None else digest())

    def _ask(self, decoder: Decoder, data: bytes, limits: Limits, enough: int | None) -> Message:
        channel, patience = decoder.channel, _PATIENCE * self._seconds
        bounds = (limits.max_bytes, limits.max_pixels, limits.min_side)
        channel.send("film", data, patience, enough=enough, limits=bounds)
        while True:
            answer = channel.receive(patience)
            if answer.kind != "size":
                return answer
            # Here the film may wait for memory, which is no time of its own.
            limits.check_size(**answer.values)
            values = answer.values["width"] * answer.values["height"] * answer.values["samples"]
            patience = _PATIENCE * (self._seconds + SECONDS_PER_VALUE * values)
            channel.send("go", seconds=patience)

    @contextmanager
    def _one(self) -> Iterator[Decoder]:
        """A process for one film; it is not used again unless the film came to its end."""
        with self._changed:
            self._changed.wait_for(lambda: self._places or self._closed)
            if self._closed:
                raise NotReadyError(LEAVING)
            self._places -= 1
            decoder = self._idle.pop() if self._idle else None
        whole = False
        try:
            if decoder is not None and decoder.process.poll() is not None:
                self._lose(decoder)
                decoder = None
            if decoder is None:
                decoder = self._started()
            yield decoder
            whole = decoder.process.poll() is None
        finally:
            if decoder is not None and not whole:
                self._lose(decoder)
            with self._changed:
                self._places += 1
                if decoder is not None and whole:
                    self._idle.append(decoder)
                self._changed.notify()
            if not whole and not self.failing:
                self._warm()

    def _lose(self, decoder: Decoder) -> None:
        # Not under the lock: a process may take its time to end, and others go on meanwhile.
        decoder.end()
        with self._changed:
            self._all.discard(decoder)

    def _started(self) -> Decoder:
        try:
            decoder = Decoder.start(self._seconds, self._module)
            with self._changed:
                closed = self._closed
                self._all.add(decoder)
            try:
                if closed:
                    raise DecoderGoneError("the service is being closed")
                decoder.hello()
            except DecoderGoneError:
                self._lose(decoder)
                raise
        except DecoderGoneError as error:
            if self._closed:
                raise NotReadyError(LEAVING) from error
            self.failing = True
            logger.error("%s", error)
            raise NotReadyError(NO_DECODER) from error
        self.failing = False
        return decoder

    def _warm(self) -> None:
        """Have one process that is started, in a thread that nobody waits for."""

        def start() -> None:
            with suppress(NotReadyError), self._one():
                pass

        with self._changed:
            busy = self._warming is not None and self._warming.is_alive()
            if self._closed or busy or not self._count:
                return
            self._warming = threading.Thread(target=start, name="decoding", daemon=True)
            self._warming.start()


def _why(status: int, error: Exception) -> Exception:
    """What the end of a process says of its film."""
    if isinstance(error, TimeoutError) or status == -signal.SIGXCPU:
        return ImageTooCostlyError(TOO_LONG)
    if status == -signal.SIGKILL:
        # Nobody here did it: the system was short of memory.
        return MemoryError()
    if status < 0:
        logger.warning("a film ended its decoder by %s", signal.Signals(-status).name)
        return DamagedImageError(CRASHED)
    return DecoderGoneError(f"a process that decodes ended with status {status}")


def _radiograph(answer: Message, digest: str) -> Radiograph:
    told = answer.values
    if answer.kind == "refused":
        raise _REFUSALS[told["code"]](told["template"], **told["values"])
    if answer.kind != "values":
        raise DecoderGoneError(f"decoding failed: {told['error']}")
    values = answer.body.view(told["dtype"]).reshape(told["shape"])
    stored = None if told["stored"] is None else (told["stored"][0], told["stored"][1])
    scale = told["source"].pop("scale")
    source = Source(digest, **told["source"], scale=scale and (scale[0], scale[1]))
    return Radiograph(values, source, stored)
