"""Answers in the caller's language: what is chosen, and that every sentence is there."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from waiting import until_ready

from cxr_severity.api.accept_language import negotiate
from cxr_severity.api.app import create_app
from cxr_severity.interop.bodies.kinds import KINDS
from cxr_severity.settings import Settings
from cxr_severity.texts import results
from cxr_severity.texts.findings import MESSAGES
from cxr_severity.texts.language import TRANSLATIONS, Language, say

PACKAGE = Path(__file__).resolve().parents[2] / "cxr_severity"
JOINED = {"ACCEPTED", "DESCRIPTION", "_AS_GREY_OR_RGB"}
"""Constants that are no sentence of an answer, or only ever its second half."""
OF_OTHERS = {
    "DecoderGoneError",
    "EOFError",
    "ArtifactError",
    "EngineError",
    "SettingsError",
    "ValueError",
    "TypeError",
    "RuntimeError",
    "KeyFileError",
    "TensorError",
    "TokenError",
    "KeysUnavailableError",
}
"""Errors that no answer carries."""
CALLS = {"problem", "ApiError", "invalid"}


@pytest.fixture(scope="module")
def client(random_version: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings.of(weights=random_version.parent))) as client:
        until_ready(client)
        yield client


def _text(node: ast.expr, constants: dict[str, str]) -> list[str]:
    """The texts that an argument may be; fails on one that was put together at run time."""
    match node:
        case ast.Constant(value=str(value)):
            return [value]
        case ast.Name(id=name) if name in constants:
            return [constants[name]]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [a + b for a in _text(left, constants) for b in _text(right, constants)]
        case ast.IfExp(body=body, orelse=orelse):
            return _text(body, constants) + _text(orelse, constants)
        case ast.JoinedStr():
            raise AssertionError(f"{ast.unparse(node)}: use a template and its values")
    return []


def _sentences(path: Path, shared: dict[str, str]) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = dict(shared)
    found: set[str] = set()
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value))):
                constants[name] = value
                if value.endswith(".") and name not in JOINED:
                    found.add(value)
    for call in ast.walk(tree):
        match call:
            case ast.Call(func=ast.Name(id=name), args=[first, *rest]) if name in CALLS or (
                name.endswith("Error") and name not in OF_OTHERS
            ):
                place = {"problem": 1, "ApiError": 0}.get(name)
                text = first if place is None else rest[place]
                found.update(_text(text, constants))
    return found


def _all_sentences() -> set[str]:
    shared = {"OVER_THE_LIMIT": "The file is over the limit of {limit:g} MB."}
    found = {text for kind in KINDS.values() for text in (kind.title, kind.advice)}
    found |= set(MESSAGES.values())
    for folder in ("imaging", "model", "service", "interop", "api"):
        for path in (PACKAGE / folder).rglob("*.py"):
            found |= _sentences(path, shared)
    # Nothing of it is ours to translate.
    return {text for text in found if " " in text} | results.ALL


SENTENCES = sorted(_all_sentences())


def _holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_sentences_are_found() -> None:
    assert "The image is damaged" in SENTENCES
    assert "The DICOM object holds no pixel data, like a report or a document." in SENTENCES
    assert "Not ready: the model is still being loaded." in SENTENCES
    assert len(SENTENCES) > 120


@pytest.mark.parametrize("language", sorted(TRANSLATIONS))
def test_every_sentence_is_translated_with_the_same_values(language: Language) -> None:
    known = TRANSLATIONS[language]
    assert [text for text in SENTENCES if text not in known] == []
    assert [text for text in known if text not in SENTENCES] == []
    assert [text for text, other in known.items() if _holes(text) != _holes(other)] == []


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("ms", "ms"),
        ("ms-MY,en;q=0.8", "ms"),
        ("zh-Hans-SG", "zh-CN"),
        ("fr, zh;q=0.5, ms;q=0.7", "ms"),
        ("de", "en"),
        ("ms;q=0, en", "en"),
        ("ms;q=often", "en"),
        ("*", "en"),
    ],
)
def test_the_language_that_is_asked_for(accepted: str, language: Language) -> None:
    assert negotiate(accepted) == language


def test_values_are_put_in() -> None:
    text = "The file has {size:,} bytes; at most {limit:g} MB are accepted."
    assert "25 MB" in say(text, "ms", size=30_000_000, limit=25.0)
    assert say("There is no such sentence.", "ms") == "There is no such sentence."


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "The file is empty"), ("ms", "Fail kosong"), ("zh-CN", "文件为空")],
)
def test_a_problem_is_told_in_the_callers_language(
    client: TestClient, language: Language, title: str
) -> None:
    response = client.post(
        "/predict", files={"file": ("a.png", b"")}, headers={"Accept-Language": language}
    )
    assert response.status_code == 422
    assert response.json()["code"] == "empty-file"
    assert response.json()["title"] == title
    assert response.headers["content-language"] == language
    assert "accept-language" in response.headers["vary"].lower()
    kind = client.get("/problems/empty-file", headers={"Accept-Language": language})
    assert kind.json()["title"] == title
    assert kind.headers["content-language"] == language
