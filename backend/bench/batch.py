"""`python -m bench.batch`: images a second of one batch, beside 16 clients that send one at a time.

Neither asks for pictures. The two take turns on one service, so that what else the machine does
meets both; the figure is the median of the turns.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import time
from collections.abc import Iterator
from statistics import median

from bench.client import load, multipart
from bench.inputs import radiograph
from bench.server import Server, service
from cxr_severity.settings import Settings

GOAL = 1.15
_BOUNDARY = "bench-boundary"
_QUERY = "?explain=false&force=true"
_FILMS = 24


def main() -> int:
    """0 where the goal is reached, 1 where it is not."""
    parser = argparse.ArgumentParser(prog="bench.batch", description=__doc__)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--side", type=int, default=1024)
    asked = parser.parse_args()
    films = [radiograph(asked.side, "png", seed) for seed in range(_FILMS)]
    alone: list[float] = []
    together: list[float] = []
    alone_cpu = together_cpu = 0.0
    with service(Settings().model.weights) as server:
        batch(server, films, 50)
        for turn in range(asked.turns):
            before = server.cpu_seconds()
            alone.append(clients(server, films, asked.clients, asked.images))
            between = server.cpu_seconds()
            together.append(batch(server, films, asked.images))
            alone_cpu += between - before
            together_cpu += server.cpu_seconds() - between
            line = f"turn {turn + 1}: {alone[-1]:.1f} one at a time, {together[-1]:.1f} in a batch"
            print(line, file=sys.stderr, flush=True)
        peak = server.peak_mb()
    found: dict[str, float] = {
        "images": asked.images,
        "side": asked.side,
        "clients": asked.clients,
        "one_at_a_time_per_second": round(median(alone), 1),
        "batch_per_second": round(median(together), 1),
        "times": round(median(together) / median(alone), 3),
        "goal": GOAL,
        "one_at_a_time_cpu_ms": round(alone_cpu * 1e3 / (asked.turns * asked.images), 1),
        "batch_cpu_ms": round(together_cpu * 1e3 / (asked.turns * asked.images), 1),
        "peak_mb": round(peak, 1),
    }
    print(json.dumps(found))
    return 0 if found["times"] >= GOAL else 1


def clients(server: Server, films: list[bytes], count: int, images: int) -> float:
    """Images a second of `count` clients that send one, and the next when they have its answer."""
    seen = load(server, f"/predict{_QUERY}", multipart(films[0]), count, 3600, requests=images)
    return len(seen.answered) / seen.seconds


def batch(server: Server, films: list[bytes], images: int) -> float:
    """Images a second of one request, from its first byte to its last line."""
    parts = [_part(film) for film in films]
    end = f"--{_BOUNDARY}--\r\n".encode()
    length = sum(len(parts[i % len(parts)]) for i in range(images)) + len(end)

    def body() -> Iterator[bytes]:
        for i in range(images):
            yield parts[i % len(parts)]
        yield end

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    start = time.perf_counter()
    connection.request(
        "POST",
        f"/predict/batch{_QUERY}",
        body(),
        {
            "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
            "Content-Length": str(length),
        },
    )
    lines = connection.getresponse().read().splitlines()
    seconds = time.perf_counter() - start
    connection.close()
    judged = sum(b'"result"' in line for line in lines)
    if judged != images:
        raise RuntimeError(f"{judged} of {images} images were judged")
    return images / seconds


def _part(film: bytes) -> bytes:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="film"\r\n\r\n'
    return head.encode() + film + b"\r\n"


if __name__ == "__main__":
    sys.exit(main())
