"""Both clients against the live service."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from dataclasses import fields, is_dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, get_args, get_type_hints

import httpx
import pydicom
import pytest
from interop.films import film
from PIL import Image
from support import REPOSITORY, SAMPLES

from cxr_severity_client import AsyncClient, Client, Film, Prediction, ProblemError
from cxr_severity_client.problems import Finding
from cxr_severity_client.wire import Lines, name_of


def test_a_film_in_types(url: str) -> None:
    with Client(url) as client:
        found = client.predict(SAMPLES[0])
        assert client.predict(SAMPLES[0].read_bytes()).input == found.input
        assert client.models() == ["0.8.0", "0.9.0"]
    said = httpx.post(f"{url}/predict", files={"file": SAMPLES[0].read_bytes()}, timeout=60).json()
    assert found.severity == said["severity"]
    assert found.probabilities == said["probabilities"]
    assert found.prediction_set == tuple(said["prediction_set"])
    assert found.brixia.total == said["brixia"]["total"]
    assert (found.input.width, found.input.height) == (
        said["input"]["width"],
        said["input"]["height"],
    )
    assert found.model.version == "0.9.0"
    assert found.explanation is not None
    assert Image.open(BytesIO(found.explanation.overlay)).size == (
        found.input.width,
        found.input.height,
    )
    assert Image.open(BytesIO(found.explanation.heatmap)).mode == "L"


@pytest.mark.parametrize("film", ["film.png", b"film", bytearray(b"film"), Path("film.png")])
def test_one_film_is_no_batch(film: Any) -> None:
    """A name would be sent as a film for each of its letters."""
    with Client("http://127.0.0.1:9") as client, pytest.raises(TypeError, match=r"\[film\]"):
        next(iter(client.predict_batch(film)))


def test_of_names_controls_alone_are_dropped() -> None:
    assert name_of("a/王\u3000小明\u00a0\u00ad.png") == "王\u3000小明\u00a0\u00ad.png"
    assert name_of("a\r\nb\x00\x7f\udcff.png") == "ab.png"
    assert name_of(b"film") == ""


def test_its_size_is_that_of_the_film_as_it_is_looked_at(url: str) -> None:
    lying, pressed = BytesIO(), BytesIO()
    with Image.open(SAMPLES[0]) as film:
        width, height = film.size
        exif = Image.Exif()
        exif[0x0112] = 6  # stored on its side
        film.convert("L").transpose(Image.Transpose.ROTATE_90).save(lying, "JPEG", exif=exif)
        # Half of its rows, of pixels twice as tall as they are wide.
        film.convert("L").resize((width, height // 2)).save(pressed, "PNG", dpi=(200, 100))
    with Image.open(lying) as stored:
        assert stored.size == (height, width)
    with Client(url) as client:
        for file, rows in ((lying, height), (pressed, height // 2 * 2)):
            found = client.predict(file.getvalue(), explain=False, force=True)
            assert (found.input.width, found.input.height) == (width, rows)


def test_dicom_alike_and_in_other_forms(url: str, dicom: Path) -> None:
    with Client(url) as client:
        found = client.predict(str(dicom), explain=False)
        assert (found.input.format, found.explanation) == ("dicom", None)
        for form, modality in (("sr", "SR"), ("sc", "OT"), ("gsps", "PR")):
            made = pydicom.dcmread(BytesIO(client.predict_as(dicom, form)))  # type: ignore[arg-type]
            assert (made.Modality, made.PatientID) == (modality, "P-1")
        assert json.loads(client.predict_as(dicom, "fhir"))["resourceType"] == "Bundle"
        assert client.predict_as(SAMPLES[0], "pdf").startswith(b"%PDF")
        assert client.predict_as(SAMPLES[0], "csv").startswith(b"model,")


def test_what_is_refused_says_why_in_the_callers_language(url: str, tmp_path: Path) -> None:
    with Client(url, language="ms") as client:
        with pytest.raises(ProblemError) as caught:
            client.predict(b"no image")
        assert (caught.value.status, caught.value.code) == (422, "not-an-image")
        assert "Kandungan fail" in caught.value.detail
        assert caught.value.request_id
        with pytest.raises(ProblemError) as caught:
            client.predict(SAMPLES[0], version="0.8.0")
        assert caught.value.findings[0].level == "reject"
        assert not client.predict(SAMPLES[0], version="0.8.0", force=True).quality.accepted
        with pytest.raises(ProblemError) as caught:
            client.predict_as(SAMPLES[0], "sr")
        assert caught.value.code == "no-dicom-source"
        with pytest.raises(FileNotFoundError):
            client.predict(tmp_path / "none.png")


def test_a_batch_with_an_archive_and_what_is_no_film(url: str, dicom: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(SAMPLES[1], "a/one.png")
        archive.writestr("a/line\N{LINE SEPARATOR}end.txt", "no film")
    films: list[Film] = [SAMPLES[0], packed.getvalue(), b"no film", dicom]
    with Client(url) as client:
        lines = {line.index: line for line in client.predict_batch(films)}
        alone = client.predict(SAMPLES[0], explain=False)
    assert [lines[i].name for i in range(5)] == [
        SAMPLES[0].name, "a/one.png", "a/line\N{LINE SEPARATOR}end.txt", "", "film.dcm",
    ]  # fmt: skip
    results = [lines[i].result for i in range(5)]
    assert [result is not None for result in results] == [True, True, False, False, True]
    assert results[0] is not None
    assert results[0].probabilities == pytest.approx(alone.probabilities, abs=1e-5)
    error = lines[3].error
    assert error is not None
    assert error.code == "not-an-image"


def test_a_rejected_film_of_a_batch_has_its_findings(url: str) -> None:
    lateral = film(ViewPosition="LL")
    with Client(url) as client:
        one, other = sorted(client.predict_batch([lateral, SAMPLES[0]]), key=lambda it: it.index)
        with pytest.raises(ProblemError) as caught:
            client.predict(lateral)
    assert other.result is not None
    assert one.error is not None
    assert one.error.findings == caught.value.findings
    (finding,) = one.error.findings
    assert (finding.code, finding.value) == ("declared-not-frontal", None)


def test_findings_that_leave_out_what_is_null_are_read() -> None:
    """As older services say them in a line of a batch."""
    said = {"code": "not-measured", "level": "warn", "message": "m"}
    assert Finding.from_json(said) == Finding("not-measured", "warn", "m", None, None)


def test_a_batch_of_too_many_ends_where_the_service_ends_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxr_severity.api.routes.batch.MOST_ITEMS", 3)
    found: list[int] = []
    with Client(url) as client, pytest.raises(ProblemError) as caught:
        found.extend(line.index for line in client.predict_batch([b"no film"] * 40))
    assert caught.value.code == "too-many-images"
    assert sorted(found) == [0, 1, 2]


def test_asynchronously(url: str, dicom: Path) -> None:
    async def ask() -> None:
        async with AsyncClient(url) as client:
            assert await client.ready()
            assert await client.models() == ["0.8.0", "0.9.0"]
            found = await asyncio.gather(*(client.predict(path) for path in SAMPLES[:4]))
            assert len({one.input.sha256 for one in found}) == 4
            assert (await client.predict_as(dicom, "sr"))[128:132] == b"DICM"
            lines = [line async for line in client.predict_batch([*SAMPLES[:2], b"no film"])]
            assert sorted((line.index, line.result is None) for line in lines) == [
                (0, False), (1, False), (2, True),
            ]  # fmt: skip
            with pytest.raises(ProblemError):
                await client.predict(b"")

    asyncio.run(ask())


def test_lines_that_come_in_pieces() -> None:
    lines = Lines()
    assert lines.feed(b'{"a": 1}\n{"b"') == [b'{"a": 1}']
    assert lines.feed(b': "\xe2\x80\xa8"}') == []
    assert lines.feed(b"\n\n") == ['{"b": "\N{LINE SEPARATOR}"}'.encode()]


def test_the_types_hold_every_field_of_the_document() -> None:
    """A field that is added to the service is added here, or this fails."""
    schemas = json.loads((REPOSITORY / "backend/openapi.json").read_text())["components"]["schemas"]

    def check(kind: Any, schema: dict[str, Any]) -> None:
        assert {field.name for field in fields(kind)} == set(schema["properties"]), kind
        hints = get_type_hints(kind)
        for name, inner in schema["properties"].items():
            for reference in _references(inner):
                for each in (hints[name], *get_args(hints[name])):
                    if is_dataclass(each):
                        check(each, schemas[reference])

    check(Prediction, schemas["Prediction"])


def _references(schema: dict[str, Any]) -> list[str]:
    inner = [schema, schema.get("items", {}), *schema.get("anyOf", [])]
    return [each["$ref"].rpartition("/")[2] for each in inner if "$ref" in each]
