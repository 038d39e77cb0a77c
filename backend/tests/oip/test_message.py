"""The protocol's bodies, byte by byte: what other clients than Triton's send, and broken ones."""

from __future__ import annotations

import base64
import json
import struct
import threading
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from support import NO_LIMITS, SAMPLES, write_version
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.api.errors import ApiError
from cxr_severity.api.oip.message import Input, byte_strings, floats, read_message
from cxr_severity.model.gate import Limit
from cxr_severity.settings import Settings

URL = "/v2/models/random/infer"
PNG = SAMPLES[0].read_bytes()
ENCODED = {
    "name": "image",
    "shape": [1],
    "datatype": "BYTES",
    "data": [base64.b64encode(PNG).decode()],
}

FLOATS = {"name": "input", "shape": [1, 3, 64, 64], "datatype": "FP32"}


def as_text(data: str) -> bytes:
    """A request with these numbers, whatever is wrong with them."""
    return json.dumps({"inputs": [{**FLOATS, "data": []}]}).replace("[]", f"[{data}]").encode()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    limits = NO_LIMITS.model_copy(update={"frontal": Limit(reject=2.0)})
    folder = write_version(tmp_path_factory.mktemp("oip") / "weights", limits=limits)
    with TestClient(create_app(Settings.of(weights=folder.parent))) as client:
        until_ready(client)
        yield client


def post(client: TestClient, said: Any, behind: bytes = b"", **headers: str) -> Response:
    head = said if isinstance(said, bytes) else json.dumps(said).encode()
    if behind:
        headers.setdefault("Inference-Header-Content-Length", str(len(head)))
    return client.post(URL, content=head + behind, headers=headers)


def test_json_alone_and_force(client: TestClient) -> None:
    refused = post(client, {"inputs": [ENCODED]})
    assert refused.status_code == 422
    assert refused.json()["findings"][0]["level"] == "reject"
    assert refused.json()["error"] == refused.json()["detail"]
    forced = post(client, {"inputs": [ENCODED], "parameters": {"force": True}})
    assert forced.headers["content-type"] == "application/json"
    outputs = {output["name"]: output for output in forced.json()["outputs"]}
    assert sum(outputs["probabilities"]["data"]) == pytest.approx(1)
    assert outputs["brixia_zones"]["shape"] == [1, 6]
    assert outputs["findings"]["data"][0] == refused.json()["findings"][0]["code"]
    assert all(isinstance(value, bool) for value in outputs["prediction_set"]["data"])


def test_null_is_as_if_it_were_not_said(client: TestClient) -> None:
    """Clients that write out whole objects say it for each member that they leave empty."""
    nothing = {"id": None, "parameters": None, "outputs": None}
    assert "findings" in post(client, {"inputs": [ENCODED], **nothing}).json()  # from the gate
    image = {**ENCODED, "parameters": {"binary_data_size": None, "shared_memory_region": None}}
    asked = {"name": "severity", "parameters": None}
    force = {"force": True, "binary_data_output": None}
    for one, output in ((image, asked), ({**image, "parameters": None}, {**asked, "extra": None})):
        said = {**nothing, "inputs": [one], "outputs": [output], "parameters": force}
        answer = post(client, said)
        assert answer.status_code == 200, answer.text
        assert [each["name"] for each in answer.json()["outputs"]] == ["severity"]
    assert "missing" in post(client, {"inputs": None}).json()["error"]


