"""What the deployment tests start: the service, as it is started anywhere, and what is around it.

`scripts/deploy-tools.sh` finds the programs, and installs Debian's packages where it may; where
they cannot be had the tests are skipped with what it says.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from http.client import HTTPResponse
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from waiting import wait_until

REPOSITORY = Path(__file__).resolve().parents[3]
DEPLOY = REPOSITORY / "deploy"
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so")


@lru_cache
def tools() -> dict[str, str]:
    """Program to path; skips the test where one is missing."""
    run = subprocess.run(
        [str(REPOSITORY / "scripts" / "deploy-tools.sh")], capture_output=True, text=True
    )
    if run.returncode:
        pytest.skip(run.stderr.strip().splitlines()[-1])
    return dict(line.split("=", 1) for line in run.stdout.splitlines())


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def answers(url: str) -> bool:
    """Whether a GET is answered 200."""
    try:
        with urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


def answer_to_a_large_body(url: str, path: str) -> tuple[HTTPResponse, bytes]:
    """The answer when none of it has come."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(
            f"POST {path} HTTP/1.1\r\nHost: a\r\n".encode()
            + b"Content-Type: multipart/form-data; boundary=b\r\n"
            b"Content-Length: 900000000\r\n\r\n"
        )
        answer = HTTPResponse(connection, method="POST")
        answer.begin()
        return answer, answer.read()


@contextmanager
def running(
    command: Sequence[str], log: Path, up: str | None = None, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A process, once `up` answers 200; terminated at the end. Its output goes to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, **environment}
        )
        try:
            if up is not None:
                wait_until(lambda: process.poll() is not None or answers(up), 280)
                assert process.poll() is None, log.read_text()
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


@contextmanager
def service(
    weights: Path, log: Path, *, port: int | None = None, ready: bool = True, **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`cxr-severity serve` and its address; ready, or only alive."""
    number = port or free_port()
    url = f"http://127.0.0.1:{number}"
    with running(
        [sys.executable, "-m", "cxr_severity.cli", "serve"],
        log,
        f"{url}/health/{'ready' if ready else 'live'}",
        PYTHONPATH=str(REPOSITORY / "backend"),
        PORT=str(number),
        HOST="127.0.0.1",
        CXR_WEIGHTS=str(weights),
        **environment,
    ) as process:
        yield process, url


@contextmanager
def proxy(folder: Path, backends: Sequence[int], trusted: str = "") -> Iterator[str]:
    """nginx with the files of deploy/nginx before services on these ports, and its address; the
    page is a small one. Only port and upstream are others than in the image, and `trusted` may
    name who stands before it."""
    program = tools()["nginx"]
    port = free_port()
    prefix, config = folder / "srv", folder / "nginx"
    (prefix / "temp").mkdir(parents=True)
    (prefix / "page" / "assets").mkdir(parents=True)
    (prefix / "page" / "index.html").write_text("<!doctype html><title>CXR Severity</title>")
    (prefix / "page" / "assets" / "a-1.js").write_text("// x\n" * 1000)
    shutil.copytree(DEPLOY / "nginx", config)
    shutil.copy(config / "docs.html", prefix)
    main = (config / "nginx.conf").read_text()
    (config / "nginx.conf").write_text(main.replace("listen 8080", f"listen 127.0.0.1:{port}"))
    upstream = (config / "upstream.conf").read_text()
    # As nginx does with a name of several addresses: each line stands for all of them.
    upstream = re.sub(
        r"^ *server api:8000.*\n",
        lambda line: "".join(
            line[0].replace("api:8000", f"127.0.0.1:{number}") for number in backends
        ),
        upstream,
        flags=re.M,
    )
    assert "api:8000" not in upstream
    (config / "upstream.conf").write_text(upstream)
    if trusted:
        (config / "trusted.conf").write_text(f"set_real_ip_from {trusted};\n")
    if not BROTLI.exists():
        for part in ("modules-brotli.conf", "compression-brotli.conf"):
            (config / part).unlink()
    # The user of the container is not root; here it may be, whose worker would not read the folder.
    user = ["-g", "user root;"] if os.getuid() == 0 else []
    command = [program, "-p", str(prefix), "-c", str(config / "nginx.conf"), *user]
    url = f"http://127.0.0.1:{port}"
    with running(command, folder / "nginx.log", f"{url}/"):
        yield url
