"""Example bodies for the OpenAPI document. Data URLs are cut short; numbers are illustrative."""

from __future__ import annotations

from typing import Any

PREDICTION: dict[str, Any] = {
    "model": {"name": "cxr-severity", "version": "0.1.0"},
    "input": {
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "format": "png",
        "width": 2048,
        "height": 2048,
    },
    "severity": "moderate",
    "probabilities": {"mild": 0.21, "moderate": 0.62, "severe": 0.17},
    "confidence": 0.62,
    "explanation": {
        "method": "grad-cam",
        "target": "moderate",
        "peak": 0.84,
        "heatmap": "data:image/png;base64,iVBORw0KGgo…",
        "overlay": "data:image/jpeg;base64,/9j/4AAQSkZJRg…",
    },
    "timings_ms": {"decode": 31.0, "model": 22.4, "explain": 4.1, "encode": 18.2, "total": 75.7},
}

MODEL_LIST: dict[str, Any] = {
    "default": "0.1.0",
    "models": [
        {
            "name": "cxr-severity",
            "version": "0.1.0",
            "created": "2026-11-22",
            "default": True,
            "macro_f1": 0.66,
        }
    ],
}

_ESTIMATE = {"value": 0.66, "low": 0.53, "high": 0.78}
_CLASS = {"precision": _ESTIMATE, "recall": _ESTIMATE, "f1": _ESTIMATE, "support": 16}
_METRICS: dict[str, Any] = {
    "evaluated_on": "15% of the patients, set apart before training",
    "interval": "95% percentile bootstrap over patients, 2000 resamples",
    "images": 49,
    "patients": 33,
    "accuracy": _ESTIMATE,
    "macro_f1": _ESTIMATE,
    "quadratic_weighted_kappa": _ESTIMATE,
    "per_class": {"mild": _CLASS, "moderate": _CLASS, "severe": _CLASS},
    "confusion_matrix": [[10, 4, 1], [5, 14, 3], [0, 3, 9]],
}

MODEL_DETAILS: dict[str, Any] = {
    "manifest": {
        "manifest_version": 1,
        "name": "cxr-severity",
        "version": "0.1.0",
        "created": "2026-11-22",
        "intended_use": "Research. Not a medical device and not for diagnosis.",
        "licence": "Research use",
        "classes": ["mild", "moderate", "severe"],
        "preprocess": {
            "size": 224,
            "low_percentile": 0.5,
            "high_percentile": 99.5,
            "mean": [0.485, 0.456, 0.406],
            "std": [0.229, 0.224, 0.225],
        },
        "network": {
            "backbone": "efficientnet-b0",
            "padding": "symmetric",
            "batch_norm_eps": 1e-5,
            "sequence": "lstm",
            "hidden_size": 128,
            "dropout": 0.3,
        },
        "temperature": 1.0,
        "weights": {"sha256": "0" * 64, "bytes": 10_900_000},
        "golden": {
            "probabilities": {"mild": 0.3, "moderate": 0.5, "severe": 0.2},
            "tolerance": 0.002,
        },
        "metrics": _METRICS,
        "readers": _METRICS,
        "data": {
            "labels_sha256": "0" * 64,
            "split_sha256": "0" * 64,
            "backbone_sha256": "0" * 64,
            "images": {"train": 227, "validation": 49, "test": 49},
            "patients": {"train": 148, "validation": 32, "test": 32},
        },
        "recipe": {"seed": 1, "epochs": 60},
    },
    "metrics": _METRICS,
    "card": "/models/0.1.0/card",
}
