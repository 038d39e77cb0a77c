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
import torch
from pytorch_lightning.callbacks import EMAWeightAveraging, ModelCheckpoint, TQDMProgressBar
from pytorch_lightning.loggers import CSVLogger
from torch.utils.data import DataLoader

from cxr_severity.model.artifact import ArtifactError, DataProvenance, pack_weights
from cxr_severity.model.network import SeverityNet
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
from cxr_training.export import Evaluated, evaluate, export, reader_agreement
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
    parts = split_by_patient(dataset.cases, config.split)
    network = SeverityNet(config.network, config.preprocess.size)
    named = Path(backbone) if backbone else data / BACKBONE_WEIGHTS
    digest = load_backbone(network, PACKAGE_WEIGHTS if backbone == PACKAGE_WEIGHTS else named)
    try:
        pack_weights(network)
    except ArtifactError as error:  # better now than after the training
        raise TrainingError(f"such a network cannot be exported: {error}") from error
    provenance = _provenance(dataset, parts, digest)
    train, validation, test = (
        Evaluated(parts[part], load_grids(dataset.root, parts[part], config.preprocess))
        for part in ("train", "validation", "test")
    )
    labels = train.labels.tolist()
    module = SeverityModule(config, class_weights(labels, config.balance), network, provenance)
    last = out / "checkpoints" / "last.ckpt"
    if not resume:
        last.unlink(missing_ok=True)
    if not (last.is_file() and _is_complete(last, module, config)):
        _fit(module, config, train, validation, out, last)
    manifest = export(
        module.network.cpu(),
        config,
        provenance,
        reader_agreement(dataset.read_twice),
        validation,
        test,
        out / "weights",
    )
    on_validation = evaluate(
        module.network, validation, config.preprocess, "the validation patients of the same split"
    )
    (out / "metrics.json").write_text(manifest.metrics.model_dump_json(indent=2) + "\n")
    (out / "metrics-validation.json").write_text(on_validation.model_dump_json(indent=2) + "\n")
    print(summary(manifest), f"\nversion {manifest.version} is in {out / 'weights'}")


def _is_complete(last: Path, module: SeverityModule, config: TrainConfig) -> bool:
    """Whether a checkpoint ends its run; if so, the module gets its (averaged) weights."""
    checkpoint = torch.load(last, map_location="cpu", weights_only=True)
    module.on_load_checkpoint(checkpoint)
    if checkpoint["epoch"] + 1 < config.epochs:
        return False
    module.load_state_dict(checkpoint["state_dict"])
    return True


def _fit(
    module: SeverityModule,
    config: TrainConfig,
    train: Evaluated,
    validation: Evaluated,
    out: Path,
    last: Path,
) -> None:
    """Train to the end, from the checkpoint `last` where there is one; it is renewed each epoch."""
    estimate_batch_norm(module.network, train.grids, config)
    labels = train.labels.tolist()
    trainer = pl.Trainer(
        default_root_dir=out,
        max_epochs=config.epochs,
        accelerator="auto",
        devices=1,
        deterministic="warn",
        logger=CSVLogger(out, name="log"),
        callbacks=[
            # Without a metric to watch it keeps the newest epoch, under one name.
            ModelCheckpoint(last.parent, filename=last.stem, enable_version_counter=False),
            EMAWeightAveraging(decay=config.ema_decay),
            TQDMProgressBar(),
        ],
        enable_model_summary=False,
        log_every_n_steps=1,
        num_sanity_val_steps=0,
    )
    with warnings.catch_warnings():
        # The folder of a run that goes on is meant to hold its last checkpoint.
        warnings.filterwarnings("ignore", ".*exists and is not empty.*")
        trainer.fit(
            module,
            balanced_loader(Grids(train.grids, labels, Augment(config.augment)), labels, config),
            DataLoader(Grids(validation.grids, validation.labels.tolist()), batch_size=32),
            ckpt_path=str(last) if last.is_file() else None,
        )


def _provenance(
    dataset: Dataset, parts: Mapping[Part, Sequence[Case]], backbone_sha256: str
) -> DataProvenance:
    return DataProvenance(
        labels_sha256=dataset.labels_sha256,
        split_sha256=split_digest(parts),
        backbone_sha256=backbone_sha256,
        images={part: len(cases) for part, cases in parts.items()},
        patients={part: len({case.patient for case in cases}) for part, cases in parts.items()},
    )


if __name__ == "__main__":
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    sys.exit(main())
