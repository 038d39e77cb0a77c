"""What the command line says of settings that are none."""

from __future__ import annotations

import pytest

from cxr_severity.cli import main
from cxr_severity.cli.settings import groups, names
from cxr_severity.service.exits import EXIT_CANNOT_START
from cxr_severity.settings import Settings

FIELDS = [(names(name, f)[0], f) for group in groups() for name, f in group.model_fields.items()]
FLOATS = [name for name, field in FIELDS if field.annotation is float]
ENDLESS = ("inf", "-inf", "nan", "1e300")
MAY_BE_TEXT = ["CXR_KEYS", "CXR_JWKS", "CXR_JWT_ISSUER", "CXR_AUDIT", "CXR_VERSION", "HOST"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "eighty", "PORT: Input should be a valid integer"),
        ("CXR_PORT", "99999", "CXR_PORT: Input should be less"),
        ("CXR_QUEUE", "-1", "CXR_QUEUE: Input should be greater"),
        ("CXR_TRUSTED_PROXIES", '["nowhere"]', "CXR_TRUSTED_PROXIES 0: "),
        ("CXR_CORS_ORIGINS", "https://viewer.example", "CXR_CORS_ORIGINS: is written as JSON"),
        ("CXR_CORS_ORIGINS", '["https://viewer.example/"]', "CXR_CORS_ORIGINS 0: "),
        ("CXR_CORS_ORIGINS", '["https://*.hospital.org"]', "CXR_CORS_ORIGINS 0: https://*.h"),
        ("CXR_CORS_ORIGINS", '["https://münchen.de"]', "CXR_CORS_ORIGINS 0: https://mün"),
        ("CXR_MAX_UPLOAD_BYTES", "1" + "0" * 20, "CXR_MAX_UPLOAD_BYTES: Input should be less"),
        ("CXR_JWKS", "keys.json", "CXR_JWKS needs CXR_JWT_AUDIENCE and CXR_JWT_ISSUER"),
        ("CXR_LOG_LEVEL", "loud", "CXR_LOG_LEVEL: "),
        *((name, empty, f"{name}: is empty") for name in MAY_BE_TEXT for empty in ("", " ")),
        *((name, value, f"{name}: Input should be ") for name in FLOATS for value in ENDLESS),
    ],
)
def test_a_wrong_setting_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setattr("cxr_severity.api.server.serve", lambda _: pytest.fail("it started"))
    monkeypatch.setenv("CXR_JWT_AUDIENCE", "cxr")
    monkeypatch.setenv(name, value)
    assert main(["serve"]) == EXIT_CANNOT_START
    err = capsys.readouterr().err
    assert err.startswith(said)
    assert len(err.splitlines()) == 1


def test_there_are_settings_of_seconds() -> None:
    """What the test above goes through is not nothing."""
    assert {"CXR_DECODE_SECONDS", "CXR_UPLOAD_RATE", "CXR_JWT_LEEWAY"} <= {*FLOATS}


def test_options_are_checked_like_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", "99999"]) == EXIT_CANNOT_START
    assert capsys.readouterr().err.startswith("--port: ")


def test_variables_count_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a script calls `host` or `port` is its own."""
    for name in ("host", "cxr_host", "Cxr_Rate"):
        monkeypatch.setenv(name, "7")
    monkeypatch.setenv("PORT", "8001")
    monkeypatch.setenv("CXR_QUEUE", "9")
    found = Settings.of(batch=3)
    assert (found.serve.host, found.serve.port, found.access.rate) == ("127.0.0.1", 8001, None)
    assert (found.serve.queue, found.serve.batch) == (9, 3)
    assert Settings.of(queue=4, port=1).serve.queue == 4, "rather than what the environment says"


def test_origins_are_compared_as_browsers_send_them() -> None:
    given = [
        "https://Viewer.Hospital.org", "HTTPS://pacs.hospital.org:443", "http://pacs:80",
        "http://pacs:8080", "https://pacs:80", "http://[::1]:80", "*", "capacitor://localhost",
    ]  # fmt: skip
    assert Settings.of(cors_origins=given).serve.cors_origins == [
        "https://viewer.hospital.org", "https://pacs.hospital.org", "http://pacs",
        "http://pacs:8080", "https://pacs:80", "http://[::1]", "*", "capacitor://localhost",
    ]  # fmt: skip
