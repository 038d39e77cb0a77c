"""One network from its start to its last step, in a plain loop.

    draw a batch -> maps through the blocks that learn -> losses -> step -> moving average

An epoch is a fixed number of steps. Each ends with a checkpoint, so a kill loses at most one.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from cxr_severity.model.networks.cells import CellNet
from cxr_training.config import LossConfig, StageConfig
from cxr_training.copies import Inputs
from cxr_training.exchange import Batch, exchange_lungs
from cxr_training.losses import Extras, label_loss, place_losses, score_losses
from cxr_training.targets import Targets
from cxr_training.whole_file import write_whole

Source = Callable[[torch.Tensor, torch.Generator], Inputs]
"""Indices of films and a generator to augmented inputs."""


@dataclass(frozen=True, slots=True)
class BatchPart:
    """A part of every batch: `count` films of `members` (M,), drawn by `weights` (M,)."""

    count: int
    members: torch.Tensor
    weights: torch.Tensor


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a network learns from.

    The films of `parts` index `source`, `targets` and `weight`, which says how far their places are
    trusted. Those from `scored` on have `labels` (L,), and targets where a network has read them.
    """

    source: Source
    parts: Sequence[BatchPart]
    scored: int
    targets: Targets
    labels: torch.Tensor
    weight: torch.Tensor


