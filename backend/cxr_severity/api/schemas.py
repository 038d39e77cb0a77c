"""The JSON of the service. Stable: fields may be added, never renamed or removed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema

from cxr_severity.api.kinds import CODES, advice_of
from cxr_severity.imaging.limits import DEFAULT_LIMITS, Limits
from cxr_severity.imaging.pictures.render import data_url
from cxr_severity.imaging.radiograph import FORMATS, SourceFormat
from cxr_severity.model.assessment import (
    Brixia,
    Explanation,
    Opacity,
    Severity,
    Subject,
    WeakReason,
)
from cxr_severity.model.manifest import Manifest
from cxr_severity.model.metrics import Metrics
from cxr_severity.model.quality import Finding, Level, Quality
from cxr_severity.service.pipeline import Judged, Pictures, StepTimes
from cxr_severity.texts.findings import MESSAGES, FindingCode
from cxr_severity.texts.language import ENGLISH, Language, say
from cxr_severity.texts.problems import Kind

Probability = Annotated[float, Field(ge=0, le=1)]
ZoneScore = Annotated[float, Field(ge=0, le=3)]
Milliseconds = Annotated[float, Field(ge=0)]
BrixiaTotal = Annotated[float, Field(ge=0, le=18)]
Point = Annotated[list[Probability], Field(min_length=2, max_length=2)]


class _Response(BaseModel):
    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class ModelRef(_Response):
    name: str
    version: str


class InputFacts(_Response):
    sha256: str = Field(description="Of the uploaded bytes, lower-case hex")
    format: SourceFormat = Field(description="Sniffed from the bytes, never from the file name")
    width: int = Field(description="Pixels, after any orientation tag was applied", examples=[2048])
    height: int = Field(
        description="Pixels, after any orientation tag was applied", examples=[2048]
    )


class ClassProbabilities(_Response):
    mild: Probability = Field(examples=[0.21])
    moderate: Probability = Field(examples=[0.62])
    severe: Probability = Field(examples=[0.17])


class ZoneScores(_Response):
    """How far each zone is changed: 0 not at all, 1 interstitial, 2 interstitial more than
    alveolar, 3 alveolar more than interstitial; estimates lie between. Right and left are the
    patient's: A, B and C are on the left of the image."""

    A: ZoneScore = Field(description="Right lung, upper zone", examples=[0.4])
    B: ZoneScore = Field(description="Right lung, middle zone", examples=[1.3])
    C: ZoneScore = Field(description="Right lung, lower zone", examples=[1.9])
    D: ZoneScore = Field(description="Left lung, upper zone", examples=[0.3])
    E: ZoneScore = Field(description="Left lung, middle zone", examples=[1.2])
    F: ZoneScore = Field(description="Left lung, lower zone", examples=[2.1])


class BrixiaScore(_Response):
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


class ZoneShares(_Response):
    """Of each zone, the share that is opaque."""

    A: Probability = Field(description="Right lung, upper zone", examples=[0.12])
    B: Probability = Field(description="Right lung, middle zone", examples=[0.31])
    C: Probability = Field(description="Right lung, lower zone", examples=[0.55])
    D: Probability = Field(description="Left lung, upper zone", examples=[0.05])
    E: Probability = Field(description="Left lung, middle zone", examples=[0.22])
    F: Probability = Field(description="Left lung, lower zone", examples=[0.47])


class ZoneOutlines(_Response):
    """Of each zone the corners of its outline, x and y as shares of the upright film's width and
    height."""

    A: list[Point] = Field(examples=[[[0.18, 0.15], [0.42, 0.15], [0.42, 0.36], [0.18, 0.36]]])
    B: list[Point] = Field(examples=[[[0.15, 0.36], [0.42, 0.36], [0.42, 0.57], [0.15, 0.57]]])
    C: list[Point] = Field(examples=[[[0.13, 0.57], [0.42, 0.57], [0.42, 0.78], [0.13, 0.78]]])
    D: list[Point] = Field(examples=[[[0.58, 0.15], [0.82, 0.15], [0.82, 0.36], [0.58, 0.36]]])
    E: list[Point] = Field(examples=[[[0.58, 0.36], [0.85, 0.36], [0.85, 0.57], [0.58, 0.57]]])
    F: list[Point] = Field(examples=[[[0.58, 0.57], [0.87, 0.57], [0.87, 0.78], [0.58, 0.78]]])


class OpacityBody(_Response):
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


