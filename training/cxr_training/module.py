"""The training step, as Lightning sees it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.utilities.types import OptimizerLRSchedulerConfig
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax, smooth_l1_loss

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE
from cxr_severity.model.network import Reading, SeverityNet, States
from cxr_training.bank import Augmenter, Batch, VariantBank, make_batch
from cxr_training.config import DistilConfig, LossConfig, TrainConfig
from cxr_training.distil import Lesson
from cxr_training.errors import TrainingError
from cxr_training.machine import batch_share
from cxr_training.targets import SCORES, Targets

_TOLERANCE = 0.1
"""Error, as a share of the highest score, below which a regression loss is quadratic."""


class SeverityModule(pl.LightningModule):
    """`SeverityNet` with its losses and optimiser, and heads that only training needs."""

    def __init__(
        self,
        config: TrainConfig,
        network: SeverityNet,
        source: Augmenter | VariantBank,
        targets: Targets,
        class_weights: torch.Tensor,
        identity: dict[str, Any],
        seed: int,
        lesson: Lesson | None = None,
    ) -> None:
        super().__init__()
        self.config = config
        self._source, self._targets = source, targets
        self._identity, self._seed, self._lesson = identity, seed, lesson
        # Channels last: 1.7 times the speed of the default layout in training on two CPU cores.
        self.network = network.to(
            memory_format=torch.channels_last  # type: ignore[call-overload]
        )
        self.class_weights: torch.Tensor
        self.register_buffer("class_weights", class_weights, persistent=False)
        width = network.width
        self.scores = nn.Linear(width, len(SCORES))
        self.cells = nn.Linear(width, 1)
        # A head that no loss asks would keep several processes waiting for its gradient.
        self.scores.requires_grad_(config.loss.scores > 0)
        self.cells.requires_grad_(config.loss.opacities > 0)
        network.zones.requires_grad_(
            network.config.zones_inform_class or config.loss.zones > 0 or config.loss.total > 0
        )
        self._generator = torch.Generator()

    def on_train_epoch_start(self) -> None:
        # Of seed, epoch and process, so that a run that goes on draws what it would have drawn.
        seed = self._seed * 1_000_003 + self.current_epoch * 1009 + self.global_rank
        self._generator.manual_seed(seed)
        torch.manual_seed(seed)  # dropout

    def training_step(self, batch: list[torch.Tensor], _: int) -> torch.Tensor:
        indices = batch[0].cpu()
        inputs = self._source(indices, self._generator)
        made = make_batch(inputs, self._targets, indices)
        if self._lesson is not None:
            made = Batch(*map(torch.cat, zip(made, self._taught(self._lesson), strict=True)))
        made = Batch(*(part.to(self.device) for part in made))
        maps = made.maps.contiguous(memory_format=torch.channels_last)
        frozen = self.config.frozen_blocks
        features = self.network.upper(maps, frozen) if frozen else self.network.features(maps)
        # From the LSTM they come cell by cell, a layout in which batch norm's backward takes 30
        # times as long: a seventh of the step.
        features.register_hook(_channels_last)
        states = self.network.read(features)
        reading = self.network.decide(states, (features.shape[2], features.shape[3]))
        losses = self._losses(made, states, reading)
        for name, loss in losses.items():
            self.log(name, loss, on_epoch=True, on_step=False, batch_size=len(indices))
        total = torch.stack(list(losses.values())).sum()
        self.log("loss", total, prog_bar=True, on_epoch=True, on_step=False,
                 batch_size=len(indices))  # fmt: skip
        return total

    def _taught(self, lesson: Lesson) -> Batch:
        """Unscored films with what their teachers say; drawn here, so that processes differ."""
        config = self.config.distil or DistilConfig()
        films = len(lesson.targets.classes)
        count = batch_share(config.batch_size)
        indices = torch.randint(films, (count,), generator=self._generator)
        return make_batch(lesson.source(indices, self._generator), lesson.targets, indices)

    def _losses(self, batch: Batch, states: States, reading: Reading) -> dict[str, torch.Tensor]:
        config = self.config.loss
        losses = {"class": class_loss(reading.logits, batch.classes, self.class_weights)}
        shares = reading.zones / HIGHEST_ZONE_SCORE
        if config.zones:
            both = shares.unsqueeze(1).expand_as(batch.zones)
            losses["zones"] = config.zones * masked_regression(both, batch.zones)
        if config.total:
            total = shares.mean(dim=1, keepdim=True).expand(-1, 2)
            losses["total"] = config.total * masked_regression(total, batch.scores[:, :2])
        if config.scores:
            estimated = torch.sigmoid(self.scores(states.pooled))
            losses["scores"] = config.scores * masked_regression(estimated, batch.scores)
        losses.update(self._mask_losses(config, batch, states))
        return losses

    def _mask_losses(
        self, config: LossConfig, batch: Batch, states: States
    ) -> dict[str, torch.Tensor]:
        lung, opacity = batch.cells.flatten(2).unbind(dim=1)
        losses: dict[str, torch.Tensor] = {}
        if config.lungs:
            inside = (states.attention * lung.nan_to_num()).sum(dim=1).clamp(1e-4, 1)
            losses["lungs"] = config.lungs * _mean(-inside.log(), ~lung.isnan().any(dim=1))
        if config.opacities:
            found = self.cells(states.sequence).squeeze(2)
            loss = binary_cross_entropy_with_logits(
                found, opacity.nan_to_num().clamp(0, 1), reduction="none"
            )
            losses["opacities"] = config.opacities * _mean(loss, ~opacity.isnan())
        return losses

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["run"] = self._identity

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        # On another split, patients that were trained on would be tested on.
        if checkpoint.get("run") != self._identity:
            raise TrainingError("the checkpoint is of another configuration, data or split")

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        config = self.config
        kind = torch.optim.AdamW if config.optimiser == "adamw" else torch.optim.Adam
        optimiser = kind(self._parameter_groups(), weight_decay=config.weight_decay)
        total = int(self.trainer.estimated_stepping_batches)
        warmup = max(1, round(total * config.warmup_epochs / config.epochs))

        def rate(step: int) -> float:
            if step < warmup:
                return (step + 1) / warmup
            if config.schedule == "constant":
                return 1.0
            return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup)))

        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _parameter_groups(self) -> Iterator[dict[str, object]]:
        # Lists, not sets: a checkpoint finds its optimiser state by position.
        backbone = list(self.network.backbone.parameters())
        of_backbone = {id(parameter) for parameter in backbone}
        rest = [p for p in self.parameters() if id(p) not in of_backbone]
        rate = self.config.learning_rate
        yield {"params": rest, "lr": rate}
        trained = [parameter for parameter in backbone if parameter.requires_grad]
        yield {"params": trained, "lr": rate * self.config.backbone_rate}


def _channels_last(gradient: torch.Tensor) -> torch.Tensor:
    return gradient.contiguous(memory_format=torch.channels_last)


def class_loss(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Cross-entropy against (N, 3) class probabilities, NaN rows left out; weights (3,)."""
    known = ~targets.isnan().any(dim=1)
    weighted = targets.nan_to_num() * weights
    loss = -(weighted * log_softmax(logits, dim=1)).sum(dim=1)
    # By the weights, as PyTorch's own: a batch of heavy classes does not take a larger step.
    return (loss * known).sum() / weighted.sum().clamp_min(1e-6)


def masked_regression(estimated: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Huber loss (Huber, 1964) over the targets that are not NaN; 0 where there are none."""
    loss = smooth_l1_loss(estimated, targets.nan_to_num(), beta=_TOLERANCE, reduction="none")
    return _mean(loss, ~targets.isnan())


def _mean(values: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    return (values * known).sum() / known.sum().clamp_min(1)
