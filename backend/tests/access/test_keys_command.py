"""`cxr-severity keys`, and what a service says that anyone may call."""

from __future__ import annotations

import json
import logging
import logging.config
from pathlib import Path

import pytest

from cxr_severity.api.access.audit import AUDIT
from cxr_severity.api.access.keys import KeyFile
from cxr_severity.api.access.warning import is_loopback
from cxr_severity.api.logs import logging_config
from cxr_severity.cli import main


def test_keys_are_made_listed_and_revoked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "keys.json"
    monkeypatch.setenv("CXR_KEYS", str(file))
    assert main(["keys", "add", "pacs", "--scope", "predict", "--scope", "metrics"]) == 0
    key = capsys.readouterr().out.strip()
    caller = KeyFile(file).caller(key)
    assert caller is not None
    assert caller.scopes == {"predict", "metrics"}
    assert main(["keys", "list"]) == 0
    listed = capsys.readouterr().out.strip().split("\t")
    assert (listed[0], listed[1], listed[2], listed[5]) == (
        key[4:12], "valid", "predict,metrics", "pacs",
    )  # fmt: skip
    assert main(["keys", "revoke", "pacs"]) == 0
    assert KeyFile(file).caller(key) is None
    assert main(["keys", "revoke", "pacs"]) == 2
    assert "no key 'pacs'" in capsys.readouterr().err
    monkeypatch.delenv("CXR_KEYS")
    assert main(["keys", "list"]) == 2
    assert "CXR_KEYS" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["CXR_JWT_AUDIENCE", "CXR_JWT_ISSUER", "http"])
def test_tokens_that_anyone_could_make_are_not_set_up(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CXR_JWKS", "https://idp.example/jwks")
    for each in ("CXR_JWT_AUDIENCE", "CXR_JWT_ISSUER"):
        if each != name:
            monkeypatch.setenv(each, "x")
    if name == "http":
        monkeypatch.setenv("CXR_JWKS", "http://idp.example/jwks")
    assert main(["openapi"]) == 2
    assert "CXR_JWKS" in capsys.readouterr().err


def test_loopback_is_told_from_other_addresses() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "192.0.2.1", "nowhere.invalid"))  # noqa: S104


def test_audit_lines_go_to_a_file_of_their_own_whatever_the_level(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    config = logging_config("critical", file)
    try:
        logging.config.dictConfig(config)
        logging.getLogger(AUDIT).info("%s", json.dumps({"event": "judgement"}))
        assert json.loads(file.read_text()) == {"event": "judgement"}
    finally:
        for handler in logging.getLogger(AUDIT).handlers:
            handler.close()
        plain: dict[str, object] = {"level": "NOTSET", "handlers": [], "propagate": True}
        undone = {"version": 1, "disable_existing_loggers": False}
        logging.config.dictConfig({**undone, "loggers": dict.fromkeys(config["loggers"], plain)})
