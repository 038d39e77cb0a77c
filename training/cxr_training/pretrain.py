"""`make pretrain`: teach the backbone radiographs on a pretext, before any severity label.

Adults are told apart as COVID-19 or normal, children as normal, bacterial or viral pneumonia, with
a head of their own each: in these data the label goes together with the source and the age, and one
head for all would learn to tell the hospitals. The labels are a pretext; only the backbone is kept.
"""

from __future__ import annotations

import argparse
import logging
import math
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import ModelCheckpoint, TQDMProgressBar
from pytorch_lightning.loggers import TensorBoardLogger
from pytorch_lightning.utilities.types import OptimizerLRSchedulerConfig
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from cxr_severity.model.network import FEATURES, SeverityNet
from cxr_severity.model.preprocess import normalise
from cxr_training.augment import change_exposure, draw_warp
from cxr_training.backbone import (
    BACKBONE_WEIGHTS,
    estimate_batch_norm,
    load_backbone,
    save_backbone,
)
from cxr_training.config import PretrainConfig, load_config
from cxr_training.errors import TrainingError, one_line
from cxr_training.machine import batch_share, process, processes
from cxr_training.pretext import ADULTS, CHILDREN, NOT_OF_THIS_HEAD, read_pretext
from cxr_training.splits import open_dataset


class PretextModule(pl.LightningModule):
    """The backbone under two small heads."""

    def __init__(self, config: PretrainConfig, network: SeverityNet, data_sha256: str) -> None:
        super().__init__()
        self.config = config
        self._identity = {"recipe": config.model_dump(mode="json"), "data": data_sha256}
        self.network = network.to(
            memory_format=torch.channels_last  # type: ignore[call-overload]
        )
        # What no loss asks would keep several processes waiting for its gradient.
        network.requires_grad_(False)
        network.backbone.requires_grad_(True)
        self.dropout = nn.Dropout(config.dropout)
        self.adult = nn.Linear(FEATURES, len(ADULTS))
        self.child = nn.Linear(FEATURES, len(CHILDREN))
        self._generator = torch.Generator()

    def on_train_epoch_start(self) -> None:
        # Of seed, epoch and process, so that a run that goes on draws what it would have drawn.
        seed = self.config.seed * 1_000_003 + self.current_epoch * 1009 + self.global_rank
        self._generator.manual_seed(seed)
        torch.manual_seed(seed)  # dropout

    def training_step(self, batch: list[torch.Tensor], _: int) -> torch.Tensor:
        grids, adult, child = batch
        config = self.config
        warp = draw_warp(len(grids), config.augment, self._generator)
        x = warp(grids.unsqueeze(1).float() / 255, config.size).squeeze(1)
        x = normalise(change_exposure(x, config.augment, self._generator), config.preprocess)
        features = self.network.features(x.contiguous(memory_format=torch.channels_last))
        pooled = self.dropout(features.mean(dim=(2, 3)))
        losses = {
            "adult": _masked(self.adult(pooled), adult),
            "child": _masked(self.child(pooled), child),
        }
        for name, (loss, hits) in losses.items():
            self.log(f"{name}_loss", loss, prog_bar=True, batch_size=len(grids))
            self.log(f"{name}_accuracy", hits, prog_bar=True, batch_size=len(grids))
        return losses["adult"][0] + losses["child"][0]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["run"] = self._identity

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        if checkpoint.get("run") != self._identity:
            raise TrainingError("the checkpoint is of another configuration or other data")

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        optimiser = torch.optim.AdamW(
            self.parameters(), self.config.learning_rate, weight_decay=self.config.weight_decay
        )
        total = int(self.trainer.estimated_stepping_batches)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser,
            lambda step: min(1.0, (step + 1) / (0.1 * total))
            * 0.5 * (1 + math.cos(math.pi * min(1.0, step / total))),
        )  # fmt: skip
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def _masked(logits: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean loss over the whole batch and accuracy of the images that are this head's."""
    mine = labels != NOT_OF_THIS_HEAD
    loss = cross_entropy(logits, labels, ignore_index=NOT_OF_THIS_HEAD, reduction="sum")
    hits = (logits.argmax(dim=1) == labels)[mine].float()
    return loss / len(labels), hits.mean() if len(hits) else torch.ones(())


def run(config: PretrainConfig, data: Path, out: Path, *, resume: bool) -> Path:
    """Pretrain on `data/pretrain` and return the path of the backbone in `out`.

    Raises:
        TrainingError: when data or weights cannot be used; nothing has been trained then.
        OSError: when `out` cannot be written.
    """
    batch = batch_share(config.batch_size)
    pl.seed_everything(config.seed, workers=True, verbose=False)
    _, exclude = open_dataset(data / "severity")
    pretext = read_pretext(data / "pretrain", exclude)
    network = SeverityNet(config.network, config.size)
    load_backbone(network, data / BACKBONE_WEIGHTS)
    sample = pretext.grids[:: max(1, len(pretext.grids) // 512)].float() / 255
    estimate_batch_norm(network, sample, config.preprocess)
    module = PretextModule(config, network, pretext.sha256)
    last = out / "checkpoints" / "last.ckpt"
    trainer = pl.Trainer(
        default_root_dir=out,
        max_epochs=config.epochs,
        accelerator="auto",
        devices=processes(),
        strategy="ddp" if processes() > 1 else "auto",
        deterministic="warn",
        logger=TensorBoardLogger(out, name="log", version=""),
        callbacks=[
            ModelCheckpoint(last.parent, filename=last.stem, enable_version_counter=False),
            TQDMProgressBar(refresh_rate=10),
        ],
        enable_model_summary=False,
        log_every_n_steps=10,
    )
    dataset = TensorDataset(pretext.grids, pretext.adult, pretext.child)
    loader = DataLoader(
        dataset,
        batch,
        # Of seed and epoch, which Lightning tells it; that of `shuffle` starts anew with each run.
        sampler=DistributedSampler(dataset, processes(), process(), seed=config.seed),
        generator=torch.Generator(),  # else it takes a number from the one that dropout uses
        drop_last=True,
    )
    with warnings.catch_warnings():
        # The folder of a run that goes on is meant to hold its last checkpoint.
        warnings.filterwarnings("ignore", ".*exists and is not empty.*")
        trainer.fit(module, loader, ckpt_path=str(last) if resume and last.is_file() else None)
    path = out / "backbone.npz"
    if trainer.is_global_zero:
        digest = save_backbone(module.network, path)
        print(f"backbone {digest} is in {path}")
    return path


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 on success, 2 with one line when the run cannot start or write."""
    parser = argparse.ArgumentParser(prog="cxr-pretrain", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="configs/pretrain.yaml")
    parser.add_argument("--data", type=Path, required=True, help="holds pretrain/, severity/, …")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    arguments = parser.parse_args(argv)
    try:
        config = load_config(arguments.config, PretrainConfig)
        run(config, arguments.data, arguments.out, resume=arguments.resume)
    except (TrainingError, OSError) as error:
        print(f"cxr-pretrain: {one_line(error)}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    sys.exit(main())
