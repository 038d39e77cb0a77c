"""Example bodies for the OpenAPI document. Data URLs are cut short; numbers are illustrative."""

from __future__ import annotations

from typing import Any

PREDICTION: dict[str, Any] = {
    "model": {"name": "cxr-severity", "version": "1.0.0"},
    "input": {
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "format": "png",
        "width": 2048,
        "height": 2048,
    },
    "severity": "moderate",
    "probabilities": {"mild": 0.21, "moderate": 0.62, "severe": 0.17},
    "confidence": 0.62,
    "prediction_set": ["mild", "moderate"],
    "refer": True,
    "brixia": {
        "zones": {"A": 0.4, "B": 1.3, "C": 1.9, "D": 0.3, "E": 1.2, "F": 2.1},
        "total": 7.2,
    },
    "quality": {
        "accepted": True,
        "findings": [
            {
                "code": "lungs-cut-off",
                "level": "warn",
                "message": "A part of the lungs may lie outside the picture.",
                "value": 0.21,
                "limit": 0.15,
            }
        ],
    },
    "explanation": {
        "method": "grad-cam",
        "target": "moderate",
        "peak": 0.84,
        "low_signal": False,
        "lung_fraction": 0.78,
        "heatmap": "data:image/png;base64,iVBORw0KGgo…",
        "overlay": "data:image/jpeg;base64,/9j/4AAQSkZJRg…",
    },
    "timings_ms": {"decode": 31.0, "model": 22.4, "explain": 4.1, "encode": 18.2, "total": 75.7},
}

MODEL_LIST: dict[str, Any] = {
    "default": "1.0.0",
    "models": [
        {
            "name": "cxr-severity",
            "version": "1.0.0",
            "created": "2026-11-22",
            "default": True,
            "macro_f1": 0.66,
        }
    ],
}

_SEVERITIES = ("mild", "moderate", "severe")
_ESTIMATE = {"value": 0.75, "low": 0.7, "high": 0.8}
_CLASS = {"precision": _ESTIMATE, "recall": _ESTIMATE, "f1": _ESTIMATE, "support": 108}
_METRICS: dict[str, Any] = {
    "evaluated_on": "every film with a class, each read only by networks that had not seen its "
    "patient (5 patient-grouped folds, 3 seeds)",
    "interval": "95% percentile bootstrap over patients, 2000 resamples",
    "images": 325,
    "patients": 210,
    "seeds": 3,
    "accuracy": _ESTIMATE,
    "macro_f1": _ESTIMATE,
    "quadratic_weighted_kappa": _ESTIMATE,
    "two_step_errors": {"value": 0.01, "low": 0.0, "high": 0.02},
    "per_class": dict.fromkeys(_SEVERITIES, _CLASS),
    "confusion_matrix": [[220, 60, 2], [70, 310, 61], [1, 50, 201]],
}
_CALIBRATION = {
    "expected_error": {"value": 0.04, "low": 0.03, "high": 0.07},
    "adaptive_error": {"value": 0.04, "low": 0.03, "high": 0.07},
    "brier": {"value": 0.35, "low": 0.3, "high": 0.4},
    "log_loss": {"value": 0.6, "low": 0.5, "high": 0.7},
    "reliability": [{"readings": 90, "confidence": 0.9, "accuracy": _ESTIMATE}],
}
_BRIXIA = {
    "reference": "the mean of two radiologists",
    "images": 152,
    "patients": 108,
    "total_mae": {"value": 1.9, "low": 1.7, "high": 2.1},
    "total_bias": {"value": 0.1, "low": -0.2, "high": 0.4},
    "total_r": {"value": 0.87, "low": 0.83, "high": 0.9},
    "zone_mae": {"value": 0.4, "low": 0.37, "high": 0.43},
}
_SCALING = {
    "temperature": 1.0,
    "weights": [[1.0 if i == j else 0.0 for j in range(9)] for i in range(3)],
    "offset": [0.0, 0.0, 0.0],
}
_CONFORMAL = {"coverage": 0.9, "threshold": 0.18}

MODEL_DETAILS: dict[str, Any] = {
    "manifest": {
        "manifest_version": 3,
        "name": "cxr-severity",
        "version": "1.0.0",
        "created": "2026-11-23",
        "intended_use": "Research. Not a medical device and not for diagnosis.",
        "licence": "Research use",
        "classes": _SEVERITIES,
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
        "calibration": _SCALING,
        "conformal": _CONFORMAL,
        "faint_peak": 0.05,
        "weights": {"sha256": "0" * 64, "bytes": 10_900_000},
        "gate": {
            "weights": {"sha256": "0" * 64, "bytes": 560_000},
            "lungs": {"size": 128, "width": 12},
            "dimensions": 64,
            "limits": {
                "colour": {"reject": 0.08},
                "frontal": {"reject": 0.5},
                "distance": {"warn": 1.4, "reject": 2.5},
                "lung_area": {"reject": 0.1},
                "lung_span": {"warn": 0.35, "reject": 0.2},
                "lung_border": {"warn": 0.6},
                "side": {"warn": 224, "reject": 64},
                "lung_black": {"warn": 0.1},
                "lung_contrast": {"warn": 0.06},
            },
        },
        "golden": {
            "probabilities": {"mild": 0.3, "moderate": 0.5, "severe": 0.2},
            "zones": {"A": 0.9, "B": 1.4, "C": 1.8, "D": 0.8, "E": 1.1, "F": 1.5},
            "tolerance": 0.002,
        },
        "evaluation": {
            "metrics": _METRICS,
            "seeds": [],
            "majority": _METRICS,
            "readers": _METRICS,
            "on_readers_films": _METRICS,
            "against_senior": _METRICS,
            "auc": {"per_class": dict.fromkeys(_SEVERITIES, _ESTIMATE), "macro": _ESTIMATE},
            "calibration": {
                "fitted": _SCALING,
                "temperatures": [1.0],
                "before": _CALIBRATION,
                "tempered": _CALIBRATION,
                "after": _CALIBRATION,
            },
            "conformal": {
                "fitted": _CONFORMAL,
                "coverage": {"value": 0.9, "low": 0.86, "high": 0.93},
                "coverage_per_class": dict.fromkeys(_SEVERITIES, _ESTIMATE),
                "mean_size": {"value": 1.5, "low": 1.4, "high": 1.6},
                "single": {"value": 0.55, "low": 0.5, "high": 0.6},
            },
            "selective": {
                "area": {"value": 0.15, "low": 0.1, "high": 0.2},
                "accuracy_at_half": {"value": 0.85, "low": 0.8, "high": 0.9},
                "coverage_at_90": {"value": 0.3, "low": 0.1, "high": 0.5},
                "curve": [{"coverage": 1.0, "accuracy": _ESTIMATE}],
            },
            "brixia": _BRIXIA,
            "readers_brixia": _BRIXIA,
            "correlations": [],
            "subgroups": [],
            "explanations": [],
            "gate": [],
            "shifts": [],
        },
        "data": {
            "labels_sha256": "0" * 64,
            "split_sha256": "0" * 64,
            "backbone_sha256": "0" * 64,
            "images": 349,
            "classed": 325,
            "patients": 224,
            "folds": 5,
        },
        "recipe": {"epochs": 30},
    },
    "metrics": _METRICS,
    "card": "/models/1.0.0/card",
}
