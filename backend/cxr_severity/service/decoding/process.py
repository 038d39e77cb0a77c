"""One process that decodes, as the service sees it."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from cxr_severity.service.decoding.wire import Channel, shared_file

_START_SECONDS = 120
"""By the clock, for a process to say hello: half a second of work, on a machine that may be
busy."""
_PASSED_ON = {
    "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE",
    "VIRTUAL_ENV", "LANG", "LC_ALL", "TZ",
}  # fmt: skip
"""Of the environment."""


class DecoderGoneError(Exception):
    """A process does not start, or ended without a film."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoder:
    process: subprocess.Popen[bytes]
    channel: Channel

    @classmethod
    def start(cls, seconds: float, module: str) -> Decoder:
        """Raises DecoderGoneError where the system does not let it start."""
        with ExitStack() as failed, ExitStack() as done:
            try:
                ours, theirs = socket.socketpair()
                failed.callback(ours.close)
                done.callback(theirs.close)
                shared = shared_file()
                files = [theirs.fileno()]
                if shared is not None:
                    done.callback(os.close, shared)
                    files.append(shared)
                channel = Channel(ours, shared)
                arguments = [str(files[0]), str(seconds), *map(str, files[1:])]
                process = subprocess.Popen(  # noqa: S603 - the same interpreter, our own module
                    # -P: never a module that lies in the current folder, beside somebody's films.
                    [sys.executable, "-P", "-m", module, *arguments],
                    pass_fds=files,
                    stdin=subprocess.DEVNULL,
                    env=_environment(),
                    start_new_session=True,  # an interrupt by hand is for the service to obey
                )
            except OSError as error:
                raise DecoderGoneError(str(error)) from error
            failed.pop_all()
        return cls(process, channel)

    def hello(self) -> None:
        """Wait until it can work. Raises DecoderGoneError."""
        try:
            self.channel.receive(_START_SECONDS)
        except (EOFError, OSError) as error:
            raise DecoderGoneError("a process that decodes did not start") from error

    @property
    def resident(self) -> int:
        """Bytes of memory that it holds; 0 where it has ended, or the system does not say."""
        try:
            pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii")
        except OSError:
            return 0
        return int(pages.split()[1]) * resource.getpagesize()

    def end(self) -> int:
        """Kill it, if it lives; its exit status."""
        self.process.kill()
        self.channel.close()
        return self.process.wait()


def _environment() -> dict[str, str]:
    """Where libraries and the code that this process runs lie, and nothing else of its own."""
    kept = {name: value for name, value in os.environ.items() if name in _PASSED_ON}
    path = os.pathsep.join(each for each in sys.path if each)
    return kept | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
