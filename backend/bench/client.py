"""Clients that send one request after another, and what they saw."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from bench.server import Server

_BOUNDARY = "bench-boundary"


def multipart(data: bytes) -> bytes:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="film"\r\n\r\n'
    return head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()


class Client:
    """One kept-alive connection."""

    def __init__(self, server: Server, path: str = "/predict") -> None:
        self._path = path
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def send(
        self, body: bytes, further: Mapping[str, str] | None = None
    ) -> tuple[int, float, float]:
        """Status, seconds until the whole answer was read, and what Retry-After asks for."""
        start = time.perf_counter()
        headers = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
        headers |= further or {}
        self._connection.request("POST", self._path, body, headers)
        response = self._connection.getresponse()
        response.read()
        seconds = time.perf_counter() - start
        return response.status, seconds, float(response.headers.get("Retry-After", 0))

    def close(self) -> None:
        self._connection.close()


def latencies(server: Server, path: str, body: bytes, count: int) -> list[float]:
    """Milliseconds of `count` requests of one client, after one that is not counted."""
    client = Client(server, path)
    try:
        client.send(body)
        found = []
        for _ in range(count):
            status, seconds, _ = client.send(body)
            if status != 200:
                raise RuntimeError(f"{path} answered {status}")
            found.append(seconds * 1e3)
        return found
    finally:
        client.close()


@dataclass
class Load:
    """What `clients` clients saw in `seconds`; latencies in milliseconds, of answers with 200."""

    clients: int
    seconds: float = 0.0
    answered: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    health: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0

    def summary(self) -> dict[str, object]:
        spread = np.percentile(self.answered, [50, 95, 99]) if self.answered else [np.nan] * 3
        p50, p95, p99 = (round(float(value), 1) for value in spread)
        count = len(self.answered)
        return {
            "clients": self.clients,
            "per_second": round(count / self.seconds, 2),
            "p50_ms": p50,
            "p95_ms": p95,
            "p99_ms": p99,
            "statuses": dict(sorted(self.statuses.items())),
            "health_p50_ms": round(median(self.health), 1) if self.health else None,
            "health_max_ms": round(max(self.health), 1) if self.health else None,
            "cpu_ms_per_image": round(self.cpu_seconds * 1e3 / count, 1) if count else None,
        }


def load(
    server: Server,
    path: str,
    body: bytes,
    clients: int,
    seconds: float,
    *,
    requests: int | None = None,
) -> Load:
    """Closed loop: each client sends its next request when it has its answer, and waits as long
    as a 503 tells it to. Ends after `seconds`, or after `requests` answers.

    Meanwhile /health/live is asked ten times a second.
    """
    found = Load(clients)
    lock = threading.Lock()
    stop = threading.Event()

    def work() -> None:
        client = Client(server, path)
        while not stop.is_set():
            try:
                status, took, wait = client.send(body)
            except (OSError, http.client.HTTPException) as error:
                with lock:
                    found.statuses[type(error).__name__] += 1
                client.close()
                client = Client(server, path)
                if not server.is_alive:
                    break
                continue
            with lock:
                found.statuses[str(status)] += 1
                if status == 200:
                    found.answered.append(took * 1e3)
                    if requests is not None and len(found.answered) >= requests:
                        stop.set()
            if status != 200:
                stop.wait(wait or 0.1)
        client.close()

    def ask_health() -> None:
        while not stop.wait(0.1):
            start = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            try:
                connection.request("GET", "/health/ready")
                connection.getresponse().read()
                found.health.append((time.perf_counter() - start) * 1e3)
            except OSError:
                found.statuses["health failed"] += 1
            finally:
                connection.close()

    threads = [threading.Thread(target=work) for _ in range(clients)]
    threads.append(threading.Thread(target=ask_health))
    before, start = server.cpu_seconds(), time.perf_counter()
    for thread in threads:
        thread.start()
    stop.wait(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    # Requests that were under way are waited for and counted.
    found.seconds = time.perf_counter() - start
    if server.is_alive:
        found.cpu_seconds = server.cpu_seconds() - before
    return found
