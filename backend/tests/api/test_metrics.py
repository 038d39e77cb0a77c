"""What Prometheus reads: counted rightly, labels within bounds, nothing said of what is unknown."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from fastapi.testclient import TestClient
from problems import send
from prometheus_client.parser import text_string_to_metric_families
from support import SAMPLES, MakeVersion
from waiting import until_ready

from cxr_severity.api.app import create_app, registry_of
from cxr_severity.model.artifact import MANIFEST
from cxr_severity.model.drift import DriftReference, Histogram, Statistic
from cxr_severity.service import drift
from cxr_severity.service.registry import ModelRegistry
from cxr_severity.settings import Settings

IMAGE = SAMPLES[0].read_bytes()


@pytest.fixture(scope="module")
def registry(random_version: Path) -> ModelRegistry:
    return registry_of(Settings.of(weights=random_version.parent))


@pytest.fixture
def client(registry: ModelRegistry) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(), registry)) as client:
        until_ready(client)
        yield client


def values(client: TestClient) -> dict[tuple[str, ...], float]:
    """Name, and values of the labels in the order of their names, to what is exported."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_film_is_counted_by_grade_steps_and_batch(client: TestClient) -> None:
    answer = send(client, IMAGE, force="true").json()
    found = values(client)
    assert found["cxr_http_requests_total", "POST", "/predict", "200"] == 1
    assert found["cxr_http_request_duration_seconds_count", "/predict"] == 1
    assert found["cxr_films_total", "judged"] == 1
    assert found["cxr_films_total", "refused"] == 0
    assert found["cxr_severities_total", answer["severity"]] == 1
    assert sum(v for k, v in found.items() if k[0] == "cxr_severities_total") == 1
    assert found["cxr_referred_total",] == float(answer["refer"])
    for step in ("decode", "model", "explain", "encode", "total"):
        assert found["cxr_step_duration_seconds_count", step] == 1
        seconds = answer["timings_ms"][step] / 1e3
        assert found["cxr_step_duration_seconds_sum", step] == pytest.approx(seconds)
    assert found["cxr_batch_size_images_count",] == 1
    assert found["cxr_batch_size_images_sum",] == 1
    assert found["cxr_ready",] == 1
    assert found["cxr_admitted_requests",] == 0
    assert found["cxr_film_memory_bytes",] == 0
    assert found["cxr_model_info", "onnxruntime", "random", "0.9.0"] == 1
    assert found["process_resident_memory_bytes",] > 0
    assert found["cxr_decoding_memory_bytes",] == 0, "none was needed"
    assert ("cxr_audit_lost_total",) in found
    assert found["cxr_films_total", "left"] == 0


def test_every_refusal_is_counted_by_its_code(client: TestClient) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("a.txt", b"no image")
        files.writestr("b.txt", b"none either")
    assert send(client, b"no image").status_code == 422
    headers = {"Content-Type": "application/zip"}
    lines = client.post("/predict/batch", content=archive.getvalue(), headers=headers).text
    code = json.loads(lines.splitlines()[0])["error"]["code"]
    assert client.get("/models/9.9.9").status_code == 404
    assert client.post("/predict", headers={"Content-Encoding": "gzip"}).status_code == 415
    found = values(client)
    assert found["cxr_problems_total", code] == 3
    assert found["cxr_films_total", "refused"] == 3
    assert found["cxr_problems_total", "unknown-version"] == 1
    assert found["cxr_problems_total", "unsupported-encoding"] == 1, "refused by a middleware"
    assert found["cxr_http_requests_total", "POST", "/predict", "422"] == 1
    assert found["cxr_http_requests_total", "POST", "/predict/batch", "200"] == 1


def test_strangers_make_no_labels(client: TestClient) -> None:
    for i in range(20):
        client.get(f"/nothing/{i}")
        client.request(f"METHOD{i}", "/predict")
        client.get(f"/models/{i}.0.0")
    labels = {key[1:] for key in values(client) if key[0] == "cxr_http_requests_total"}
    assert ("GET", "other", "404") in labels
    assert ("GET", "/models/{version}", "404") in labels
    assert {method for method, _, _ in labels} <= {"GET", "other"}
    assert len(labels) < 10, labels


def test_a_version_that_does_not_load_is_seen(tmp_path: Path) -> None:
    with TestClient(create_app(Settings.of(weights=tmp_path))) as client:
        assert client.app.state.registry.wait(30)  # type: ignore[attr-defined]
        found = values(client)
    assert found["cxr_ready",] == 0
    assert not [key for key in found if key[0] == "cxr_model_info"]


def test_a_version_without_a_reference_has_no_drift(client: TestClient) -> None:
    send(client, IMAGE, force="true")
    assert not [key for key in values(client) if "drift" in key[0]]


def with_reference(folder: Path) -> None:
    """Have the manifest of a version tell what its films were like."""
    known = np.random.default_rng(0).normal(0.5, 0.1, 5000)
    reference = DriftReference(statistics=dict.fromkeys(get_args(Statistic), Histogram.of(known)))
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["drift"] = json.loads(reference.model_dump_json())
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_films_of_another_version_are_not_compared(make_version: MakeVersion) -> None:
    for version in ("0.8.0", "0.9.0"):
        with_reference(make_version(version))
    folder = make_version("0.7.0")
    with TestClient(create_app(Settings.of(weights=folder.parent))) as client:
        until_ready(client)
        for version in ("0.7.0", "0.8.0", "0.9.0", "0.8.0"):
            assert send(client, IMAGE, force="true", version=version).status_code == 200
        assert send(client, IMAGE, force="true").status_code == 200
        found = values(client)
    assert found["cxr_films_total", "judged"] == 5
    assert found["cxr_drift_films",] == 2, "of the default version, named or not"


def test_films_that_are_all_alike_are_seen_as_drift(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift.Drift.__init__, "__defaults__", (1000, 3))
    folder = make_version()
    with_reference(folder)
    with TestClient(create_app(Settings.of(weights=folder.parent))) as client:
        until_ready(client)
        for i in range(3):
            found = values(client)
            assert found["cxr_drift_films",] == i
            assert ("cxr_drift_population_stability_index", "total") not in found
            send(client, IMAGE, force="true")
        found = values(client)
    for statistic in get_args(Statistic):
        assert found["cxr_drift_population_stability_index", statistic] > 0.25
