"""`torchvision.transforms.v2`, also where torchvision's wheel was built for another torch.

A torchvision wheel built for CUDA cannot load its compiled operators beside a CPU-only torch, and
its import then stops because the schemas of `nms` and `qnms` are unknown. The transforms need
none of these operators: with the two schemas declared, the import passes. Training alone uses
torchvision; the service does not.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import torch

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_library: Any = None  # dropped with its schemas if not referred to


def _import_transforms() -> Any:
    global _library
    try:
        return importlib.import_module("torchvision.transforms.v2")
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
    for name in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    library: Any = torch.library.Library  # untyped in torch
    _library = library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS:
        _library.define(schema)
    return importlib.import_module("torchvision.transforms.v2")


transforms = _import_transforms()
