"""The command line, in process and, for `serve`, as the program a user starts."""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from interop.films import film
from PIL import Image
from support import SAMPLES, MakeVersion

from cxr_severity.cli import main
from cxr_severity.interop.forms import FORM_NAMES, FORMS
from cxr_severity.service.exits import EXIT_CANNOT_START, EXIT_OK, EXIT_SOME_FAILED


@pytest.fixture
def weights(make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_version().parent
    monkeypatch.setenv("CXR_WEIGHTS", str(root))
    return root


def test_a_line_for_each_file(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", *map(str, SAMPLES[:2])]) == EXIT_OK
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{SAMPLES[0]}: ")
    assert "severe 0." in lines[0]
    assert re.search(r"\)  Brixia \d+\.\d of 18", lines[0])


@pytest.mark.parametrize(
    ("threshold", "ending"), [(0.0, "  refer: mild or moderate or severe"), (1.0, "of 18")]
)
def test_a_line_says_between_what_a_person_should_decide(
    weights: Path, capsys: pytest.CaptureFixture[str], threshold: float, ending: str
) -> None:
    path = weights / "0.9.0" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["conformal"]["threshold"] = threshold
    path.write_text(json.dumps(manifest))
    assert main(["predict", str(SAMPLES[0])]) == EXIT_OK
    assert capsys.readouterr().out.rstrip().endswith(ending)


def test_json_lines(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "--json", str(SAMPLES[0])]) == EXIT_OK
    body = json.loads(capsys.readouterr().out)
    assert body["file"] == str(SAMPLES[0])
    assert body["explanation"]["heatmap"].startswith("data:image/png;base64,")
    assert body["refer"] == (len(body["prediction_set"]) > 1)
    assert set(body["brixia"]) == {"zones", "total", "interval"}


def test_json_without_explanation(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "--json", "--no-explain", str(SAMPLES[0])]) == EXIT_OK
    assert json.loads(capsys.readouterr().out)["explanation"] is None


@pytest.mark.parametrize("needs", [["--format", "sr"], ["--overlay", "{}"]])
def test_what_else_needs_a_map_puts_none_into_the_one_object(
    weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], needs: list[str]
) -> None:
    needs = [word.format(tmp_path) for word in needs]
    command = ["predict", *needs, "--json", "--no-explain", "--out", str(tmp_path)]
    main([*command, str(SAMPLES[0])])
    out, err = capsys.readouterr()
    (line,) = out.splitlines()
    assert json.loads(line)["explanation"] is None
    assert ("no-dicom-source" in err) == ("sr" in needs)


