"""A scorer without a model, for tests of how films are handed out, and a run of it by itself.

`python bulk_scorer.py FOLDER OUT LOG SECONDS`
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cxr_severity.bulk.entries import Entry, read
from cxr_severity.bulk.processes import ProcessEngine
from cxr_severity.bulk.rows import DUPLICATE, FAILED, GRADED, Row, blank
from cxr_severity.bulk.run import score
from cxr_severity.bulk.seam import Claims, Scorer
from cxr_severity.bulk.sources import find

DEADLY = b"ends its process"


@dataclass(frozen=True, slots=True)
class ByContent:
    """Takes `seconds` for each film, and writes each that it scores into `log`."""

    log: Path
    seconds: float = 0

    def __call__(self, claims: Claims) -> Scorer:
        def scorer(entry: Entry) -> Row:
            try:
                data = read(entry, 1000)
            except OSError as error:
                return blank(entry.name, FAILED, "unreadable-file", str(error))
            digest = sha256(data).hexdigest()
            if not claims.claim(digest, entry.name):
                return {**blank(entry.name, DUPLICATE), "sha256": digest}
            if data == DEADLY:
                os._exit(9)
            time.sleep(self.seconds)
            with self.log.open("a") as log:
                log.write(f"{digest}\n")
            return {**blank(entry.name, GRADED), "sha256": digest, "severity": "mild"}

        return scorer


if __name__ == "__main__":
    folder, out, log, seconds = sys.argv[1:]
    score(
        find([folder]),
        ProcessEngine(2, Path(f"{out}.claims")),
        ByContent(Path(log), float(seconds)),
        Path(out),
        {"sources": folder},
    )
