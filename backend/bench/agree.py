"""`make agree`: every installed engine against PyTorch, on every image under some folders."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.agreement import Agreement, compare
from cxr_severity.model.artifact import load_version, versions
from cxr_severity.model.engine import ENGINES, EngineConfig, is_installed, limit_threads
from cxr_severity.model.predictor import Predictor
from cxr_severity.settings import Settings

SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm"}


def main() -> int:
    """0 when all engines agree with PyTorch within the tolerances of `model.agreement`, else 1."""
    parser = argparse.ArgumentParser(prog="bench.agree", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, help="images at most")
    arguments = parser.parse_args()
    limit_threads()
    weights = Settings().model.weights
    directory = weights / versions(weights)[-1]
    stored = load_version(directory)
    engines = [name for name in ENGINES if name != "torch" and is_installed(name)]
    predictors = {name: Predictor.of(stored, EngineConfig(engine=name)) for name in engines}
    slow = Predictor.of(stored, EngineConfig(engine="torch"))
    found: dict[str, list[Agreement]] = {name: [] for name in engines}
    faults = 0
    for path, film in _films(arguments.folders, arguments.limit):
        for name, predictor in predictors.items():
            try:
                agreement = compare(predictor.runtime, slow.runtime, slow.prepare(film).image)
            except InputRefusedError:
                continue  # an image of one grey value: no engine is asked
            found[name].append(agreement)
            if agreement.fault:
                faults += 1
                print(f"{path}: engine {name}: {agreement.fault}")
    for engine, rows in found.items():
        if not rows:
            print("no image was found", file=sys.stderr)
            return 1
        print(
            f"{engine}, {len(rows)} images: "
            f"probabilities within {max(r.probability for r in rows):.1e}, "
            f"zones within {max(r.zone for r in rows):.1e}, "
            f"same class on {sum(r.same_class for r in rows)}, "
            f"heatmaps of all classes correlated at least {min(r.correlation for r in rows):.6f}"
        )
    return 1 if faults else 0


def _films(folders: list[Path], limit: int | None) -> Iterator[tuple[Path, Radiograph]]:
    paths = sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES
    )
    for path in paths[:limit]:
        try:
            yield path, decode(path.read_bytes())
        except InputRefusedError as error:
            print(f"{path}: {error.code}, left out", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