def test_a_reader_that_stops_reading_is_no_error(weights: Path) -> None:
    command = [sys.executable, "-m", "cxr_severity.cli", "predict", *map(str, SAMPLES)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == EXIT_SOME_FAILED


def test_a_refused_file_does_not_stop_the_others(
    weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "notes.png"
    text.write_text("no image")
    files = [str(text), str(tmp_path / "missing.png"), str(tmp_path), str(SAMPLES[0])]
    assert main(["predict", "--json", *files]) == EXIT_SOME_FAILED
    out, err = capsys.readouterr()
    bodies = [json.loads(line) for line in out.splitlines()]
    assert [body.get("error", {}).get("code") for body in bodies] == [
        "not-an-image", "unreadable-file", "unreadable-file", None,
    ]  # fmt: skip
    assert "not-an-image" in err


def test_overlays_are_written(weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "overlays"
    assert main(["predict", "--overlay", str(folder), *map(str, SAMPLES[:2])]) == EXIT_OK
    written = sorted(folder.iterdir())
    assert len(written) == 2
    with Image.open(written[0]) as overlay, Image.open(SAMPLES[0]) as film:
        assert overlay.size == film.size


def test_an_overlay_that_cannot_be_written_loses_no_answer(
    weights: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    files = [str(path) for path in SAMPLES[:2]]
    assert main(["predict", "--overlay", str(tmp_path), *files]) == EXIT_SOME_FAILED
    out, err = capsys.readouterr()
    assert [line.split(": ")[0] for line in out.splitlines()] == files
    reason = os.strerror(errno.ENOSPC)
    assert err.splitlines() == [f"{f}: the overlay could not be written: {reason}" for f in files]


@pytest.mark.parametrize("letter", ["x", "ß", "像"])
def test_an_overlay_of_a_long_name_is_written(weights: Path, tmp_path: Path, letter: str) -> None:
    stem = letter * (251 // len(letter.encode()))
    film = tmp_path / f"{stem}.png"
    film.write_bytes(SAMPLES[0].read_bytes())
    assert main(["predict", "--overlay", str(tmp_path / "out"), str(film)]) == EXIT_OK
    (written,) = (tmp_path / "out").iterdir()
    assert written.name.startswith(letter * (200 // len(letter.encode())) + "-")


def test_names_that_are_no_text_stop_nothing(weights: Path, tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/\xff\xfe.png"
    Path(os.fsdecode(odd)).write_bytes(SAMPLES[0].read_bytes())
    command: list[bytes | str] = [sys.executable, "-m", "cxr_severity.cli", "predict"]
    found = subprocess.run(
        [*command, odd, os.fsdecode(odd) + "-missing", SAMPLES[0]],
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert found.returncode == EXIT_SOME_FAILED
    lines = found.stdout.splitlines()
    assert len(lines) == 2
    assert "\\udcff\\udcfe.png: " in lines[0]
    assert lines[1].startswith(f"{SAMPLES[0]}: ")
    assert "unreadable-file" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_missing_version_is_one_line(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["predict", "--version", "7.7.7", str(SAMPLES[0])]
    assert main(arguments) == EXIT_CANNOT_START
    assert "7.7.7" in capsys.readouterr().err


def test_a_service_is_one_process(capsys: pytest.CaptureFixture[str]) -> None:
    """Replicas behind a proxy stand in for workers, which lost requests when they were stopped."""
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--workers", "2"])
    assert ended.value.code == 2
    assert "unrecognized arguments: --workers" in capsys.readouterr().err


def test_a_port_in_use_is_not_announced_as_ready(weights: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "cxr_severity.cli", "serve", "--port", port]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == EXIT_CANNOT_START
    assert "address already in use" in result.stdout
    assert "ready:" not in result.stdout
    assert (
        f"cannot listen on 127.0.0.1 port {port}: Address already in use; another port: PORT=8001"
        in result.stderr
    )


def test_a_start_that_failed_otherwise_is_not_told_as_a_port_in_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cxr_severity.api.server.serve", lambda _: False)
    assert main(["serve", "--port", "0"]) == EXIT_CANNOT_START
    assert "ended before it was ready to listen; its log says why" in capsys.readouterr().err
    assert main(["serve", "--port", "0", "--host", "192.0.2.1"]) == EXIT_CANNOT_START
    assert capsys.readouterr().err.splitlines()[-1] == (
        "cannot listen on 192.0.2.1 port 0: Cannot assign requested address"
    )


def test_a_device_that_is_not_there_is_one_line(
    weights: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CXR_DEVICE", "nonsense")
    assert main(["predict", str(SAMPLES[0])]) == EXIT_CANNOT_START
    assert "'nonsense'" in capsys.readouterr().err


@pytest.fixture
def server(weights: Path) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "cxr_severity.cli", "serve"],
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 60
    while request(port, "GET", "/health/ready")[0] != 200:
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "the server did not become ready"
        time.sleep(0.1)
    yield port, process
    process.kill()
    process.communicate()


def request(
    port: int, method: str, path: str, body: bytes | Iterator[bytes] | None = None
) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {} if body is None else {"content-type": "multipart/form-data; boundary=b"}
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


START = b'--b\r\nContent-Disposition: form-data; name="file"; filename="SECRET"\r\n\r\n'


def test_the_served_program(server: tuple[int, subprocess.Popen[str]]) -> None:
    """A radiograph is answered, oversized bodies are refused in time for their senders to read
    why, and the program stops when it is told to."""
    port, process = server
    whole = START + SAMPLES[0].read_bytes() + b"\r\n--b--\r\n"
    status, as_form = request(port, "POST", "/predict", whole)
    assert status == 200
    assert json.loads(as_form)["severity"] in ("mild", "moderate", "severe")

    declared = START + bytes(40_000_000)
    undeclared = (part for part in [START] + [bytes(1_000_000)] * 40)
    for body in (declared, undeclared):
        status, as_form = request(port, "POST", "/predict", body)
        assert status == 413
        assert json.loads(as_form)["code"] == "file-too-large"

    process.send_signal(signal.SIGTERM)
    log, _ = process.communicate(timeout=30)
    assert process.returncode in (0, -signal.SIGTERM)
    assert f"ready: page and API at http://127.0.0.1:{port}" in log
    assert "SECRET" not in log
    assert "Traceback" not in log


def test_results_in_a_hospitals_forms(
    weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "film.dcm", tmp_path / "out"
    path.write_bytes(film())
    forms = [word for name in FORM_NAMES for word in ("--format", name)]
    assert main(["predict", *forms, "--out", str(out), "--force", str(path)]) == EXIT_OK
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    assert {found.name for found in out.iterdir()} == {
        f"film-{digest}.{form.suffix}" for form in FORMS.values()
    }
    report = pydicom.dcmread(out / f"film-{digest}.sr.dcm")
    assert report.PatientID == "P-1"
    capsys.readouterr()
    assert main(["predict", "--format", "sr", "--out", str(out), str(SAMPLES[0])]) == (
        EXIT_SOME_FAILED
    )
    assert "no-dicom-source" in capsys.readouterr().err
