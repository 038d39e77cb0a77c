"""A network's weights by name, as they are stored and as they are taken out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from cxr_severity.imaging.arrays import Float32Array

Arrays = Mapping[str, Float32Array]
"""Names as in PyTorch's state dict, without the step counters of batch norms."""

_COUNTER = "num_batches_tracked"
"""The only state that carries no learned value."""


class ArtifactError(Exception):
    """A version on disk cannot be trusted or does not exist; the message says why."""


class Weights:
    """Takes arrays out by name and shape, and knows in the end what nobody wanted: weights fit a
    network exactly, or not at all."""

    def __init__(self, arrays: Arrays) -> None:
        self._left = dict(arrays)

    def take(self, name: str, *shape: int) -> Float32Array:
        """Raises ArtifactError when it is missing, was taken before or is of another shape."""
        found = self._left.pop(name, None)
        if found is None:
            raise ArtifactError(f"does not fit the network: {name} is missing")
        if found.shape != shape:
            raise ArtifactError(f"does not fit the network: {name} is {found.shape}, not {shape}")
        return found

    def take_all(self, prefix: str) -> dict[str, Float32Array]:
        """What is left under a prefix, by what follows it."""
        names = [name for name in self._left if name.startswith(prefix)]
        return {name.removeprefix(prefix): self._left.pop(name) for name in names}

    def end(self) -> None:
        """Raises ArtifactError when something is left."""
        if self._left:
            raise ArtifactError(f"does not fit the network: {sorted(self._left)[:3]} is unknown")


def unpack(blob: bytes) -> dict[str, Float32Array]:
    """The reverse of `pack`, cast to float32.

    Raises:
        ArtifactError: when the bytes are damaged.
    """
    try:
        return {name: array.astype(np.float32) for name, array in load(blob).items()}
    except (SafetensorError, KeyError) as error:  # KeyError: a precision that numpy has not
        raise ArtifactError("does not fit the network: it is damaged") from error


def pack(arrays: Arrays, most_bytes: int) -> bytes:
    """Weights as safetensors bytes: matrices and kernels in half precision, vectors in single.

    Vectors (biases, batch-norm statistics) are a hundredth of the size, and variances do not
    fit half precision's range.

    Raises:
        ArtifactError: when a value is not finite in the stored precision, or the result is larger
            than `most_bytes`.
    """
    state: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.floating]]] = {}
    for name, value in arrays.items():
        if name.endswith(_COUNTER):
            continue
        with np.errstate(over="ignore"):  # asked for below
            stored = value.astype(np.float16 if value.ndim > 1 else np.float32)
        if not np.isfinite(stored).all():
            raise ArtifactError(f"{name} is not finite in {stored.dtype}")
        state[name] = np.ascontiguousarray(stored)
    blob: bytes = save(state)
    if len(blob) > most_bytes:
        raise ArtifactError(f"weights take {len(blob)} bytes, more than {most_bytes}")
    return blob
