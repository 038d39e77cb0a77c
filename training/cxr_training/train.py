"""`make train`: from labels and images to a version, in one run."""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytorch_lightning as pl
from pytorch_lightning.callbacks import EMAWeightAveraging, ModelCheckpoint, TQDMProgressBar
from pytorch_lightning.loggers import CSVLogger
from torch.utils.data import DataLoader

from cxr_severity.model.artifact import DataProvenance
from cxr_training.augment import Augment
from cxr_training.config import TrainConfig, load_config
from cxr_training.data import (
    Case,
    Dataset,
    Part,
    load_grids,
    read_labels,
    split_by_patient,
    split_digest,
)
from cxr_training.errors import TrainingError
from cxr_training.export import Evaluated, evaluate, export
from cxr_training.module import (
    Grids,
    SeverityModule,
    balanced_loader,
    class_weights,
    estimate_batch_norm,
    load_backbone,
)
from cxr_training.report import summary

BACKBONE_WEIGHTS = Path("weights") / "efficientnet-b0-imagenet.npz"
PACKAGE_WEIGHTS: Final = "efficientnet-pytorch"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 on success, 2 with one line when the run cannot start."""
    parser = argparse.ArgumentParser(prog="cxr-train", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="a file of training/configs")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder that holds severity/ and weights/"
    )
    parser.add_argument(
        "--backbone",
        help=f"starting weights, .npz or .pth, or {PACKAGE_WEIGHTS!r} to download that package's "
        f"own (default: {BACKBONE_WEIGHTS} of the data folder)",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    arguments = parser.parse_args(argv)
    try:
        run(
            load_config(arguments.config),
            arguments.data,
            arguments.out,
            backbone=arguments.backbone,
            resume=arguments.resume,
        )
    except TrainingError as error:
        print(f"cxr-train: {error}", file=sys.stderr)
        return 2
    return 0


def run(
    config: TrainConfig,
    data: Path,
    out: Path,
    *,
    backbone: str | None = None,
    resume: bool = False,
) -> None:
    """Train, measure and export one version into `out/weights/<version>/`.

    `backbone` is a path or `PACKAGE_WEIGHTS`; the data folder's own weights when None.

    Raises:
        TrainingError: when data or configuration cannot be used; nothing has been trained then.
    """
    pl.seed_everything(config.seed, workers=True, verbose=False)
    dataset = read_labels(data / "severity")
    parts = split_by_patient(dataset.cases, config.split, config.seed)
    provenance = _provenance(dataset, parts)
    labels = [case.label for case in parts["train"]]
    module = SeverityModule(config, class_weights(labels, config.balance))
    named = Path(backbone) if backbone else data / BACKBONE_WEIGHTS
    load_backbone(module.network, PACKAGE_WEIGHTS if backbone == PACKAGE_WEIGHTS else named)
    grids = load_grids(dataset.root, parts["train"], config.preprocess)
    estimate_batch_norm(module.network, grids, config)
    train = Grids(grids, labels, Augment(config.augment))
    held_out = {
        part: Evaluated(parts[part], load_grids(dataset.root, parts[part], config.preprocess))
        for part in ("validation", "test")
    }
    validation = held_out["validation"]
    checkpoints = out / "checkpoints"
    trainer = pl.Trainer(
        default_root_dir=out,
        max_epochs=config.epochs,
        accelerator="auto",
        devices=1,
        deterministic="warn",
        logger=CSVLogger(out, name="log"),
        callbacks=[
            # Without a metric to watch it keeps the newest epoch, under one name.
            ModelCheckpoint(checkpoints, filename="last", enable_version_counter=False),
            EMAWeightAveraging(decay=config.ema_decay),
            TQDMProgressBar(),
        ],
        enable_model_summary=False,
        log_every_n_steps=1,
        num_sanity_val_steps=0,
    )
    last = checkpoints / "last.ckpt"
    if not resume:
        last.unlink(missing_ok=True)
    with warnings.catch_warnings():
        # The folder of a run that goes on is meant to hold its last checkpoint.
        warnings.filterwarnings("ignore", ".*exists and is not empty.*")
        trainer.fit(
            module,
            balanced_loader(train, labels, config),
            DataLoader(Grids(validation.grids, validation.labels.tolist()), batch_size=32),
            ckpt_path=str(last) if last.is_file() else None,
        )
    network = module.network.cpu()
    manifest = export(network, config, provenance, validation, held_out["test"], out / "weights")
    on_validation = evaluate(
        network, validation, config.preprocess, "the validation patients of the same split"
    )
    (out / "metrics.json").write_text(manifest.metrics.model_dump_json(indent=2) + "\n")
    (out / "metrics-validation.json").write_text(on_validation.model_dump_json(indent=2) + "\n")
    print(summary(manifest), f"\nversion {manifest.version} is in {out / 'weights'}")


def _provenance(dataset: Dataset, parts: Mapping[Part, Sequence[Case]]) -> DataProvenance:
    return DataProvenance(
        labels_sha256=dataset.labels_sha256,
        split_sha256=split_digest(parts),
        images={part: len(cases) for part, cases in parts.items()},
        patients={part: len({case.patient for case in cases}) for part, cases in parts.items()},
    )


if __name__ == "__main__":
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    sys.exit(main())
