"""`make ablation`: the published recipe and two steps back from it, beside what ships.

All are tested on one fold of the split that the shipped version was measured by, whose patients
none of them has seen. The published recipe is a softmax over EfficientNet-B0's features, read as a
sequence by a bidirectional LSTM or pooled as they are; it learns grades alone, hard ones.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from pydantic import Field
from torch import nn
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.measure.grades import measure
from cxr_severity.model.measure.markdown import cell, table
from cxr_severity.model.networks.configs import SequenceConfig
from cxr_severity.model.networks.sequence import SequenceNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_severity.model.reference.tensors import normalise
from cxr_training.augment import change_exposure, draw_warp
from cxr_training.backbone import BACKBONE_WEIGHTS, load_backbone
from cxr_training.cases import Case, Dataset
from cxr_training.config import TrainConfig, load_config
from cxr_training.config_augment import AugmentConfig, Frozen
from cxr_training.errors import TrainingError, one_line
from cxr_training.evaluation.predictions import Predictions, read_predictions
from cxr_training.films import Films
from cxr_training.held_out import Seen
from cxr_training.networks import device
from cxr_training.out_of_fold import write_predictions
from cxr_training.splits import Split
from cxr_training.train import prepare
from cxr_training.whole_file import write_whole

_BATCH = 16


class AblationConfig(Frozen):
    """One recipe in the published manner."""

    seed: int = Field(default=1, ge=0)
    epochs: int = Field(ge=1, description="Each as many films as there are to learn from")
    learning_rate: float = Field(default=1e-4, gt=0, description="Of Adam, constant, for all parts")
    balanced: bool = Field(description="Grades are drawn equally often")
    class_weights: tuple[float, float, float] = Field(
        default=(1, 1, 1), description="Of mild, moderate and severe in the loss"
    )
    augment: AugmentConfig
    preprocess: PreprocessConfig
    network: SequenceConfig


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 on success, 2 with one line when it cannot start or write."""
    parser = argparse.ArgumentParser(prog="cxr-ablation", description=__doc__.split("\n")[0])
    parser.add_argument("recipes", type=Path, nargs="+", help="files of training/configs/ablation")
    parser.add_argument("--shipped", type=Path, required=True, help="recipe of what ships")
    parser.add_argument(
        "--predictions", type=Path, required=True, help="predictions.csv of its run"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder as the data card tells")
    parser.add_argument("--fold", type=int, default=0, help="tested; the others are learned from")
    parser.add_argument("--runs", type=Path, required=True, help="folder for what each one says")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file to write")
    arguments = parser.parse_args(argv)
    try:
        recipes = {path.stem: load_config(path, AblationConfig) for path in arguments.recipes}
        shipped = load_config(arguments.shipped, TrainConfig).of_courses
        for path, recipe in zip(arguments.recipes, recipes.values(), strict=True):
            # Films are loaded once, on the grid that the shipped recipe's courses see; how values
            # are normalised is each recipe's own.
            if any(
                getattr(recipe.preprocess, name) != getattr(shipped.preprocess, name)
                for name in ("size", "low_percentile", "high_percentile")
            ):
                raise TrainingError(f"{path}: preprocess: is not that of {arguments.shipped}")
        # What is missing or does not fit is found before any training.
        read_predictions(arguments.predictions)
        films, dataset, split = prepare(shipped, arguments.data)
        if arguments.fold not in split.fold.values():
            raise TrainingError(f"--fold {arguments.fold}: the split has none of this number")
        compared({shipped.version: arguments.predictions}, dataset, split, arguments.fold, 0)
        tables: dict[str, Path] = {}
        for name, recipe in recipes.items():
            tables[name] = arguments.runs / f"{name}-{arguments.fold}.csv"
            # Of a changed recipe or split, or of other films, nothing is taken over.
            noted = tables[name].with_suffix(".json")
            of = f'"split": "{split.sha256}", "films": "{films.sha256}"'
            identity = f'{{{of}, "recipe": {recipe.model_dump_json()}}}\n'
            known = noted.is_file() and noted.read_text(encoding="utf-8") == identity
            if not (known and tables[name].is_file()):
                start = arguments.data / BACKBONE_WEIGHTS
                seen, tested = train(recipe, films, split, arguments.fold, start, name)
                write_predictions(tables[name], tested, arguments.fold, recipe.seed, seen)
                write_whole(noted, identity.encode())
        tables[shipped.version] = arguments.predictions
        epochs = max(recipe.epochs for recipe in recipes.values())
        text = compared(tables, dataset, split, arguments.fold, epochs)
        write_whole(arguments.out, text.encode())
    except (TrainingError, OSError) as error:
        print(f"cxr-ablation: {one_line(error)}", file=sys.stderr)
        return 2
    print(text)
    return 0


def train(
    config: AblationConfig, films: Films, split: Split, fold: int, backbone: Path, name: str
) -> tuple[Seen, list[Case]]:
    """Train on the graded films of all folds but one, and read those of that one.

    Raises:
        TrainingError: when the backbone's weights cannot be read.
    """
    torch.manual_seed(config.seed)
    generator = torch.Generator().manual_seed(config.seed)
    graded = [(i, case) for i, case in enumerate(films.dataset.cases) if case.severity is not None]
    learned = torch.tensor([i for i, case in graded if split.fold[case.image] != fold])
    labels = torch.tensor([films.dataset.cases[i].label for i in learned])
    network = SequenceNet(config.network, config.preprocess.size)
    load_backbone(network, backbone)
    network.train().to(device(), memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    weights = torch.tensor(config.class_weights, dtype=torch.float32, device=device())
    counts = torch.bincount(labels, minlength=len(SEVERITIES)).float()
    draw = (1 / counts)[labels] if config.balanced else torch.ones(len(labels))
    noisy = torch.tensor([severity in config.augment.noisy for severity in SEVERITIES])
    steps = max(1, len(learned) // _BATCH)
    for epoch in range(config.epochs):
        for _ in tqdm(range(steps), desc=f"{name} {epoch + 1}/{config.epochs}", unit="step"):
            rows = torch.multinomial(draw, _BATCH, True, generator=generator)
            grids = films.grids[learned[rows]].unsqueeze(1).float() / 255
            warp = draw_warp(_BATCH, config.augment, generator)
            changed = change_exposure(
                warp(grids, config.preprocess.size).squeeze(1), config.augment, generator,
                noisy[labels[rows]],
            )  # fmt: skip
            x = normalise(changed, config.preprocess).to(device())
            logits = network(x.contiguous(memory_format=torch.channels_last)).logits
            loss = cross_entropy(logits, labels[rows].to(device()), weights)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    tested = [(i, case) for i, case in graded if split.fold[case.image] == fold]
    return (
        _see(network, films.grids[[i for i, _ in tested]], config.preprocess),
        [case for _, case in tested],
    )


def _see(network: nn.Module, grids: torch.Tensor, config: PreprocessConfig) -> Seen:
    """Logits and zones; there is no map of places to tell of."""
    network.eval()
    logits: list[Float32Array] = []
    zones: list[Float32Array] = []
    for at in range(0, len(grids), _BATCH):
        part = grids[at : at + _BATCH].float() / 255
        with torch.no_grad():
            output = network(normalise(part, config).to(device()))
        logits.append(output.logits.cpu().numpy())
        zones.append(output.zones.cpu().numpy())
    nowhere = np.zeros((len(grids), 3, 1, 1), np.float32)
    return Seen(np.concatenate(logits), np.concatenate(zones), nowhere[:, 0], nowhere)


def compared(
    tables: Mapping[str, Path], dataset: Dataset, split: Split, fold: int, epochs: int
) -> str:
    """Markdown: a row a recipe, of the graded films of one fold; grades by the raw logits, all
    seeds of a table pooled.

    Args:
        epochs: that the published recipes learned for.

    Raises:
        TrainingError: a table that cannot be used, lacks a film of the fold, or has it in another.
    """
    tested = [case for case in dataset.cases if case.severity and split.fold[case.image] == fold]
    lines = []
    for name, path in tables.items():
        predictions = read_predictions(path)
        rows = _rows(predictions, tested, fold, path)
        seeds = len(np.unique(predictions.seeds))
        found = measure(
            [case.label for case in tested] * seeds, predictions.logits[rows].argmax(axis=1),
            [case.patient for case in tested] * seeds, evaluated_on=f"fold {fold}", seeds=seeds,
        )  # fmt: skip
        grades = [cell(found.per_class[severity].f1) for severity in SEVERITIES]
        lines.append(
            [name, cell(found.accuracy), *grades, cell(found.macro_f1),
             cell(found.quadratic_weighted_kappa)]
        )  # fmt: skip
    names = ["recipe", "accuracy", *(f"F1 {one}" for one in SEVERITIES), "macro-F1", "kappa"]
    head = f"""# The published recipe, on these films

{found.images} films of {found.patients} patients that none of these had seen: fold {fold} of the
shipped version's split, whose other folds were learned from. Grades by the raw logits, weighted
kappa; of several seeds the readings are pooled. The published ones learned for {epochs} epochs: the
publication tells neither its own nor its learning rate, and longer may be better. Intervals:
{found.interval}.
`make ablation` writes this table; `training/configs/ablation` holds the recipes."""
    return f"{head}\n\n{table(names, lines)}\n"


def _rows(predictions: Predictions, tested: Sequence[Case], fold: int, path: Path) -> list[int]:
    """Where each film stands, seed by seed; TrainingError where one does not, or in another fold,
    whose networks may have learned it."""
    read = zip(predictions.seeds.tolist(), predictions.images, strict=True)
    row = {one: i for i, one in enumerate(read)}
    rows = []
    for seed in np.unique(predictions.seeds).tolist():
        for case in tested:
            i = row.get((seed, case.image))
            if i is None:
                raise TrainingError(f"{path}: seed {seed} does not tell of {case.image}")
            if predictions.folds[i] != str(fold):
                raise TrainingError(
                    f"{path}: is of another split: {case.image} stands in fold "
                    f"{predictions.folds[i]}, not in {fold}"
                )
            rows.append(i)
    return rows


if __name__ == "__main__":
    sys.exit(main())
