"""The model as the protocol describes one: tensors in, tensors out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxr_severity.api.oip.bounds import MOST
from cxr_severity.api.oip.message import (
    Datatype,
    Input,
    Output,
    byte_strings,
    floats,
    invalid,
)
from cxr_severity.api.oip.schemas import ModelMetadata, TensorMetadata
from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.assessment import SEVERITIES, ZONES, Assessment
from cxr_severity.model.manifest import Manifest

IMAGE, TENSOR = "image", "input"
_SHAPE = "The shape of `{name}` must be {shape}."


@dataclass(frozen=True, slots=True)
class _Tensor:
    name: str
    datatype: Datatype
    shape: tuple[int, ...]
    """Of one image; the first dimension, of images, comes before it."""

    def described(self) -> TensorMetadata:
        return TensorMetadata(name=self.name, datatype=self.datatype, shape=[-1, *self.shape])


_OUTPUTS = (
    _Tensor("probabilities", "FP32", (len(SEVERITIES),)),
    _Tensor("severity", "BYTES", ()),
    _Tensor("prediction_set", "BOOL", (len(SEVERITIES),)),
    _Tensor("brixia_zones", "FP32", (len(ZONES),)),
    _Tensor("brixia_total", "FP32", ()),
    _Tensor("findings", "BYTES", ()),
)
OUTPUT_NAMES = tuple(output.name for output in _OUTPUTS)

Images = list[bytes] | list[Float32Array]


def metadata(manifest: Manifest, versions: Sequence[str]) -> ModelMetadata:
    """The protocol's "Model Metadata Response JSON Object"."""
    side = manifest.preprocess.size
    inputs = (_Tensor(IMAGE, "BYTES", ()), _Tensor(TENSOR, "FP32", (3, side, side)))
    return ModelMetadata(
        name=manifest.name,
        versions=list(versions),
        platform="pytorch_safetensors",
        inputs=[tensor.described() for tensor in inputs],
        outputs=[tensor.described() for tensor in _OUTPUTS],
    )


def images_of(tensors: Sequence[tuple[Input, bytes | None]], side: int) -> Images:
    """The files, or the prepared tensors (1, 3, S, S), of the one input that a request has.

    Raises:
        ApiError: `invalid-request`.
    """
    if len(tensors) != 1:
        raise invalid("Send one input, `image` or `input`.")
    ((sent, raw),) = tensors
    if sent.name not in (IMAGE, TENSOR):
        raise invalid("There is no input {name!r}.", name=sent.name[:40])
    count = sent.shape[0] if sent.shape else 0
    if not 1 <= count <= MOST:
        raise invalid("A request holds between 1 and {most} images.", most=MOST)
    wanted = "BYTES" if sent.name == IMAGE else "FP32"
    if sent.datatype != wanted:
        raise invalid("`{name}` must be {datatype}.", name=sent.name, datatype=wanted)
    if sent.name == IMAGE:
        if sent.shape not in ((count,), (count, 1)):
            raise invalid(_SHAPE, name=IMAGE, shape="[n]")
        return byte_strings(sent, raw)
    if sent.shape != (count, 3, side, side):
        raise invalid(_SHAPE, name=TENSOR, shape=f"[n, 3, {side}, {side}]")
    values = floats(sent, raw)
    return [values[i : i + 1] for i in range(count)]


def outputs_of(found: Sequence[Assessment], wanted: Sequence[str]) -> list[Output]:
    """Judgements as tensors, in the order in which they are wanted."""
    columns: dict[str, Float32Array | NDArray[np.bool_] | list[bytes]] = {
        "probabilities": np.array(
            [[one.probabilities[grade] for grade in SEVERITIES] for one in found], "<f4"
        ),
        "severity": [one.severity.encode() for one in found],
        "prediction_set": np.array(
            [[grade in one.prediction_set for grade in SEVERITIES] for one in found], np.bool_
        ),
        "brixia_zones": np.array([[one.brixia.zones[z] for z in ZONES] for one in found], "<f4"),
        "brixia_total": np.array([one.brixia.total for one in found], "<f4"),
        "findings": [
            ",".join(finding.code for finding in one.quality.findings).encode() for one in found
        ],
    }
    by_name = {output.name: output for output in _OUTPUTS}
    return [
        Output(name, by_name[name].datatype, (len(found), *by_name[name].shape), columns[name])
        for name in wanted
    ]
