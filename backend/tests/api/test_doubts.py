"""Settings that are likely to be mistakes: those that a service starts with all the same, and
others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cxr_severity.api.access.keys import KeyFile
from cxr_severity.api.doubts import doubts
from cxr_severity.api.server import serve
from cxr_severity.settings import Settings

TOKENS = {"jwt_audience": "a", "jwt_issuer": "b"}


def test_what_is_right_is_not_doubted(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    KeyFile(file).add("ris")
    names = ["CXR_KEYS", "CXR_PORT", "PORT", "HOME", "CXR_DICOMWEB_PASSWORD"]
    assert list(doubts(Settings.of(keys=file), names)) == []
    assert list(doubts(Settings.of(jwks="https://issuer.example/jwks", **TOKENS), [])) == []


@pytest.mark.parametrize(
    ("named", "variables", "said"),
    [
        ({}, ["CXR_KEY"], "CXR_KEY is no setting; CXR_KEYS is"),
        ({}, ["cxr_rate", "port"], "cxr_rate is no setting; CXR_RATE is"),
        ({}, ["CXR_SOMETHING_ELSE"], "CXR_SOMETHING_ELSE is no setting"),
        ({"keys": Path("/nowhere/k")}, [], "CXR_KEYS: /nowhere/k holds no key yet"),
        ({"jwks": "/nowhere/j", **TOKENS}, [], "CXR_JWKS: there is no file /nowhere/j"),
        ({"font": Path("/nowhere/f")}, [], "CXR_FONT: there is no file /nowhere/f"),
    ],
)
def test_each_doubt_is_a_line(named: dict[str, Any], variables: list[str], said: str) -> None:
    assert list(doubts(Settings.of(**named), variables)) == [said]


def test_a_file_of_keys_that_is_none_is_a_doubt(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text("{")
    assert list(doubts(Settings.of(keys=file), [])) == [f"CXR_KEYS: {file} is not a file of keys"]


def test_an_audit_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = tmp_path / "none" / "audit.log"
    with pytest.raises(SystemExit) as ended:
        serve(Settings.of(audit=audit))
    assert ended.value.code == 2
    assert f"CXR_AUDIT: {audit} cannot be written" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("proxy", ["nginx", "10.0.0.1/8", ""])
def test_a_proxy_that_would_never_be_believed_is_no_setting(proxy: str) -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        Settings.of(trusted_proxies=[proxy])


def test_an_empty_host_does_not_mean_every_address() -> None:
    with pytest.raises(ValidationError, match="is empty"):
        Settings.of(host="")


@pytest.mark.parametrize("named", [{"keys": Path("k")}, {"jwks": "j", **TOKENS}])
def test_where_callers_are_asked_for_a_key_nobody_is_warned_of_strangers(
    named: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for setting, warned in (({}, True), (named, False)):
        with pytest.raises(SystemExit):
            serve(Settings.of(host="192.0.2.1", audit=tmp_path / "no" / "audit", **setting))
        assert ("ANYONE" in capsys.readouterr().err) == warned
