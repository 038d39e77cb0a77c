"""The commands of the workers, as they begin and end."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from cxr_severity.cli import main
from cxr_severity.worker import commands
from cxr_severity.worker.items import Result
from cxr_severity.worker.ledger import Ledger

from .films import film, place
from .memory import FIRST, film_of, parcel_of
from .pacs import FakePacs, running


@pytest.mark.parametrize("option", ["--dicomweb", "--stow"])
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:abc/x",
        "http://h:99999/x",
        "http://h:0",
        "http://[::1/x",
        "http://h\nh/",
        "h",
        "https://h/dicom-web?tenant=1",
        "https://h/dicom-web#x",
    ],
)
def test_a_url_that_is_none_is_one_line(
    option: str, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = {"--dicomweb": "http://127.0.0.1:8042/dicom-web", option: url}
    named = [word for pair in urls.items() for word in pair]
    assert main(["watch", *named, "--once", "--memory", str(tmp_path / "db")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "name the root of a DICOMweb service, like http://HOST:8042/dicom-web"


@pytest.mark.parametrize("token", ["tök", "two words", "two\nlines", "null\x7f"])
def test_a_token_that_cannot_be_one_is_one_line(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CXR_DICOMWEB_TOKEN", token)
    command = ["watch", "--dicomweb", "http://127.0.0.1:8042/dicom-web", "--once"]
    assert main([*command, "--memory", str(tmp_path / "db")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "CXR_DICOMWEB_TOKEN is not of ASCII letters, digits and signs alone"


def test_secrets_lose_the_line_end_of_their_files(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("USER", "cxr\n"), ("PASSWORD", " of blanks \r\n"), ("TOKEN", "abc\n")):
        monkeypatch.setenv(f"CXR_DICOMWEB_{name}", value)
    access = commands._access(Namespace(timeout=1.0, https_ca=None))
    assert (access.user, access.password, access.token) == ("cxr", " of blanks ", "abc")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--match", "StationName=A", "--match", "StationName=B"],
            "StationName is asked for twice",
        ),
        (["--match", "Modality=DR"], "Modality is asked for by --modality and not"),
        (["--match", "StudyDate=20200101", "--days", "0"], "StudyDate is asked for by --date or"),
        (["--match", "StudyDate=20200101", "--date", "20200101"], "StudyDate is asked for by"),
        (["--match", "RetrieveAETitle=A", "--ae", "B"], "RetrieveAETitle is asked for twice"),
    ],
)
def test_a_key_that_is_asked_for_twice_is_one_line(
    options: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["watch", "--dicomweb", "http://127.0.0.1:8042/dicom-web", "--once", *options]
    assert main([*command, "--memory", str(tmp_path / "db")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(told)


@pytest.mark.timeout(120)
def test_once_ends_where_parked_results_leave_no_room(
    ledger: Ledger, path: Path, random_version: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("CXR_WEIGHTS", str(random_version.parent))
    with running(FakePacs()) as pacs:
        pacs.add(place(1), film(1))
        ledger.found([FIRST], 1)
        ledger.judged(film_of(ledger), [Result("9.1", "sc", bytes(1_000_001))], [pacs.url], 2)
        ledger.park(parcel_of(ledger, pacs.url), "refused-a900")
        ledger.close()
        command = ["watch", "--dicomweb", pacs.url, "--once", "--memory", str(path)]
        assert main([*command, "--most-waiting", "1"]) == 1
        said = capsys.readouterr().err
        assert "1 films are not judged: parked results take all the room of --most-waiting" in said
        assert "Traceback" not in said
        assert pacs.stored == {}
