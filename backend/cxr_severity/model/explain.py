"""Where the network looked: Grad-CAM from maps that are already there."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.answer import Answer, SubjectMap, subject_of
from cxr_severity.model.assessment import Subject, Target
from cxr_severity.model.networks.network import HeadOutput, Network
from cxr_severity.model.networks.zone_geometry import lung_cells

_cudnn_switch = threading.Lock()


@contextmanager
def _native_lstm(device: torch.device) -> Iterator[None]:
    """Run LSTMs on PyTorch's own CUDA kernels: cuDNN has no backward for them in eval mode.

    The switch is global to the process and restores what it found, so two threads that
    interleave could leave it in the wrong position: on CUDA they take turns.
    """
    if device.type != "cuda":
        yield
        return
    with _cudnn_switch, torch.backends.cudnn.flags(enabled=False):
        yield


class Explained(NamedTuple):
    """`output` of N films, without a gradient; `subjects`: what each film's map speaks of; `cam`
    (N, h, w) float32 over the whole film, not negative, not scaled."""

    output: HeadOutput
    subjects: list[Subject]
    cam: torch.Tensor


def grad_cam(
    network: Network, maps: tuple[torch.Tensor, ...], targets: Sequence[Target]
) -> Explained:
    """Gradient-weighted class activation maps (Selvaraju et al., ICCV 2017) of a network's layer.

    Pure: it installs no hook and leaves no gradient on a parameter, so concurrent calls on one
    network cannot mix. One pass of the small head gives output and maps. Where the network tells
    the lungs, nothing outside them is shown.

    Args:
        maps: of N films, as `network.features` gives them, computed without gradient.
        targets: what each film's map is wanted of.
    """
    layer = network.layer(maps).detach().requires_grad_()
    with torch.enable_grad(), _native_lstm(layer.device):
        output = network.answer(layer, maps)
        logits = output.logits.detach().cpu().numpy()
        subjects = [
            subject_of(target, logits[i], network.explains) for i, target in enumerate(targets)
        ]
        (gradient,) = torch.autograd.grad(network.explained(output, subjects).sum(), layer)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    cam = (weights * layer.detach()).sum(dim=1).clamp_min(0)
    places = network.places(maps)
    if places is not None:
        cam = cam * lung_cells(places)
    cam = network.on_film(cam.unsqueeze(1), maps).squeeze(1)
    return Explained(HeadOutput(*(part.detach() for part in output)), subjects, cam)


class AutogradHead:
    """Any network's head, with PyTorch's autograd, on the device where the network is."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def answer(
        self, maps: Sequence[tuple[Float32Array, ...]], wanted: Sequence[Target | None]
    ) -> list[Answer]:
        """What `network.features` gave of each film, to its answer."""
        return [self._answer(*each) for each in zip(maps, wanted, strict=True)]

    def _answer(self, found: tuple[Float32Array, ...], target: Target | None) -> Answer:
        device = next(self._network.parameters()).device
        maps = tuple(torch.from_numpy(part).to(device) for part in found)
        shown: SubjectMap | None = None
        if target is None:
            with torch.no_grad():
                output = self._network.read(maps)
        else:
            output, (subject,), cam = grad_cam(self._network, maps, [target])
            shown = SubjectMap.scaled(subject, cam[0].float().cpu().numpy())
        places = self._network.places(maps)
        return Answer(
            output.logits[0].cpu().numpy(),
            output.zones[0].cpu().numpy(),
            shown,
            None if places is None else self._network.on_film(places, maps)[0].cpu().numpy(),
        )
