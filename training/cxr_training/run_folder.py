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

    def claim(
        self, identity: Mapping[str, object], *, resume: bool,
        as_now: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    ) -> None:  # fmt: skip
        """Note whose folder this is. Without `resume` what a former run left is removed.

        Under another version the same run goes on, and is noted under that one.

        Args:
            as_now: of the recipe that an earlier release noted, what this one would have noted.

        Raises:
            TrainingError: when `resume` finds another run's folder.
        """
        text = json.dumps(identity, indent=1, sort_keys=True) + "\n"
        try:
            noted = self._noted()
        except ValueError:  # cut off or changed by hand: of nobody knows what
            noted = {"recipe": None}
        if as_now is not None and isinstance(noted.get("recipe"), dict):
            noted["recipe"] = as_now(noted["recipe"])
        same = _unversioned(noted) == _unversioned(json.loads(text))
        if resume and noted and not same:
            raise TrainingError(f"{self.root}: is of another configuration, data or split")
        if not (resume and same):
            self.forget()
        write_whole(self.identity, text.encode())

    @property
    def version(self) -> str:
        """That it exports, or the folder's name where it does not tell."""
        recipe = self._noted().get("recipe", {})
        return str(recipe.get("version", self.root.name))

    @property
    def labels(self) -> str | None:
        """Hash of the labels that it was trained by; None where it does not tell."""
        return self._noted().get("labels")

    def _noted(self) -> dict[str, Any]:
        if not self.identity.is_file():
            return {}
        noted: dict[str, Any] = json.loads(self.identity.read_text("utf-8"))
        return noted

    def forget(self) -> None:
        """Remove what a former run left; a folder of somebody else's files is let alone."""
        if not self.identity.is_file():
            return
        # The identity last: without it, what a kill left here would be taken for this run's own.
        for path in sorted(self.root.iterdir(), key=lambda path: path == self.identity):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


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
