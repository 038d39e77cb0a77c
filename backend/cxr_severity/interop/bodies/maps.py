"""Where the model looked, as JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cxr_severity.imaging.pictures.render import data_url
from cxr_severity.interop.bodies.base import Body, Probability
from cxr_severity.model.assessment import (
    Explanation,
    Opacity,
    Subject,
    WeakReason,
)
from cxr_severity.service.pipeline import Pictures

Point = Annotated[list[Probability], Field(min_length=2, max_length=2)]


class ZoneShares(Body):
    """Of each zone, the share that is opaque."""

    A: Probability = Field(description="Right lung, upper zone", examples=[0.12])
    B: Probability = Field(description="Right lung, middle zone", examples=[0.31])
    C: Probability = Field(description="Right lung, lower zone", examples=[0.55])
    D: Probability = Field(description="Left lung, upper zone", examples=[0.05])
    E: Probability = Field(description="Left lung, middle zone", examples=[0.22])
    F: Probability = Field(description="Left lung, lower zone", examples=[0.47])


class ZoneOutlines(Body):
    """Of each zone the corners of its outline, x and y as shares of the upright film's width and
    height."""

    A: list[Point] = Field(examples=[[[0.18, 0.15], [0.42, 0.15], [0.42, 0.36], [0.18, 0.36]]])
    B: list[Point] = Field(examples=[[[0.15, 0.36], [0.42, 0.36], [0.42, 0.57], [0.15, 0.57]]])
    C: list[Point] = Field(examples=[[[0.13, 0.57], [0.42, 0.57], [0.42, 0.78], [0.13, 0.78]]])
    D: list[Point] = Field(examples=[[[0.58, 0.15], [0.82, 0.15], [0.82, 0.36], [0.58, 0.36]]])
    E: list[Point] = Field(examples=[[[0.58, 0.36], [0.85, 0.36], [0.85, 0.57], [0.58, 0.57]]])
    F: list[Point] = Field(examples=[[[0.58, 0.57], [0.87, 0.57], [0.87, 0.78], [0.58, 0.78]]])


class OpacityBody(Body):
    """Where the network sees opacity within the lungs: its own map, taught by radiologists' masks,
    on an absolute scale. Not a segmentation."""

    map: str = Field(
        description="PNG data URL, 8-bit grey: the probability of opacity, 255 for 1, never "
        "stretched; aligned with the oriented input, longest side at most 256 pixels",
        examples=["data:image/png;base64,iVBORw0KGgo…"],
    )
    of_lungs: Probability = Field(description="Share of the lungs", examples=[0.29])
    of_zones: ZoneShares

    @classmethod
    def build(cls, seen: Opacity, picture: bytes) -> OpacityBody:
        return cls(
            map=data_url("image/png", picture),
            of_lungs=seen.of_lungs,
            of_zones=ZoneShares(**seen.of_zones),
        )


class ExplanationBody(Body):
    method: Literal["grad-cam"]
    target: Subject = Field(
        description="What the heatmap speaks of: `burden` is the expected Brixia total, else what "
        "speaks for at least that grade; for `mild`, which no opacity speaks for, next to nothing",
        examples=["burden"],
    )
    peak: float = Field(
        ge=0,
        description="Maximum of the map before scaling; near 0 the map says little",
        examples=[0.84],
    )
    low_signal: bool = Field(
        description="Whether the heatmap is too weak, or lies too far outside the lungs, to be "
        "shown as a finding",
        examples=[True],
    )
    low_signal_reason: WeakReason | None = Field(
        description="`faint`: its peak is low; `outside-lungs`: less than half of it lies in the "
        "lungs, or no lungs were found; null where `low_signal` is false",
        examples=["outside-lungs"],
    )
    lung_fraction: Probability | None = Field(
        description="Share of the map inside the estimated lungs; null where no lungs were found "
        "or the map is empty",
        examples=[0.41],
    )
    heatmap: str = Field(
        description="PNG data URL, 8-bit grey (0 none, 255 the map's maximum), aligned with the "
        "oriented input, longest side at most 256 pixels: it is smooth, scale it up as needed",
        examples=["data:image/png;base64,iVBORw0KGgo…"],
    )
    overlay: str = Field(
        description="JPEG data URL: the map of opacity blended over the radiograph, in versions "
        "that have none the heatmap; longest side at most `size` pixels",
        examples=["data:image/jpeg;base64,/9j/4AAQSkZJRg…"],
    )
    opacity: OpacityBody | None = Field(
        description="null in versions whose network has no such map"
    )
    zone_outlines: ZoneOutlines | None = Field(
        description="The six zones, fitted to the lungs that were found; null where they were "
        "not, and in versions without a map of opacity",
    )

    @classmethod
    def build(
        cls, explanation: Explanation | None, pictures: Pictures | None
    ) -> ExplanationBody | None:
        if explanation is None or pictures is None:
            return None
        return cls(
            method=explanation.method,
            target=explanation.target,
            peak=explanation.peak,
            low_signal=explanation.low_signal,
            lung_fraction=explanation.lung_fraction,
            low_signal_reason=explanation.low_signal_reason,
            heatmap=data_url("image/png", pictures.heatmap),
            overlay=data_url("image/jpeg", pictures.overlay),
            opacity=None
            if explanation.seen is None or pictures.opacity is None
            else OpacityBody.build(explanation.seen, pictures.opacity),
            zone_outlines=None
            if explanation.zone_outlines is None
            else ZoneOutlines(
                **{zone: line.tolist() for zone, line in explanation.zone_outlines.items()}
            ),
        )
