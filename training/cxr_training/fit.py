"""One network from its start to the end of its epochs."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from pytorch_lightning.callbacks import (
    Callback,
    EMAWeightAveraging,
    ModelCheckpoint,
    TQDMProgressBar,
)
from pytorch_lightning.loggers import TensorBoardLogger
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from cxr_severity.model.manifest import DataProvenance
from cxr_severity.model.network import SeverityNet
from cxr_training.backbone import Source, estimate_batch_norm, load_backbone
from cxr_training.bank import Augmenter, Films, VariantBank, class_shares
from cxr_training.config import TrainConfig
from cxr_training.data import Dataset
from cxr_training.distil import Lesson, Unscored
from cxr_training.machine import batch_share, process, processes
from cxr_training.module import SeverityModule
from cxr_training.splits import Split
from cxr_training.targets import Targets

CHECKPOINT = "last.ckpt"


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all networks of a run share."""

    config: TrainConfig
    films: Films
    targets: Targets
    source: Augmenter | VariantBank
    backbone: Source
    data: DataProvenance
    unscored: Unscored | None
    """What students learn from beside the films; None where nobody is taught."""

    @property
    def identity(self) -> dict[str, Any]:
        """Recipe and data; a checkpoint of another run is not taken up."""
        return {
            # The gate comes after the networks, which do not depend on it.
            "recipe": self.config.model_dump(mode="json", exclude={"gate"}),
            "data": self.data.model_dump(mode="json"),
            **({"unscored": self.unscored.labels_sha256} if self.unscored else {}),
        }


def open_workshop(
    config: TrainConfig, dataset: Dataset, hashes: NDArray[np.bool_], split: Split, films: Films,
    backbone: Source,
) -> Workshop:  # fmt: skip
    """Load the backbone once and compute what the frozen blocks make of the films.

    Args:
        hashes: (N, 256) perceptual hashes of the data set's films.

    Raises:
        TrainingError: when the backbone cannot be had or does not fit, `pretrain/` beside the data
            set lacks the films that students are to learn from, or a batch does not divide among
            the processes.
    """
    for batch in (config.batch_size, *([config.distil.batch_size] if config.distil else [])):
        batch_share(batch)
    network = SeverityNet(config.network, config.preprocess.size)
    digest = load_backbone(network, backbone)
    augmenter = Augmenter(films, config)
    source: Augmenter | VariantBank = augmenter
    if config.frozen_blocks:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        source = VariantBank(
            augmenter, network, config.frozen_blocks, len(films.cases), config.variants,
            seed=config.seeds[0],
        )  # fmt: skip
    unscored = None
    if config.distil:
        unscored = Unscored.open(dataset.root.parent / "pretrain", hashes, network, config)
    targets = Targets.of(films.cases, config.loss)
    data = DataProvenance(
        labels_sha256=dataset.labels_sha256,
        split_sha256=split.sha256,
        backbone_sha256=digest,
        images=len(dataset.cases),
        classed=len(dataset.classed),
        patients=len({case.patient for case in dataset.cases}),
        folds=config.split.folds,
    )
    return Workshop(config, films, targets, source, backbone, data, unscored)


def fit(
    workshop: Workshop,
    train: Sequence[int],
    seed: int,
    out: Path,
    *,
    lesson: Lesson | None = None,
    resume: bool = False,
) -> SeverityNet:
    """Train a network on the films `train` and return it, averaged, in eval mode on the CPU.

    With a `lesson` it is a student, and learns from that too. A checkpoint in `out` is renewed each
    epoch; with `resume` the training goes on from it.

    Raises:
        TrainingError: when that checkpoint is of another run.
    """
    config, films = workshop.config, workshop.films
    if lesson and config.distil:
        config = config.model_copy(update={"epochs": config.distil.epochs})
    pl.seed_everything(seed, workers=True, verbose=False)
    network = SeverityNet(config.network, config.preprocess.size)
    load_backbone(network, workshop.backbone)
    if config.frozen_blocks:
        freeze(network, config.frozen_blocks)
    else:
        estimate_batch_norm(network, films.grids[list(train)], config.preprocess)
    cases = [films.cases[i] for i in train]
    counts = class_shares(cases)
    weights = (
        torch.tensor(config.loss.class_weights)
        if config.loss.class_weights
        else counts**-config.balance
    )
    module = SeverityModule(
        config,
        network,
        workshop.source,
        workshop.targets,
        weights / weights.mean(),
        workshop.identity,
        seed,
        lesson,
    )
    last = out / CHECKPOINT
    if not resume:
        last.unlink(missing_ok=True)
    if not (last.is_file() and _is_complete(last, module)):
        trainer = _trainer(config, out, last.stem)
        with warnings.catch_warnings():
            # The folder of a run that goes on is meant to hold its last checkpoint.
            warnings.filterwarnings("ignore", ".*exists and is not empty.*")
            trainer.fit(
                module,
                _loader(films, train, config, seed),
                ckpt_path=str(last) if last.is_file() else None,
            )
    network.cpu().eval().requires_grad_(False)
    return network


