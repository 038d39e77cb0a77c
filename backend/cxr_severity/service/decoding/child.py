"""The process that decodes: `python -m cxr_severity.service.decoding.child SOCKET SECONDS SHARED`,
a socket and a file in memory by their descriptors; without the last, where there are no such files.

It bounds itself before each film, and again once the film's header has said how large it is: the
kernel refuses memory above the bound, and ends the process when its time on a core is over, also
within native code.
"""

from __future__ import annotations

import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.imaging.limits import Limits
from cxr_severity.service.decoding.bounds import bound, leave_no_core
from cxr_severity.service.decoding.wire import Channel
from cxr_severity.service.film_memory import LARGE
from cxr_severity.service.memory import give_back, share_arenas

TOO_COSTLY = "Decoding the picture takes more memory than any sound one of its size."


@dataclass(frozen=True, slots=True)
class _Bounded(Limits):
    """Limits that ask the service before a picture of a size is decoded, and bound its cost."""

    channel: Channel = field(kw_only=True)
    seconds: float = field(kw_only=True)

    def check_size(self, width: int, height: int, samples: int = 1) -> None:
        Limits.check_size(self, width, height, samples)
        self.channel.send("size", width=width, height=height, samples=samples)
        self.channel.receive()
        bound(width * height * samples, self.seconds)


def main() -> None:
    seconds = float(sys.argv[2])
    shared = int(sys.argv[3]) if len(sys.argv) > 3 else None
    channel = Channel(socket.socket(fileno=int(sys.argv[1])), shared)
    leave_no_core()
    share_arenas()
    with suppress(EOFError):  # the service has gone, or wants no more
        channel.send("hello")
        while True:
            bound(0, seconds)
            film = channel.receive()
            _one(channel, film.body.tobytes(), seconds, **film.values)


def _one(
    channel: Channel,
    data: bytes,
    seconds: float,
    *,
    enough: int | None,
    limits: tuple[int, int, int],
) -> None:
    try:
        found = decode(
            data,
            _Bounded(*limits, channel=channel, seconds=seconds),
            enough=enough,
            # The service computes it meanwhile.
            digest=lambda: "",
        )
    except InputRefusedError as refusal:
        channel.send(
            "refused", code=refusal.code, template=refusal.template, values=refusal.values,
        )  # fmt: skip
        return
    except MemoryError:
        channel.send("refused", code="image-too-costly", template=TOO_COSTLY, values={})
        return
    except EOFError:
        raise
    except Exception as error:  # noqa: BLE001 - the service answers for it as for its own
        channel.send("failed", error=type(error).__name__)
        return
    source, values = found.source, np.ascontiguousarray(found.values)
    told: dict[str, Any] = {
        "format": source.format, "bit_depth": source.bit_depth, "colour": source.colour,
        "declared": source.declared, "scale": source.scale,
    }  # fmt: skip
    channel.send(
        "values", values.data.cast("B"),
        source=told, dtype=values.dtype.str, shape=values.shape, stored=found.stored,
    )  # fmt: skip
    large = values.nbytes >= LARGE
    del found, values
    if large:
        give_back()


if __name__ == "__main__":
    main()
