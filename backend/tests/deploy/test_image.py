"""What the images start, as they start it and under their rules, by bubblewrap without Docker."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest
from support import SAMPLES

from .running import REPOSITORY, free_port, proxy, running, tools


def last_stage(dockerfile: str) -> str:
    return (REPOSITORY / dockerfile).read_text().rsplit("\nFROM ", 1)[1]


def entry_point(dockerfile: str) -> list[str]:
    """ENTRYPOINT and CMD."""
    stage = last_stage(dockerfile)
    words: list[str] = []
    for instruction in ("ENTRYPOINT", "CMD"):
        for found in re.findall(rf"^{instruction} (\[.*\])$", stage, re.M):
            words += json.loads(found)
    return words


def copied(dockerfile: str) -> dict[str, str]:
    """What the first stage copies from the repository, and where to below its work folder."""
    stage = (REPOSITORY / dockerfile).read_text().split("\nFROM ")[1]
    found = {}
    for line in re.findall(r"^COPY (?!--)(.*)$", stage, re.M):
        *sources, target = line.split()
        for pattern in sources:
            for source in sorted(REPOSITORY.glob(pattern)) or [REPOSITORY / pattern]:
                into = Path(target, source.name) if target.endswith("/") else Path(target)
                found[source.relative_to(REPOSITORY).as_posix()] = into.as_posix()
    return found


def jail(dockerfile: str, *more: str) -> list[str]:
    """bubblewrap with the image's user and a file system of which nothing but /tmp can be written,
    that one in memory; no capabilities, no new privileges."""
    user, group = re.findall(r"^USER (\d+):(\d+)$", last_stage(dockerfile), re.M)[0]
    assert int(user) > 0
    command = [
        tools()["bwrap"], "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc",
        "--tmpfs", "/tmp", "--unshare-user", "--uid", user, "--gid", group,  # noqa: S108
        "--unshare-pid", "--unshare-ipc", "--cap-drop", "ALL", "--new-session", "--die-with-parent",
        "--ro-bind", str(REPOSITORY), str(REPOSITORY), *more,
    ]  # fmt: skip
    tried = subprocess.run([*command, "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"bubblewrap may not be used here: {tried.stderr.strip()}")
    return command


@pytest.mark.parametrize("dockerfile", ["backend/Dockerfile", "frontend/Dockerfile"])
def test_what_is_copied_is_in_the_repository_and_not_ignored(dockerfile: str) -> None:
    ignored = (REPOSITORY / ".dockerignore").read_text().split()
    sources = copied(dockerfile)
    assert len(sources) >= 5
    for source in sources:
        assert (REPOSITORY / source).exists(), f"{source} is not in the repository"
        for pattern in ignored:
            assert not Path(source).match(pattern), f"{source} is kept out by {pattern}"
            assert not f"{source}/".startswith(f"{pattern}/"), f"{source} is kept out by {pattern}"


@pytest.mark.parametrize("dockerfile", ["backend/Dockerfile", "frontend/Dockerfile"])
def test_hadolint_has_nothing_to_say(dockerfile: str) -> None:
    program = Path(sys.executable).with_name("hadolint")
    if not program.exists():
        pytest.skip("hadolint has no wheel for this machine")
    run = subprocess.run(
        [program, "--no-color", REPOSITORY / dockerfile], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.parametrize(
    ("host", "variables"),
    [
        ("127.0.0.1", {"HOST": "0.0.0.0", "PORT": "{port}"}),  # noqa: S104
        ("127.0.0.1", {"HOST": "0.0.0.0", "PORT": "1", "CXR_PORT": "{port}"}),  # noqa: S104
        ("127.0.0.1", {"HOST": "::", "PORT": "{port}", "CXR_HOST": "127.0.0.1"}),
        pytest.param(
            "::1", {"HOST": "::", "PORT": "{port}", "http_proxy": "http://127.0.0.1:1"},
            marks=pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6"),
        ),
    ],
)  # fmt: skip
def test_the_image_asks_for_its_health_where_it_listens(
    host: str, variables: dict[str, str]
) -> None:
    (check,) = re.findall(r"^HEALTHCHECK (?:.*) CMD (\[.*?\])$", _lines("backend/Dockerfile"), re.M)
    status = 200

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health/ready" else 404)
            self.end_headers()

    class Server(HTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

    with Server((host, 0), Health) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        given = {name: said.format(port=server.server_port) for name, said in variables.items()}
        for status, healthy in ((200, True), (503, False)):  # noqa: B007 - read by Health
            asked = subprocess.run(
                [sys.executable, *json.loads(check)[1:]],
                env={**os.environ, **given}, capture_output=True,
            )  # fmt: skip
            assert (asked.returncode == 0) == healthy, asked.stderr
        server.shutdown()


def _lines(dockerfile: str) -> str:
    """As Docker reads them: one that ends in a backslash goes on."""
    return last_stage(dockerfile).replace("\\\n", "")


def test_what_is_copied_is_enough_for_the_service(tmp_path: Path) -> None:
    """The step that the image cannot do without: its package, built from those files alone."""
    for source, target in copied("backend/Dockerfile").items():
        place = tmp_path / target
        place.parent.mkdir(parents=True, exist_ok=True)
        if (REPOSITORY / source).is_dir():
            leave = shutil.ignore_patterns("__pycache__", "page", "1.0.0")
            shutil.copytree(REPOSITORY / source, place, ignore=leave)
        else:
            shutil.copy(REPOSITORY / source, place)
    assert (tmp_path / "constraints.txt").exists()
    assert os.access(tmp_path / "deploy" / "image" / "backend.sh", os.X_OK)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel"],
        cwd=tmp_path / "backend", check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = (tmp_path / "backend" / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "cxr_severity/api/app.py" in names
    assert any(name.endswith("2.0.0/model.safetensors") for name in names)


@pytest.mark.parametrize("dockerfile", ["backend/Dockerfile", "frontend/Dockerfile"])
def test_the_rules_hold_in_the_jail(dockerfile: str) -> None:
    run = subprocess.run(
        [
            *jail(dockerfile), "sh", "-c",
            "id -u; id -g; echo x > /tmp/x && cat /tmp/x; echo x > /usr/x",
        ],
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.stdout.split() == ["65532", "65532", "x"]
    assert "Read-only file system" in run.stderr
    assert run.returncode != 0


def test_the_service_runs_in_it(random_version: Path, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    program, *arguments = entry_point("backend/Dockerfile")
    assert (program, arguments) == ("cxr-severity", ["serve"])
    command = [
        *jail("backend/Dockerfile", "--ro-bind", str(random_version.parent), "/mnt"),
        sys.executable, "-m", "cxr_severity.cli", *arguments,
    ]  # fmt: skip
    environment = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "HOME": "/tmp",  # noqa: S108 - of the jail
        "CXR_WEIGHTS": "/mnt",
        "PYTHONPATH": str(REPOSITORY / "backend"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with running(command, tmp_path / "log", f"{url}/health/ready", **environment):
        upload = {"file": SAMPLES[0].read_bytes()}
        answer = httpx2.post(f"{url}/predict?force=true", files=upload, timeout=120)
        assert answer.status_code == 200
        assert answer.json()["explanation"]["overlay"]


def test_the_proxy_runs_in_it(tmp_path: Path) -> None:
    port = free_port()
    with proxy(tmp_path, [port]):
        pass  # its files are ready now, with a port of their own
    prefix = tmp_path / "srv"
    shutil.rmtree(prefix / "temp")
    (prefix / "temp").mkdir()
    config = (tmp_path / "nginx" / "nginx.conf").read_text()
    listening = re.search(r"listen (127.0.0.1:\d+)", config)
    assert listening
    entry = entry_point("frontend/Dockerfile")
    assert entry == ["nginx", "-p", "/srv", "-c", "/etc/cxr-severity/nginx.conf"]
    command = [
        *jail(
            "frontend/Dockerfile", "--ro-bind", str(prefix), "/srv",
            "--tmpfs", "/srv/temp", "--ro-bind", str(tmp_path / "nginx"), "/mnt",
        ),
        tools()["nginx"], *entry[1:-1], "/mnt/nginx.conf",
    ]  # fmt: skip
    url = f"http://{listening[1]}"
    with running(command, tmp_path / "log", f"{url}/"):
        assert "CXR Severity" in httpx2.get(f"{url}/").text
        assert httpx2.get(f"{url}/models").status_code == 503, "nobody is behind it"
