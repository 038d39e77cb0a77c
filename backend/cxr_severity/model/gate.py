"""Is this a frontal chest radiograph that the model may judge?

The backbone's features, which the judgement needs anyway, tell the kind of image and how unfamiliar
it is; the lung map and the grey values tell the rest. So the gate costs well under a millisecond.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.lungs import LungField
from cxr_severity.model.networks.configs import LungConfig
from cxr_severity.model.networks.constants import FEATURES
from cxr_severity.model.quality import Finding, Quality
from cxr_severity.model.weights import Arrays
from cxr_severity.texts.findings import FindingCode

logger = logging.getLogger(__name__)

Kind = Literal[
    "frontal", "lateral", "cross-section", "other", "inverted", "quarter-turn", "half-turn"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What an image can be; the order of the gate's outputs."""
DESCRIPTION = 3 * FEATURES

_FINDING_OF: dict[Kind, FindingCode] = {
    "lateral": "lateral-projection",
    "cross-section": "cross-section",
    "other": "not-a-radiograph",
    "inverted": "inverted-grey-scale",
    "quarter-turn": "turned-by-90-degrees",
    "half-turn": "turned-by-180-degrees",
}


_NO_FRONTAL_LUNGS: tuple[Kind, ...] = ("lateral", "cross-section", "other")


class Limit(BaseModel):
    """Where a measurement is too high or too low, and how much that matters; None: never."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warn: float | None = None
    reject: float | None = None


class GateLimits(BaseModel):
    """Thresholds of a version, chosen on its own training films and on damage made to them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    colour: Limit = Field(description="Spread of colours, upper limit; see Source.colour")
    frontal: Limit = Field(description="Probability of an upright frontal film, lower limit")
    distance: Limit = Field(description="Mahalanobis distance of the features, upper limit")
    lung_area: Limit = Field(description="Share of the image that is lung, lower limit")
    lung_span: Limit = Field(description="Share of the image that frames the lungs, lower limit")
    lung_border: Limit = Field(description="Share of a border that is lung, upper limit")
    side: Limit = Field(description="Shorter side, pixels, lower limit")
    lung_black: Limit = Field(description="Share of the lungs that is black, upper limit")
    lung_contrast: Limit = Field(description="Standard deviation within the lungs, lower limit")
    lung_white: Limit = Field(
        default=Limit(), description="Share of the lungs that is white, upper limit"
    )
    lung_balance: Limit = Field(
        default=Limit(), description="The smaller lung over the larger, lower limit"
    )
    lung_width: Limit = Field(
        default=Limit(), description="How far a lung spreads to the sides, upper limit"
    )
    lung_gap: Limit = Field(
        default=Limit(), description="How empty a lung is between two full parts, upper limit"
    )


@dataclass(frozen=True, slots=True)
class Measurements:
    """Of one image, all that the limits are about."""

    colour: float
    frontal: float
    """Probability of being an upright frontal film."""
    likeliest: Kind
    """Most probable kind but frontal."""
    distance: float
    """Distance from the films that the version knows; 1 is ordinary."""
    side: int
    """Shorter side, pixels."""
    lung_area: float
    lung_span: float
    lung_border: float
    lung_black: float
    lung_contrast: float
    lung_white: float
    lung_balance: float
    lung_width: float
    lung_gap: float
    """As in `LungField`."""


def judge(found: Measurements, limits: GateLimits) -> Quality:
    """The findings that measurements give under a version's limits."""
    findings = list(_findings(found, limits))
    return Quality(tuple(sorted(findings, key=lambda finding: finding.level != "reject")))


def _findings(found: Measurements, limits: GateLimits) -> Iterator[Finding]:
    yield from _above("colour-image", found.colour, limits.colour)
    kind = list(_below(_FINDING_OF[found.likeliest], found.frontal, limits.frontal))
    yield from kind
    yield from _above("unfamiliar-image", found.distance, limits.distance)
    yield from _below("low-resolution", found.side, limits.side)
    missing = list(_below("lungs-not-found", found.lung_area, limits.lung_area))
    yield from missing
    # What follows would speak of lungs that are not there, or not shown from the front.
    if missing or (kind and found.likeliest in _NO_FRONTAL_LUNGS):
        return
    # Side by side a lung is as wide as a film; one above the other there are two of each.
    wide = list(_above("several-pictures", found.lung_width, limits.lung_width))
    yield from wide or _above("several-pictures", found.lung_gap, limits.lung_gap)
    one = list(_below("one-lung", found.lung_balance, limits.lung_balance))
    yield from one
    # Cropped to the chest, half of a film stays half of one.
    if not any(finding.level == "reject" for finding in one):
        yield from _below("field-too-small", found.lung_span, limits.lung_span)
    yield from _above("lungs-cut-off", found.lung_border, limits.lung_border)
    yield from _above("over-exposed", found.lung_black, limits.lung_black)
    yield from _above("whited-out", found.lung_white, limits.lung_white)
    yield from _below("under-exposed", found.lung_contrast, limits.lung_contrast)