def _is_complete(last: Path, module: SeverityModule) -> bool:
    """Whether a checkpoint ends its run; if so, the module gets its (averaged) weights."""
    checkpoint = torch.load(last, map_location="cpu", weights_only=True)
    module.on_load_checkpoint(checkpoint)
    if checkpoint["epoch"] + 1 < module.config.epochs:
        return False
    module.load_state_dict(checkpoint["state_dict"])
    return True


def _loader(
    films: Films, train: Sequence[int], config: TrainConfig, seed: int
) -> DataLoader[tuple[torch.Tensor, ...]]:
    """Batches of indices, this process's share; rare classes are drawn more often (weighted random
    sampler)."""
    cases = [films.cases[i] for i in train]
    counts = class_shares(cases)
    draw = counts**-config.sampler_balance
    # Films without a class have other scores to give; they are drawn like the average film.
    mean = float((draw * counts).sum() / counts.sum())
    likelihood = [mean if case.severity is None else float(draw[case.label]) for case in cases]
    batch = batch_share(config.batch_size)
    return DataLoader(
        TensorDataset(torch.tensor(train)),
        batch_size=batch,
        sampler=_Draw(likelihood, seed),
        generator=torch.Generator(),  # else it takes a number from the one that dropout uses
        # Batch norm cannot train on a batch of one.
        drop_last=math.ceil(len(train) / processes()) % batch == 1,
    )


class _Draw(DistributedSampler[float]):
    """Draws of seed and epoch, which Lightning tells it, so that a run that goes on draws what it
    would have drawn. Several processes take turns; Lightning's own way of sharing a sampler would
    not tell it the epoch."""

    def __init__(self, likelihood: Sequence[float], seed: int) -> None:
        weights = torch.tensor(likelihood, dtype=torch.float64)
        super().__init__(weights, processes(), process(), seed=seed)  # type: ignore[arg-type]
        self._likelihood = weights

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        drawn = torch.multinomial(self._likelihood, self.total_size, True, generator=generator)
        return iter(drawn[self.rank :: self.num_replicas].tolist())


def _trainer(config: TrainConfig, out: Path, checkpoint: str) -> pl.Trainer:
    callbacks: list[Callback] = [
        # Without a metric to watch it keeps the newest epoch, under one name.
        ModelCheckpoint(out, filename=checkpoint, enable_version_counter=False),
        TQDMProgressBar(refresh_rate=10),
    ]
    if config.ema_decay:
        callbacks.append(EMAWeightAveraging(decay=config.ema_decay))
    return pl.Trainer(
        default_root_dir=out,
        max_epochs=config.epochs,
        accelerator="auto",
        devices=processes(),
        strategy="ddp" if processes() > 1 else "auto",
        precision=config.precision,
        deterministic="warn",
        logger=TensorBoardLogger(out, name="log", version=""),
        callbacks=callbacks,
        enable_model_summary=False,
        log_every_n_steps=10,
        num_sanity_val_steps=0,
    )


def freeze(network: SeverityNet, blocks: int) -> None:
    """Keep stem and first blocks from learning; they are not run in training either."""
    net = network.backbone
    for part in (net._conv_stem, net._bn0, *net._blocks[:blocks]):
        part.requires_grad_(False)
