"""A film under a presentation state looks as it did before: shutter, overlays, range of greys."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from interop.drawn import drawn, read
from interop.films import conformance_errors, film, later_assessment, making
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.pictures.render import backdrop
from cxr_severity.interop.forms import FORMS, as_form

RECTANGLE: dict[str, Any] = {
    "ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": "60",
    "ShutterRightVerticalEdge": "580", "ShutterUpperHorizontalEdge": "20",
    "ShutterLowerHorizontalEdge": "480", "ShutterPresentationValue": 0,
}  # fmt: skip
CIRCLE: dict[str, Any] = {
    "ShutterShape": "CIRCULAR", "CenterOfCircularShutter": ["262", "320"],
    "RadiusOfCircularShutter": "200",
}  # fmt: skip
POLYGON: dict[str, Any] = {
    "ShutterShape": "POLYGONAL",
    "VerticesOfThePolygonalShutter": ["20", "60", "20", "580", "480", "580", "480", "60"] * 5,
}
BOTH = CIRCLE | RECTANGLE | {"ShutterShape": ["RECTANGULAR", "CIRCULAR"]}
SQUARE = (slice(40, 90), slice(500, 550))


def with_overlays(*groups: int, **changes: Any) -> bytes:
    """A film with a white square in each of these groups."""
    dataset = dcmread(BytesIO(film(**changes)))
    rows, columns = dataset.Rows, dataset.Columns
    mark = np.zeros((rows, columns), np.uint8)
    mark[SQUARE] = 1
    bits = np.packbits(mark.ravel(), bitorder="little").tobytes()
    for group in groups:
        for element, vr, value in (
            (0x10, "US", rows), (0x11, "US", columns), (0x40, "CS", "G"), (0x50, "SS", [1, 1]),
            (0x100, "US", 1), (0x102, "US", 0), (0x3000, "OW", bits + bytes(len(bits) % 2)),
        ):  # fmt: skip
            dataset.add_new(group << 16 | element, vr, value)
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def state_of(data: bytes) -> bytes:
    return as_form(FORMS["gsps"], later_assessment(), decode(data), data, making())


def shown(data: bytes, state: bytes, folder: Path) -> NDArray[np.uint8]:
    """What DCMTK draws; of shutters and overlays it draws nothing."""
    paths = [folder / name for name in ("film.dcm", "state.dcm", "out.pgm")]
    for path, held in zip(paths, (data, state), strict=False):
        path.write_bytes(held)
    return drawn("dcmp2pgm", "-p", str(paths[1]), str(paths[0]), str(paths[2]), out=paths[2])


def understood(data: bytes, state: bytes, folder: Path) -> Dataset:
    """The state as DCMTK writes what it has read of it."""
    paths = [folder / name for name in ("film.dcm", "state.dcm", "saved.dcm", "out.pgm")]
    for path, held in zip(paths, (data, state), strict=False):
        path.write_bytes(held)
    film_at, state_at, saved, out = map(str, paths)
    drawn("dcmp2pgm", "+S", saved, "-p", state_at, film_at, out, out=paths[3])
    return dcmread(saved)


@pytest.mark.parametrize("shutter", [RECTANGLE, CIRCLE, POLYGON, BOTH])
def test_a_shutter_stays(shutter: dict[str, Any], tmp_path: Path) -> None:
    data = film(**shutter)
    state = state_of(data)
    assert conformance_errors(state, tmp_path) == []
    wanted, found = dcmread(BytesIO(data)), read(state)
    read_back = understood(data, state, tmp_path)
    for keyword in shutter:
        assert found[keyword].value == wanted[keyword].value
        assert read_back[keyword].value == wanted[keyword].value


@pytest.mark.parametrize(
    ("said", "grey"),
    [
        ({"ShutterPresentationValue": 500}, 500),
        ({"ShutterPresentationColorCIELabValue": [9000, 32896, 32896]}, 9000),
        ({}, 0),
    ],
)
def test_a_shutter_has_a_grey_and_no_colour(said: dict[str, Any], grey: int) -> None:
    state = read(state_of(film(**CIRCLE, **said)))
    assert state.ShutterPresentationValue == grey
    assert "ShutterPresentationColorCIELabValue" not in state


@pytest.mark.parametrize(
    "shutter",
    [
        {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": "60"},
        {"ShutterShape": "BITMAP"},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": ["1", "1"]},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": ["1", "2", "3", "4"]},
        {},
    ],
)
def test_what_is_no_whole_shutter_is_left_out(shutter: dict[str, Any], tmp_path: Path) -> None:
    state = state_of(film(**shutter))
    assert conformance_errors(state, tmp_path) == []
    assert not any("Shutter" in element.keyword for element in read(state))


def test_of_several_shapes_the_whole_ones_stay() -> None:
    state = read(state_of(film(**BOTH | {"RadiusOfCircularShutter": ""})))
    assert state.ShutterShape == "RECTANGULAR"
    assert "CenterOfCircularShutter" not in state


def test_overlays_stay(tmp_path: Path) -> None:
    data = with_overlays(0x6000, 0x6004)
    state = state_of(data)
    assert conformance_errors(state, tmp_path) == []
    found = read(state)
    assert [found[group, 0x1001].value for group in (0x6000, 0x6004)] == [
        "OVERLAY_6000", "OVERLAY_6004",
    ]  # fmt: skip
    layers = [each.GraphicLayer for each in found.GraphicLayerSequence]
    assert layers[:2] == ["OVERLAY_6000", "OVERLAY_6004"]
    assert [each.GraphicLayerOrder for each in found.GraphicLayerSequence] == list(
        range(1, len(layers) + 1)
    )
    read_back = understood(data, state, tmp_path)
    for group in (0x6000, 0x6004):
        assert read_back[group, 0x1001].value == found[group, 0x1001].value


def test_an_overlay_that_holds_nothing_is_named_and_not_shown(tmp_path: Path) -> None:
    dataset = dcmread(BytesIO(film()))
    dataset.add_new(0x60020010, "US", dataset.Rows)
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    state = state_of(out.getvalue())
    assert read(state)[0x6002, 0x1001].value in (None, "")
    assert "OVERLAY_6002" not in {each.GraphicLayer for each in read(state).GraphicLayerSequence}


def deep(polarity: str = "MONOCHROME2", **changes: Any) -> bytes:
    """A film of 12 bits in 16 that says no window."""
    grey = np.frombuffer(dcmread(BytesIO(film())).PixelData, np.uint8)[: 640 * 524]
    values = grey.astype("<u2") * 16
    if polarity == "MONOCHROME1":
        values = 4080 - values
    return film(
        PixelData=values.tobytes(), BitsAllocated=16, BitsStored=16, HighBit=15,
        PhotometricInterpretation=polarity, **changes,
    )  # fmt: skip


LUT = Dataset()
LUT.LUTDescriptor = [4096, 0, 16]
LUT.LUTData = (np.arange(4096, dtype="<u2") * 16).tobytes()
LUT.ModalityLUTType = "US"
LUT["LUTData"].VR = "OW"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"RescaleSlope": "0.5", "RescaleIntercept": "-100"},
        {"RescaleSlope": "-1", "RescaleIntercept": "70000"},
        {"ModalityLUTSequence": [LUT]},
        {"PixelPaddingValue": 0},
        {"WindowCenter": "2000"},  # which means nothing without a width
    ],
)
@pytest.mark.parametrize("polarity", ["MONOCHROME1", "MONOCHROME2"])
def test_a_film_without_a_window_is_not_black(
    polarity: str, changes: dict[str, Any], tmp_path: Path
) -> None:
    data = deep(polarity, **changes)
    state = state_of(data)
    assert conformance_errors(state, tmp_path) == []
    assert "WindowCenter" in read(state).SoftcopyVOILUTSequence[0]
    seen = shown(data, state, tmp_path)
    assert int(seen.max()) - int(seen.min()) > 128
    # As every other picture of it.
    expected = backdrop(decode(data)).astype(int)
    inside = (expected > 0) & (expected < 255)
    assert np.abs(seen.astype(int) - expected)[inside].max() < 6


def test_a_film_with_islands_is_shown_as_if_they_were_not_there(tmp_path: Path) -> None:
    values = np.frombuffer(dcmread(BytesIO(deep())).PixelData, "<u2").reshape(524, 640).copy()
    values[:60, :60] = 65535  # a marker
    data = film(PixelData=values.tobytes(), BitsAllocated=16, BitsStored=16, HighBit=15)
    (window,) = read(state_of(data)).SoftcopyVOILUTSequence
    assert 3000 < window.WindowWidth < 5000
    assert shown(data, state_of(data), tmp_path)[200:400, 200:400].max() > 128