class _Part(Protocol):
    """What a checkpoint keeps the state of."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state_dict: dict[str, Any], /) -> object: ...


class Student(nn.Module):
    """The network with the heads that training alone has; averaged as one."""

    def __init__(self, network: CellNet) -> None:
        super().__init__()
        self.network = network
        self.extras = Extras(network.config.channels)


def learn(
    student: Student, lesson: Lesson, stage: StageConfig, loss: LossConfig, seed: int,
    checkpoint: Path, identity: str, device: torch.device,
) -> CellNet:  # fmt: skip
    """Train and return the averaged network, in eval mode on the CPU.

    A checkpoint of the same `identity` is gone on from; one of another is begun anew.
    """
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    student.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    freeze(student.network, stage.frozen_blocks)
    for module in student.modules():
        if isinstance(module, nn.Dropout):
            module.p = stage.dropout
    optimiser = torch.optim.AdamW(_groups(student, stage), weight_decay=stage.weight_decay)
    steps = stage.epochs * stage.steps
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, _one_cycle(steps, stage.warmup))
    ema = get_ema_multi_avg_fn(stage.ema)  # type: ignore[no-untyped-call]
    average = AveragedModel(student, multi_avg_fn=ema, use_buffers=True)
    parts = (student, optimiser, schedule, average)
    log = checkpoint.with_suffix(".jsonl")
    done = _resume(checkpoint, identity, parts, generator)
    _cut(log, done)
    for epoch in range(done, stage.epochs):
        student.train()
        sums: dict[str, float] = {}
        for _ in tqdm(range(stage.steps), desc=f"epoch {epoch + 1}/{stage.epochs}", unit="step"):
            losses = _losses(student, lesson, stage, loss, generator, device)
            optimiser.zero_grad(set_to_none=True)
            torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(student.parameters(), stage.clip)
            optimiser.step()
            schedule.step()
            average.update_parameters(student)
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + float(value.detach())
        means = {name: round(value / stage.steps, 4) for name, value in sums.items()}
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"epoch": epoch + 1, **means}) + "\n")
        _save(checkpoint, identity, epoch + 1, parts, generator)
    averaged = average.module
    assert isinstance(averaged, Student)  # noqa: S101 - for the type checker
    network = averaged.network
    return network.cpu().eval().requires_grad_(False)


def _losses(
    student: Student, lesson: Lesson, stage: StageConfig, config: LossConfig,
    generator: torch.Generator, device: torch.device,
) -> dict[str, torch.Tensor]:  # fmt: skip
    drawn = [
        part.members[torch.multinomial(part.weights, part.count, True, generator=generator)]
        for part in lesson.parts
    ]
    indices = torch.cat(drawn)
    inputs = lesson.source(indices, generator)
    batch = Batch(
        inputs, lesson.targets.of_batch(indices, inputs.mirrored), lesson.weight[indices],
        torch.ones(len(indices), dtype=torch.bool),
    )  # fmt: skip
    if stage.exchange:
        batch = exchange_lungs(batch, stage.exchange, config.mean_spread, generator)
    inputs, targets = batch.inputs, batch.targets
    images = inputs.maps.to(device, memory_format=torch.channels_last)
    frozen = stage.frozen_blocks
    maps = student.network.upper(images, frozen) if frozen else student.network.seen(images)
    output = student.network.read(maps, whole_lungs=True)
    losses = place_losses(
        config, maps, inputs.places.to(device), inputs.known.to(device), batch.weight.to(device)
    )
    if targets.given:
        losses |= score_losses(config, student.extras, output, targets.to(device))
    labelled = (indices >= lesson.scored) & batch.whole
    if labelled.any():
        labels = lesson.labels[indices[labelled] - lesson.scored].to(device)
        chosen = type(output)(*(part[labelled.to(device)] for part in output))
        losses["label"] = stage.label * label_loss(student.extras, chosen, labels)
    return losses


def _groups(student: Student, stage: StageConfig) -> list[dict[str, object]]:
    # Lists, not sets: a checkpoint finds its optimiser state by position.
    backbone = [p for p in student.network.backbone.parameters() if p.requires_grad]
    of_backbone = {id(parameter) for parameter in backbone}
    rest = [p for p in student.parameters() if p.requires_grad and id(p) not in of_backbone]
    return [
        {"params": rest, "lr": stage.learning_rate},
        {"params": backbone, "lr": stage.learning_rate * stage.backbone_rate},
    ]


def _one_cycle(steps: int, warmup: float) -> Callable[[int], float]:
    rising = max(1, round(steps * warmup))

    def rate(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        return 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1, steps - rising))) + 1e-3

    return rate


def freeze(network: CellNet, blocks: int) -> None:
    """Keep stem and first blocks from learning; in training they are not run either. Nor does a
    framer learn here."""
    net = network.backbone
    if network.framer is not None:
        network.framer.requires_grad_(False)
    if not blocks:
        return
    for part in (net._conv_stem, net._bn0, *net._blocks[:blocks]):
        part.requires_grad_(False)


def _cut(log: Path, epochs: int) -> None:
    """Keep the lines of so many epochs: one that was killed before its checkpoint comes anew."""
    if log.is_file():
        kept = log.read_text(encoding="utf-8").splitlines(keepends=True)[:epochs]
        write_whole(log, "".join(kept).encode())


def _save(
    path: Path, identity: str, epoch: int, parts: Sequence[_Part], generator: torch.Generator
) -> None:
    state = {
        "identity": identity,
        "epoch": epoch,
        "parts": [part.state_dict() for part in parts],
        "draws": generator.get_state(),
        "dropout": torch.get_rng_state(),
        "dropout on GPUs": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }
    # Not to the file itself: of a full disk torch tells in a RuntimeError of its own.
    content = io.BytesIO()
    torch.save(state, content)
    write_whole(path, content.getvalue())


def _resume(path: Path, identity: str, parts: Sequence[_Part], generator: torch.Generator) -> int:
    """Load a checkpoint into the parts; the number of finished epochs, 0 where there is none."""
    if not path.is_file():
        return 0
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state["identity"] != identity:
        return 0
    for part, stored in zip(parts, state["parts"], strict=True):
        part.load_state_dict(stored)
    generator.set_state(state["draws"])
    torch.set_rng_state(state["dropout"])
    on_gpus = state.get("dropout on GPUs", [])
    if torch.cuda.is_available() and len(on_gpus) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(on_gpus)
    return int(state["epoch"])
