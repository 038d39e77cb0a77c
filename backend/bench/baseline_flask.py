"""The same service as it is commonly built: Flask, eager PyTorch and the `grad-cam` library.

The network, its weights and what is answered are the same: probabilities, a heatmap and an overlay
of the same sizes. It is no straw man: one lock keeps the model to one request at a time, because
hooks on a shared model mix concurrent requests up, and pictures are encoded as the service does.
"""

from __future__ import annotations

import argparse
import base64
import logging
import sys
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from flask import Flask, Response, jsonify, request
from numpy.typing import NDArray
from PIL import Image
from werkzeug.serving import make_server

from cxr_severity.model.artifact import load_version, versions
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.networks.network import Network
from cxr_severity.model.reference.networks import network_of

_HEATMAP_SIDE, _OVERLAY_SIDE = 256, 1024


_declared: list[Any] = []
"""Declarations of operators live as long as what declared them."""


def _import_grad_cam() -> Any:
    """`grad-cam` imports torchvision, whose CUDA build stops beside a CPU build of PyTorch: it
    misses two operators that nothing here uses. They are declared, and the import tried again."""
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        library: Any = torch.library
        declared = library.Library("torchvision", "FRAGMENT")
        for name in ("nms", "qnms"):
            declared.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.append(declared)
    import pytorch_grad_cam

    return pytorch_grad_cam


class _Logits(torch.nn.Module):
    """`grad-cam` wants a module that returns one tensor."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network(x).logits
        return logits


def create_app(directory: Path) -> Flask:
    library = _import_grad_cam()
    from pytorch_grad_cam.utils.image import show_cam_on_image

    stored = load_version(directory)
    manifest, preprocess = stored.manifest, stored.manifest.preprocess
    network = network_of(stored.weights, manifest.network, preprocess.size)
    model = _Logits(network).eval()
    model.requires_grad_(True)
    cam = library.GradCAM(model=model, target_layers=[model.network.backbone._bn1])
    lock = threading.Lock()
    app = Flask(__name__)

    @app.get("/health/ready")
    def ready() -> Response:
        return jsonify(status="ready")

    @app.post("/predict")
    def predict() -> Response:
        image = Image.open(BytesIO(request.files["file"].read())).convert("RGB")
        small = image.resize((preprocess.size, preprocess.size), Image.Resampling.BILINEAR)
        values = np.asarray(small, np.float32) / 255
        x = torch.from_numpy((values - preprocess.mean) / preprocess.std)
        x = x.float().permute(2, 0, 1).unsqueeze(0)
        explain = request.args.get("explain", "true") == "true"
        heat = None
        with lock:
            if explain:
                heat = cam(input_tensor=x, targets=None)[0]
                logits = cam.outputs.detach()  # as its documentation says: no second pass
            else:
                with torch.no_grad():
                    logits = model(x)
        probabilities = logits.softmax(dim=1)[0].tolist()
        answer: dict[str, Any] = {
            "severity": SEVERITIES[int(np.argmax(probabilities))],
            "probabilities": dict(zip(SEVERITIES, probabilities, strict=True)),
        }
        if heat is not None:
            image.thumbnail((_OVERLAY_SIDE, _OVERLAY_SIDE))
            resized = Image.fromarray(heat).resize(image.size, Image.Resampling.BICUBIC)
            shown = np.clip(np.asarray(resized), 0, 1)
            overlay = show_cam_on_image(np.asarray(image, np.float32) / 255, shown, use_rgb=True)
            grey = Image.fromarray((shown * 255).astype(np.uint8))
            grey.thumbnail((_HEATMAP_SIDE, _HEATMAP_SIDE))
            answer["heatmap"] = _encoded(np.asarray(grey), "PNG")
            answer["overlay"] = _encoded(overlay, "JPEG")
        return jsonify(answer)

    return app


def _encoded(pixels: NDArray[np.uint8], file_format: str) -> str:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, file_format, quality=85)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f"data:image/{file_format.lower()};base64,{data}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="folder of versions")
    arguments = parser.parse_args()
    app = create_app(arguments.weights / versions(arguments.weights)[-1])
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    make_server("127.0.0.1", arguments.port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
