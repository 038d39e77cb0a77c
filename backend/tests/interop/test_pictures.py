"""Secondary capture and presentation state, as DCMTK and dicom3tools read and draw them."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from interop.films import (
    FILM,
    SAMPLE,
    apart,
    assessment,
    conformance_errors,
    film,
    later_assessment,
    making,
    tool,
)
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.pictures.render import backdrop, overlay_image
from cxr_severity.interop.dicom.capture import compose, secondary_capture
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.dicom.look import read_look
from cxr_severity.interop.dicom.presentation import presentation_state
from cxr_severity.interop.errors import NotGreyError, NotReferableError
from cxr_severity.interop.fonts import chinese_font
from cxr_severity.interop.geometry import contours
from cxr_severity.interop.sheet import sheet
from cxr_severity.model.assessment import Assessment
from cxr_severity.model.quality import Finding, Quality
from cxr_severity.texts import results
from cxr_severity.texts.findings import FINDING_CODES

ORIENTATIONS = {
    1: ["L", "F"], 2: ["R", "F"], 3: ["R", "H"], 4: ["L", "H"],
    5: ["F", "L"], 6: ["F", "R"], 7: ["H", "R"], 8: ["H", "L"],
}  # fmt: skip


def captured(judged: Assessment | None = None, language: Any = "en", **changes: Any) -> bytes:
    data = film(**changes)
    found = judged or assessment()
    return secondary_capture(found, decode(data), read_context(data), making(language))


def presented(judged: Assessment | None = None, language: Any = "en", **changes: Any) -> bytes:
    data = film(**changes)
    found = judged or assessment()
    return presentation_state(found, read_context(data), read_look(data), making(language))


def read(data: bytes) -> Dataset:
    return pydicom.dcmread(BytesIO(data))


def drawn(program: str, *arguments: str, out: Path) -> NDArray[np.uint8]:
    run = subprocess.run([tool(program), *arguments], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return np.asarray(Image.open(out))


def test_the_capture_shows_film_heatmap_and_warning(tmp_path: Path) -> None:
    path, out = tmp_path / "capture.dcm", tmp_path / "capture.ppm"
    path.write_bytes(captured())
    picture = drawn("dcm2pnm", str(path), str(out), out=out)
    shown, _ = compose(assessment(), decode(film()), making())
    np.testing.assert_array_equal(picture, np.asarray(shown))
    sample = np.asarray(Image.open(SAMPLE).convert("L"))
    height, width = sample.shape
    banner = picture.shape[0] - max(height, picture.shape[0] - 44)
    below = picture[banner : banner + height, :width].astype(int)
    # Far from the heatmap the film is as it was sent; in its middle it is coloured.
    corner = np.abs(below[:200, 400:].mean(axis=-1) - sample[:200, 400:])
    assert corner.mean() < 6  # JPEG's share
    hot = below[int(height * 5 / 7), int(width * 2 / 7)]
    assert hot[0] - hot[2] > 40
    assert picture[2, 2].tolist() == [150, 30, 20]


def test_the_capture_shows_the_map_that_the_overlay_shows() -> None:
    radiograph, judged = decode(film()), apart()
    assert judged.explanation is not None
    assert judged.explanation.seen is not None
    shown, _ = compose(judged, radiograph, making())
    below = np.asarray(shown)[44 : 44 + 524, :640]
    overlay = overlay_image(backdrop(radiograph), judged.explanation.seen.probability)
    np.testing.assert_array_equal(below, np.asarray(Image.open(BytesIO(overlay))))
    seen, cam = below[int(524 * 0.75), int(640 * 0.28)], below[int(524 * 0.28), int(640 * 0.72)]
    assert int(seen[0]) - int(seen[2]) > 40
    assert np.ptp(cam) < 6


def test_the_legend_speaks_of_the_map_that_is_shown() -> None:
    """Of the opacity, on its absolute scale; of the Grad-CAM and its weakness where it is drawn."""
    judged = apart()
    assert judged.explanation is not None
    weak = replace(judged, explanation=replace(judged.explanation, low_signal=True))
    for each in (judged, weak):
        assert sheet(each, "en").heatmap == (
            results.MAP_OF_OPACITY,
            "Share of the lungs that is seen as opaque: 25%.",
        )
        assert sheet(each, "en").scale == ("0%", "100% probability of opacity")
    older = sheet(assessment(), "en")
    assert older.scale == ("less", "more")
    assert older.heatmap == (
        "Where the model looked for the grade: Moderate. It is no outline of disease.",
        "75% of the map lies inside the estimated lungs.",
    )
    assert sheet(assessment(explanation=None), "en").scale is None


def test_the_capture_is_in_the_films_study_and_says_what_it_is() -> None:
    found = read(captured())
    assert found.ImageType == ["DERIVED", "SECONDARY"]
    assert found.Modality == "OT"
    assert found.SourceImageSequence[0].ReferencedSOPInstanceUID == FILM
    assert (found.StudyInstanceUID, found.PatientID) == ("1.2.3.4.1", "P-1")
    assert found.SeriesDescription == "CXR Severity picture (research)"
    assert found.LossyImageCompression == "01"
    assert "BurnedInAnnotation" not in found
    assert read(captured(BurnedInAnnotation="NO")).BurnedInAnnotation == "NO"
    assert "LossyImageCompression" not in read(captured(assessment(explanation=None)))


@pytest.mark.parametrize("judged", [assessment(), later_assessment(), assessment(explanation=None)])
@pytest.mark.parametrize("language", ["en", "ms", "zh-CN"])
def test_dciodvfy_finds_no_error(judged: Assessment, language: str, tmp_path: Path) -> None:
    bare = {"PatientID": None, "PatientOrientation": None, "AccessionNumber": None}
    assert conformance_errors(captured(judged, language), tmp_path) == []
    assert conformance_errors(presented(judged, language), tmp_path) == []
    assert conformance_errors(captured(judged, language, **bare), tmp_path) == []
    assert conformance_errors(presented(judged, language, **bare), tmp_path) == []


def test_a_legend_with_every_finding_is_whole() -> None:
    every = Quality(tuple(Finding(code, "reject", None, None) for code in FINDING_CODES))
    few, _ = compose(assessment(), decode(film()), making())
    many, _ = compose(assessment(quality=every), decode(film()), making())
    assert few.height < many.height < 2000
    last = np.asarray(many)[-60:, 660:].max(axis=(1, 2))
    assert last.max() > 100


def test_chinese_needs_a_font_and_is_english_without_one() -> None:
    english, _ = compose(assessment(), decode(film()), making())
    without, _ = compose(assessment(), decode(film()), making("zh-CN"))
    assert without.tobytes() == english.tobytes()
    font = chinese_font()
    if font is None:
        pytest.skip("no font with Chinese letters; scripts/hospital-tools.sh tells how to get one")
    chinese, _ = compose(assessment(), decode(film()), replace(making("zh-CN"), font=font))
    assert chinese.tobytes() != english.tobytes()


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_turned_film_is_shown_upright_with_its_outlines_in_place(
    orientation: int, tmp_path: Path
) -> None:
    changes: dict[str, Any] = {"PatientOrientation": ORIENTATIONS[orientation]}
    data = film(**changes)
    upright = decode(data)
    paths = [tmp_path / name for name in ("film.dcm", "state.dcm", "out.pgm")]
    paths[0].write_bytes(data)
    paths[1].write_bytes(presented(later_assessment(), **changes))
    assert conformance_errors(paths[1].read_bytes(), tmp_path) == []
    shown = drawn("dcmp2pgm", "-p", str(paths[1]), str(paths[0]), str(paths[2]), out=paths[2])
    assert shown.shape == upright.values.shape
    assert np.corrcoef(shown.ravel(), upright.pixels.ravel())[0, 1] > 0.999
    # The outline's mark on the stored picture, turned as the film is, lies where the heatmap is.
    state = read(paths[1].read_bytes())
    (layer,) = [each for each in state.GraphicAnnotationSequence if each.GraphicLayer == "HEATMAP"]
    points = np.reshape(layer.GraphicObjectSequence[0].GraphicData, (-1, 2))
    stored = Dataset()
    stored.update(read(data))
    mark = np.zeros((stored.Rows, stored.Columns), np.uint8)
    columns, rows = np.floor(points * 0.999).astype(int).T
    mark[rows, columns] = 255
    marked = decode(film(**changes, PixelData=mark.tobytes() + bytes(mark.size % 2)))
    rows, columns = np.nonzero(marked.pixels > 0.5)
    height, width = upright.values.shape
    assert rows.min() / height == pytest.approx(4 / 7, abs=0.04)
    assert rows.max() / height == pytest.approx(6 / 7, abs=0.04)
    assert columns.min() / width == pytest.approx(1 / 7, abs=0.04)
    assert columns.max() / width == pytest.approx(3 / 7, abs=0.04)


LUT = Dataset()
LUT.LUTDescriptor, LUT.LUTData = [256, 0, 16], (np.arange(256, dtype="<u2") ** 2).tobytes()
LUT["LUTData"].VR = "OW"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"WindowCenter": "100", "WindowWidth": "120"},
        {"WindowCenter": ["90", "200"], "WindowWidth": ["100", "20"]},
        {
            "RescaleSlope": "2",
            "RescaleIntercept": "-50",
            "WindowCenter": "200",
            "WindowWidth": "300",
        },
        {"VOILUTSequence": [LUT]},
        {"VOILUTSequence": [LUT], "PhotometricInterpretation": "MONOCHROME1"},
    ],
)
def test_the_film_keeps_its_look(changes: dict[str, Any], tmp_path: Path) -> None:
    data = film(**changes)
    paths = [tmp_path / name for name in ("film.dcm", "state.dcm", "out.pgm")]
    paths[0].write_bytes(data)
    paths[1].write_bytes(presented(**changes))
    assert conformance_errors(paths[1].read_bytes(), tmp_path) == []
    shown = drawn("dcmp2pgm", "-p", str(paths[1]), str(paths[0]), str(paths[2]), out=paths[2])
    assert np.abs(shown / 255 - decode(data).pixels).max() < 0.02


def test_a_sigmoid_window_stays_one() -> None:
    changes: dict[str, Any] = {
        "WindowCenter": "128",
        "WindowWidth": "60",
        "VOILUTFunction": "SIGMOID",
    }
    (shown,) = read(presented(**changes)).SoftcopyVOILUTSequence
    assert (shown.WindowCenter, shown.WindowWidth) == (128, 60)
    assert shown.VOILUTFunction == "SIGMOID"


def test_words_and_layers_of_the_state() -> None:
    state = read(presented(later_assessment()))
    layers = [each.GraphicLayer for each in state.GraphicLayerSequence]
    assert layers == ["ZONES", "OPACITY", "HEATMAP", "RESULT"]
    letters = [
        text.UnformattedTextValue for text in state.GraphicAnnotationSequence[0].TextObjectSequence
    ]
    assert letters == ["A", "D"]
    words = state.GraphicAnnotationSequence[-1].TextObjectSequence[0].UnformattedTextValue
    assert words.splitlines() == [
        "Moderate",
        "Estimated Brixia score: 8.0 of 18",
        "For research use only; not for diagnosis.",
    ]
    assert [each.GraphicLayer for each in read(presented()).GraphicLayerSequence] == [
        "HEATMAP",
        "RESULT",
    ]


def test_a_weak_map_has_no_outline() -> None:
    explanation = assessment().explanation
    assert explanation is not None
    weak = assessment(explanation=replace(explanation, low_signal=True))
    assert [each.GraphicLayer for each in read(presented(weak)).GraphicLayerSequence] == ["RESULT"]


def test_contours_are_closed_along_the_edge_and_specks_are_left_out() -> None:
    cam = np.zeros((7, 7), np.float32)
    cam[0, :] = 1
    (line,) = contours(cam, 0.5)
    assert line.min() == 0
    assert line[:, 0].max() == 1
    assert contours(np.zeros((7, 7), np.float32), 0.5) == []


def test_films_in_colour_get_no_grey_state() -> None:
    grey = np.asarray(Image.open(SAMPLE).convert("RGB"))
    changes: dict[str, Any] = {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "SamplesPerPixel": 3, "PlanarConfiguration": 0,
        "PhotometricInterpretation": "RGB", "PixelData": grey.tobytes() + bytes(grey.size % 2),
    }  # fmt: skip
    with pytest.raises(NotGreyError):
        presented(**changes)
    assert read(captured(**changes)).Rows


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"])
def test_a_film_that_cannot_be_named_gets_none(keyword: str) -> None:
    with pytest.raises(NotReferableError):
        captured(**{keyword: None})
    with pytest.raises(NotReferableError):
        presented(**{keyword: None})


@pytest.mark.parametrize(
    ("changes", "shape"),
    [
        ({}, [1, 1]),
        ({"PixelAspectRatio": ["2", "1"]}, [2, 1]),
        ({"ImagerPixelSpacing": ["0.4", "0.2"]}, [2, 1]),
        ({"PixelSpacing": ["0.15", "0.2"]}, [3, 4]),
    ],
)
def test_a_presented_film_keeps_the_shape_of_its_pixels(
    changes: dict[str, Any], shape: list[int]
) -> None:
    (area,) = read(presented(**changes)).DisplayedAreaSelectionSequence
    assert [int(side) for side in area.PresentationPixelAspectRatio] == shape
