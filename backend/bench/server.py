"""A server under test: started, watched through /proc, and stopped by its own process id."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

_TICK = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A child process that answers on `port`; a context manager.

    Attributes:
        ready_s: from the start of the process until /health/ready answered 200.
    """

    def __init__(self, command: Sequence[str], port: int, environment: Mapping[str, str]) -> None:
        self.port = port
        self._command = [sys.executable, *command]
        self._environment = {**os.environ, **environment}
        self.ready_s = 0.0

    def __enter__(self) -> Server:
        start = time.perf_counter()
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.DEVNULL
        )
        while not self._is_ready():
            if self._process.poll() is not None:
                raise RuntimeError(f"{self._command} ended with {self._process.returncode}")
            if time.perf_counter() - start > 120:
                self.__exit__(None, None, None)
                raise RuntimeError(f"{self._command} was not ready after 120 s")
            time.sleep(0.01)
        self.ready_s = time.perf_counter() - start
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        __: BaseException | None,
        ___: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def thread_cpu(self) -> dict[int, float]:
        """Seconds of CPU of each thread that lives, by its number."""
        tasks = Path(f"/proc/{self.pid}/task")
        return {
            int(task.name): int((task / "schedstat").read_text().split()[0]) / 1e9
            for task in tasks.iterdir()
        }

    def cpu_seconds(self) -> float:
        """Of the process so far, in user and system mode."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def resident_mb(self) -> float:
        return self._status("VmRSS")

    def peak_mb(self) -> float:
        return self._status("VmHWM")

    def _status(self, field: str) -> float:
        line = next(row for row in self._proc("status").splitlines() if row.startswith(field))
        return int(line.split()[1]) * 1024 / 1e6

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self._process.pid}/{name}").read_text()

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def service(
    weights: Path, *, command: Sequence[str] = ("-m", "cxr_severity.cli", "serve"), **settings: str
) -> Server:
    """This project's service; `settings` are `CXR_*` variables without their prefix, in lower case.

    Its page is left out: it is not measured, and may not be built.
    """
    port = free_port()
    environment = {f"CXR_{name.upper()}": value for name, value in settings.items()}
    return Server(
        command,
        port,
        {
            "CXR_WEIGHTS": str(weights),
            "PORT": str(port),
            "CXR_LOG_LEVEL": "warning",
            **environment,
        },
    )


def baseline(weights: Path) -> Server:
    port = free_port()
    command = ["-m", "bench.baseline_flask", "--port", str(port), "--weights", str(weights)]
    return Server(command, port, {})
