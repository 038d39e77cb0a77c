"""What is answered before there is a request."""

from __future__ import annotations

import json

from cxr_severity.api.response_headers import HEADERS


def assert_refused(answer: bytes, status: int, code: str) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0].split()[1] == str(status)
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert "date" in headers
    assert json.loads(body)["request_id"] == headers["x-request-id"]
    for name, value in HEADERS.items():
        assert headers[name.lower()] == value.lower()
    assert (json.loads(body)["code"], json.loads(body)["status"]) == (code, status)
