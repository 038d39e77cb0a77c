"""What the gate found, as JSON."""

from __future__ import annotations

from pydantic import Field

from cxr_severity.interop.bodies.base import Body
from cxr_severity.model.quality import Finding, Level, Quality
from cxr_severity.texts.findings import MESSAGES, FindingCode
from cxr_severity.texts.language import ENGLISH, Language, say


class FindingBody(Body):
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


class QualityBody(Body):
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
