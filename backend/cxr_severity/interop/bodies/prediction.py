"""The JSON of a judgement."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cxr_severity.imaging.radiograph import SourceFormat
from cxr_severity.interop.bodies.base import Body, Probability
from cxr_severity.interop.bodies.findings import QualityBody
from cxr_severity.interop.bodies.maps import ExplanationBody
from cxr_severity.model.assessment import (
    Brixia,
    Severity,
)
from cxr_severity.service.pipeline import Judged, StepTimes
from cxr_severity.texts.language import ENGLISH, Language

ZoneScore = Annotated[float, Field(ge=0, le=3)]
Milliseconds = Annotated[float, Field(ge=0)]
BrixiaTotal = Annotated[float, Field(ge=0, le=18)]


_UPRIGHT = "after any orientation tag was applied, and pixels that are not square were made so"


class ModelRef(Body):
    name: str
    version: str


class InputFacts(Body):
    sha256: str = Field(description="Of the uploaded bytes, lower-case hex")
    format: SourceFormat = Field(description="Sniffed from the bytes, never from the file name")
    width: int = Field(description=f"Pixels, {_UPRIGHT}", examples=[2048])
    height: int = Field(description=f"Pixels, {_UPRIGHT}", examples=[2048])


class ClassProbabilities(Body):
    mild: Probability = Field(examples=[0.21])
    moderate: Probability = Field(examples=[0.62])
    severe: Probability = Field(examples=[0.17])


class ZoneScores(Body):
    """How far each zone is changed: 0 not at all, 1 interstitial, 2 interstitial more than
    alveolar, 3 alveolar more than interstitial; estimates lie between. Right and left are the
    patient's: A, B and C are on the left of the image."""

    A: ZoneScore = Field(description="Right lung, upper zone", examples=[0.4])
    B: ZoneScore = Field(description="Right lung, middle zone", examples=[1.3])
    C: ZoneScore = Field(description="Right lung, lower zone", examples=[1.9])
    D: ZoneScore = Field(description="Left lung, upper zone", examples=[0.3])
    E: ZoneScore = Field(description="Left lung, middle zone", examples=[1.2])
    F: ZoneScore = Field(description="Left lung, lower zone", examples=[2.1])


class BrixiaScore(Body):
    """The network's estimate of the Brixia score (Borghesi and Maroldi, Radiol Med 2020)."""

    zones: ZoneScores
    total: float = Field(
        ge=0, le=18, description="Sum of the six zones; not rounded, like them", examples=[7.2]
    )
    interval: list[BrixiaTotal] | None = Field(
        min_length=2,
        max_length=2,
        description="Low and high end of an interval that holds the reference total in about nine "
        "films of ten like those it was fitted on; null in versions that have none",
        examples=[[4.6, 10.1]],
    )

    @classmethod
    def build(cls, brixia: Brixia) -> BrixiaScore:
        zones = ZoneScores(**brixia.zones)
        interval = None if brixia.interval is None else list(brixia.interval)
        return cls(zones=zones, total=brixia.total, interval=interval)


class Timings(Body):
    """Wall time of each step within the service, milliseconds.

    Neither the upload nor the wait for a place is counted. Steps overlap: the radiograph is drawn
    while the model works.
    """

    decode: Milliseconds = Field(examples=[11.0])
    model: Milliseconds = Field(examples=[9.4])
    explain: Milliseconds = Field(examples=[2.1])
    encode: Milliseconds = Field(examples=[6.2])
    total: Milliseconds = Field(
        description="From the first byte decoded to the last picture encoded", examples=[28.7]
    )

    @classmethod
    def build(cls, times: StepTimes) -> Timings:
        return cls(
            decode=times.decode,
            model=times.model,
            explain=times.explain,
            encode=times.encode,
            total=times.total,
        )


class Prediction(Body):
    """The severity of one radiograph. Research software; not a diagnosis."""

    model: ModelRef
    input: InputFacts
    severity: Severity = Field(examples=["moderate"])
    probabilities: ClassProbabilities
    confidence: Probability = Field(description="Probability of `severity`", examples=[0.62])
    prediction_set: list[Severity] = Field(
        min_length=1,
        max_length=3,
        description="Plausible classes, `severity` among them, in order of severity and without "
        "gaps. Over many films like those it was fitted on, this list holds the reference class "
        "as often as `conformal.coverage` of the version's manifest says",
        examples=[["mild", "moderate"]],
    )
    refer: bool = Field(
        description="Whether more than one class is plausible, so that a person should decide",
        examples=[True],
    )
    brixia: BrixiaScore
    quality: QualityBody
    explanation: ExplanationBody | None = Field(description="null when `explain=false`")
    timings_ms: Timings

    @classmethod
    def build(cls, judged: Judged, language: Language = ENGLISH) -> Prediction:
        radiograph, assessment = judged.radiograph, judged.assessment
        return cls(
            model=ModelRef(name=assessment.model_name, version=assessment.model_version),
            input=InputFacts(
                sha256=radiograph.source.sha256,
                format=radiograph.source.format,
                width=radiograph.stored_size[1],
                height=radiograph.stored_size[0],
            ),
            severity=assessment.severity,
            probabilities=ClassProbabilities(**assessment.probabilities),
            confidence=assessment.confidence,
            prediction_set=list(assessment.prediction_set),
            refer=assessment.refer,
            brixia=BrixiaScore.build(assessment.brixia),
            quality=QualityBody.build(assessment.quality, language),
            explanation=ExplanationBody.build(assessment.explanation, judged.pictures),
            timings_ms=Timings.build(judged.timings),
        )

    def as_json(self) -> bytes:
        """By pydantic's own encoder: a second walk over the base64 would buy nothing."""
        return self.__pydantic_serializer__.to_json(self)
