"""`cxr-prepare`: rebuild the data folder from checkouts of the public collections, or count one.

A collection that is not given is left out, with a line that says what is missing then. The folder
appears whole or not at all.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cxr_training.backbone import BACKBONE_WEIGHTS
from cxr_training.cases import COLLECTIONS, read_cases
from cxr_training.errors import TrainingError, one_line
from cxr_training.prepare import (
    lesions,
    masks,
    pretrain,
    ralo,
    severity,
    sources,
    weights,
)
from cxr_training.prepare.describe import describe

MISSING = {
    "cohen": "most films, their patients and clinical columns, extent, opacity, lungVAE masks",
    "brixia": "brixia_* (the reference of films that have it) and a few films",
    "schaudt": "grade",
    "opacity_masks": "opacity masks and involvement",
    "v7": "lung masks drawn by hand",
    "figure1": "films of Figure 1",
    "actualmed": "films of Actualmed",
    "radiography_database": "pretrain/covid and pretrain/normal",
    "kermany": "pretrain/paediatric",
    "covidnet": "covidnet_* (the reference of films without Brixia scores)",
    "ralo": "ralo/, the films of Stony Brook",
    "peers": "ralo/peers.csv, what published models said",
    "covid_qu_ex": "lesions/masks, lungs and opacities drawn",
    "siim": "lesions/boxes, its films",
    "siim_tables": "lesions/boxes, its boxes and labels",
    "siim_patients": "lesions/boxes, its patients",
    "imagenet": "weights/, the backbone that training starts from",
}
"""What a folder lacks without the option; also the options' help."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 on success, 2 with one line when the input cannot be used."""
    parser = argparse.ArgumentParser(prog="cxr-prepare", description=__doc__)
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--out", type=Path, help="new folder to write")
    task.add_argument(
        "--describe", type=Path, metavar="FOLDER", help="print a data folder's counts as Markdown"
    )
    for name, gives in MISSING.items():
        parser.add_argument(option(name), type=Path, metavar="PATH", help=f"gives {gives}")
    arguments = parser.parse_args(argv)
    try:
        given = {name: path for name in MISSING if (path := getattr(arguments, name)) is not None}
        if arguments.describe is None:
            print("\n".join(prepare(arguments.out, given)))
        elif given:
            raise TrainingError(f"--describe writes nothing; {option(min(given))} is for --out")
        else:
            print(describe(arguments.describe))
    except (TrainingError, OSError) as error:
        print(f"cxr-prepare: {one_line(error)}", file=sys.stderr)
        return 2
    return 0


def prepare(out: Path, given: Mapping[str, Path]) -> list[str]:
    """Write the data folder `out` from checkouts, by the keys of `MISSING`.

    Returns:
        What was written and what is missing, a line for each.

    Raises:
        TrainingError: no checkout is given, one does not hold what it should, `out` is there
            already or cannot be written; then nothing is left behind.
    """
    if out.exists():
        raise TrainingError(f"{out}: is there already")
    if not given:
        raise TrainingError("none of the collections is given")
    contents = read(given)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.partial-", dir=out.parent))
    try:
        said = contents.write(partial)
        partial.chmod(0o755)  # a temporary folder is its owner's alone
        partial.rename(out)
    except BaseException as error:
        shutil.rmtree(partial)
        if isinstance(error, TrainingError | OSError):
            # Of the folder that was asked for: the one that it names is gone.
            raise TrainingError(one_line(error).replace(str(partial), str(out))) from error
        raise
    return [
        *(f"without {option(key)}: no {MISSING[key]}" for key in MISSING if key not in given),
        *(line.replace(str(partial), str(out)) for line in said),
    ]


