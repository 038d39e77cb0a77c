"""The training step, as Lightning sees it."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Literal

import numpy as np
import pytorch_lightning as pl
import torch
from efficientnet_pytorch import EfficientNet
from pytorch_lightning.utilities.types import OptimizerLRSchedulerConfig
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

from cxr_severity.model.artifact import DataProvenance
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.network import SeverityNet
from cxr_severity.model.preprocess import normalise
from cxr_training.augment import Augment
from cxr_training.config import TrainConfig
from cxr_training.errors import TrainingError
from cxr_training.metrics import scores

Batch = tuple[torch.Tensor, torch.Tensor]


class Grids(Dataset[tuple[torch.Tensor, int]]):
    """Grids held in memory with their labels; augmented on the way out when asked."""

    def __init__(
        self, grids: torch.Tensor, labels: Sequence[int], augment: Augment | None = None
    ) -> None:
        self._grids = grids
        self._labels = list(labels)
        self._augment = augment

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        grid, label = self._grids[index], self._labels[index]
        return (grid if self._augment is None else self._augment(grid)), label


def class_weights(labels: Sequence[int], power: float) -> torch.Tensor:
    """Inverse class frequency to a power, (3,) float32 with mean 1."""
    counts = Counter(labels)
    weights = torch.tensor([counts[i] for i in range(len(SEVERITIES))]).float() ** -power
    return weights / weights.mean()


def balanced_loader(
    dataset: Grids, labels: Sequence[int], config: TrainConfig
) -> DataLoader[tuple[torch.Tensor, int]]:
    """Batches in which rare classes are drawn more often (weighted random sampler).

    An epoch has as many draws as if every class were as large as the largest; each draw of an
    image is a new augmented variant of it, so the rare classes get more variants.
    A last batch of one is dropped: batch norm cannot train on it.
    """
    weights = class_weights(labels, config.balance)[list(labels)].tolist()
    draws = len(SEVERITIES) * max(Counter(labels).values())
    generator = torch.Generator().manual_seed(config.seed)
    sampler = WeightedRandomSampler(weights, num_samples=draws, generator=generator)
    return DataLoader(
        dataset,
        batch_size=config.batch_size,
        sampler=sampler,
        drop_last=draws % config.batch_size == 1,
    )


class SeverityModule(pl.LightningModule):
    """`SeverityNet` with its loss, optimiser and validation metrics."""

    def __init__(
        self,
        config: TrainConfig,
        weights: torch.Tensor,
        network: SeverityNet,
        data: DataProvenance,
    ) -> None:
        super().__init__()
        self.config = config
        self._identity = {
            "recipe": config.model_dump(mode="json"),
            "data": data.model_dump(mode="json"),
        }
        # Channels last: 1.7 times the speed of the default layout in training on two CPU cores.
        self.network = network.to(
            memory_format=torch.channels_last  # type: ignore[call-overload]
        )
        self.loss_weights: torch.Tensor
        self.register_buffer("loss_weights", weights, persistent=False)
        self._confusion = np.zeros((1, len(SEVERITIES), len(SEVERITIES)))

    def _logits(self, grids: torch.Tensor) -> torch.Tensor:
        x = normalise(grids, self.config.preprocess)
        logits: torch.Tensor = self.network(x.contiguous(memory_format=torch.channels_last))
        return logits

    def training_step(self, batch: Batch, _: int) -> torch.Tensor:
        grids, labels = batch
        logits = self._logits(grids)
        loss = cross_entropy(
            logits, labels, self.loss_weights, label_smoothing=self.config.label_smoothing
        )
        self.log("loss", loss, prog_bar=True, on_epoch=True, on_step=False, batch_size=len(grids))
        return loss

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["run"] = self._identity

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        # On another split, patients that were trained on would be tested on.
        if checkpoint.get("run") != self._identity:
            raise TrainingError("the checkpoint is of another configuration, data or split")

    def on_validation_epoch_start(self) -> None:
        self._confusion[:] = 0

    def validation_step(self, batch: Batch, _: int) -> None:
        grids, labels = batch
        guesses = self._logits(grids).argmax(dim=1)
        np.add.at(self._confusion[0], (labels.cpu().numpy(), guesses.cpu().numpy()), 1)

    def on_validation_epoch_end(self) -> None:
        result = scores(self._confusion)
        self.log("val_macro_f1", float(result.macro_f1[0]), prog_bar=True)
        self.log("val_kappa", float(result.kappa[0]), prog_bar=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        config = self.config
        optimiser = torch.optim.AdamW(
            _parameter_groups(self.network, config), weight_decay=config.weight_decay
        )
        total = int(self.trainer.estimated_stepping_batches)
        warmup = max(1, round(total * config.warmup_epochs / config.epochs))

        def rate(step: int) -> float:
            if step < warmup:
                return (step + 1) / warmup
            return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup)))

        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def _parameter_groups(network: SeverityNet, config: TrainConfig) -> Iterator[dict[str, object]]:
    # Lists, not sets: a checkpoint finds its optimiser state by position.
    backbone = list(network.backbone.parameters())
    of_backbone = {id(parameter) for parameter in backbone}
    head = [p for p in network.parameters() if id(p) not in of_backbone]
    yield {"params": head, "lr": config.learning_rate}
    yield {"params": backbone, "lr": config.learning_rate * config.backbone_rate}


def load_backbone(network: SeverityNet, source: Path | Literal["efficientnet-pytorch"]) -> str:
    """Start the backbone from weights with `efficientnet_pytorch`'s keys.

    Args:
        source: an `.npz` of arrays, a `.pth` state dict (read without unpickling code), or
            `efficientnet-pytorch`, which downloads the package's own ImageNet weights. Those
            belong to `padding: tensorflow` and `batch_norm_eps: 0.001`.

    Returns:
        Their sha256, over keys and values.

    Raises:
        TrainingError: when they cannot be had or do not fit the backbone.
    """
    own = (network.config.padding, network.config.batch_norm_eps) == ("tensorflow", 1e-3)
    if not isinstance(source, Path) and not own:
        raise TrainingError(f"{source}: needs padding: tensorflow and batch_norm_eps: 0.001")
    try:
        if not isinstance(source, Path):
            state = EfficientNet.from_pretrained(network.config.backbone).state_dict()
        elif source.suffix == ".npz":
            with np.load(source, allow_pickle=False) as archive:
                state = {key: torch.from_numpy(archive[key]) for key in archive.files}
        else:
            state = torch.load(source, map_location="cpu", weights_only=True)
    except (OSError, ValueError, EOFError, UnpicklingError) as error:
        raise TrainingError(f"{source}: the backbone's weights cannot be read") from error
    state = {key: value for key, value in state.items() if not key.startswith("_fc.")}
    try:
        missing, unexpected = network.backbone.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise TrainingError(f"{source}: does not fit EfficientNet-B0") from error
    missing = [key for key in missing if not key.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise TrainingError(f"{source}: lacks {missing[:3]}, has unknown {unexpected[:3]}")
    digest = hashlib.sha256()
    for key in sorted(state):
        digest.update(key.encode())
        digest.update(state[key].contiguous().numpy().tobytes())
    return digest.hexdigest()


def estimate_batch_norm(network: SeverityNet, grids: torch.Tensor, config: TrainConfig) -> None:
    """Replace batch norm's running statistics by those of these radiographs, (N, S, S).

    ImageNet's statistics are far off for radiographs, and an average of the weights over the run
    would carry them along.
    """
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    was_training = network.training
    network.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # cumulative average
        norm.train()
    with torch.no_grad():
        for part in torch.split(grids, 2 * config.batch_size):
            network.features(normalise(part, config.preprocess))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    network.train(was_training)
