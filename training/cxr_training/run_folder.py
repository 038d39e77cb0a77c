"""A run's folder: every path in it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxr_training.errors import TrainingError
from cxr_training.whole_file import write_whole

Fold = int | str
"""Tested by its number, or `without-<set>`: all films of a collection."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """`root` of a run.

    run.json            recipe and data that the run is of
    run.lock            held by the process that trains, whose number stands in it
    split.json          who tests where, and which drawn films are held back
    first/              the same of a first round, if there was one, with what it read
    framed.safetensors  the network that finds the frames of lungs, and has learned nothing else
    pretext/            the network that knows places and no severity yet
    bank/               augmented copies of every film through the blocks that stay fixed
    fold-N/seed-S/      a network, what it says of the films of its fold, its maps
    without-SET/seed-S/ a network that learned nothing of a collection
    predictions.csv     what all folds said, gathered
    explanations.csv    their maps against masks and boxes
    gate.csv            what the folds' gates measured
    evaluation.json     everything that was measured
    evaluation/         its report, where no other folder is named for it
    weights/<version>/  what is served
    """

    root: Path

    @property
    def identity(self) -> Path:
        return self.root / "run.json"

    @property
    def lock(self) -> Path:
        return self.root / "run.lock"

    @property
    def split(self) -> Path:
        return self.root / "split.json"

    @property
    def first(self) -> RunFolder:
        """Of the round before."""
        return RunFolder(self.root / "first")

    @property
    def framed(self) -> Path:
        """The start of a run, with a framer that has learned."""
        return self.root / "framed.safetensors"

    @property
    def places(self) -> Path:
        """The network that the pretext taught."""
        return self.root / "pretext" / "model.safetensors"

    @property
    def copies(self) -> Path:
        return self.root / "bank"

    @property
    def predictions(self) -> Path:
        return self.root / "predictions.csv"

    @property
    def explanations(self) -> Path:
        return self.root / "explanations.csv"

    @property
    def gate(self) -> Path:
        return self.root / "gate.csv"

    @property
    def evaluation(self) -> Path:
        """Everything that was measured; `make evaluate` writes its report from it."""
        return self.root / "evaluation.json"

    @property
    def report(self) -> ReportFolder:
        return ReportFolder(self.root / "evaluation")

    @property
    def weights(self) -> Path:
        return self.root / "weights"

    def unit(self, fold: Fold, seed: int) -> Unit:
        """The folder of one network."""
        name = f"fold-{fold}" if isinstance(fold, int) else fold
        return Unit(self.root / name / f"seed-{seed}", fold, seed)

    def units(self) -> list[Unit]:
        """Of the networks that have a folder here, in the order of its names."""
        found = []
        for folder in sorted(self.root.glob("*/seed-*")):
            fold = re.fullmatch(r"fold-(\d+)|(without-.+)", folder.parent.name)
            seed = re.fullmatch(r"seed-(\d+)", folder.name)
            if fold and seed:
                found.append(Unit(folder, int(fold[1]) if fold[1] else fold[2], int(seed[1])))
        return found

    def check(self, data: Path) -> None:
        """That a run may have this folder for its own.

        Raises:
            TrainingError: it is, or holds, the folder of the `data`, or files that a run would
                replace and that none is known to have left.
        """
        root = self.root.resolve()
        if root == data.resolve() or root in data.resolve().parents:
            raise TrainingError(f"{self.root}: holds the data, and a run needs a folder of its own")
        if not self.root.exists():
            return
        names = {path.name for path in self.root.iterdir()} - _BEGUN
        made = sorted(name for name in names if _MADE.fullmatch(name) or name == self.identity.name)
        try:
            noted = self._noted()
        except TrainingError as error:
            raise TrainingError(f"{error}; to begin here, remove {', '.join(made)}") from None
        if made and not _is_of_a_run(noted):
            raise TrainingError(
                f"{self.root}: holds {made[0]}, which a run would replace, and nothing says that "
                "a run left it"
            )

    def claim(
        self, identity: Mapping[str, object], *, resume: bool,
        as_now: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    ) -> None:  # fmt: skip
        """Note whose folder this is. Without `resume` what a former run left is removed.

        Under another version the same run goes on, and is noted under that one.

        Args:
            as_now: of the recipe that an earlier release noted, what this one would have noted.

        Raises:
            TrainingError: when `resume` finds another run's folder, or one of a release that noted
                less of what its run is of; when what was noted cannot be read.
        """
        text = json.dumps(identity, indent=1, sort_keys=True) + "\n"
        noted = self._noted()
        if as_now is not None and isinstance(noted.get("recipe"), dict):
            noted["recipe"] = as_now(noted["recipe"])
        same = _unversioned(noted) == _unversioned(json.loads(text))
        if resume and noted and not same:
            unnoted = sorted(identity.keys() - noted.keys())
            if _is_of_a_run(noted) and unnoted:
                raise TrainingError(
                    f"{self.root}: was begun by an earlier release, which did not note its "
                    f"{unnoted[0]}, and cannot go on"
                )
            raise TrainingError(f"{self.root}: is of another configuration, data or split")
        if not (resume and same):
            self.forget()
        write_whole(self.identity, text.encode())

    @property
    def version(self) -> str:
        """That it exports, or the folder's name where it does not tell.

        Raises:
            TrainingError: what was noted of the run cannot be read; so does `labels`.
        """
        recipe = self._noted().get("recipe")
        noted = recipe.get("version") if isinstance(recipe, dict) else None
        return self.root.name if noted is None else str(noted)

    @property
    def labels(self) -> str | None:
        """Hash of the labels that it was trained by; None where it does not tell."""
        return self._noted().get("labels")

    def _noted(self) -> dict[str, Any]:
        if not self.identity.is_file():
            return {}
        try:
            noted = json.loads(self.identity.read_text("utf-8"))
        except ValueError:
            noted = None
        if not isinstance(noted, dict):
            raise TrainingError(f"{self.identity}: was cut off, or is of no run")
        return noted

    def forget(self) -> None:
        """Remove what a former run left, and nothing else that lies in the folder. `run.json` stays
        until another takes its place: without it, what a kill left here would be nobody's."""
        if not self.identity.is_file():
            return
        for path in sorted(self.root.iterdir()):
            if not _MADE.fullmatch(path.name):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


