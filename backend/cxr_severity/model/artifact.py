"""A version of the model on disk: what makes it up, how it is written, checked and loaded."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import nn

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.gate import DESCRIPTION, KINDS, Gate, GateLimits, Guard
from cxr_severity.model.lungs import LungConfig, LungNet
from cxr_severity.model.manifest import (
    MAX_WEIGHTS_BYTES,
    VERSION_PATTERN,
    GatePart,
    Manifest,
    WeightsFile,
)
from cxr_severity.model.networks.network import FEATURES, Network

MANIFEST = "manifest.json"
WEIGHTS = "model.safetensors"
GATE = "gate.safetensors"
MODEL_CARD = "model-card.md"


class ArtifactError(Exception):
    """A version on disk cannot be trusted or does not exist; the message says why."""


def versions(root: Path) -> list[str]:
    """Versions under a weights folder, oldest first; an empty list where there is none."""
    if not root.is_dir():
        return []
    found = [p.parent.name for p in root.glob(f"*/{MANIFEST}")]
    return sorted((v for v in found if re.match(VERSION_PATTERN, v)), key=_version_key)


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def read_manifest(directory: Path) -> Manifest:
    """Read and validate `directory/manifest.json`.

    Raises:
        ArtifactError: when it is missing, malformed, of another manifest version or class order
            than this code's, names another version than its folder, or has no model card beside it.
    """
    try:
        manifest = Manifest.model_validate_json((directory / MANIFEST).read_bytes())
    except OSError as error:
        raise ArtifactError(f"{directory}: {MANIFEST} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"] == ("manifest_version",):
            reads = Manifest.model_fields["manifest_version"].default
            raise ArtifactError(
                f"{directory}: {MANIFEST} is of manifest version {first['input']}, and this "
                f"release reads {reads}: train the version again, or use the release that made it"
            ) from error
        where = ".".join(str(part) for part in first["loc"]) or "top level"
        raise ArtifactError(f"{directory}: {MANIFEST} at {where}: {first['msg']}") from error
    if manifest.version != directory.name:
        raise ArtifactError(f"{directory}: the manifest says version {manifest.version}")
    if manifest.classes != SEVERITIES:
        raise ArtifactError(f"{directory}: class order {manifest.classes} is not {SEVERITIES}")
    if not (directory / MODEL_CARD).is_file():
        raise ArtifactError(f"{directory}: {MODEL_CARD} is missing")
    return manifest


class Stored(NamedTuple):
    """A version as it lies on disk, checked and read."""

    manifest: Manifest
    network: Network
    guard: Guard


def load_version(directory: Path) -> Stored:
    """Read a whole version; ArtifactError as its parts' loaders raise it."""
    manifest = read_manifest(directory)
    return Stored(manifest, load_network(directory, manifest), load_guard(directory, manifest))


def load_network(directory: Path, manifest: Manifest) -> Network:
    """Build the network of a version and fill it with its weights, in float32 and eval mode.

    Raises:
        ArtifactError: when the file is missing, differs from the manifest's hash, or does not
            fit the network exactly. Nothing is ever left at random initialisation.
    """
    blob = _read_checked(directory / WEIGHTS, manifest.weights)
    network = manifest.network.build(manifest.preprocess.size)
    try:
        load_state(network, blob)
    except ArtifactError as error:
        raise ArtifactError(f"{directory}: {WEIGHTS} {error}") from error
    return network.eval().requires_grad_(False)


def load_guard(directory: Path, manifest: Manifest) -> Guard:
    """The gate of a version with its lung network, in float32 and eval mode.

    Raises:
        ArtifactError: as `load_network` does.
    """
    part = manifest.gate
    blob = _read_checked(directory / GATE, part.weights)
    try:
        return unpack_guard(blob, part.lungs, part.limits, part.dimensions)
    except ArtifactError as error:
        raise ArtifactError(f"{directory}: {GATE} {error}") from error


def _read_checked(path: Path, expected: WeightsFile) -> bytes:
    try:
        blob = path.read_bytes()
    except OSError as error:
        message = f"{path.parent}: {path.name} cannot be read: {error.strerror}"
        raise ArtifactError(message) from error
    if hashlib.sha256(blob).hexdigest() != expected.sha256:
        raise ArtifactError(f"{path.parent}: {path.name} does not match the manifest's sha256")
    return blob


