"""A version of the model on disk: what makes it up, how it is written, checked and loaded."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.gate import DESCRIPTION, KINDS, Gate, GateLimits, Guard, LungPart
from cxr_severity.model.manifest import (
    MAX_WEIGHTS_BYTES,
    VERSION_PATTERN,
    GatePart,
    Manifest,
    WeightsFile,
)
from cxr_severity.model.networks.configs import LungConfig
from cxr_severity.model.networks.constants import FEATURES
from cxr_severity.model.weights import Arrays, Weights, pack, unpack
from cxr_severity.model.weights import ArtifactError as ArtifactError

MANIFEST = "manifest.json"
WEIGHTS = "model.safetensors"
GATE = "gate.safetensors"
MODEL_CARD = "model-card.md"


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
    """A version as it lies on disk, checked against its hashes and read."""

    manifest: Manifest
    weights: Arrays
    guard: Guard


def load_version(directory: Path) -> Stored:
    """Read a whole version; ArtifactError as its parts' loaders raise it."""
    manifest = read_manifest(directory)
    return Stored(manifest, load_weights(directory, manifest), load_guard(directory, manifest))


def load_weights(directory: Path, manifest: Manifest) -> Arrays:
    """The weights of a version's network, in float32.

    Whether they fit the network is checked where they are used.

    Raises:
        ArtifactError: when the file is missing, damaged or differs from the manifest's hash.
    """
    blob = _read_checked(directory / WEIGHTS, manifest.weights)
    try:
        return unpack(blob)
    except ArtifactError as error:
        raise ArtifactError(f"{directory}: {WEIGHTS} {error}") from error


def load_guard(directory: Path, manifest: Manifest) -> Guard:
    """The gate of a version, with the weights of its lung network.

    Raises:
        ArtifactError: as `load_weights` does, and when the gate does not fit.
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
    weights = Weights(unpack(blob))
    gate = Gate(
        limits=limits,
        weights=weights.take("weights", len(KINDS), DESCRIPTION),
        bias=weights.take("bias", len(KINDS)),
        centre=weights.take("centre", FEATURES),
        whitening=weights.take("whitening", FEATURES, dimensions),
    )
    found = weights.take_all("lungs.") if lungs is not None else {}
    weights.end()
    return Guard(gate, None if lungs is None else LungPart(lungs, found))


def pack_guard(guard: Guard) -> bytes:
    """Gate and lung network as safetensors bytes, in the precisions of `pack`."""
    gate = guard.gate
    arrays: dict[str, Float32Array] = {
        "weights": gate.weights, "bias": gate.bias, "centre": gate.centre,
        "whitening": gate.whitening,
    }  # fmt: skip
    if guard.lungs is not None:
        arrays |= {f"lungs.{name}": array for name, array in guard.lungs.weights.items()}
    return pack_weights(arrays)


def describe_guard(guard: Guard, blob: bytes) -> GatePart:
    return GatePart(
        weights=describe_weights(blob),
        lungs=guard.lungs.config if guard.lungs is not None else None,
        dimensions=guard.gate.whitening.shape[1],
        limits=guard.gate.limits,
    )


def pack_weights(arrays: Arrays) -> bytes:
    """As `weights.pack`, no larger than a version may be."""
    return pack(arrays, MAX_WEIGHTS_BYTES)


def describe_weights(blob: bytes) -> WeightsFile:
    return WeightsFile(sha256=hashlib.sha256(blob).hexdigest(), bytes=len(blob))