_MADE = re.compile(
    r"first|pretext|bank|fold-\d+|without-(ralo|severity)|evaluation|weights"
    r"|split\.json|framed\.safetensors|(predictions|explanations|gate)\.csv|(gate|evaluation)\.json"
    r"|\..+\.partial\.\w+"
)
"""Names of what a run makes in its folder."""
_BEGUN = frozenset({".run.json.partial.json"})
"""What of it lies in the folder of a run that was killed before it had noted what it is of."""


def _is_of_a_run(noted: dict[str, Any]) -> bool:
    return noted.keys() >= {"recipe", "labels", "split", "backbone"}


def _unversioned(noted: dict[str, Any]) -> dict[str, Any]:
    """What a run is of, without the name that it exports under, which changes no network."""
    recipe = noted.get("recipe")
    if not isinstance(recipe, dict):
        return noted
    return {**noted, "recipe": {key: recipe[key] for key in recipe if key != "version"}}


@dataclass(frozen=True, slots=True)
class Unit:
    """One network: of the films outside a fold, with one seed."""

    folder: Path
    fold: Fold
    seed: int

    @property
    def weights(self) -> Path:
        return self.folder / "model.safetensors"

    @property
    def whole_lungs(self) -> Path:
        """The network before its head's last course."""
        return self.folder / "whole-lungs.safetensors"

    @property
    def checkpoint(self) -> Path:
        return self.folder / "last.ckpt"

    @property
    def predictions(self) -> Path:
        """What it says of its fold's films; a part of `predictions.csv`."""
        return self.folder / "predictions.csv"

    @property
    def maps(self) -> Path:
        """Its maps of the held-back films with masks or boxes."""
        return self.folder / "maps.npz"

    @property
    def readings(self) -> Path:
        """What it says of the films with masks or boxes, for the next round."""
        return self.folder / "readings.npz"

    @property
    def gate(self) -> Path:
        return self.folder / "gate.csv"


@dataclass(frozen=True, slots=True)
class ReportFolder:
    """What `make evaluate` writes, beside figures."""

    root: Path

    @property
    def evaluation(self) -> Path:
        return self.root / "evaluation.json"

    @property
    def text(self) -> Path:
        return self.root / "report.md"