def unpack_guard(
    blob: bytes, lungs: LungConfig | None, limits: GateLimits, dimensions: int
) -> Guard:
    """The reverse of `pack_guard`; ArtifactError when the weights are damaged or do not fit."""
    try:
        tensors = {key: value.float() for key, value in load_tensors(blob).items()}
    except SafetensorError as error:
        raise ArtifactError("does not fit the gate") from error
    shapes = {
        "weights": (len(KINDS), DESCRIPTION), "bias": (len(KINDS),), "centre": (FEATURES,),
        "whitening": (FEATURES, dimensions),
    }  # fmt: skip
    if any(tuple(tensors.get(key, torch.empty(0)).shape) != size for key, size in shapes.items()):
        raise ArtifactError("does not fit the gate")
    arrays = {key: tensors.pop(key).numpy() for key in shapes}
    gate = Gate(limits=limits, **arrays)
    if lungs is None:
        if tensors:
            raise ArtifactError("does not fit the gate")
        return Guard(gate, None)
    network = LungNet(lungs)
    _fill(network, {key.removeprefix("lungs."): value for key, value in tensors.items()})
    return Guard(gate, network.eval().requires_grad_(False))


def pack_guard(guard: Guard) -> bytes:
    """Gate and lung network as safetensors bytes, in the precisions of `pack_weights`."""
    gate = guard.gate
    arrays = {
        "weights": gate.weights, "bias": gate.bias, "centre": gate.centre,
        "whitening": gate.whitening,
    }  # fmt: skip
    state = {key: torch.from_numpy(array) for key, array in arrays.items()}
    if guard.lungs is not None:
        state |= {f"lungs.{key}": value for key, value in guard.lungs.state_dict().items()}
    return _pack(state)


def describe_guard(guard: Guard, blob: bytes) -> GatePart:
    return GatePart(
        weights=describe_weights(blob),
        lungs=guard.lungs.config if guard.lungs is not None else None,
        dimensions=guard.gate.whitening.shape[1],
        limits=guard.gate.limits,
    )


def load_state(network: Network, blob: bytes) -> None:
    """Fill a network with packed weights, cast to float32.

    Raises:
        ArtifactError: when they are damaged or do not fit the network exactly.
    """
    try:
        state = {key: value.float() for key, value in load_tensors(blob).items()}
    except SafetensorError as error:
        raise ArtifactError("does not fit the network") from error
    _fill(network, state)


def _fill(network: nn.Module, state: dict[str, torch.Tensor]) -> None:
    try:
        missing, unexpected = network.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise ArtifactError("does not fit the network") from error
    # The only state that carries no learned value is batch norm's step counter.
    missing = [key for key in missing if not key.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ArtifactError(f"lacks {missing[:3]} and has unknown {unexpected[:3]}")


def pack_weights(network: Network) -> bytes:
    """Weights as safetensors bytes: matrices and kernels in half precision, vectors in single.

    Vectors (biases, batch-norm statistics) are a hundredth of the size, and variances do not
    fit half precision's range.

    Raises:
        ArtifactError: when a value is not finite in the stored precision, or the result is
            larger than `MAX_WEIGHTS_BYTES`.
    """
    return _pack(network.state_dict())


def _pack(tensors: Mapping[str, torch.Tensor]) -> bytes:
    state: dict[str, torch.Tensor] = {}
    for key, value in tensors.items():
        if key.endswith("num_batches_tracked"):
            continue
        stored = value.detach().cpu().to(torch.float16 if value.ndim > 1 else torch.float32)
        if not torch.isfinite(stored).all():
            raise ArtifactError(f"{key} is not finite in {stored.dtype}")
        state[key] = stored.contiguous()
    blob = save_tensors(state)
    if len(blob) > MAX_WEIGHTS_BYTES:
        raise ArtifactError(f"weights take {len(blob)} bytes, more than {MAX_WEIGHTS_BYTES}")
    return blob


def describe_weights(blob: bytes) -> WeightsFile:
    return WeightsFile(sha256=hashlib.sha256(blob).hexdigest(), bytes=len(blob))
