"""The JSON of a problem, RFC 9457."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema

from cxr_severity.imaging import errors as imaging
from cxr_severity.interop.bodies.base import Body
from cxr_severity.interop.bodies.findings import FindingBody
from cxr_severity.interop.bodies.kinds import CODES, KINDS
from cxr_severity.model.quality import RejectedError
from cxr_severity.texts.findings import REJECTIONS
from cxr_severity.texts.language import ENGLISH, Language, say

_NOT_FRONTAL = imaging.NotFrontalChestError.code


def _without_default(schema: JsonDict) -> None:
    schema.pop("default", None)


class Problem(Body):
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
        """The body as it is sent, with `findings` only where there are some."""
        return self.model_dump(mode="json", exclude={"findings"} if self.findings is None else None)


def as_problem(code: str, detail: str, language: Language = ENGLISH) -> Problem:
    kind = KINDS[code]
    return Problem(
        type=f"/problems/{code}",
        title=say(kind.title, language),
        status=kind.status,
        detail=detail,
        code=code,
    )


def rejection_code(error: RejectedError) -> str:
    """Of the problem that a rejection is."""
    code = error.first.code
    return code if code in REJECTIONS else _NOT_FRONTAL


def as_rejection(error: RejectedError, language: Language = ENGLISH) -> Problem:
    """The gate's findings, under the code of the first that has a kind of its own."""
    body = as_problem(rejection_code(error), say(error.first.message, language), language)
    findings = [FindingBody.build(finding, language) for finding in error.quality.findings]
    return body.model_copy(update={"findings": findings})
