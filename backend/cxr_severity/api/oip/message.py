"""Requests and answers on the wire: JSON, with tensors in it or, binary, behind it.

The protocol's "Inference Request JSON Object" and its binary tensor data extension. All numbers are
little endian, tensors are row-major.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError, model_validator

from cxr_severity.api.errors import ApiError
from cxr_severity.api.oip.read_json import numbers, read_json
from cxr_severity.api.validation import said_of
from cxr_severity.imaging.arrays import Float32Array

LENGTH = "Inference-Header-Content-Length"
"""The header that says how many bytes of a body are JSON, where binary tensors follow."""
_DIGITS = 12
_NOT_OF_SHAPE = "{name!r} does not hold what its shape says."
_TWICE = "{name!r} comes both in the JSON and behind it."

Datatype = Literal["BYTES", "FP32", "BOOL"]
Values = Float32Array | NDArray[np.bool_] | list[bytes]


class _Loose(BaseModel):
    """The protocol lets clients say more than a server knows, and null where they say nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        return {name: value for name, value in said.items() if value is not None}


class Input(_Loose):
    """One tensor that was sent."""

    name: str
    shape: tuple[StrictInt, ...] = Field(max_length=8)
    datatype: str
    parameters: dict[str, Any] = {}
    data: Any = None
    """Lists, as `read_json` gives them, or None."""

    @property
    def elements(self) -> int:
        return math.prod(self.shape)


class Wanted(_Loose):
    """One output that is asked for."""

    name: str
    parameters: dict[str, Any] = {}


class Message(_Loose):
    """What was asked."""

    id: str = ""
    inputs: tuple[Input, ...]
    outputs: tuple[Wanted, ...] = ()
    parameters: dict[str, Any] = {}

    def flag(self, name: str) -> bool:
        """A parameter that is true or false.

        Raises:
            ApiError: `invalid-request` when it is something else.
        """
        return _flag(self.parameters, name)

    def wanted(self, known: Sequence[str]) -> dict[str, bool]:
        """Names of the outputs that are asked for, all of `known` where none is named; whether each
        is to be binary.

        Raises:
            ApiError: `invalid-request`: there is no such output, or it is asked for in a way that
                is not given.
        """
        binary = self.flag("binary_data_output")
        if not self.outputs:
            return dict.fromkeys(known, binary)
        found: dict[str, bool] = {}
        for output in self.outputs:
            if output.name not in known:
                raise invalid("There is no output {name!r}.", name=output.name[:40])
            for way in ("classification", "shared_memory_region"):
                # Anything may stand there, and an array has no truth of its own.
                asked = output.parameters.get(way)
                if isinstance(asked, np.ndarray) or asked:
                    raise invalid("Outputs are not given by {way}.", way=way)
            found[output.name] = _flag(output.parameters, "binary_data", binary)
        return found


@dataclass(frozen=True, slots=True)
class Output:
    """One tensor of the answer; `values` row-major, BYTES a flat list."""

    name: str
    datatype: Datatype
    shape: tuple[int, ...]
    values: Values

    def to_json(self) -> list[Any]:
        if isinstance(self.values, list):
            return [value.decode() for value in self.values]
        flat: list[Any] = self.values.ravel().tolist()
        return flat

    def to_bytes(self) -> bytes:
        if isinstance(self.values, list):
            return b"".join(struct.pack("<I", len(value)) + value for value in self.values)
        return np.ascontiguousarray(self.values).tobytes()


def invalid(template: str, **values: str | float) -> ApiError:
    return ApiError("invalid-request", template, None, **values)


def _flag(parameters: Mapping[str, Any], name: str, otherwise: bool = False) -> bool:
    value = parameters.get(name)
    value = otherwise if value is None else value
    if not isinstance(value, bool):
        raise invalid("The parameter {name} must be true or false.", name=name)
    return value


_Tensor = tuple[Input, bytes | None]


def read_message(body: bytes, length: str | None) -> tuple[Message, list[_Tensor]]:
    """A request and its inputs, each with the bytes that came behind the JSON for it.

    Args:
        length: the value of the header `LENGTH`, or None.

    Raises:
        ApiError: `malformed-request` for what cannot be read, `invalid-request` for what is no
            inference request.
    """
    end = len(body) if length is None else _length(length, len(body))
    try:
        said = read_json(body, end)
    except (ValueError, RecursionError) as error:  # also of what is not UTF-8
        raise ApiError("malformed-request", "The inference request is not JSON.") from error
    try:
        message = Message.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "body"
        template, values = said_of(first, where[:80])
        raise invalid(template, **values) from error
    return message, list(_with_bytes(message.inputs, memoryview(body)[end:]))