class ExplanationBody(_Response):
    method: Literal["grad-cam"]
    target: Subject = Field(
        description="What the heatmap speaks of: `burden` is the expected Brixia total, else a "
        "class",
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
        "lungs; null where `low_signal` is false",
        examples=["outside-lungs"],
    )
    lung_fraction: Probability | None = Field(
        description="Share of the map inside the estimated lungs; null where no lungs were found",
        examples=[0.41],
    )
    heatmap: str = Field(
        description="PNG data URL, 8-bit grey (0 none, 255 the map's maximum), aligned with the "
        "oriented input, longest side at most 256 pixels: it is smooth, scale it up as needed",
        examples=["data:image/png;base64,iVBORw0KGgo…"],
    )
    overlay: str = Field(
        description="JPEG data URL: the map of opacity blended over the radiograph, in versions "
        "that have none the heatmap; longest side at most 1024 pixels",
        examples=["data:image/jpeg;base64,/9j/4AAQSkZJRg…"],
    )
    opacity: OpacityBody | None = Field(
        description="null in versions whose network has no such map"
    )
    zone_outlines: ZoneOutlines | None = Field(
        description="The six zones, fitted to the lungs that were found; null where they were not",
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


class FindingBody(_Response):
    code: FindingCode = Field(description="Stable", examples=["lungs-cut-off"])
    level: Level = Field(
        description="`reject`: not fit for a judgement; `warn`: judge with care",
        examples=["warn"],
    )
    message: str = Field(
        description="One plain sentence for people, in the language of `Accept-Language`",
        examples=[MESSAGES["lungs-cut-off"]],
    )
    value: float | None = Field(
        description="What was measured; null where nothing could be", examples=[0.21]
    )
    limit: float | None = Field(
        description="The version's threshold that it passed", examples=[0.15]
    )

    @classmethod
    def build(cls, finding: Finding, language: Language = ENGLISH) -> FindingBody:
        return cls(
            code=finding.code,
            level=finding.level,
            message=say(finding.message, language),
            value=finding.value,
            limit=finding.limit,
        )


class QualityBody(_Response):
    """Whether the image is fit for the model, found before it was judged."""

    accepted: bool = Field(
        description="False only with `force=true`: a rejected image is otherwise answered 422",
        examples=[True],
    )
    findings: list[FindingBody] = Field(description="Those that reject come first")

    @classmethod
    def build(cls, quality: Quality, language: Language = ENGLISH) -> QualityBody:
        return cls(
            accepted=quality.accepted,
            findings=[FindingBody.build(finding, language) for finding in quality.findings],
        )


class Timings(_Response):
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


class Prediction(_Response):
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


class InputLimits(_Response):
    """What is refused before it is decoded, so that a client need not send it."""

    max_bytes: int = Field(description="Of a file", examples=[DEFAULT_LIMITS.max_bytes])
    max_pixels: int = Field(
        description="Width times height; of an image in colour that must be held whole, times its "
        "channels",
        examples=[DEFAULT_LIMITS.max_pixels],
    )
    min_side: int = Field(
        description="Pixels of the shorter side", examples=[DEFAULT_LIMITS.min_side]
    )
    formats: list[SourceFormat] = Field(
        description="Told from the bytes, never from the name", examples=[list(FORMATS)]
    )

    @classmethod
    def build(cls, limits: Limits) -> InputLimits:
        return cls(
            max_bytes=limits.max_bytes,
            max_pixels=limits.max_pixels,
            min_side=limits.min_side,
            formats=list(FORMATS),
        )


class ModelSummary(_Response):
    name: str
    version: str
    created: str = Field(description="ISO 8601 date")
    default: bool = Field(description="Answers when a request names no version", examples=[True])
    macro_f1: float = Field(description="On the version's own held-out patients")

    @classmethod
    def build(cls, manifest: Manifest, *, default: bool) -> ModelSummary:
        return cls(
            name=manifest.name,
            version=manifest.version,
            created=manifest.created.isoformat(),
            default=default,
            macro_f1=manifest.evaluation.metrics.macro_f1.value,
        )


class ModelList(_Response):
    default: str = Field(
        description="Version that answers when a request names none", examples=["1.0.0"]
    )
    models: list[ModelSummary]


class ModelDetails(_Response):
    manifest: Manifest
    metrics: Metrics = Field(description="As in the manifest's evaluation")
    card: str = Field(
        description="Path of the model card, Markdown", examples=["/models/1.0.0/card"]
    )


class Health(_Response):
    status: Literal["live", "ready"] = Field(examples=["ready"])


def _without_default(schema: JsonDict) -> None:
    schema.pop("default", None)


class Problem(_Response):
    """An error, RFC 9457. `code` is stable; `title` and `detail` are for people."""

    # `findings` is left out of most: it must not be announced as always there.
    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: str = Field(
        description="Path that describes this kind of problem", examples=["/problems/empty-file"]
    )
    title: str
    status: int
    detail: str = Field(description="What is wrong with this request, in a sentence")
    code: str = Field(json_schema_extra={"enum": list(CODES)}, examples=["empty-file"])
    findings: list[FindingBody] | SkipJsonSchema[None] = Field(
        default=None,
        description="Only where the gate rejected the image: why",
        # Left out where there are none, so it has no default that a client could read.
        json_schema_extra=_without_default,
    )
    request_id: str | None = Field(
        default=None, description="As in `X-Request-ID` and in the service's log"
    )

    def body(self) -> dict[str, Any]:
        """As it is sent: `findings` only where there are some."""
        return self.model_dump(mode="json", exclude={"findings"} if self.findings is None else None)


class ProblemList(_Response):
    problems: list[ProblemKind] = Field(description="Every kind of error, by its code")


class ProblemKind(_Response):
    """A kind of error, as the `type` of a `Problem` points to it."""

    code: str
    title: str
    status: int
    advice: str = Field(description="What the sender of the request can do")
    retry: bool = Field(description="Whether the same request may succeed when it is sent again")
    overridable: bool = Field(description="Whether `force=true` has the image judged all the same")

    @classmethod
    def build(cls, kind: Kind, language: Language = ENGLISH) -> ProblemKind:
        return cls(
            code=kind.code,
            title=say(kind.title, language),
            status=kind.status,
            advice=advice_of(kind, language),
            retry=kind.retry,
            overridable=kind.overridable,
        )
