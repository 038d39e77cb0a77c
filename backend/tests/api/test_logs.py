"""The log as JSON, and traces in a collector's hands."""

from __future__ import annotations

import io
import json
import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest
from deploy.running import service
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from support import SAMPLES

from cxr_severity.api.access.audit import AUDIT
from cxr_severity.api.access.audit_file import AuditFile, lost
from cxr_severity.api.logs import logging_config
from cxr_severity.model.artifact import ArtifactError

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What a service that logs JSON would write."""
    formatter = logging_config("info", form="json")["formatters"]["json"]["()"]()
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    logger = logging.getLogger("cxr_severity")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel("INFO")
    yield written
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_every_event_is_one_object(stream: io.StringIO) -> None:
    logging.getLogger("cxr_severity.x").info('two\nlines, "quoted" %s', "肺")
    logging.getLogger(AUDIT).info("%s", json.dumps({"event": "judgement"}))
    try:
        raise ValueError("why")
    except ValueError:
        logging.getLogger("cxr_severity.x").exception("it failed")
    first, audit, failure = map(json.loads, stream.getvalue().splitlines())
    assert first["message"] == 'two\nlines, "quoted" 肺'
    assert first["level"] == "info"
    assert first["time"].endswith("+00:00")
    assert audit["message"] == {"event": "judgement"}
    assert failure["exception"].endswith("ValueError")


@pytest.mark.parametrize("form", ["line", "json"])
def test_no_text_of_an_exception_is_logged_but_our_own(form: Literal["line", "json"]) -> None:
    made = logging_config("info", form=form)["formatters"][form]
    formatter = made["()"]()
    record = logging.LogRecord("cxr_severity.x", logging.ERROR, "", 0, "it failed", (), None)
    patient = "^".join(("Doe", "Jane"))  # no line of code that a traceback shows
    try:
        try:
            raise KeyError(patient)
        except KeyError as first:
            raise ArtifactError("the weights are another version's") from first
    except ArtifactError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    text = formatter.format(record)
    assert patient not in text
    assert "KeyError" in text
    assert "test_logs.py" in text
    assert "ArtifactError: the weights are another version's" in text


def test_a_folder_that_is_gone_ends_no_judgement(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "audit"
    folder.mkdir()
    handler = AuditFile(folder / "lines")
    record = logging.LogRecord(AUDIT, logging.INFO, "", 0, "{}", (), None)
    handler.handle(record)
    assert (folder / "lines").read_text() == "{}\n"
    before = lost.lines
    shutil.rmtree(folder)
    for _ in range(2):
        handler.handle(record)
    assert lost.lines == before + 2
    assert [one.name for one in caplog.records].count(AUDIT) == 2
    folder.mkdir()
    handler.handle(record)
    handler.close()
    assert (folder / "lines").read_text() == "{}\n", "and it is written again when it can be"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_an_audit_that_a_full_disk_does_not_take_stands_in_the_log(
    random_version: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with service(random_version.parent, log, CXR_AUDIT="/dev/full", CXR_LOG_FORMAT="json") as (
        _,
        url,
    ):
        film = {"file": SAMPLES[0].read_bytes()}
        answer = httpx2.post(f"{url}/predict?force=true", files=film, timeout=60)
        assert answer.status_code == 200
        told = httpx2.get(f"{url}/metrics").text
    assert "cxr_audit_lost_total 1.0" in told.splitlines()
    lines: list[Any] = [json.loads(line) for line in log.read_text().splitlines()]
    (audit,) = (line["message"] for line in lines if line["logger"] == AUDIT)
    assert (audit["outcome"], audit["sha256"]) == ("judged", answer.json()["input"]["sha256"])
    said = [str(line["message"]) for line in lines]
    assert any("/dev/full does not take a line of the audit" in one for one in said)


class Collector(HTTPServer):
    """Takes traces as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.spans: list[Span] = []
        self.services: set[str] = set()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        for one in ExportTraceServiceRequest.FromString(body).resource_spans:
            for attribute in one.resource.attributes:
                if attribute.key == "service.name":
                    self.server.services.add(attribute.value.string_value)
            for scope in one.scope_spans:
                self.server.spans += scope.spans
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_traces_reach_a_collector_and_logs_name_them(random_version: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Collector() as collector:
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{collector.server_port}"
        with service(
            random_version.parent, log, CXR_LOG_FORMAT="json", OTEL_EXPORTER_OTLP_ENDPOINT=endpoint
        ) as (_, url):
            answer, other = (
                httpx2.post(
                    f"{url}/predict?force=true",
                    files={"file": SAMPLES[0].read_bytes()},
                    headers=headers,
                    timeout=60,
                )
                for headers in ({"traceparent": PARENT}, {})
            )
            assert answer.status_code == other.status_code == 200
        collector.shutdown()  # what was not sent is sent as the service ends
    spans = {span.name: span for span in collector.spans if span.trace_id.hex() == TRACE}
    assert set(spans) >= {"POST /predict", "judge"}
    assert collector.services == {"cxr-severity"}
    request, judge = spans["POST /predict"], spans["judge"]
    assert request.parent_span_id.hex() == "b7ad6b7169203331"
    # Between them stand spans of the web framework.
    above = judge
    while above is not request:
        above = next(s for s in spans.values() if s.span_id == above.parent_span_id)
    said = {one.key: one.value for one in judge.attributes}
    assert said["cxr.outcome"].string_value == "judged"
    assert said["cxr.step.total.ms"].double_value == answer.json()["timings_ms"]["total"]
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    # Of the other request the service has begun the trace.
    (begun,) = {span.trace_id.hex() for span in collector.spans if span.name == "judge"} - {TRACE}
    audit = [line for line in lines if line["logger"] == AUDIT]
    assert [line["trace_id"] for line in audit] == [TRACE, begun]
    assert [line["message"]["trace_id"] for line in audit] == [TRACE, begun]
    asked = [one for one in lines if one["logger"] == "uvicorn.access" and "POST" in one["message"]]
    assert [one["trace_id"] for one in asked] == [TRACE, begun]
    for one in asked:
        assert '"POST /predict HTTP/1.1" 200' in one["message"], "without its query"


def test_traces_without_the_packages_are_one_line_and_no_start() -> None:
    # As where they are not installed: nothing is found of them.
    code = (
        "import sys; sys.modules['opentelemetry.sdk'] = None\n"
        "from cxr_severity.cli import main; sys.exit(main(['serve', '--port', '0']))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        },
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "cxr-severity[otel]" in run.stderr
