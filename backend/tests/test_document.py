"""`make fuzz` in small: requests made of the OpenAPI document, and a fault that would be found."""

from __future__ import annotations

import pytest
from deploy.running import answers
from fastapi import FastAPI
from fuzz import document
from served import serving
from support import MakeVersion
from waiting import wait_until

from cxr_severity.api.app import create_app
from cxr_severity.settings import Settings

pytestmark = pytest.mark.timeout(1800)


def _served(make_version: MakeVersion) -> FastAPI:
    make_version("0.9.0")
    return create_app(Settings.of(weights=make_version("0.10.0", seed=1).parent))


def _try(app: FastAPI, seconds: float) -> tuple[int, str]:
    with serving(app) as port:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/health/ready"), 120)
        return document.run(url, seconds, seed=1, examples=10)


def test_every_answer_is_one_that_the_document_names(make_version: MakeVersion) -> None:
    faults, said = _try(_served(make_version), 45)
    assert not faults, said
    assert "19 selected / 19 total" in said


def test_an_answer_that_it_does_not_name_is_found(make_version: MakeVersion) -> None:
    app = _served(make_version)
    document_of = app.openapi

    def without_404() -> dict[str, object]:
        made = document_of()
        made["paths"] = {"/problems/{code}": made["paths"]["/problems/{code}"]}
        del made["paths"]["/problems/{code}"]["get"]["responses"]["404"]
        return made

    app.openapi = without_404  # type: ignore[method-assign]
    faults, said = _try(app, 8)
    assert faults
    assert "Undocumented" in said, said
