"""What a network is judged by where PyTorch is not installed."""

from __future__ import annotations

from typing import NamedTuple

from cxr_severity.model.answer import Head


class Plan(NamedTuple):
    """`graph`: ONNX, (1, 3, S, S) normalised input to maps, of which the first are the backbone's
    last features, for the gate. `head`: takes these maps of each film."""

    graph: bytes
    head: Head
