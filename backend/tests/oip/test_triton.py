"""The Open Inference Protocol, spoken by Triton's own client, unchanged, to a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from interop.films import film
from served import serving
from support import SAMPLES, write_version
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput, InferResult
from tritonclient.utils import InferenceServerException
from waiting import wait_until

from cxr_severity.api.app import create_app
from cxr_severity.imaging.decode import decode
from cxr_severity.model.assessment import SEVERITIES, ZONES
from cxr_severity.model.predictor import Predictor
from cxr_severity.settings import Settings

NAME, SIDE = "random", 64


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("oip") / "weights"
    write_version(root, "0.8.0", seed=2, size=SIDE)
    write_version(root, "0.9.0", seed=1, size=SIDE)
    return root


@pytest.fixture(scope="module")
def predictor(versions: Path) -> Predictor:
    return Predictor.load(versions / "0.9.0")


@pytest.fixture(scope="module")
def client(versions: Path) -> Iterator[InferenceServerClient]:
    with (
        serving(create_app(Settings.of(weights=versions))) as port,
        InferenceServerClient(f"127.0.0.1:{port}", network_timeout=120) as client,
    ):
        wait_until(client.is_server_ready)
        yield client


def files(*paths: Path) -> InferInput:
    sent = InferInput("image", [len(paths)], "BYTES")
    sent.set_data_from_numpy(np.array([path.read_bytes() for path in paths], object))
    return sent


def tensors(predictor: Predictor, *paths: Path, binary: bool = True) -> InferInput:
    values = np.concatenate([predictor.prepare(decode(p.read_bytes())).image for p in paths])
    sent = InferInput("input", list(values.shape), "FP32")
    sent.set_data_from_numpy(values, binary_data=binary)
    return sent


def check(found: InferResult, predictor: Predictor, *paths: Path, near: float = 1e-4) -> None:
    """It says of every film what the model says of it when it is asked directly."""
    for i, path in enumerate(paths):
        told = predictor.assess(decode(path.read_bytes()), force=True, explain=False)
        expected = [told.probabilities[grade] for grade in SEVERITIES]
        np.testing.assert_allclose(found.as_numpy("probabilities")[i], expected, atol=near)
        severity = found.as_numpy("severity")[i]  # the client gives text for JSON
        assert severity in (told.severity, told.severity.encode())
        plausible = [grade in told.prediction_set for grade in SEVERITIES]
        assert found.as_numpy("prediction_set")[i].tolist() == plausible
        zones = [told.brixia.zones[zone] for zone in ZONES]
        np.testing.assert_allclose(found.as_numpy("brixia_zones")[i], zones, atol=near * 10)
        total = found.as_numpy("brixia_total")[i]
        assert total == pytest.approx(told.brixia.total, abs=near * 60)


def test_health_and_metadata(client: InferenceServerClient) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready(NAME)
    assert client.is_model_ready(NAME, "0.8.0")
    assert not client.is_model_ready("other")
    assert not client.is_model_ready(NAME, "7.0.0")
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
    told = client.get_model_metadata(NAME)
    assert told == client.get_model_metadata(NAME, "0.9.0")
    assert told["versions"] == ["0.8.0", "0.9.0"]
    assert told["inputs"] == [
        {"name": "image", "datatype": "BYTES", "shape": [-1]},
        {"name": "input", "datatype": "FP32", "shape": [-1, 3, SIDE, SIDE]},
    ]
    assert told["outputs"][0] == {"name": "probabilities", "datatype": "FP32", "shape": [-1, 3]}


def test_encoded_images(client: InferenceServerClient, predictor: Predictor) -> None:
    found = client.infer(NAME, [files(*SAMPLES[:3])], request_id="seven")
    check(found, predictor, *SAMPLES[:3])
    told = found.get_response()
    assert (told["id"], told["model_name"], told["model_version"]) == ("seven", NAME, "0.9.0")


def test_a_dicom_object(
    client: InferenceServerClient, predictor: Predictor, tmp_path: Path
) -> None:
    path = tmp_path / "film.dcm"
    path.write_bytes(film())
    check(client.infer(NAME, [files(path)]), predictor, path)


@pytest.mark.parametrize("binary", [True, False])
def test_prepared_tensors(
    client: InferenceServerClient, predictor: Predictor, binary: bool
) -> None:
    sent = tensors(predictor, *SAMPLES[:2], binary=binary)
    outputs = [
        InferRequestedOutput(name, binary_data=binary)
        for name in (
            "severity", "probabilities", "brixia_total", "brixia_zones", "prediction_set",
        )
    ]  # fmt: skip
    found = client.infer(NAME, [sent], outputs=outputs)
    check(found, predictor, *SAMPLES[:2])
    named = [output["name"] for output in found.get_response()["outputs"]]
    assert named == [output.name() for output in outputs]


def test_another_version(client: InferenceServerClient, versions: Path) -> None:
    found = client.infer(NAME, [files(SAMPLES[0])], model_version="0.8.0")
    assert found.get_response()["model_version"] == "0.8.0"
    check(found, Predictor.load(versions / "0.8.0"), SAMPLES[0])


def test_refusals_are_told_in_words(client: InferenceServerClient, predictor: Predictor) -> None:
    broken = InferInput("image", [2], "BYTES")
    broken.set_data_from_numpy(np.array([SAMPLES[0].read_bytes(), b"no image"], object))
    odd = InferInput("input", [1, 3, SIDE, SIDE], "FP32")
    odd.set_data_from_numpy(np.full((1, 3, SIDE, SIDE), 7, np.float32))
    nothing = InferInput("input", [1, 3, SIDE, SIDE], "FP32")
    nothing.set_data_from_numpy(np.full((1, 3, SIDE, SIDE), np.nan, np.float32))
    small = InferInput("input", [1, 3, 8, 8], "FP32")
    small.set_data_from_numpy(np.zeros((1, 3, 8, 8), np.float32))
    unknown = [InferRequestedOutput("heatmap")]
    cases: list[tuple[InferInput, list[InferRequestedOutput] | None, str, str]] = [
        (broken, None, NAME, "[422] The file's content is of no image format"),
        (odd, None, NAME, "[422] `input` is not what"),
        (nothing, None, NAME, "[422] `input` is not what"),
        (small, None, NAME, "must be [n, 3, 64, 64]"),
        (files(SAMPLES[0]), unknown, NAME, "There is no output 'heatmap'"),
        (files(SAMPLES[0]), None, "other", "[404] There is no model 'other'."),
    ]
    for sent, outputs, name, said in cases:
        with pytest.raises(InferenceServerException) as caught:
            client.infer(name, [sent], outputs=outputs)
        assert said in str(caught.value)
    # And it goes on to answer.
    check(client.infer(NAME, [files(SAMPLES[0])]), predictor, SAMPLES[0])