def test_some_outputs_binary(client: TestClient) -> None:
    raw = struct.pack("<I", len(PNG)) + PNG
    sent = {
        "inputs": [
            {"name": "image", "shape": [1, 1], "datatype": "BYTES",
             "parameters": {"binary_data_size": len(raw)}},
        ],
        "outputs": [
            {"name": "severity", "parameters": {"binary_data": True}},
            {"name": "brixia_total"},
        ],
        "parameters": {"force": True, "priority": 3},
    }  # fmt: skip
    answer = post(client, sent, raw)
    assert answer.headers["content-type"] == "application/octet-stream"
    length = int(answer.headers["inference-header-content-length"])
    severity, total = json.loads(answer.content[:length])["outputs"]
    behind = answer.content[length:]
    assert severity["parameters"] == {"binary_data_size": len(behind)}
    assert behind[4:].decode() in ("mild", "moderate", "severe")
    assert 0 <= total["data"][0] <= 18


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        (b"{", 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        (b"[" * 10_000, 400, "not JSON"),
        (b"[" * 100_000, 422, "more than its tensors"),
        (b"[]", 422, "body"),
        ({"inputs": []}, 422, "Send one input"),
        ({"inputs": [ENCODED, ENCODED]}, 422, "Send one input"),
        ({"inputs": [{**ENCODED, "name": "picture"}]}, 422, "no input 'picture'"),
        ({"inputs": [{**ENCODED, "datatype": "FP32"}]}, 422, "`image` must be BYTES"),
        ({"inputs": [{**ENCODED, "shape": [2]}]}, 422, "shape"),
        ({"inputs": [{**ENCODED, "shape": [0]}]}, 422, "between 1 and 64"),
        ({"inputs": [{**ENCODED, "shape": [-1]}]}, 422, "between 1 and 64"),
        ({"inputs": [{**ENCODED, "shape": [65]}]}, 422, "between 1 and 64"),
        ({"inputs": [{**ENCODED, "data": ["not base64!"]}]}, 422, "base64"),
        ({"inputs": [{**ENCODED, "data": [7]}]}, 422, "base64"),
        ({"inputs": [{**ENCODED, "data": None}]}, 422, "shape"),
        ({"inputs": [ENCODED], "parameters": {"force": "yes"}}, 422, "force must be true or false"),
        ({"inputs": [ENCODED], "outputs": [{"name": "severity",
          "parameters": {"classification": 2}}]}, 422, "classification"),
        ({"inputs": [{**ENCODED, "parameters": {"shared_memory_region": "a"}}]}, 422, "shared"),
        ({"inputs": [{**ENCODED, "parameters": {"binary_data_size": 9}}]}, 422, "binary_data_size"),
        ({"inputs": [{**ENCODED, "parameters": {"binary_data_size": True}}]}, 422, "binary_data"),
        ({"inputs": [{"name": "input", "shape": [1, 3, 64, 64], "datatype": "FP32",
          "data": ["a"]}]}, 422, "shape"),
        ({"inputs": [{"name": "input", "shape": [1, 3, 64, 64], "datatype": "FP32",
          "data": [0.0] * (3 * 64 * 64 + 1)}]}, 422, "shape"),
        ({"inputs": [{**ENCODED, "data": [[]] * 200_000}]}, 422, "more than its tensors"),
        ({"inputs": [], "parameters": dict.fromkeys(map(str, range(70_000)), 1)}, 422,
         "more than its tensors"),
        (b'{"inputs": [], "inputs": []}', 400, "not JSON"),
        ({"inputs": [{**ENCODED, "shape": [1.0]}]}, 422, "whole number"),
        ({"inputs": [{**ENCODED, "shape": ["1"]}]}, 422, "whole number"),
        ({"inputs": [{**ENCODED, "shape": [True]}]}, 422, "whole number"),
        ({"inputs": [{**ENCODED, "data": [[*ENCODED["data"]], []]}]}, 422, "shape"),
        ({"inputs": [{**FLOATS, "data": ["0.5"] * 3 * 64 * 64}]}, 422, "shape"),
        ({"inputs": [{**FLOATS, "data": [True] * 3 * 64 * 64}]}, 422, "shape"),
        ({"inputs": [{**FLOATS, "data": [*[[0.5] * 64] * 3 * 63, [0.5] * 63, [0.5]]}]}, 422,
         "shape"),
        (as_text("0.5," * 3 * 64 * 64), 400, "not JSON"),
        (as_text(",".join(["0.5"] * 1000 + [""] + ["0.5"] * 1000)), 400, "not JSON"),
        (as_text(",".join(["01.5"] * 3 * 64 * 64)), 400, "not JSON"),
        (as_text(",".join(["NaN"] * 3 * 64 * 64)), 400, "not JSON"),
        (as_text("1" * 300_000), 400, "not JSON"),
        ({"inputs": [{**ENCODED, "parameters": {"binary_data_size": 0}}]}, 422, "both"),
        ({"inputs": [ENCODED], "outputs": [{"name": "severity",
          "parameters": {"classification": [1] * 2000}}]}, 422, "classification"),
        ({"inputs": [{**ENCODED, "parameters": {"shared_memory_region": [1] * 2000}}]}, 422,
         "shared"),
        ({"inputs": [{**FLOATS, "data": [1] * 600 + [10**400]}]}, 422, "shape"),
        ({"inputs": [ENCODED], "parameters": {"force": [10**400] * 600}}, 422, "force"),
        (as_text("0.5," * 3000 + " " * 300_000 + "0.5"), 422, "shape"),
    ],
)  # fmt: skip
def test_what_is_not_valid_is_said(client: TestClient, said: Any, status: int, reason: str) -> None:
    answer = post(client, said)
    assert answer.status_code == status
    assert reason in answer.json()["error"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_binary_data_that_does_not_fit(client: TestClient) -> None:
    tensor = {"name": "image", "shape": [1], "datatype": "BYTES"}
    raw = struct.pack("<I", 100) + b"short"
    cut = {"inputs": [{**tensor, "parameters": {"binary_data_size": len(raw)}}]}
    assert "within an element" in post(client, cut, raw).json()["error"]
    assert "behind its last tensor" in post(client, cut, raw + b"more").json()["error"]
    for length in ("9999999", "-1", "x", "1" * 5000, "\N{SUPERSCRIPT TWO}"):
        headers = {b"Inference-Header-Content-Length": length.encode("latin-1")}
        answer = client.post(URL, content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


def test_errors_elsewhere_have_no_such_member(client: TestClient) -> None:
    assert client.get("/v2/nothing").json()["error"] == "There is no /v2/nothing here."
    assert "error" not in client.get("/v22").json()


def test_elements_are_counted_no_further_than_the_shape_goes(client: TestClient) -> None:
    """A body can hold millions of empty ones, which would be some seconds and gigabytes."""
    raw = bytes(4 * 1_000_000)
    sent = Input(name="image", shape=(1,), datatype="BYTES")
    tracemalloc.start()
    with pytest.raises(ApiError, match="does not hold what its shape says"):
        byte_strings(sent, raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
    behind = {**sent.model_dump(), "parameters": {"binary_data_size": len(raw)}}
    assert "shape" in post(client, {"inputs": [behind]}, raw).json()["error"]


def test_numbers_are_read_however_they_stand_in_the_text() -> None:
    """Flat, nested and spread over lines; past strings that look like lists, and over the cuts
    between slices."""
    values = np.round(np.random.default_rng(0).normal(size=(1, 3, 64, 64)), 3).astype(np.float32)
    for data, indent in ((values.ravel(), None), (values, None), (values, 2)):
        tensor = {**FLOATS, "data": data.astype(float).round(3).tolist()}
        said = {"id": '[1, 2]"\\\\"', "inputs": [tensor], "more": [[], {}, [None, 1]]}
        body = json.dumps(said, indent=indent).encode()
        message, tensors = read_message(body, None)
        assert message.id == said["id"]
        assert np.array_equal(floats(*tensors[0]), values)


def test_a_large_body_holds_up_nothing_else() -> None:
    """CPython's reader of JSON lets no other thread run before it has read all that it got."""
    body = as_text(",".join(["0.5"] * 3_000_000))
    waits, done = [0.0], threading.Event()

    def watch() -> None:
        # In the process's own time: other processes may have the cores.
        last = time.process_time()
        while not done.is_set():
            time.sleep(0.001)
            now = time.process_time()
            waits.append(now - last)
            last = now

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.process_time()
    read_message(body, None)
    took = time.process_time() - begun
    done.set()
    watcher.join()
    assert max(waits) < took / 3


def test_a_tensor_that_is_none_is_refused_and_no_fault_of_the_service(client: TestClient) -> None:
    def films(outcome: str) -> float:
        name = f'cxr_films_total{{outcome="{outcome}"}} '
        lines = client.get("/metrics").text.splitlines()
        return next(float(line.removeprefix(name)) for line in lines if line.startswith(name))

    before = films("refused"), films("failed")
    answer = post(client, as_text(",".join(["5.0"] * 3 * 64 * 64)))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert (films("refused"), films("failed")) == (before[0] + 1, before[1])
