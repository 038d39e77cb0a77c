"""What the OpenAPI document says of callers, of forms and of lines, beside its own consistency."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from support import SAMPLES
from waiting import until_ready

from cxr_severity.api.access.keys import KeyFile
from cxr_severity.api.app import create_app
from cxr_severity.api.negotiation import MEDIA_TYPES
from cxr_severity.settings import AccessSettings, ModelSettings, Settings


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


@pytest.fixture
def client(random_version: Path, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(
        access=AccessSettings(keys=tmp_path / "keys.json"),
        model=ModelSettings(weights=random_version.parent),
    )
    with TestClient(create_app(settings)) as client:
        until_ready(client)
        yield client


def test_it_says_how_to_say_who_is_calling(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["key"]["type"] == "apiKey"
    assert (schemes["key"]["in"], schemes["key"]["name"]) == ("header", "X-API-Key")
    assert (schemes["bearer"]["type"], schemes["bearer"]["scheme"]) == ("http", "bearer")
    assert document["paths"]["/predict"]["post"]["security"] == [{}, {"key": []}, {"bearer": []}]


def test_what_it_says_is_open_is_open_and_nothing_else(
    document: dict[str, Any], client: TestClient, tmp_path: Path
) -> None:
    key = {"X-API-Key": KeyFile(tmp_path / "keys.json").add("pacs")}
    values = {"{version}": "0.9.0", "{name}": "random", "{code}": "busy"}
    for path, operations in document["paths"].items():
        url = path
        for hole, value in values.items():
            url = url.replace(hole, value)
        for method, operation in operations.items():
            named = "security" in operation
            assert (client.request(method, url).status_code == 401) == named, path
            assert client.request(method, url, headers=key).status_code != 401, path


def test_it_names_every_form_of_a_result(document: dict[str, Any]) -> None:
    """In words: see `routes.predict`."""
    answer = document["paths"]["/predict"]["post"]["responses"]["200"]
    assert all(media_type in answer["description"] for media_type in MEDIA_TYPES)
    assert list(answer["content"]) == ["application/json"]


def test_a_batch_is_described_with_its_lines_and_problems(
    document: dict[str, Any], client: TestClient, tmp_path: Path
) -> None:
    responses = document["paths"]["/predict/batch"]["post"]["responses"]
    (content,) = responses["200"]["content"].values()
    assert "`BatchLine`" in content["schema"]["description"]
    assert "archive-damaged" in responses["422"]["content"]["application/problem+json"]["examples"]
    assert "406" in responses
    line = document["components"]["schemas"]["BatchLine"]
    validator = Draft202012Validator({**line, "components": document["components"]})
    key = {"X-API-Key": KeyFile(tmp_path / "keys.json").add("pacs")}
    parts = [("file", ("a.png", SAMPLES[0].read_bytes())), ("file", ("b", b"text"))]
    answer = client.post("/predict/batch?force=true", files=parts, headers=key)
    found = [json.loads(each) for each in answer.text.splitlines()]
    for each in found:
        validator.validate(each)
    assert {"result" in each for each in found} == {True, False}
    assert not validator.is_valid({"index": 0, "name": "a"})
