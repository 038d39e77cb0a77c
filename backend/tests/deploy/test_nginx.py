"""The proxy as it is deployed: the page, the API through it, its limits and its refusals."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest
from served import serving
from support import SAMPLES
from tritonclient.http import InferenceServerClient
from tritonclient.utils import InferenceServerException
from waiting import wait_until

from cxr_severity.api.app import create_app
from cxr_severity.api.oip.bounds import longest_body
from cxr_severity.api.page import _DOCS
from cxr_severity.api.response_headers import HEADERS
from cxr_severity.api.routes.batch import AFTER_BODY
from cxr_severity.imaging.errors import DamagedImageError
from cxr_severity.imaging.limits import DEFAULT_LIMITS
from cxr_severity.settings import Settings

from .running import BROTLI, DEPLOY, answer_to_a_large_body, free_port, proxy, service, tools

IMAGE = SAMPLES[0].read_bytes()
UPLOAD = {"file": ("a.png", IMAGE)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def url(random_version: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    with (
        service(random_version.parent, folder / "service.log", port=port, CXR_QUEUE="8"),
        proxy(folder, [port]) as url,
    ):
        yield url


@pytest.fixture
def client(url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=url, timeout=120) as client:
        yield client


def test_what_it_has_from_the_service_is_the_services() -> None:
    text = (DEPLOY / "nginx" / "headers.conf").read_text()
    assert dict(re.findall(r'add_header (\S+) "(.*)" always;', text)) == HEADERS
    assert (DEPLOY / "nginx" / "docs.html").read_text() == _DOCS
    config = (DEPLOY / "nginx" / "nginx.conf").read_text()
    assert f"proxy_set_header {AFTER_BODY} 1;" in config
    files, inference = (
        int(each) << 20 for each in re.findall(r"client_max_body_size (\d+)m;", config)
    )
    assert 0 < files - DEFAULT_LIMITS.max_bytes < 2**21
    assert 0 < inference - longest_body(DEFAULT_LIMITS.max_bytes) < 2**21


def test_what_is_missing_is_not_kept(client: httpx2.Client) -> None:
    answer = client.get("/assets/of-the-next-version.js")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"
    assert "immutable" not in answer.headers.get("cache-control", "")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_its_log_holds_no_query_and_no_referrer(client: httpx2.Client, folder: Path) -> None:
    large = {"file": ("a.png", IMAGE + bytes(100_000))}  # more than it buffers in memory
    client.post("/predict?patient=DOE", files=large, headers={"Referer": "http://x/DOE"})
    client.get("/models/none?patient=DOE", headers={"Referer": "http://x/DOE"})
    wait_until(lambda: "/models/none" in (folder / "nginx.log").read_text())
    log = (folder / "nginx.log").read_text()
    assert " POST /predict 4" in log or " POST /predict 200" in log
    assert "DOE" not in log


def test_the_page_is_served_with_headers_and_small(client: httpx2.Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "CXR Severity" in page.text
    assert page.headers["cache-control"] == "no-cache"
    script = client.get("/assets/a-1.js", headers={"Accept-Encoding": "gzip"})
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-encoding"] == "gzip"
    if BROTLI.exists():
        other = client.get("/assets/a-1.js", headers={"Accept-Encoding": "br"})
        assert other.headers["content-encoding"] == "br"
    assert client.get("/docs").text == _DOCS
    for answer in (
        page,
        script,
        client.get("/nothing"),
        client.get("/docs"),
        client.get("/models"),
    ):
        for name, value in HEADERS.items():
            assert answer.headers.get_list(name) == [value], (answer.url, name)
        assert "nginx/" not in answer.headers["server"], "its version is nobody's business"


def test_the_api_answers_through_it(client: httpx2.Client) -> None:
    answer = client.post("/predict?force=true", files=UPLOAD)
    assert answer.status_code == 200
    assert answer.json()["severity"] in ("mild", "moderate", "severe")
    assert answer.headers["x-request-id"]
    lines = client.post("/predict/batch?force=true", files=[("file", IMAGE), ("file", b"x")])
    assert lines.status_code == 200
    assert len(lines.text.splitlines()) == 2
    for path in ("/models", "/limits", "/health/ready", "/openapi.json", "/problems/busy", "/v2"):
        assert client.get(path).status_code == 200, path
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/metrics", 404, "not-found"),
        ("POST", "/nothing", 404, "not-found"),
        ("DELETE", "/", 405, "method-not-allowed"),
    ],
)
def test_its_own_refusals_are_problems_too(
    client: httpx2.Client, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert (said["status"], said["code"], said["type"]) == (status, code, f"/problems/{code}")
    assert client.get(said["type"]).json()["title"] == said["title"]
    if status == 405:
        assert answer.headers["allow"] == "GET, HEAD"


def test_it_leads_nobody_to_another_scheme_or_port(client: httpx2.Client) -> None:
    """Whoever came by TLS would send a film and a key once more in the clear."""
    assert client.post("/predict/", headers={"Host": "x"}).headers["location"] == "/predict"
    assert client.get("/assets", headers={"Host": "x"}).headers["location"] == "/assets/"


def test_refusals_are_the_services_own_problems(client: httpx2.Client) -> None:
    no_image = client.post("/predict", files={"file": b"text"})
    assert (no_image.status_code, no_image.json()["code"]) == (422, "not-an-image")
    just_over = client.post("/predict", files={"file": bytes(DEFAULT_LIMITS.max_bytes + 1)})
    assert (just_over.status_code, just_over.json()["code"]) == (413, "file-too-large")
    packed = client.post(
        "/predict", content=gzip.compress(b"x"), headers={"Content-Encoding": "gzip"}
    )
    assert (packed.status_code, packed.json()["code"]) == (415, "unsupported-encoding")


def test_a_batch_with_a_slash_too_many_is_led_on_whatever_its_size(url: str) -> None:
    answer, _ = answer_to_a_large_body(url, "/predict/batch/")
    assert (answer.status, answer.headers["location"]) == (307, "/predict/batch")


@pytest.mark.parametrize("path", ["/predict", "/v2/models/cxr-severity/infer"])
def test_what_is_far_too_large_is_refused_before_it_is_read(url: str, path: str) -> None:
    answer, said = answer_to_a_large_body(url, path)
    body = json.loads(said)
    assert answer.status == body["status"] == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["code"] == "file-too-large"
    assert body["error"] == body["detail"], "which is all that clients of /v2 read"


def test_two_hundred_clients_and_never_a_502(url: str) -> None:
    limits = httpx2.Limits(max_connections=200)
    with httpx2.Client(base_url=url, timeout=300, limits=limits) as client:

        def one(_: int) -> int:
            answer = client.post("/predict?explain=false&force=true", files=UPLOAD)
            if answer.status_code == 503:
                assert answer.json()["code"] == "busy"
                assert answer.headers["retry-after"]
            return answer.status_code

        with ThreadPoolExecutor(200) as pool:
            found = Counter(pool.map(one, range(400)))
    assert set(found) <= {200, 503}, found
    assert found[200] > 0


class _Tells(BaseHTTPRequestHandler):
    """Answers with the caller's address as the proxy passes it on."""

    def do_GET(self) -> None:
        said = (self.headers["X-Forwarded-For"] or "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("trusted", "said", "seen"),
    [
        ("", "203.0.113.9", "127.0.0.1"),
        ("127.0.0.0/8", "203.0.113.9", "203.0.113.9"),
        # What a caller claims stands before what the trusted one adds.
        ("127.0.0.0/8", "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.0/8", "203.0.113.9", "127.0.0.1"),
    ],
)
def test_a_caller_behind_another_proxy_has_an_address_of_its_own(
    trusted: str, said: str, seen: str, tmp_path: Path
) -> None:
    with HTTPServer(("127.0.0.1", 0), _Tells) as backend:
        thread = threading.Thread(target=backend.serve_forever)
        thread.start()
        try:
            with proxy(tmp_path, [backend.server_port], trusted) as url:
                answer = httpx2.get(f"{url}/models", headers={"X-Forwarded-For": said})
        finally:
            backend.shutdown()
            thread.join()
    assert answer.text == seen


