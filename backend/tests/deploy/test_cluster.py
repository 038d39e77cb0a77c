"""The manifests of deploy/kustomize: valid to the cluster's own schemas, hardened, and consistent.

What its overlays change is applied by the few lines below; kustomize itself is asked where kubectl
is installed, whether it names the same images.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from cxr_severity import __version__
from cxr_severity.settings import LimitSettings

from .running import DEPLOY, REPOSITORY

KUSTOMIZE = DEPLOY / "kustomize"
BASE = KUSTOMIZE / "base"
OVERLAYS = ("cpu", "queue", "gpu")
Resource = dict[str, Any]


def base(folder: Path = BASE) -> list[Resource]:
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    listed = kustomization["resources"]
    assert sorted(listed) == sorted(
        p.name for p in folder.glob("*.yaml") if p.stem != "kustomization"
    )
    found = [one for name in listed for one in yaml.safe_load_all((folder / name).read_text())]
    name_images(found, kustomization)
    return found


def built(overlay: str, root: Path = KUSTOMIZE) -> list[Resource]:
    """Base and overlay, as kustomize would put them together."""
    folder = root / "overlays" / overlay
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    found = base(root / "base")
    for name in kustomization["resources"]:
        if name != "../../base":
            found += yaml.safe_load_all((folder / name).read_text())
    for patch in kustomization.get("patches", ()):
        wanted = (patch["target"]["kind"], patch["target"]["name"])
        (target,) = [r for r in found if (r["kind"], r["metadata"]["name"]) == wanted]
        steps = yaml.safe_load(patch["patch"])
        if isinstance(steps, dict):
            assert steps["$patch"] == "delete"
            found.remove(target)
            continue
        for step in steps:  # RFC 6902
            *way, last = (
                part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]
            )
            at: Any = target
            for part in way:
                at = at[int(part)] if isinstance(at, list) else at[part]
            assert step["op"] == "add" or last in at, step
            at[last] = step["value"]
    name_images(found, kustomization)
    return found


def name_images(resources: list[Resource], kustomization: dict[str, Any]) -> None:
    """As kustomize does: by the name that an image has so far, which is another once the base has
    replaced it."""
    for _, pod in pods(resources):
        for container in pod["spec"]["containers"]:
            host, slash, last = container["image"].rpartition("/")
            name, _, tag = last.partition(":")
            for image in kustomization.get("images", ()):
                if image["name"] == host + slash + name:
                    tag = image.get("newTag", tag)
                    container["image"] = f"{image.get('newName', image['name'])}:{tag}"


def images(resources: list[Resource]) -> dict[str, str]:
    return {name: pod["spec"]["containers"][0]["image"] for name, pod in pods(resources)}


@pytest.fixture(params=OVERLAYS)
def resources(request: pytest.FixtureRequest) -> list[Resource]:
    return built(request.param)


def of(resources: list[Resource], kind: str) -> list[Resource]:
    return [one for one in resources if one["kind"] == kind]


def pods(resources: list[Resource]) -> Iterator[tuple[str, Resource]]:
    for one in of(resources, "Deployment"):
        yield one["metadata"]["name"], one["spec"]["template"]


def test_every_manifest_is_valid(resources: list[Resource]) -> None:
    for one in resources:
        if one["apiVersion"].startswith("keda.sh/"):
            continue  # a custom resource, of which the cluster alone knows the schema
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)


def test_a_mistake_would_be_found() -> None:
    (api,) = (one for one in of(base(), "Deployment") if one["metadata"]["name"] == "api")
    api["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(api, kubernetes_validate.latest_version(), strict=True)


def test_pods_are_as_restricted_as_they_can_be(resources: list[Resource]) -> None:
    (namespace,) = of(resources, "Namespace")
    labels = namespace["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    for name, pod in pods(resources):
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == 65532
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for forbidden in ("hostNetwork", "hostPID", "hostIPC"):
            assert forbidden not in spec
        for volume in spec["volumes"]:
            assert set(volume) - {"name"} <= {"emptyDir", "secret", "configMap"}
            if "emptyDir" in volume:
                assert volume["emptyDir"]["medium"] == "Memory", "an upload never touches a disk"
                assert volume["emptyDir"]["sizeLimit"]
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["limits"]["memory"]
            assert container["resources"]["requests"]["cpu"]
            assert container["readinessProbe"]
            assert container["livenessProbe"]


def test_what_is_named_is_there(resources: list[Resource]) -> None:
    ports = {
        name: {
            port["name"]: port["containerPort"] for port in pod["spec"]["containers"][0]["ports"]
        }
        for name, pod in pods(resources)
    }
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(resources)}
    for one in resources:
        assert one["kind"] == "Namespace" or one["metadata"]["namespace"] == "cxr-severity"
    for service in of(resources, "Service"):
        name = service["metadata"]["name"]
        assert service["spec"]["selector"] == labels[name]
        assert service["spec"]["ports"][0]["targetPort"] in ports[name]
        assert service["spec"]["ports"][0]["port"] in ports[name].values()
    budgets = {one["metadata"]["name"] for one in of(resources, "PodDisruptionBudget")}
    assert budgets == set(labels)
    for kind in ("Deployment", "PodDisruptionBudget"):
        for one in of(resources, kind):
            name = one["metadata"]["name"]
            assert one["spec"]["selector"]["matchLabels"] == labels[name]
    scalers = of(resources, "HorizontalPodAutoscaler") + of(resources, "ScaledObject")
    assert [one["spec"]["scaleTargetRef"]["name"] for one in scalers] == ["api"]
    (api,) = (one for one in of(resources, "Deployment") if one["metadata"]["name"] == "api")
    assert "replicas" not in api["spec"], "or each apply would undo the autoscaler"
    allowed = {
        port["port"]
        for policy in of(resources, "NetworkPolicy")
        for rule in policy["spec"].get("ingress", ())
        for port in rule["ports"]
    }
    assert allowed == {number for one in ports.values() for number in one.values()}


def test_by_default_nobody_talks_to_anybody(resources: list[Resource]) -> None:
    policies = [one["spec"] for one in of(resources, "NetworkPolicy")]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies


def settings(resources: list[Resource]) -> Resource:
    """Of the API."""
    (config,) = (one for one in of(resources, "ConfigMap") if one["metadata"]["name"] == "api")
    return config


def test_a_pod_outlives_its_draining(resources: list[Resource]) -> None:
    config = settings(resources)
    drain = float(config["data"]["CXR_DRAIN_SECONDS"])
    (api,) = (pod for name, pod in pods(resources) if name == "api")
    probe = api["spec"]["containers"][0]["readinessProbe"]
    assert drain > probe["periodSeconds"] * probe["failureThreshold"]
    # And what is in flight has 10 s more (timeout_graceful_shutdown).
    assert api["spec"]["terminationGracePeriodSeconds"] > drain + 10


def test_the_gpu_overlay_asks_for_one(resources: list[Resource]) -> None:
    gpu = built("gpu")
    (api,) = (pod for name, pod in pods(gpu) if name == "api")
    assert api["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    # An upgrade needs no GPU more than there are.
    (deployment,) = (
        one for one in gpu if one["kind"] == "Deployment" and one["metadata"]["name"] == "api"
    )
    rolling = deployment["spec"]["strategy"]["rollingUpdate"]
    assert (rolling["maxUnavailable"], rolling["maxSurge"]) == (1, 0)
    config = settings(gpu)
    assert config["data"]["CXR_DEVICE"] == "cuda"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_images_come_from_the_registry_that_is_named(overlay: str, tmp_path: Path) -> None:
    """Wherever a file names one; the gpu overlay's is another image all the same."""
    tags = {"api": __version__ + "-cuda" * (overlay == "gpu"), "page": __version__}
    shutil.copytree(KUSTOMIZE, tmp_path / "mine")
    named = [
        path
        for path in (tmp_path / "mine").rglob("kustomization.yaml")
        if "newName: registry.example/" in path.read_text()
    ]
    for path in named:
        text = path.read_text()
        path.write_text(text.replace("newName: registry.example/", "newName: mine.org:5000/a/"))
    for root, registry in ((KUSTOMIZE, "registry.example"), (tmp_path / "mine", "mine.org:5000/a")):
        wanted = {name: f"{registry}/cxr-severity-{name}:{tag}" for name, tag in tags.items()}
        assert images(built(overlay, root)) == wanted
        if shutil.which("kubectl"):
            run = ["kubectl", "kustomize", str(root / "overlays" / overlay)]
            made = subprocess.run(run, capture_output=True, text=True, check=True)
            assert images([*yaml.safe_load_all(made.stdout)]) == wanted


