"""Presentation states, as DCMTK and dicom3tools read and draw them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from interop.drawn import drawn, presented, read
from interop.films import assessment, conformance_errors, film, later_assessment, making
from pydicom.dataset import Dataset

from cxr_severity.imaging.decode import decode
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.dicom.look import read_look
from cxr_severity.interop.dicom.presentation import presentation_state
from cxr_severity.model.quality import Finding, Quality
from cxr_severity.texts import results
from cxr_severity.texts.language import LANGUAGES, say

ORIENTATIONS = {
    1: ["L", "F"], 2: ["R", "F"], 3: ["R", "H"], 4: ["L", "H"],
    5: ["F", "L"], 6: ["F", "R"], 7: ["H", "R"], 8: ["H", "L"],
}  # fmt: skip


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
        {"PresentationLUTShape": "INVERSE"},
        {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "IDENTITY"},
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


def test_numbers_are_written_as_the_standard_has_them_whatever_the_film_had(tmp_path: Path) -> None:
    data = film(
        WindowCenter="128.0625", WindowWidth="7" * 16, RescaleSlope="1.0625", RescaleIntercept="0"
    )
    for written, found in (
        (b"128.0625", b"128,0625"),
        (b"\x06\x001.0625", b"\x06\x001,0625"),
        (b"DS\x10\x00" + b"7" * 16, b"DS\x14\x002047.500000000000123"),
    ):
        assert data.count(written) == 1
        data = data.replace(written, found)
    look = read_look(data, decode(data))
    state = presentation_state(assessment(), read_context(data), look, making())
    (shown,) = read(state).SoftcopyVOILUTSequence
    assert (shown.WindowCenter, shown.WindowWidth) == (128.0625, 2047.5)
    assert read(state).RescaleSlope == 1.0625
    (tmp_path / "state.dcm").write_bytes(state)
    assert conformance_errors(state, tmp_path) == []


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


def test_a_grade_of_a_film_that_is_not_fit_carries_its_caution() -> None:
    unfit = assessment(quality=Quality((Finding("not-a-radiograph", "reject", 0.1, 0.5),)))
    for language in LANGUAGES:
        state = read(presented(unfit, language))
        *_, words = state.GraphicAnnotationSequence
        said = words.TextObjectSequence[0].UnformattedTextValue.split("\r\n")
        assert said[0] == say(results.NOT_FIT, language)
        assert len(said) == 4


def test_a_weak_map_has_no_outline() -> None:
    explanation = assessment().explanation
    assert explanation is not None
    weak = assessment(explanation=replace(explanation, low_signal=True))
    assert [each.GraphicLayer for each in read(presented(weak)).GraphicLayerSequence] == ["RESULT"]


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
