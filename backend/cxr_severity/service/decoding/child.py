"""The process that decodes: `python -m cxr_severity.service.decoding.child SOCKET SECONDS`.

It bounds itself before each film, and again once the film's header has said how large it is: the
kernel refuses memory above the bound, and ends the process when its time on a core is over, also
within native code.
"""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.imaging.limits import Limits
from cxr_severity.service.decoding.bounds import bound, leave_no_core
from cxr_severity.service.decoding.wire import receive, send
from cxr_severity.service.film_memory import LARGE
from cxr_severity.service.memory import give_back, share_arenas

TOO_COSTLY = "Decoding the picture takes more memory than any sound one of its size."


@dataclass(frozen=True, slots=True)
class _Bounded(Limits):
    """Limits that ask the service before a picture of a size is decoded, and bound its cost."""

    connection: socket.socket = field(kw_only=True)
    seconds: float = field(kw_only=True)

    def check_size(self, width: int, height: int, samples: int = 1) -> None:
        Limits.check_size(self, width, height, samples)
        send(self.connection, "size", width=width, height=height, samples=samples)
        receive(self.connection)
        bound(width * height * samples, self.seconds)


def main() -> None:
    connection = socket.socket(fileno=int(sys.argv[1]))
    seconds = float(sys.argv[2])
    leave_no_core()
    share_arenas()
    send(connection, "hello")
    while True:
        bound(0, seconds)
        try:
            film = receive(connection)
        except EOFError:
            return
        _one(connection, bytes(film.body), seconds, **film.values)


def _one(
    connection: socket.socket,
    data: bytes,
    seconds: float,
    *,
    enough: int | None,
    limits: tuple[int, int, int],
) -> None:
    try:
        found = decode(
            data,
            _Bounded(*limits, connection=connection, seconds=seconds),
            enough=enough,
            # The service computes it meanwhile.
            digest=lambda: "",
        )
    except InputRefusedError as refusal:
        send(
            connection, "refused",
            code=refusal.code, template=refusal.template, values=refusal.values,
        )  # fmt: skip
        return
    except MemoryError:
        send(connection, "refused", code="image-too-costly", template=TOO_COSTLY, values={})
        return
    except EOFError:
        raise
    except Exception as error:  # noqa: BLE001 - the service answers for it as for its own
        send(connection, "failed", error=type(error).__name__)
        return
    source, values = found.source, np.ascontiguousarray(found.values)
    told: dict[str, Any] = {
        "format": source.format, "bit_depth": source.bit_depth, "colour": source.colour,
        "declared": source.declared,
    }  # fmt: skip
    send(
        connection, "values", values.data.cast("B"),
        source=told, dtype=values.dtype.str, shape=values.shape, stored=found.stored,
    )  # fmt: skip
    large = values.nbytes >= LARGE
    del found, values
    if large:
        give_back()


if __name__ == "__main__":
    main()