def test_no_proxy_is_less_patient_with_a_batch_than_the_service() -> None:
    """While one of its films is sent slowly there are no lines."""
    (ingress,) = of(base(), "Ingress")
    said = ingress["metadata"]["annotations"]
    config = (DEPLOY / "nginx" / "nginx.conf").read_text()
    batch = config[config.index("predict/batch") :].partition("}")[0]
    for name in ("proxy-read-timeout", "proxy-send-timeout"):
        assert float(said[f"nginx.ingress.kubernetes.io/{name}"]) == 3600
        assert f"{name.replace('-', '_')} 1h;" in batch
    # Nor does the proxy end one whose sender rests between two films.
    assert "client_body_timeout 1h;" in batch
    assert LimitSettings().upload_seconds < 3600


def test_compose_is_hardened_as_the_cluster_is() -> None:
    services = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    assert {name for name, one in services.items() if "profiles" not in one} == {"api", "page"}
    for name, one in services.items():
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"]
        assert one["deploy"]["resources"]["limits"]["memory"]
        assert all(port.startswith("127.0.0.1:") for port in one.get("ports", ())), name
        assert "image" not in one or not one["image"].endswith(":latest")
        if name != "orthanc":  # whose image writes its configuration at start
            assert one["read_only"] is True, name
    # nginx looks its address up once, so that it is begun again with it.
    needed = {"condition": "service_healthy", "restart": True}
    assert services["page"]["depends_on"]["api"] == needed
    assert "ports" not in services["api"], "the proxy alone reaches it"
