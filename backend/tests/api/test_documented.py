"""What is sent stands in the OpenAPI document: status, code, headers and members of each answer."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from support import SAMPLES
from waiting import until_ready

from cxr_severity.api.access.keys import KeyFile
from cxr_severity.api.app import create_app
from cxr_severity.api.errors import PROBLEM_JSON
from cxr_severity.api.oip.message import LENGTH
from cxr_severity.api.response_headers import HEADERS
from cxr_severity.settings import AccessSettings, ModelSettings, Settings

FILM = SAMPLES[0].read_bytes()
TRACE = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
OF_ANY_ANSWER = {
    *(name.lower() for name in HEADERS),
    # Of HTTP, for the client's library and for caches; of W3C, for who sends it.
    *("content-length", "content-type", "vary", "traceparent"),
}
ZIP = {"Content-Type": "application/zip"}
SENT = {"name": "image", "shape": [1], "datatype": "BYTES"}
GOOD = {"inputs": [{**SENT, "data": [base64.b64encode(FILM).decode()]}],
        "parameters": {"force": True}}  # fmt: skip
BAD = {"inputs": [{**SENT, "data": ["AAAA"]}]}
BINARY = {"parameters": {"binary_data": True}, "name": "severity"}
INFER = "/v2/models/{name}/infer"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("documented") / "keys.json"


@pytest.fixture(scope="module")
def client(random_version: Path, keys: Path) -> Iterator[TestClient]:
    settings = Settings(
        access=AccessSettings(keys=keys, rate=10_000),
        model=ModelSettings(weights=random_version.parent),
    )
    with TestClient(create_app(settings)) as client:
        until_ready(client)
        client.headers["X-API-Key"] = KeyFile(keys).add("pacs")
        yield client


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def operations(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(method, path) for path, found in document["paths"].items() for method in found]


class Asking:
    """Asks, and compares what comes with the document."""

    def __init__(self, client: TestClient, document: dict[str, Any], version: str) -> None:
        self._client = client
        self._document = document
        self._values = {"{version}": version, "{name}": "random", "{code}": "busy"}

    def __call__(self, method: str, path: str, **options: Any) -> Response:
        url = path
        for hole, value in self._values.items():
            url = url.replace(hole, value)
        options["headers"] = {**TRACE, **options.get("headers", {})}
        answer = self._client.request(method, url, **options)
        where = f"{method} {path} {answer.status_code}"
        responses = self._document["paths"][path][method]["responses"]
        assert str(answer.status_code) in responses, f"{where}: {answer.text}"
        response = responses[str(answer.status_code)]
        named = {name.lower() for name in response["headers"]}
        assert set(answer.headers) - OF_ANY_ANSWER <= named, where
        if answer.headers.get("content-type") == PROBLEM_JSON:
            said = response["content"][PROBLEM_JSON]
            body = answer.json()
            assert body["code"] in said["examples"], where
            schema = self._document["components"]["schemas"][said["schema"]["$ref"].split("/")[-1]]
            assert set(body) <= set(schema["properties"]), where
            assert set(schema["required"]) <= set(body), where
        return answer


@pytest.fixture
def ask(client: TestClient, document: dict[str, Any], random_version: Path) -> Asking:
    return Asking(client, document, random_version.name)


def test_good_answers(ask: Asking, document: dict[str, Any]) -> None:
    for method, path in operations(document):
        if method == "get":
            answer = ask(method, path)
            assert answer.status_code == 200, path
            if "etag" in answer.headers:
                known = ask(method, path, headers={"If-None-Match": answer.headers["etag"]})
                assert known.status_code == 304
    for query in ("", "&explain=false"):
        film = ask("post", "/predict", params=f"force=true{query}", files={"file": FILM})
        assert film.status_code == 200
        assert film.headers["content-language"] == "en"
        assert film.headers["ratelimit"]
    lines = ask("post", "/predict/batch", files=[("file", FILM), ("file", b"text")])
    assert lines.status_code == 200
    for path in (INFER, "/v2/models/{name}/versions/{version}/infer"):
        assert ask("post", path, json=GOOD).status_code == 200
        assert ask("post", path, json={**GOOD, "outputs": [BINARY]}).headers[LENGTH]


def test_every_route_names_the_answer_to_a_parameter_that_it_does_not_have(
    ask: Asking, document: dict[str, Any]
) -> None:
    for method, path in operations(document):
        answer = ask(method, path, params={"x": 1})
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown-parameter"), path


def test_every_locked_route_names_the_answers_to_who_may_not_or_cannot_be_known(
    ask: Asking, document: dict[str, Any], keys: Path
) -> None:
    locked = [
        (method, path)
        for method, path in operations(document)
        if "security" in document["paths"][path][method]
    ]
    assert len(locked) > 10
    scraper = KeyFile(keys).add("prometheus", ["metrics"])
    for method, path in locked:
        assert ask(method, path, headers={"X-API-Key": "none"}).status_code == 401
        assert ask(method, path, headers={"X-API-Key": scraper}).status_code == 403
    whole = keys.read_bytes()
    keys.write_bytes(b"no keys")
    try:
        for method, path in locked:
            answer = ask(method, path)
            assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
            assert answer.headers["retry-after"]
    finally:
        keys.write_bytes(whole)


def test_refusals(ask: Asking) -> None:
    garbage = b"PK\x03\x04" + b"garbage" * 100
    said = [
        ask("post", "/predict", files={"file": b"text"}),
        ask("post", "/predict", files={"file": FILM}, headers={"Accept": "text/plain"}),
        ask("post", "/predict", content=b"x", headers={"Content-Encoding": "gzip"}),
        ask("post", "/predict", content=b"x", headers={"Content-Type": "text/plain"}),
        ask("post", "/predict", params="version=9.9.9", files={"file": FILM}),
        ask("post", "/predict/batch", content=garbage, headers=ZIP),
        ask("post", "/predict/batch", files={"file": FILM}, headers={"Accept": "text/csv"}),
        ask("post", INFER, json=BAD),
        ask("post", INFER, content=b"{"),
        ask("post", INFER, content=b"x", headers={"Content-Encoding": "gzip"}),
    ]
    found = [(answer.status_code, answer.json()["code"]) for answer in said]
    assert found == [
        (422, "not-an-image"),
        (406, "not-acceptable"),
        (415, "unsupported-encoding"),
        (415, "unsupported-media-type"),
        (404, "unknown-version"),
        (422, "archive-damaged"),
        (406, "not-acceptable"),
        (422, "not-an-image"),
        (400, "malformed-request"),
        (415, "unsupported-encoding"),
    ]
    assert said[7].json()["index"] == 0
    assert said[7].json()["error"] == said[7].json()["detail"]


def test_what_a_problem_has_more_of_below_v2_is_named_there_alone(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]
    plain, named = schemas["Problem"], schemas["InferenceProblem"]
    assert set(named["properties"]) - set(plain["properties"]) == {"error", "index"}
    assert set(named["required"]) - set(plain["required"]) == {"error"}
    for method, path in operations(document):
        for response in document["paths"][path][method]["responses"].values():
            for said in response.get("content", {}).values():
                reference = said["schema"].get("$ref", "")
                if re.search("Problem$", reference):
                    name = "InferenceProblem" if path.startswith("/v2") else "Problem"
                    assert reference == f"#/components/schemas/{name}", path
