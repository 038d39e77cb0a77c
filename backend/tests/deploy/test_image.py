"""What the images start, as they start it and under their rules, by bubblewrap without Docker."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
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
        answer = httpx.post(f"{url}/predict?force=true", files=upload, timeout=120)
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
        assert "CXR Severity" in httpx.get(f"{url}/").text
        assert httpx.get(f"{url}/models").status_code == 503, "nobody is behind it"
