"""What is wrong with a parameter is said in the caller's language to its last word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from problems import assert_problem
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.api.validation import said_of
from cxr_severity.settings import Settings
from cxr_severity.texts.language import LANGUAGES, Language, say


@pytest.fixture(scope="module")
def client(random_version: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings.of(weights=random_version.parent))) as client:
        until_ready(client)
        yield client


CASES = [
    ("explain=perhaps", "`explain` must be true or false.", "`explain` mesti true atau false."),
    ("size=9", "`size` must be at least 64.", "`size` mesti sekurang-kurangnya 64."),
    ("size=5000", "`size` must be at most 1024.", "`size` mesti tidak melebihi 1024."),
    ("size=wide", "`size` must be a whole number.", "`size` mesti nombor bulat."),
    ("size=64.5", "`size` must be a whole number.", "`size` mesti nombor bulat."),
    (
        "object=pdf",
        "`object` must be one of these: 'sr', 'sc', 'gsps'.",
        "`object` mesti salah satu daripada ini: 'sr', 'sc', 'gsps'.",
    ),
]


@pytest.mark.parametrize(("query", "english", "malay"), CASES)
def test_a_parameter(client: TestClient, query: str, english: str, malay: str) -> None:
    for language, said in (("en", english), ("ms", malay)):
        headers = {"Accept-Language": language}
        answer = client.post(f"/predict?{query}", files={"file": b"x"}, headers=headers)
        assert assert_problem(answer, 422, "invalid-request")["detail"] == said


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ({"inputs": 5}, "`inputs` must be a list."),
        ({}, "`inputs` is missing."),
        ([], "`body` must be an object."),
        ({"inputs": [{"name": 1, "shape": [1], "datatype": "BYTES"}]},
         "`inputs.0.name` must be text."),
        ({"inputs": [{"name": "image", "shape": ["a"], "datatype": "BYTES"}]},
         "`inputs.0.shape.0` must be a whole number."),
        ({"inputs": [{"name": "image", "shape": [1] * 9, "datatype": "BYTES"}]},
         "`inputs.0.shape` is too long."),
        ({"inputs": [], "parameters": []}, "`parameters` must be an object."),
        ({"inputs": [{"name": "film", "shape": [1], "datatype": "BYTES"}]},
         "There is no input 'film'."),
    ],
)  # fmt: skip
def test_an_inference_request(client: TestClient, said: Any, english: str) -> None:
    url = "/v2/models/random/infer"
    assert client.post(url, json=said).json()["error"] == english
    chinese = client.post(url, json=said, headers={"Accept-Language": "zh-CN"}).json()["error"]
    name = re.search("[`'].*[`']", english)
    assert name is not None
    words = chinese.replace(name[0], "")
    assert words != chinese
    assert not re.search("[a-z]", words), chinese


class _Every(BaseModel, extra="forbid"):
    ratio: float = Field(gt=0, lt=1)
    note: str = Field(min_length=2, max_length=3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_no_parameter_asks_yet_has_its_words_too(language: Language) -> None:
    bodies = [
        {"ratio": 0, "note": "ab"}, {"ratio": 1, "note": "ab"}, {"ratio": "x", "note": "ab"},
        {"ratio": 0.5, "note": "a"}, {"ratio": 0.5, "note": "abcd"}, {"ratio": 0.5},
        {"ratio": 0.5, "note": "ab", "more": 1},
    ]  # fmt: skip
    found = set()
    for body in bodies:
        with pytest.raises(ValidationError) as caught:
            TypeAdapter(_Every).validate_python(body)
        template, values = said_of(caught.value.errors()[0], "note")
        found.add(say(template, language, **values))
    assert len(found) == len(bodies)
    assert not any("not valid" in said for said in found)
    template, values = said_of({"type": "json_invalid"}, "note")
    assert say(template, "en", **values) == "`note` is not valid."