def option(key: str) -> str:
    """The option that gives a collection."""
    return f"--{key.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a data folder will hold, checked before anything is written."""

    collections: severity.Collections
    chosen: Sequence[severity.Chosen]
    absent: int
    """Scored names without a frontal image."""
    films: Sequence[pretrain.Film]
    backbone: weights.Weights | None
    series: Sequence[ralo.Film]
    peers: Mapping[str, Mapping[str, str]]
    drawn: Sequence[lesions.Film]

    def write(self, folder: Path) -> list[str]:
        """Write them into an empty folder; returns what was written, a line for each.

        Raises:
            TrainingError: an image or mask cannot be read.
        """
        said = []
        if self.chosen:
            left_out = severity.write(self.chosen, self.collections, folder / "severity")
            names = len(self.chosen) + self.absent
            found = f"{len(self.chosen)} of {names} scored names have a frontal image"
            said = [*left_out, f"severity/: {found}"]
        if self.series:
            ralo.write(self.series, self.peers, folder / "ralo")
            said.append(f"ralo/: {len(self.series)} films")
        if self.chosen or self.series:
            said += training_says(folder)
        if self.films:
            pretrain.write(self.films, folder / "pretrain")
            said.append(f"pretrain/: {len(self.films)} films")
        if self.drawn:
            scored = {
                str(path.relative_to(folder / "severity")): path.read_bytes()
                for path in sorted((folder / "severity" / "images").glob("*.jpg"))
            }
            said += lesions.write(self.drawn, scored, folder / "lesions")
        if self.backbone:
            weights.write(self.backbone, folder / BACKBONE_WEIGHTS)
            said.append(f"{BACKBONE_WEIGHTS}: {len(self.backbone)} arrays")
        return said


def training_says(folder: Path) -> list[str]:
    """Why training cannot use the scored films yet, if so."""
    sets = [name for name in COLLECTIONS if (folder / name / "labels.csv").is_file()]
    try:
        read_cases(folder, sets)
    except TrainingError as error:
        said = str(error).removeprefix(f"{folder}: ").removeprefix(f"{folder}/")
        return [f"training cannot use it yet: {said}"]
    return []


def read(given: Mapping[str, Path]) -> Contents:
    """Read all tables and weights of the checkouts; of images, only where they are.

    Raises:
        TrainingError: a checkout does not hold what it should, or there is nothing to write.
    """
    collections = read_collections(given)
    chosen, absent = severity.choose(collections)
    films: list[pretrain.Film] = []
    if "radiography_database" in given:
        films += pretrain.radiography(given["radiography_database"])
    if "kermany" in given:
        films += pretrain.kermany(given["kermany"])
    if films:
        pretrain.check(films)
    backbone = weights.read(given["imagenet"]) if "imagenet" in given else None
    series = ralo.read(given["ralo"]) if "ralo" in given else []
    peers = ralo.read_peers(given["peers"]) if "peers" in given else {}
    drawn = read_drawn(given)
    if not (chosen or films or backbone or series or drawn):
        raise TrainingError("no image of the collections given has a score; nothing to write")
    return Contents(collections, chosen, absent, films, backbone, series, peers, drawn)


def read_drawn(given: Mapping[str, Path]) -> list[lesions.Film]:
    """Films with masks and with boxes.

    Raises:
        TrainingError: a checkout does not hold what it should, or boxes lack one of their three.
    """
    found: list[lesions.Film] = []
    if "covid_qu_ex" in given:
        found += lesions.covid_qu_ex(given["covid_qu_ex"])
    parts = ("siim", "siim_tables", "siim_patients")
    missing = [part for part in parts if part not in given]
    if not missing:
        found += lesions.siim(*(given[part] for part in parts))
    elif len(missing) < len(parts):
        raise TrainingError(f"{option(missing[0])} is needed too: boxes come from three checkouts")
    return found


def read_collections(given: Mapping[str, Path]) -> severity.Collections:
    """Read the tables of all checkouts that give scored films.

    Raises:
        TrainingError: a checkout does not hold what it should.
    """
    # The order in which the collections are asked for an image that several hold.
    readers: dict[str, Callable[[Path], sources.Source]] = {
        "cohen": sources.cohen,
        "opacity_masks": lambda path: sources.images_of(sources.OPACITY, path),
        "brixia": sources.brixia,
        "figure1": sources.figure1,
        "actualmed": sources.actualmed,
    }
    return severity.Collections(
        sources=[read(given[name]) for name, read in readers.items() if name in given],
        grades=sources.schaudt(given["schaudt"]) if "schaudt" in given else {},
        experts=sources.covidnet(given["covidnet"]) if "covidnet" in given else {},
        outlines=masks.v7(given["v7"]) if "v7" in given else {},
        lung_vae=masks.lung_vae(given["cohen"]) if "cohen" in given else {},
        regions=masks.regions(given["opacity_masks"]) if "opacity_masks" in given else {},
    )


if __name__ == "__main__":
    sys.exit(main())