def test_a_batch_is_read_to_its_end_also_where_it_is_judged_slowly(
    random_version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """nginx sends nothing further of a body once it has passed the head of the answer on and the
    service did not read for a moment."""

    def slow(*_: object, **__: object) -> None:
        time.sleep(0.2)
        raise DamagedImageError("It is damaged.")

    monkeypatch.setattr("cxr_severity.api.routes.batch.judge", slow)
    settings = Settings.of(weights=random_version.parent, concurrency=1, upload_seconds=5)
    films = [("file", (f"{number}", bytes(6_000_000))) for number in range(8)]
    with serving(create_app(settings)) as port, proxy(tmp_path, [port]) as url:
        wait_until(lambda: httpx2.get(f"{url}/health/ready").status_code == 200)
        answer = httpx2.post(f"{url}/predict/batch", files=films, timeout=60)
    codes = [json.loads(line)["error"]["code"] for line in answer.text.splitlines()]
    assert codes == ["damaged-image"] * len(films)


def test_behind_it_nobody(tmp_path: Path) -> None:
    port = free_port()
    with proxy(tmp_path, [port]) as url:
        answer = httpx2.post(f"{url}/predict", files=UPLOAD, timeout=60)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "2"
        assert answer.json()["code"] == "not-ready"
        for language, said in (("en", "Not ready"), ("ms", "Belum sedia"), ("zh-CN", "尚未就绪")):
            told = httpx2.post(
                f"{url}/predict", files=UPLOAD, headers={"accept-language": language}, timeout=60
            )
            assert told.json()["detail"].startswith(said)
        with InferenceServerClient(url.removeprefix("http://")) as triton:
            with pytest.raises(InferenceServerException) as raised:
                triton.get_server_metadata()
            assert raised.value.message() == answer.json()["detail"]
            assert not triton.is_server_ready()
        assert httpx2.get(f"{url}/").status_code == 200, "the page opens, to say so"


def test_nginx_accepts_the_files_as_they_are(tmp_path: Path) -> None:
    shutil.copytree(DEPLOY / "nginx", tmp_path / "nginx")
    upstream = tmp_path / "nginx" / "upstream.conf"
    upstream.write_text(upstream.read_text().replace("api:8000", "127.0.0.1:8000"))
    (tmp_path / "srv" / "temp").mkdir(parents=True)
    run = subprocess.run(
        [
            tools()["nginx"], "-t", "-p", str(tmp_path / "srv"),
            "-c", str(tmp_path / "nginx" / "nginx.conf"),
        ],
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
