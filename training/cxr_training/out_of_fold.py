"""`predictions.csv`: what networks said of films whose patients they had not seen."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from cxr_severity.model.assessment import SEVERITIES, ZONES
from cxr_training.cases import Case
from cxr_training.held_out import Seen
from cxr_training.run_folder import write_whole

COLUMNS = (
    "image", "set", "source_kind", "patient", "fold", "seed",
    *(f"logit_{name}" for name in SEVERITIES), *(f"zone_{zone}" for zone in ZONES),
    "peak", "peak_burden",
)  # fmt: skip
"""`source_kind`: whose scores the reference comes from. `logit_…`: raw, before calibration.
`zone_…`: 0-3. `peak`: the largest probability of opacity in a cell; `peak_burden`: of the Grad-CAM
of the expected total, not scaled."""


def write_predictions(
    path: Path, cases: Sequence[Case], fold: int | str, seed: int, seen: Seen
) -> None:
    """The rows of one network, in the order of its films."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for i, case in enumerate(cases):
        numbers = [
            *seen.logits[i].tolist(), *seen.zones[i].tolist(),
            float(seen.places[i, 2].max()), float(seen.burden[i].max()),
        ]  # fmt: skip
        writer.writerow(
            [case.image, case.set, case.reference, case.patient, fold, seed]
            + [f"{number:.6g}" for number in numbers]
        )
    write_whole(path, text.getvalue().encode())


def gather(path: Path, parts: Sequence[Path]) -> None:
    """The tables of several networks as one."""
    lines: list[str] = []
    for part in parts:
        head, *rows = part.read_text(encoding="utf-8").splitlines(keepends=True)
        lines += rows if lines else [head, *rows]
    write_whole(path, "".join(lines).encode())
