"""Mutated requests to a service that runs, from several clients at a time.

What must hold of each that is HTTP at all: an answer, and none that says the service failed; of
all together: a process that lives, and memory that stays flat.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from fuzz.requests import Sent, request
from fuzz.seeds import decoding_seeds

_SLOW_SECONDS = 2.0
HANG_SECONDS = 60.0
"""Of the clock, whatever else the machine does."""
_PATIENCE = 0.5
"""Seconds for the answer to a request whose head was mutated: it may lack what is waited for."""


@dataclass
class Tally:
    """What came of the requests of one run."""

    requests: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    """`closed`: without an answer, to what may be no HTTP or not all of a request."""
    slowest_s: float = 0.0
    slowest_index: int = 0
    over_2_s: int = 0
    resident_mb_early: float = 0.0
    """Of the service and its decoding processes, after the first tenth."""
    resident_mb: float = 0.0
    """At the end."""
    faults: list[str] = field(default_factory=list)


def run(
    port: int, pid: int, seed: int, count: int, minutes: float, crashes: Path, clients: int = 4
) -> Tally:
    """Up to `count` requests within `minutes` to the service on `port`, whose process is `pid`.

    Requests that were answered wrongly are kept in `crashes`.
    """
    stop_at = time.monotonic() + 60 * minutes
    seeds = decoding_seeds()
    tally, lock = Tally(), threading.Lock()
    numbers = iter(range(count))

    def work() -> None:
        while time.monotonic() < stop_at:
            with lock:
                index = next(numbers, None)
            if index is None:
                return
            sent = request(seeds, seed, index)
            start = time.monotonic()
            status = exchange(port, sent.data, 2 * HANG_SECONDS if sent.whole else _PATIENCE)
            took = time.monotonic() - start
            with lock:
                note(tally, f"{seed}-{index}", sent, status, took)
                if tally.requests == count // 10:
                    tally.resident_mb_early = resident_mb(pid)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.resident_mb = resident_mb(pid)
    for fault in tally.faults:
        index = int(fault.split(":")[0].split("-")[1])
        crashes.mkdir(parents=True, exist_ok=True)
        (crashes / f"{seed}-{index}.http").write_bytes(request(seeds, seed, index).data)
        sys.stderr.write(f"{fault}: kept in {crashes}\n")
    return tally


def note(tally: Tally, name: str, sent: Sent, status: int | None, took: float) -> None:
    """Count what came of a request, and what is wrong with it."""
    tally.requests += 1
    said = "closed" if status is None else str(status)
    tally.statuses[said] = tally.statuses.get(said, 0) + 1
    if took > tally.slowest_s:
        tally.slowest_s, tally.slowest_index = round(took, 2), int(name.split("-")[1])
    tally.over_2_s += took > _SLOW_SECONDS
    if took > HANG_SECONDS:
        tally.faults.append(f"{name}: a hang")
    elif (status is None and sent.whole) or (status is not None and status >= 500):
        # A place that is taken is no fault, but these clients are fewer than the places.
        tally.faults.append(f"{name}: {said}")


def exchange(port: int, data: bytes, patience: float) -> int | None:
    """The status of the answer; None where the connection was closed without one, or nothing came
    for `patience` seconds."""
    received = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
            connection.sendall(data)
            while part := connection.recv(65_536):
                received += part
    except (ConnectionError, TimeoutError):
        pass
    parts = received.split(maxsplit=2)
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None


def resident_mb(pid: int) -> float:
    """Of the process and its children; pages that they share count in each."""
    total = 0.0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = status.read_text().splitlines()
        except OSError:  # it has ended meanwhile
            continue
        found = dict(line.split(":", 1) for line in lines if ":" in line)
        if pid in (int(found["Pid"]), int(found["PPid"])) and "VmRSS" in found:
            total += int(found["VmRSS"].split()[0]) * 1024 / 1e6
    return round(total, 1)