def _length(said: str, most: int) -> int:
    if not said.isascii() or not said.isdigit() or len(said) > _DIGITS or int(said) > most:
        raise ApiError("malformed-request", "{header} is not a length within the body.",
                       header=LENGTH)  # fmt: skip
    return int(said)


def _with_bytes(inputs: Sequence[Input], behind: memoryview) -> Iterator[_Tensor]:
    at = 0
    for sent in inputs:
        size = sent.parameters.get("binary_data_size")
        if sent.parameters.get("shared_memory_region") is not None:
            raise invalid("Inputs are not taken from shared memory.")
        if size is None:
            yield sent, None
            continue
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= len(behind) - at:
            raise invalid(
                "The binary_data_size of {name!r} is not in the body.", name=sent.name[:40]
            )
        if sent.data is not None:
            raise invalid(_TWICE, name=sent.name[:40])
        yield sent, bytes(behind[at : at + size])
        at += size
    if at != len(behind):
        raise invalid("The body goes on behind its last tensor.")


def byte_strings(sent: Input, raw: bytes | None) -> list[bytes]:
    """The elements of a BYTES tensor; in JSON each is base64, as no image is valid text.

    Raises:
        ApiError: `invalid-request`.
    """
    # No more than one too many is looked at: a body may hold millions.
    most = sent.elements + 1
    found = _unpacked(raw, most) if raw is not None else _from_base64(sent, most)
    if len(found) != sent.elements:
        raise invalid(_NOT_OF_SHAPE, name=sent.name[:40])
    return found


def _unpacked(raw: bytes, most: int) -> list[bytes]:
    found, at = list[bytes](), 0
    while at < len(raw) and len(found) < most:
        (size,) = struct.unpack_from("<I", raw, at) if at + 4 <= len(raw) else (len(raw),)
        at += 4
        if at + size > len(raw):
            raise invalid("A BYTES tensor ends within an element.")
        found.append(raw[at : at + size])
        at += size
    return found


def _from_base64(sent: Input, most: int) -> list[bytes]:
    texts = chain.from_iterable(_leaves(sent, [] if sent.data is None else sent.data, sent.shape))
    try:
        return [_decoded(text) for text in islice(texts, most)]
    except (binascii.Error, TypeError, ValueError) as error:
        raise invalid(
            "Elements of {name!r} must be base64 in JSON.", name=sent.name[:40]
        ) from error


def _decoded(text: Any) -> bytes:
    if not isinstance(text, str):  # `b64decode` takes arrays as well
        raise TypeError
    return base64.b64decode(text, validate=True)


def floats(sent: Input, raw: bytes | None) -> Float32Array:
    """An FP32 tensor in its shape.

    Raises:
        ApiError: `invalid-request`.
    """
    try:
        if raw is not None:
            values = np.frombuffer(raw, "<f4")
        else:
            leaves = _leaves(sent, [] if sent.data is None else sent.data, sent.shape)
            values = np.concatenate([_as_array(leaf) for leaf in leaves])
        return values.reshape(sent.shape).astype(np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise invalid(_NOT_OF_SHAPE, name=sent.name[:40]) from error


def _as_array(leaf: list[Any] | Float32Array) -> Float32Array:
    found = numbers(leaf) if isinstance(leaf, list) else leaf
    if found is None:
        raise TypeError("not of numbers")
    return found


def _leaves(sent: Input, data: Any, shape: Sequence[int]) -> Iterator[list[Any] | Float32Array]:
    """The innermost lists: JSON tensors are nested as their shape is, or flat."""
    if not isinstance(data, list | np.ndarray):
        raise invalid(_NOT_OF_SHAPE, name=sent.name[:40])
    if isinstance(data, np.ndarray) or not any(isinstance(p, list | np.ndarray) for p in data):
        yield data
        return
    if not shape or len(data) != shape[0]:
        raise invalid(_NOT_OF_SHAPE, name=sent.name[:40])
    for part in data:
        yield from _leaves(sent, part, shape[1:])


def write_message(
    outputs: Sequence[Output], binary: Mapping[str, bool], **said: str
) -> tuple[bytes, int | None]:
    """The body of an answer, and how much of it is JSON where binary tensors follow."""
    described, behind = [], []
    for output in outputs:
        tensor: dict[str, Any] = {
            "name": output.name,
            "datatype": output.datatype,
            "shape": list(output.shape),
        }
        if binary[output.name]:
            raw = output.to_bytes()
            tensor["parameters"] = {"binary_data_size": len(raw)}
            behind.append(raw)
        else:
            tensor["data"] = output.to_json()
        described.append(tensor)
    head = json.dumps({**said, "outputs": described}).encode()
    return b"".join([head, *behind]), len(head) if behind else None
