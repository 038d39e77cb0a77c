"""The files of deploy/prometheus and deploy/grafana, in real Prometheus beside a real service."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from support import SAMPLES
from waiting import wait_until

from .running import DEPLOY, free_port, running, service, tools

RULES = DEPLOY / "prometheus" / "alerts.yml"
DASHBOARD = DEPLOY / "grafana" / "dashboards" / "cxr-severity.json"


def expressions() -> list[str]:
    """Of the dashboard and the alerts."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    shown = [target["expr"] for panel in panels for target in panel["targets"]]
    return shown + [rule["expr"] for rule in rules]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "config", "--syntax-only", "prometheus.yml"), "SUCCESS"),
        (("check", "rules", "alerts.yml"), "SUCCESS: 11 rules"),
        (("test", "rules", "alerts.test.yml"), "SUCCESS"),
    ],
    ids=["config", "rules", "alerts"],
)
def test_promtool_accepts_the_files(arguments: tuple[str, ...], says: str) -> None:
    run = subprocess.run(
        [tools()["promtool"], *arguments],
        cwd=RULES.parent, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert says in run.stdout


def test_the_cluster_s_configuration_finds_the_pods_of_the_manifests(tmp_path: Path) -> None:
    config = yaml.safe_load((RULES.parent / "cluster.yml").read_text())
    (job,) = config["scrape_configs"]
    assert f'job="{job["job_name"]}"' in RULES.read_text()
    (found,) = job.pop("kubernetes_sd_configs")
    kept = [rule["regex"] for rule in job["relabel_configs"] if rule.get("action") == "keep"]
    manifests = yaml.safe_load_all((DEPLOY / "kustomize" / "base" / "api.yaml").read_text())
    (api,) = (one for one in manifests if one["kind"] == "Deployment")
    assert found["namespaces"]["names"] == [api["metadata"]["namespace"]]
    pod = api["spec"]["template"]
    assert kept == [
        pod["metadata"]["labels"]["app.kubernetes.io/component"],
        pod["spec"]["containers"][0]["ports"][0]["name"],
    ]
    # What scales the pods asks by labels that this gives them.
    overlay = DEPLOY / "kustomize" / "overlays" / "queue" / "scaled-object.yaml"
    triggers = yaml.safe_load(overlay.read_text())["spec"]["triggers"]
    (query,) = (one["metadata"]["query"] for one in triggers if one["type"] == "prometheus")
    labels = {rule["target_label"] for rule in job["relabel_configs"] if "target_label" in rule}
    asked = dict(re.findall(r'(\w+)="([^"]*)"', query))
    assert asked == {"namespace": api["metadata"]["namespace"]}
    assert asked.keys() <= labels
    # Debian's promtool knows no clusters: the rest is checked with an address in their place.
    job["static_configs"] = [{"targets": ["127.0.0.1:8000"]}]
    shutil.copy(RULES, tmp_path)
    (tmp_path / "rest.yml").write_text(yaml.safe_dump(config))
    run = subprocess.run(
        [tools()["promtool"], "check", "config", "--syntax-only", str(tmp_path / "rest.yml")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_alert_is_explained() -> None:
    pages = (RULES.parents[2] / "docs" / "operations.md").read_text()
    alerts = re.findall(r"- alert: (\w+)", RULES.read_text())
    assert len(alerts) == 11
    for alert in alerts:
        assert f"`{alert}`" in pages, alert


class Asked:
    """Prometheus over its own API."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.Client(base_url=f"{url}/api/v1", timeout=30)

    def close(self) -> None:
        self._client.close()

    def _get(self, path: str, **query: str) -> Any:
        answer = self._client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def query(self, expression: str) -> list[Any]:
        found: list[Any] = self._get("/query", query=expression)["result"]
        return found

    def values(self, expression: str) -> list[str]:
        """None until the service was read with the metric in it."""
        return [one["value"][1] for one in self.query(expression)]

    def firing(self) -> set[str]:
        alerts = self._get("/alerts")["alerts"]
        return {one["labels"]["alertname"] for one in alerts if one["state"] == "firing"}


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[tuple[int, Asked]]:
    """The port that it reads from, and itself; every second, and alerts fire without delay."""
    port, target = free_port(), free_port()
    config = (RULES.parent / "prometheus.yml").read_text()
    config = config.replace("15s", "1s").replace("api:8000", f"127.0.0.1:{target}")
    (tmp_path / "prometheus.yml").write_text(config)
    (tmp_path / "alerts.yml").write_text(re.sub(r"for: \w+", "for: 0s", RULES.read_text()))
    url = f"http://127.0.0.1:{port}"
    command = [
        tools()["prometheus"],
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with running(command, tmp_path / "prometheus.log", f"{url}/-/ready"):
        asked = Asked(url)
        yield target, asked
        asked.close()


def test_prometheus_reads_the_service_and_an_alert_fires(
    prometheus: tuple[int, Asked], random_version: Path, tmp_path: Path
) -> None:
    target, asked = prometheus
    wait_until(lambda: "CxrDown" in asked.firing())
    weights = random_version.parent
    with service(weights, tmp_path / "log", port=target) as (_, url):
        upload = {"file": SAMPLES[0].read_bytes()}
        answer = httpx2.post(f"{url}/predict?force=true", files=upload, timeout=60)
        assert answer.status_code == 200
        wait_until(lambda: asked.values("sum(cxr_severities_total)") == ["1"])
        assert asked.query("cxr_model_info")[0]["metric"]["version"] == "0.9.0"
        wait_until(lambda: not asked.firing() & {"CxrDown", "CxrNotReady"})
        exported = {
            sample.name
            for family in text_string_to_metric_families(httpx2.get(f"{url}/metrics").text)
            for sample in family.samples
        }
        for expression in expressions():
            asked.query(expression)  # valid, or its answer would not be 200
            names = re.findall(r"\b(?:cxr|process)_\w+", expression)
            assert names or expression.startswith("up{"), expression
            # This version tells no drift.
            unknown = {name for name in names if "drift" not in name} - exported
            assert not unknown, expression
        # What the alerts divide and add has the labels that they go by.
        posted = 'cxr_http_requests_total{method="POST", route=~"/predict.*|/v2/models/.*"}'
        assert asked.query(posted)
        held = 'process_resident_memory_bytes{job="cxr-severity"} + cxr_decoding_memory_bytes'
        assert len(asked.query(held)) == 1
    empty = tmp_path / "empty"
    empty.mkdir()
    with service(empty, tmp_path / "log", port=target, ready=False):
        wait_until(lambda: "CxrNotReady" in asked.firing())
