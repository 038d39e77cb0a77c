"""A few warm processes in which the service decodes, each killed when a film is too much for it.

Not every film goes there. PNG, JPEG in one pass and uncompressed DICOM are read in the calling
thread: their decoders go over the data once, and their cost is known from the header.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType

import numpy as np

from cxr_severity.imaging.decode import decode, sha256, sniff
from cxr_severity.imaging.dicom.elements import read_meta
from cxr_severity.imaging.dicom.image import NATIVE
from cxr_severity.imaging.errors import (
    DamagedImageError,
    ImageTooCostlyError,
    refusals,
)
from cxr_severity.imaging.limits import DEFAULT_LIMITS, Limits
from cxr_severity.imaging.radiograph import Radiograph, Source
from cxr_severity.service.decoding.bounds import SECONDS_PER_VALUE
from cxr_severity.service.decoding.wire import Message, receive, send
from cxr_severity.service.registry import NotReadyError

logger = logging.getLogger(__name__)

NO_DECODER = "Not ready: the processes that decode do not start; the service's log says why."
TOO_LONG = "Decoding the picture takes more time than any sound one of its size."
CRASHED = "The picture's data is damaged or incomplete."
_START_SECONDS = 120
"""By the clock, for a process to say hello: half a second of work, on a machine that may be
busy."""
_PATIENCE = 10
"""So much longer than its time on a core may a film take by the clock."""
_PROGRESSIVE = b"\xff\xc2"
"""Marks a JPEG in many passes. In another JPEG it can stand within metadata alone."""
_REFUSALS = {error.code: error for error in refusals()}


class DecoderGoneError(Exception):
    """A process does not start, or ended without a film."""


def may_hang(data: bytes) -> bool:
    """Whether a file is decoded by what may take any time and memory, whatever its header says.

    Raises:
        InputRefusedError: it is no file that is read at all.
    """
    kind = sniff(data)
    if kind == "dicom":
        syntax, _ = read_meta(data)
        return bool(syntax) and syntax not in NATIVE
    return kind == "tiff" or (kind == "jpeg" and _PROGRESSIVE in data)


@dataclass(frozen=True, slots=True, eq=False)
class _Decoder:
    process: subprocess.Popen[bytes]
    connection: socket.socket

    @classmethod
    def start(cls, seconds: float, module: str) -> _Decoder:
        """Raises DecoderGoneError, also by way of `hello`."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = subprocess.Popen(  # noqa: S603 - the same interpreter, our own module
                    [sys.executable, "-m", module, str(theirs.fileno()), str(seconds)],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    env=_environment(),
                    start_new_session=True,  # an interrupt by hand is for the service to obey
                )
            except OSError as error:
                ours.close()
                raise DecoderGoneError(str(error)) from error
        return cls(process, ours)

    def hello(self) -> None:
        try:
            receive(self.connection, _START_SECONDS)
        except (EOFError, OSError) as error:
            self.end()
            raise DecoderGoneError("a process that decodes did not start") from error

    def end(self) -> int:
        """Kill it, if it lives; its exit status."""
        self.process.kill()
        self.connection.close()
        return self.process.wait()


def _environment() -> dict[str, str]:
    """No secrets, one thread, and the code that this process runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CXR_")}
    path = os.pathsep.join(each for each in sys.path if each)
    return kept | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class DecodeProcesses:
    """At most `count` processes, each at one film at a time. Further films wait.

    Use it as a context manager: it starts one process at once, others when they are needed, and on
    exit kills all of them.

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
        self._idle: list[_Decoder] = []
        self._all: set[_Decoder] = set()
        self._places = count
        self._closed = False
        self._warming: threading.Thread | None = None
        self.failing = False
        """Whether the last attempt to start a process failed."""

    def __enter__(self) -> DecodeProcesses:
        self._warm()
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
        if not self._count or not 0 < len(data) <= limits.max_bytes or not may_hang(data):
            return decode(data, limits, enough=enough, digest=digest)
        with self._one() as decoder:
            try:
                answer = self._ask(decoder, data, limits, enough)
            except (EOFError, TimeoutError, OSError) as error:
                raise _why(decoder.end(), error) from None
        return _radiograph(answer, sha256(data) if digest is None else digest())

    def _ask(self, decoder: _Decoder, data: bytes, limits: Limits, enough: int | None) -> Message:
        connection, patience = decoder.connection, _PATIENCE * self._seconds
        connection.settimeout(patience)
        bounds = (limits.max_bytes, limits.max_pixels, limits.min_side)
        send(connection, "film", data, enough=enough, limits=bounds)
        while True:
            answer = receive(connection, patience)
            if answer.kind != "size":
                return answer
            # Here the film may wait for memory, which is no time of its own.
            limits.check_size(**answer.values)
            values = answer.values["width"] * answer.values["height"] * answer.values["samples"]
            patience = _PATIENCE * (self._seconds + SECONDS_PER_VALUE * values)
            send(connection, "go")

    @contextmanager
    def _one(self) -> Iterator[_Decoder]:
        """A process for one film; it is not used again unless the film came to its end."""
        with self._changed:
            self._changed.wait_for(lambda: self._places or self._closed)
            if self._closed:
                raise NotReadyError(NO_DECODER)
            self._places -= 1
            decoder = self._idle.pop() if self._idle else None
        whole = False
        try:
            if decoder is None or decoder.process.poll() is not None:
                decoder = self._started()
            yield decoder
            whole = decoder.process.poll() is None
        finally:
            with self._changed:
                self._places += 1
                if decoder is not None and whole:
                    self._idle.append(decoder)
                elif decoder is not None:
                    self._all.discard(decoder)
                    decoder.end()
                self._changed.notify()
            if not whole and not self.failing:
                self._warm()

    def _started(self) -> _Decoder:
        try:
            decoder = _Decoder.start(self._seconds, self._module)
            with self._changed:
                closed = self._closed
                self._all.add(decoder)
            if closed:
                decoder.end()
                raise DecoderGoneError("the service is being closed")
            decoder.hello()
        except DecoderGoneError as error:
            self.failing = True
            if not self._closed:
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
    values = np.frombuffer(answer.body, told["dtype"]).reshape(told["shape"])
    stored = None if told["stored"] is None else (told["stored"][0], told["stored"][1])
    return Radiograph(values, Source(digest, **told["source"]), stored)
