"""The OpenAPI document, the model routes and the page: what clients build on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from support import REPOSITORY, MakeVersion
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.api.errors import PROBLEM_JSON
from cxr_severity.imaging.limits import DEFAULT_LIMITS
from cxr_severity.interop.bodies.kinds import KINDS
from cxr_severity.settings import Settings
from cxr_severity.texts.findings import REJECTIONS


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
    with TestClient(create_app(Settings.of(weights=root, page=page))) as client:
        until_ready(client)
        yield client


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def test_it_is_openapi_3_1_with_stable_operation_ids(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert {op["operationId"] for op in operations(document)} == {
        "predict", "predictBatch", "listModels", "getModel", "getModelCard", "getLiveness",
        "getReadiness", "getProblem", "listProblems", "getLimits",
        "oipServer", "oipLive", "oipReady", "oipModel", "oipModelVersion", "oipModelReady",
        "oipModelVersionReady", "oipInfer", "oipInferVersion",
    }  # fmt: skip


def test_every_response_has_an_example(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for status, response in operation["responses"].items():
            if status == "304":  # which has no content
                continue
            for media in response["content"].values():
                assert media.get("example") or media.get("examples"), (operation, status)


def test_an_upload_is_documented_as_a_form_alone(document: dict[str, Any]) -> None:
    # Of more than one media type, orval's client sends what it has as JSON: a file as "{}".
    for path in ("/predict", "/predict/batch"):
        content = document["paths"][path]["post"]["requestBody"]["content"]
        assert list(content) == ["multipart/form-data"]
    assert "application/dicom" in document["paths"]["/predict"]["post"]["description"]
    assert "ZIP as" in document["paths"]["/predict/batch"]["post"]["description"]


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for reference in {part.split('"')[0] for part in text.split('"$ref": "')[1:]}:
        node: Any = document
        for key in reference.removeprefix("#/").split("/"):
            node = node[key]


def test_every_example_is_what_its_schema_asks_for(document: dict[str, Any]) -> None:
    checked = 0
    for operation in operations(document):
        for response in operation["responses"].values():
            for media in response.get("content", {}).values():
                examples = [example["value"] for example in media.get("examples", {}).values()]
                validator = Draft202012Validator(
                    {**media["schema"], "components": document["components"]}
                )
                for example in examples or [media["example"]]:
                    validator.validate(example)
                    checked += 1
    assert checked >= 48


def test_every_problem_shows_its_own_code_and_the_gates_its_findings(
    document: dict[str, Any],
) -> None:
    shown = {
        code: example["value"]
        for operation in operations(document)
        for response in operation["responses"].values()
        for code, example in response.get("content", {})
        .get(PROBLEM_JSON, {})
        .get("examples", {})
        .items()
    }
    assert all(problem["code"] == code for code, problem in shown.items())
    assert {code for code, problem in shown.items() if "findings" in problem} == set(REJECTIONS)
    problem = document["components"]["schemas"]["Problem"]
    assert problem["required"] == ["type", "title", "status", "detail", "code"]
    assert problem["properties"]["code"]["enum"] == sorted(KINDS)


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
    with TestClient(create_app(Settings.of(weights=root, page=root / "none"))) as client:
        until_ready(client)
        assert client.get("/").status_code == 200
        assert client.get("/docs").status_code == 200


def test_the_limits_are_those_of_the_settings(make_version: MakeVersion) -> None:
    settings = Settings.of(weights=make_version().parent, max_upload_bytes=1000, max_pixels=5000)
    with TestClient(create_app(settings)) as client:
        assert client.get("/limits").json() == {
            "max_bytes": 1000,
            "max_pixels": 5000,
            "min_side": 32,
            "formats": ["png", "jpeg", "tiff", "dicom"],
        }


def test_the_catalogue_of_problems_is_listed(client: TestClient) -> None:
    listed = client.get("/problems", headers={"Accept-Language": "ms"})
    problems = {problem["code"]: problem for problem in listed.json()["problems"]}
    assert list(problems) == sorted(KINDS)
    assert problems["empty-file"]["title"] == "Fail kosong"
    assert problems["busy"]["retry"]
    assert "`force=true`" in problems["cross-section"]["advice"]
    assert listed.headers["content-language"] == "ms"


def test_the_page_of_settings_states_the_limits_that_hold_by_default() -> None:
    told = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
    assert f"| `CXR_MAX_UPLOAD_BYTES` | `{DEFAULT_LIMITS.max_bytes}` |" in told
    assert f"| `CXR_MAX_PIXELS` | `{DEFAULT_LIMITS.max_pixels}` |" in told


def test_the_document_says_where_what_for_and_with_which_headers(document: dict[str, Any]) -> None:
    assert [server["url"] for server in document["servers"]] == ["/", "/v1"]
    used = {tag for operation in operations(document) for tag in operation["tags"]}
    assert used == {tag["name"] for tag in document["tags"] if tag["description"]}
    for operation in operations(document):
        for status, response in operation["responses"].items():
            named = set(response["headers"])
            assert "X-Request-ID" in named
            assert {"401": "WWW-Authenticate", "429": "RateLimit", "503": "Retry-After"}.get(
                status, "X-Request-ID"
            ) in named


@pytest.mark.parametrize(
    "path", ["/models", "/limits", "/problems", "/openapi.json", "/health/live", "/v2"]
)
def test_every_path_also_has_the_prefix_that_stays(client: TestClient, path: str) -> None:
    assert client.get(f"/v1{path}").json() == client.get(path).json()


def test_a_film_is_judged_under_the_prefix_as_well(client: TestClient) -> None:
    data = next((REPOSITORY / "samples").glob("*.png")).read_bytes()
    answer = client.post("/v1/predict", files={"file": data}, params={"explain": False})
    assert answer.status_code == 200
    counted = client.get("/metrics").text
    assert 'cxr_http_requests_total{method="POST",route="/predict",status="200"} 1.0' in counted
    assert client.get("/v1/models/0.9.0/card").text.startswith("# Model card: 0.9.0")


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/docs", "/v1/v1/models", "/v1models"])
def test_what_is_not_of_the_api_has_no_prefix(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/models", "/models/0.9.0", "/models/0.9.0/card", "/limits", "/problems", "/v1/openapi.json"],
)
def test_what_is_known_already_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "no-cache"
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert "content-length" not in again.headers
    other = client.get(path, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)
    head = client.head(path)
    assert (head.headers["etag"], head.content) == (tag, b"")


def test_of_answers_that_differ_no_tag_is_the_same(client: TestClient) -> None:
    tags = {client.get(f"/models/{version}").headers["etag"] for version in ("0.9.0", "0.10.0")}
    english, malay = (
        client.get("/problems/busy", headers={"Accept-Language": each}) for each in ("en", "ms")
    )
    assert len(tags | {english.headers["etag"], malay.headers["etag"]}) == 4
    assert "etag" not in client.get("/models/none").headers
    assert "etag" not in client.get("/health/ready").headers
