"""`python -m bench.idle`: what callers wait for while others hold connections open and send nothing
or next to nothing.

Clients that ask one film after the other are measured alone, beside the held connections, and alone
again. Whatever the service closes is opened again at once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import numpy as np

from bench.client import Load, load, multipart
from bench.inputs import REPOSITORY, SAMPLE
from bench.server import Server, service

_HEAD = (
    b"POST /predict HTTP/1.1\r\nHost: slow\r\nContent-Type: image/png\r\n"
    b"Content-Length: 1000000\r\n\r\n\x89PNG"
)
GOAL = 2.0
"""At most so many times the p99 of normal traffic."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.idle", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of each of three parts")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--idle", type=int, default=500)
    parser.add_argument("--slow", type=int, default=100)
    parser.add_argument("--hold", type=int, metavar="PORT", help="only hold connections to it")
    asked = parser.parse_args()
    if asked.hold:
        asyncio.run(hold(asked.hold, asked.idle, asked.slow))
        return 0
    with service(REPOSITORY / "backend" / "weights") as server:
        found = compare(server, asked.seconds, asked.clients, asked.idle, asked.slow)
    print(json.dumps(found))
    return 0 if found["ratio"] <= GOAL and found["others_than_200"] == 0 else 1


def compare(server: Server, seconds: float, clients: int, idle: int, slow: int) -> dict[str, float]:
    """p99 in ms of requests alone and beside held connections, and their ratio."""
    body = multipart(SAMPLE.read_bytes())

    def ask() -> Load:
        return load(server, "/predict?explain=false", body, clients, seconds)

    load(server, "/predict?explain=false", body, clients, seconds / 10)  # to warm up
    parts = [ask()]
    command = [sys.executable, "-m", "bench.idle", "--hold", str(server.port)]
    command += ["--idle", str(idle), "--slow", str(slow)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        try:
            if holder.stdout is None or not holder.stdout.readline():  # all are open
                raise RuntimeError("the connections could not be opened")
            parts.append(ask())
        finally:
            holder.kill()
    parts.append(ask())
    alone = float(np.percentile(parts[0].answered + parts[2].answered, 99))
    beside = float(np.percentile(parts[1].answered, 99))
    return {
        "idle": idle,
        "slow": slow,
        "clients": clients,
        "answers_alone": len(parts[0].answered) + len(parts[2].answered),
        "answers_beside": len(parts[1].answered),
        "others_than_200": sum(
            count for part in parts for status, count in part.statuses.items() if status != "200"
        ),
        "p99_alone_ms": round(alone, 1),
        "p99_beside_ms": round(beside, 1),
        "ratio": round(beside / alone, 2),
    }


async def hold(port: int, idle: int, slow: int) -> None:
    """Hold so many connections for ever; prints a line when all have been open at once."""
    opened = 0

    async def for_ever(begin: Callable[[asyncio.StreamWriter], Coroutine[Any, Any, None]]) -> None:
        nonlocal opened
        first = True
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                if first:
                    first, opened = False, opened + 1
                    if opened == idle + slow:
                        print("open", flush=True)
                sending = asyncio.create_task(begin(writer))
                await reader.read()  # until the service closes it
                sending.cancel()
                writer.close()

    async def nothing(_: asyncio.StreamWriter) -> None:
        """Not even a head."""

    async def slowly(writer: asyncio.StreamWriter) -> None:
        writer.write(_HEAD)
        while True:
            await asyncio.sleep(1)
            writer.write(b"\0")

    async with asyncio.TaskGroup() as group:
        for _ in range(idle):
            group.create_task(for_ever(nothing))
        for _ in range(slow):
            group.create_task(for_ever(slowly))


if __name__ == "__main__":
    sys.exit(main())
