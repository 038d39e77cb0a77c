"""GET /problems: every kind of error, to which the `type` of each points."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from cxr_severity.api.accept_language import language_headers, language_of
from cxr_severity.api.documented import SPOKEN
from cxr_severity.api.errors import ApiError, problem_responses
from cxr_severity.api.schemas import ProblemKind, ProblemList
from cxr_severity.interop.bodies.kinds import KINDS

router = APIRouter(prefix="/problems", tags=["errors"])

_EXAMPLE = ProblemKind.build(KINDS["empty-file"])


@router.get(
    "",
    operation_id="listProblems",
    summary="Every kind of error and what to do about it",
    responses={
        200: {
            "headers": SPOKEN,
            "content": {
                "application/json": {"example": ProblemList(problems=[_EXAMPLE]).model_dump()}
            },
        }
    },
)
async def list_problems(request: Request, response: Response) -> ProblemList:
    language = language_of(request.scope)
    response.headers.update(language_headers(language))
    kinds = sorted(KINDS.values(), key=lambda kind: kind.code)
    return ProblemList(problems=[ProblemKind.build(kind, language) for kind in kinds])


@router.get(
    "/{code}",
    operation_id="getProblem",
    summary="A kind of error and what to do about it",
    responses={
        200: {
            "headers": SPOKEN,
            "content": {"application/json": {"example": _EXAMPLE.model_dump()}},
        },
        **problem_responses(["not-found"]),
    },
)
async def get_problem(
    code: Annotated[str, Path(examples=["empty-file"])], request: Request, response: Response
) -> ProblemKind:
    language = language_of(request.scope)
    response.headers.update(language_headers(language))
    kind = KINDS.get(code)
    if kind is None:
        raise ApiError("not-found", "There is no such kind of problem.")
    return ProblemKind.build(kind, language)
