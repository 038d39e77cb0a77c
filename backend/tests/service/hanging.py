"""Stand for `cxr_severity.service.decoding.child`, with a decoder that is made to misbehave.

A film that ends with the name of a fault meets it; others are decoded.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import time

from cxr_severity.imaging import decode as decoding
from cxr_severity.service.decoding import child

FAULTS = ("spin", "sleep", "eat", "crash", "killed", "bug")


def _misbehave(fault: str) -> None:
    match fault:
        case "spin":
            # Within native code, where no signal handler of Python's runs.
            text = b"a" * 100_000 + b"b"
            re.match(rb"(a+)+$", text)
        case "sleep":
            time.sleep(3600)
        case "eat":
            held = []
            while True:
                held.append(bytearray(10_000_000))
        case "crash":
            ctypes.string_at(0)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "bug":
            raise ZeroDivisionError


def main() -> None:
    whole = decoding.decode

    def decode(data: bytes, *arguments: object, **options: object) -> object:
        for fault in FAULTS:
            if data.endswith(fault.encode()):
                _misbehave(fault)
        return whole(data, *arguments, **options)  # type: ignore[arg-type]

    vars(child)["decode"] = decode
    child.main()


if __name__ == "__main__":
    main()
