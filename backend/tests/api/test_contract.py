"""The OpenAPI document, the model routes and the page: what clients build on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from support import REPOSITORY, MakeVersion
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.api.schemas import ModelDetails, ModelList, Prediction, Problem
from cxr_severity.api.settings import Settings


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


@pytest.fixture
def client(make_version: MakeVersion, tmp_path: Path) -> Iterator[TestClient]:
    root = make_version("0.9.0").parent
    make_version("0.10.0", seed=1)
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html><title>page</title>")
    (page / "assets" / "index-abc.js").write_text("1")
    (page / "manifest.webmanifest").write_text("{}")
    with TestClient(create_app(Settings(weights=root, page=page))) as client:
        until_ready(client)
        yield client


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def test_it_is_openapi_3_1_with_stable_operation_ids(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert {op["operationId"] for op in operations(document)} == {
        "predict", "listModels", "getModel", "getModelCard", "getLiveness", "getReadiness",
        "getProblem",
    }  # fmt: skip


def test_every_response_has_an_example(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for status, response in operation["responses"].items():
            for media in response["content"].values():
                assert media.get("example") or media.get("examples"), (operation, status)


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for reference in {part.split('"')[0] for part in text.split('"$ref": "')[1:]}:
        node: Any = document
        for key in reference.removeprefix("#/").split("/"):
            node = node[key]


def test_the_examples_are_valid(document: dict[str, Any]) -> None:
    paths = document["paths"]
    for path, method, model in (
        ("/predict", "post", Prediction),
        ("/models", "get", ModelList),
        ("/models/{version}", "get", ModelDetails),
    ):
        example = paths[path][method]["responses"]["200"]["content"]["application/json"]["example"]
        model.model_validate(example)
    for operation in operations(document):
        for response in operation["responses"].values():
            for name, media in response["content"].items():
                if name == "application/problem+json":
                    for code, example in media["examples"].items():
                        assert Problem.model_validate(example["value"]).code == code


def test_the_committed_document_is_the_generated_one(document: dict[str, Any]) -> None:
    committed = json.loads((REPOSITORY / "backend" / "openapi.json").read_text())
    assert committed == document


def test_the_newest_version_answers_by_default(client: TestClient) -> None:
    body = client.get("/models").json()
    assert body["default"] == "0.10.0"
    assert [(m["version"], m["default"]) for m in body["models"]] == [
        ("0.9.0", False), ("0.10.0", True),
    ]  # fmt: skip


def test_a_version_gives_its_manifest_metrics_and_card(client: TestClient) -> None:
    body = client.get("/models/0.9.0").json()
    assert body["manifest"]["version"] == "0.9.0"
    assert body["metrics"] == body["manifest"]["evaluation"]["metrics"]
    card = client.get(body["card"])
    assert card.text.startswith("# Model card: 0.9.0")
    assert card.headers["content-type"].startswith("text/plain")


def test_another_version_is_loaded_when_asked_for(client: TestClient) -> None:
    data = (REPOSITORY / "samples").glob("*.png").__next__().read_bytes()
    answers = {}
    for version in ("0.9.0", "0.10.0"):
        body = client.post(
            "/predict", files={"file": data}, params={"version": version, "explain": False}
        ).json()
        assert body["model"]["version"] == version
        answers[version] = body["probabilities"]
    assert answers["0.9.0"] != answers["0.10.0"]


def test_the_page_and_its_caching(client: TestClient) -> None:
    index = client.get("/")
    assert index.text.startswith("<!doctype html>")
    assert index.headers["cache-control"] == "no-cache"
    policy = index.headers["content-security-policy"]
    assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "")
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert "http" not in policy
    manifest = client.get("/manifest.webmanifest")
    assert manifest.headers["content-type"].startswith("application/manifest+json")
    assert "immutable" in client.get("/assets/index-abc.js").headers["cache-control"]


def test_the_documentation_makes_no_third_party_request(client: TestClient) -> None:
    text = client.get("/docs").text
    assert "swagger-ui" in text
    assert "http" not in text.replace("http-equiv", "")


def test_without_a_page_the_service_still_answers(make_version: MakeVersion) -> None:
    root = make_version().parent
    with TestClient(create_app(Settings(weights=root, page=root / "none"))) as client:
        until_ready(client)
        assert client.get("/").status_code == 200
        assert client.get("/docs").status_code == 200
