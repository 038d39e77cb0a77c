"""What the model says about one radiograph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.quality import Quality

Severity = Literal["mild", "moderate", "severe"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Class order of every probability vector, confusion matrix and head in this project."""

Subject = Literal["burden", "mild", "moderate", "severe"]
"""What an explanation speaks of: the expected Brixia total, or a class."""
Target = Literal["burden", "predicted", "mild", "moderate", "severe"]
"""What is asked to be explained; `predicted` is the most probable class."""

Probabilities = dict[Severity, float]

Zone = Literal["A", "B", "C", "D", "E", "F"]
ZONES: tuple[Zone, ...] = get_args(Zone)
"""Brixia zones: A, B, C the patient's right lung from top to bottom (left in the image); D, E, F
the left lung (Borghesi and Maroldi, Radiol Med 2020)."""
HIGHEST_ZONE_SCORE = 3


@dataclass(frozen=True, slots=True)
class Brixia:
    """An estimated Brixia score: each of `ZONES` in [0, 3], not rounded."""

    zones: dict[Zone, float]
    interval: tuple[float, float] | None = None
    """Holds the reference total in nine films of ten (conformal); None where the version has none.
    """

    @property
    def total(self) -> float:
        """In [0, 18]."""
        return sum(self.zones.values())


@dataclass(frozen=True, slots=True, eq=False)
class Opacity:
    """Where the network sees opacity within the lungs: its own map, taught by radiologists' masks.

    `probability` (h, w) float32 in [0, 1] on an absolute scale, covering the whole radiograph:
    where nothing is seen it is near 0 and not stretched.
    """

    probability: Float32Array
    of_lungs: float
    """Share of the lungs that is opaque, in [0, 1]: the mean probability over their cells."""
    of_zones: dict[Zone, float]
    """The same of each zone."""


WeakReason = Literal["faint", "outside-lungs"]
"""Why a map says too little: its peak is low, or less than half of it lies in the lungs."""


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """A class activation map on the network's own grid.

    `cam` is (h, w) float32 in [0, 1], scaled by its maximum, covering the whole radiograph;
    all zero where nothing spoke for the subject. `peak` is that maximum before scaling, in
    gradient units: it tells a strong map from a stretched weak one.
    """

    method: Literal["grad-cam"]
    target: Subject
    peak: float
    low_signal: bool
    """Whether the map says so little, or lies so far outside the lungs, that it is not to be shown
    as a finding."""
    lung_fraction: float | None
    """Share of the map inside the estimated lungs, in [0, 1]; None where no lungs were found or the
    map is empty."""
    cam: Float32Array
    low_signal_reason: WeakReason | None = None
    seen: Opacity | None = None
    """None in versions whose network has no map of opacity."""
    zone_outlines: dict[Zone, Float32Array] | None = None
    """Of each zone (4, 2) corners, x and y as shares of the upright film, fitted to its lungs."""

    @property
    def first_map(self) -> Float32Array:
        """(h, w) of what pictures show: the map of opacity, the better placed of the two, or the
        Grad-CAM where the version has no other."""
        return self.cam if self.seen is None else self.seen.probability

    @property
    def opacity(self) -> Float32Array | None:
        """(h, w) probabilities of opacity, or None."""
        return None if self.seen is None else self.seen.probability

    @property
    def zone_opacity(self) -> dict[Zone, float] | None:
        """Share of each zone that is opaque, or None."""
        return None if self.seen is None else self.seen.of_zones


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer for one radiograph; probabilities are in [0, 1] and sum to 1."""

    model_name: str
    model_version: str
    probabilities: Probabilities
    prediction_set: tuple[Severity, ...]
    """Classes that hold the reference class in about as many films as the version's conformal
    coverage says; in order of severity, without gaps, never empty."""
    brixia: Brixia
    quality: Quality
    explanation: Explanation | None
    model_ms: float
    """Wall time of backbone and head, without the head's gradient."""
    explain_ms: float
    """Wall time of the head's gradient and the map; 0 where none was asked for."""

    @property
    def severity(self) -> Severity:
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def confidence(self) -> float:
        """Probability of `severity`, in [1/3, 1]."""
        return self.probabilities[self.severity]

    @property
    def refer(self) -> bool:
        """Whether more than one class is plausible, so that a person should decide."""
        return len(self.prediction_set) > 1
