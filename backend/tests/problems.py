"""What tests of failing requests share."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from cxr_severity.api.errors import PROBLEM_JSON


def assert_problem(response: Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM_JSON
    body: dict[str, Any] = response.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "request_id"}
    assert body["request_id"] == response.headers["x-request-id"]
    assert (body["code"], body["status"]) == (code, status)
    assert body["type"] == f"/problems/{code}"
    assert body["title"]
    assert body["detail"].endswith((".", "`"))
    return body


def send(client: TestClient, data: bytes, **query: str) -> Response:
    return client.post("/predict", files={"file": ("x.png", data)}, params=query)
