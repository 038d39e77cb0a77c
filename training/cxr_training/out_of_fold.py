"""`predictions.csv`: what networks said of films whose patients they had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cxr_severity.model.assessment import SEVERITIES, ZONES
from cxr_training.cases import Case
from cxr_training.csv_files import csv_bytes
from cxr_training.held_out import Seen
from cxr_training.whole_file import write_whole

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
    rows = []
    for i, case in enumerate(cases):
        numbers = [
            *seen.logits[i].tolist(), *seen.zones[i].tolist(),
            float(seen.places[i, 2].max()), float(seen.burden[i].max()),
        ]  # fmt: skip
        rows.append(
            [case.image, case.set, case.reference, case.patient, fold, seed]
            + [f"{number:.6g}" for number in numbers]
        )
    write_whole(path, csv_bytes(COLUMNS, rows))


def gather(path: Path, parts: Sequence[Path]) -> None:
    """The tables of several networks as one."""
    found = b""
    for part in parts:
        content = part.read_bytes()
        found += content.partition(b"\n")[2] if found else content
    write_whole(path, found)