def _above(code: FindingCode, value: float, limit: Limit) -> Iterator[Finding]:
    if limit.reject is not None and value > limit.reject:
        yield Finding(code, "reject", value, limit.reject)
    elif limit.warn is not None and value > limit.warn:
        yield Finding(code, "warn", value, limit.warn)


def _below(code: FindingCode, value: float, limit: Limit) -> Iterator[Finding]:
    if limit.reject is not None and value < limit.reject:
        yield Finding(code, "reject", value, limit.reject)
    elif limit.warn is not None and value < limit.warn:
        yield Finding(code, "warn", value, limit.warn)


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """A fitted gate. Arrays are float32.

    `weights` (K, 3840) and `bias` (K,) score the `KINDS`; `centre` (1280,) and `whitening`
    (1280, D) turn mean features into D coordinates of unit variance.
    """

    limits: GateLimits
    weights: Float32Array
    bias: Float32Array
    centre: Float32Array
    whitening: Float32Array

    def __call__(
        self, features: Float32Array, lungs: LungField, colour: float, side: int
    ) -> Quality:
        """Judge the image. Never raises: what cannot be measured is a finding.

        Args:
            features: (1280, h, w) of the backbone.
            lungs: of the same image.
            colour: as in `Source`.
            side: shorter side of the stored picture, pixels.
        """
        try:
            return judge(self.measure(describe(features), lungs, colour, side), self.limits)
        except (ValueError, ArithmeticError):
            # The traceback holds no pixels and no names.
            logger.exception("the gate could not measure an image")
            return Quality((Finding("not-measured", "warn", None, None),))

    def measure(
        self, description: Float32Array, lungs: LungField, colour: float, side: int
    ) -> Measurements:
        """From a (3840,) description, the lungs, and the file's colour and shorter side.

        Raises:
            ValueError: when a measurement is not finite.
        """
        kinds, distance = self.kinds(description), float(self.distance(description))
        if not (np.isfinite(kinds).all() and np.isfinite(distance)):
            raise ValueError("features are not finite")
        return Measurements(
            colour=colour,
            frontal=float(kinds[0]),
            likeliest=KINDS[1 + int(kinds[1:].argmax())],
            distance=distance,
            side=side,
            lung_area=lungs.area,
            lung_span=lungs.span,
            lung_border=lungs.border,
            lung_black=lungs.black,
            lung_contrast=lungs.contrast,
            lung_white=lungs.white,
            lung_balance=lungs.balance,
            lung_width=lungs.width,
            lung_gap=lungs.gap,
        )

    def kinds(self, description: Float32Array) -> Float32Array:
        """(..., 3840) descriptions to (..., K) probabilities of the `KINDS`."""
        scores = description @ self.weights.T + self.bias
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        probabilities: Float32Array = shares / shares.sum(axis=-1, keepdims=True)
        return probabilities

    def distance(self, description: Float32Array) -> Float32Array:
        """(..., 3840) descriptions to (...) distances from the training films, in units of the
        ordinary one (Mahalanobis distance; Lee et al., NeurIPS 2018)."""
        coordinates = (description[..., :FEATURES] - self.centre) @ self.whitening
        distances: Float32Array = np.sqrt(np.square(coordinates).mean(axis=-1))
        return distances


@dataclass(frozen=True, slots=True, eq=False)
class LungPart:
    """A lung network as it is stored."""

    config: LungConfig
    weights: Arrays


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """A gate with the lung network that it measures by; None where the network itself says where
    the lungs are."""

    gate: Gate
    lungs: LungPart | None


def describe(features: Float32Array) -> Float32Array:
    """(..., 1280, h, w) features to (..., 3840): their mean, and how top and bottom, and left and
    right, differ, which tells how a film lies."""
    height, width = features.shape[-2:]
    cells = features.reshape(*features.shape[:-2], height * width)
    # By one product: means over so few cells take numpy ten times as long.
    signs, counts = _parts(height, width)
    parts: Float32Array = np.matmul(cells, signs) / counts
    return np.moveaxis(parts, -1, -2).reshape(*features.shape[:-3], 3 * features.shape[-3])


@lru_cache(maxsize=8)
def _parts(height: int, width: int) -> tuple[Float32Array, Float32Array]:
    """The signs with which each cell enters the mean, top less bottom, and left less right, (h * w,
    3) of 1, 0 and -1; and what to divide each of these three sums by, (3,)."""
    signs = np.ones((height, width, 3), np.float32)
    signs[..., 1], signs[..., 2] = _ends(height)[:, None], _ends(width)
    counts = [height * width, height // 2 * width, height * (width // 2)]
    return signs.reshape(height * width, 3), np.array(counts, np.float32)


def _ends(side: int) -> Float32Array:
    """(side,): 1 in the first half, -1 in the last, 0 in the middle of an odd side."""
    half = side // 2
    signs = np.zeros(side, np.float32)
    signs[:half], signs[-half:] = 1, -1
    return signs
