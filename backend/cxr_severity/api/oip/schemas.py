"""Bodies of the protocol's answers, under the names that it gives them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema

from cxr_severity.interop.bodies.problem import Problem


class _Body(BaseModel):
    # The protocol's own names begin with `model_`.
    model_config = ConfigDict(frozen=True, protected_namespaces=())


class Live(_Body):
    live: bool = Field(examples=[True])


class Ready(_Body):
    ready: bool = Field(examples=[True])


class ModelReady(_Body):
    name: str = Field(examples=["cxr-severity"])
    ready: bool = Field(examples=[True])


class ServerMetadata(_Body):
    name: str = Field(examples=["cxr-severity"])
    version: str = Field(description="Of the software", examples=["2.0.0"])
    extensions: list[str] = Field(examples=[["binary_tensor_data"]])


class TensorMetadata(_Body):
    name: str = Field(examples=["image"])
    datatype: str = Field(examples=["BYTES"])
    shape: list[int] = Field(description="-1 is the number of images", examples=[[-1]])


class ModelMetadata(_Body):
    name: str = Field(examples=["cxr-severity"])
    versions: list[str] = Field(examples=[["1.0.0", "2.0.0"]])
    platform: str = Field(examples=["pytorch_safetensors"])
    inputs: list[TensorMetadata] = Field(description="A request has one of them")
    outputs: list[TensorMetadata]


class OutputTensor(_Body):
    name: str = Field(examples=["probabilities"])
    datatype: str = Field(examples=["FP32"])
    shape: list[int] = Field(examples=[[1, 3]])
    data: list[Any] = Field(
        description="Row-major and flat; absent where the tensor is binary",
        examples=[[0.05, 0.6, 0.35]],
    )


class Inference(_Body):
    model_name: str = Field(examples=["cxr-severity"])
    model_version: str = Field(examples=["2.0.0"])
    outputs: list[OutputTensor]


def _without_default(schema: JsonDict) -> None:
    schema.pop("default", None)


class InferenceProblem(Problem):
    """A problem below `/v2`, as `errors.NamedErrors` completes it."""

    error: str = Field(
        description="As `detail`: all that clients of the protocol read", examples=["It is empty."]
    )
    index: int | SkipJsonSchema[None] = Field(
        default=None,
        ge=0,
        description="Only where one image of a request was refused: which, from 0",
        json_schema_extra=_without_default,
    )
