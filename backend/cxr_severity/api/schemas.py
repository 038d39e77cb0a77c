"""The JSON of the service, beside judgements and problems (`interop.bodies`)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cxr_severity.imaging.limits import DEFAULT_LIMITS, Limits
from cxr_severity.imaging.radiograph import FORMATS, SourceFormat
from cxr_severity.interop.bodies.base import Body
from cxr_severity.interop.bodies.kinds import advice_of
from cxr_severity.model.manifest import Manifest
from cxr_severity.model.metrics import Metrics
from cxr_severity.texts.language import ENGLISH, Language, say
from cxr_severity.texts.problems import Kind


class InputLimits(Body):
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


class ModelSummary(Body):
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


class ModelList(Body):
    default: str = Field(
        description="Version that answers when a request names none", examples=["1.0.0"]
    )
    models: list[ModelSummary]


class ModelDetails(Body):
    manifest: Manifest
    metrics: Metrics = Field(description="As in the manifest's evaluation")
    card: str = Field(
        description="Path of the model card, Markdown", examples=["/models/1.0.0/card"]
    )


class Health(Body):
    status: Literal["live", "ready"] = Field(examples=["ready"])


class ProblemList(Body):
    problems: list[ProblemKind] = Field(description="Every kind of error, by its code")


class ProblemKind(Body):
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
