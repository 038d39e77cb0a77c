"""What the service says, in types. Fields that a later service adds are passed over."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cxr_severity_client.problems import Finding, ProblemError

__all__ = [
    "BatchLine",
    "Brixia",
    "Explanation",
    "Finding",
    "Input",
    "Model",
    "Opacity",
    "Prediction",
    "Quality",
    "Severity",
    "Zone",
]

Severity = Literal["mild", "moderate", "severe"]
Zone = Literal["A", "B", "C", "D", "E", "F"]
"""A, B, C: the patient's right lung from top to bottom; D, E, F: the left."""
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Input:
    """The file. `width` and `height` are pixels of the film as it is looked at: after any
    orientation tag was applied, and pixels that are not square were made so."""

    sha256: str
    format: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Brixia:
    """Zones 0 to 3, `total` 0 to 18, neither rounded; `interval` holds the reference total in about
    nine films of ten, and is None where the version gives none."""

    zones: Mapping[Zone, float]
    total: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Quality:
    """Whether the image is fit for a judgement, and what stands against one."""

    accepted: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Opacity:
    """Where the network sees opacity; `map` is a grey PNG of its probability, 255 for 1."""

    map: bytes
    of_lungs: float
    of_zones: Mapping[Zone, float]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where the model looked. `heatmap` is a grey PNG, `overlay` a JPEG of the film with the map
    over it; `zone_outlines` are corners, x and y as shares of the upright film."""

    method: str
    target: str
    peak: float
    low_signal: bool
    low_signal_reason: str | None
    lung_fraction: float | None
    heatmap: bytes
    overlay: bytes
    opacity: Opacity | None
    zone_outlines: Mapping[Zone, tuple[tuple[float, float], ...]] | None


@dataclass(frozen=True, slots=True)
class Prediction:
    """The severity of one radiograph. Research software; not a diagnosis."""

    model: Model
    input: Input
    severity: Severity
    probabilities: Mapping[Severity, float]
    confidence: float
    prediction_set: tuple[Severity, ...]
    """The grades that remain plausible, in order of severity."""
    refer: bool
    """Whether a person should decide between them."""
    brixia: Brixia
    quality: Quality
    explanation: Explanation | None
    timings_ms: Mapping[str, float]

    @classmethod
    def from_json(cls, said: Json) -> Prediction:
        """Raises:
        KeyError: it is no answer of the service.
        """
        explanation, interval = said["explanation"], said["brixia"]["interval"]
        return cls(
            model=Model(said["model"]["name"], said["model"]["version"]),
            input=Input(*(said["input"][name] for name in ("sha256", "format", "width", "height"))),
            severity=said["severity"],
            probabilities=said["probabilities"],
            confidence=said["confidence"],
            prediction_set=tuple(said["prediction_set"]),
            refer=said["refer"],
            brixia=Brixia(
                zones=said["brixia"]["zones"],
                total=said["brixia"]["total"],
                interval=None if interval is None else (interval[0], interval[1]),
            ),
            quality=Quality(
                said["quality"]["accepted"],
                tuple(Finding.from_json(each) for each in said["quality"]["findings"]),
            ),
            explanation=None if explanation is None else _explanation(explanation),
            timings_ms=said["timings_ms"],
        )


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One film of a batch: either `result` or `error` is there. `index` counts the films in the
    order in which they were sent; lines come as they are ready. `name` is the file's, or its path
    in an archive."""

    index: int
    name: str
    result: Prediction | None
    error: ProblemError | None

    @classmethod
    def from_json(cls, said: Json, before: int = 0) -> BatchLine:
        """`before`: films of the requests before that one."""
        error, result = said.get("error"), said.get("result")
        return cls(
            index=before + said["index"],
            name=said["name"],
            result=None if result is None else Prediction.from_json(result),
            error=None if error is None else ProblemError.from_json(error),
        )


def _explanation(said: Json) -> Explanation:
    opacity, outlines = said["opacity"], said["zone_outlines"]
    return Explanation(
        method=said["method"],
        target=said["target"],
        peak=said["peak"],
        low_signal=said["low_signal"],
        low_signal_reason=said["low_signal_reason"],
        lung_fraction=said["lung_fraction"],
        heatmap=_picture(said["heatmap"]),
        overlay=_picture(said["overlay"]),
        opacity=None
        if opacity is None
        else Opacity(_picture(opacity["map"]), opacity["of_lungs"], opacity["of_zones"]),
        zone_outlines=None
        if outlines is None
        else {zone: tuple((x, y) for x, y in line) for zone, line in outlines.items()},
    )


def _picture(url: str) -> bytes:
    """The bytes of a data URL."""
    return base64.b64decode(url.partition(",")[2], validate=True)
