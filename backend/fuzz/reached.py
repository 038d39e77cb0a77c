"""`python -m fuzz.reached FOLDER FLAGS`: the process that libFuzzer takes over.

Nothing else of this project is imported before: only what is imported within the block below tells
which of its branches were taken.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["cxr_severity.imaging"]):
    from cxr_severity.imaging.decode import decode
    from cxr_severity.imaging.errors import InputRefusedError


def answered(data: bytes) -> None:
    """Raises whatever is not a refusal."""
    try:
        decode(data)
    except InputRefusedError:
        return


if __name__ == "__main__":
    atheris.Setup(sys.argv, answered)
    atheris.Fuzz()
