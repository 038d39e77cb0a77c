"""Secondary captures, as DCMTK and dicom3tools read and draw them."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from interop.drawn import captured, drawn, presented, read
from interop.films import (
    FILM,
    SAMPLE,
    apart,
    assessment,
    conformance_errors,
    film,
    later_assessment,
    making,
)
from PIL import Image

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.pictures.render import backdrop, overlay_image
from cxr_severity.interop.dicom.capture import compose
from cxr_severity.interop.errors import NotGreyError, NotReferableError
from cxr_severity.interop.fonts import chinese_font
from cxr_severity.interop.geometry import contours
from cxr_severity.interop.sheet import sheet
from cxr_severity.model.assessment import Assessment
from cxr_severity.model.quality import Finding, Quality
from cxr_severity.texts import results
from cxr_severity.texts.findings import FINDING_CODES


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


def test_what_a_film_lost_before_stays_said(tmp_path: Path) -> None:
    lost = {
        "LossyImageCompression": "01",
        "LossyImageCompressionRatio": ["10", "7.5"],
        "LossyImageCompressionMethod": ["ISO_10918_1", "ISO_15444_1"],
    }
    for judged, own in ((assessment(explanation=None), 0), (assessment(), 1)):
        data = captured(judged, **lost)
        found = read(data)
        assert found.LossyImageCompression == "01"
        assert list(found.LossyImageCompressionRatio)[:2] == [10, 7.5]
        methods = ["ISO_10918_1", "ISO_15444_1", *["ISO_10918_1"] * own]
        assert list(found.LossyImageCompressionMethod) == methods
        assert len(found.LossyImageCompressionRatio) == len(methods)
        assert conformance_errors(data, tmp_path) == []


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
