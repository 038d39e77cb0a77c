"""Modality LUT, VOI LUT, windows, polarity and padding, against the standard's formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.dicom.tables import as_signed
from cxr_severity.imaging.errors import DamagedImageError

from . import files

STORED = np.arange(4096, dtype=np.uint16).reshape(64, 64)
SIGNED = (np.arange(4096) - 2048).astype(np.int16).reshape(64, 64)
X = STORED.astype(np.float64)

SLOPE, INTERCEPT, TYPE = 0x00281053, 0x00281052, 0x00281054
CENTER, WIDTH, FUNCTION = 0x00281050, 0x00281051, 0x00281056
MODALITY_LUT, VOI_LUT = 0x00283000, 0x00283010
PADDING, PADDING_LIMIT = 0x00280120, 0x00280121


_ITEM = bytes.fromhex("feff00e0ffffffff")
_ITEM_END, _SEQUENCE_END = bytes.fromhex("feff0de000000000"), bytes.fromhex("feffdde000000000")


def grey(values: NDArray[Any] = STORED, **options: Any) -> Float32Array:
    return decode(files.dicom(values, stored=options.pop("stored", 12), **options)).pixels


def ds(*values: float | str) -> tuple[bytes, bytes]:
    return b"DS", "\\".join(map(str, values)).encode()


def assert_grey(got: Float32Array, expected: NDArray[Any]) -> None:
    np.testing.assert_allclose(got, np.clip(expected, 0, 1), atol=1e-6)


def test_sixteen_bits_as_twos_complement() -> None:
    ends = {0: 0, 1: 1, 0x7FFF: 32767, 0x8000: -32768, 0xFFFF: -1}
    assert {short: as_signed(short) for short in ends} == ends


def test_without_any_transformation_the_stored_bits_are_the_range() -> None:
    assert_grey(grey(), X / 4095)
    assert_grey(grey(stored=16), X / 65535)
    assert_grey(grey(SIGNED), X / 4095)


def test_monochrome1_is_inverted() -> None:
    assert_grey(grey(photometric="MONOCHROME1"), 1 - X / 4095)


@pytest.mark.parametrize("slope", [0.5, 2, -1, "1e-3", " 3 "])
def test_rescaling_alone_moves_the_range_along(slope: float | str) -> None:
    got = grey(extra={SLOPE: ds(slope), INTERCEPT: ds(-1024), TYPE: (b"LO", b"US")})
    assert_grey(got, 1 - X / 4095 if slope == -1 else X / 4095)


def test_windows_are_in_rescaled_units() -> None:
    extra = {SLOPE: ds(2), INTERCEPT: ds(-100), CENTER: ds(3000), WIDTH: ds(1001)}
    expected = (2 * X - 100 - 2999.5) / 1000 + 0.5
    assert_grey(grey(extra=extra), expected)
    assert_grey(grey(extra=extra, photometric="MONOCHROME1"), 1 - np.clip(expected, 0, 1))


@pytest.mark.parametrize("syntax", [files.IMPLICIT, files.EXPLICIT])
def test_the_three_window_functions(syntax: str) -> None:
    window = {CENTER: ds(2000), WIDTH: ds(400)}

    def with_function(name: str) -> Float32Array:
        return grey(syntax=syntax, extra=window | {FUNCTION: (b"CS", name.encode())})

    linear = (X - 1999.5) / 399 + 0.5
    assert_grey(grey(syntax=syntax, extra=window), linear)
    assert_grey(with_function("LINEAR"), linear)
    assert_grey(with_function("LINEAR_EXACT"), (X - 2000) / 400 + 0.5)
    assert_grey(with_function("SIGMOID"), 1 / (1 + np.exp(-4 * (X - 2000) / 400)))


def test_a_linear_window_of_width_one_is_a_threshold() -> None:
    assert_grey(grey(extra={CENTER: ds(2000), WIDTH: ds(1)}), X > 1999.5)


def test_the_first_of_several_windows_counts() -> None:
    several = {CENTER: ds(2000, 100), WIDTH: ds(401, 10)}
    assert_grey(grey(extra=several), (X - 1999.5) / 400 + 0.5)


def test_half_a_window_is_none() -> None:
    assert_grey(grey(extra={CENTER: ds(2000)}), X / 4095)
    assert_grey(grey(extra={CENTER: ds(2000), WIDTH: ds("")}), X / 4095)


def test_windows_of_signed_values() -> None:
    got = grey(SIGNED, extra={CENTER: ds(0), WIDTH: ds(2001)})
    assert_grey(got, (SIGNED + 0.5) / 2000 + 0.5)


def test_modality_lut() -> None:
    table = [255 - i for i in range(256)]
    got = grey(extra={MODALITY_LUT: (b"SQ", files.lut(1000, 8, table))})
    assert_grey(got, (255 - np.clip(X - 1000, 0, 255)) / 255)


def test_modality_lut_of_negative_inputs() -> None:
    table = list(range(0, 65536, 16))
    got = grey(SIGNED, extra={MODALITY_LUT: (b"SQ", files.lut(-2048, 16, table))})
    assert_grey(got, X * 16 / 65535)


def test_voi_lut_goes_before_a_window_and_after_the_modality_lut() -> None:
    table = [int(i**0.5 * 128) for i in range(1024)]
    extra = {
        MODALITY_LUT: (b"SQ", files.lut(0, 16, [i // 2 for i in range(4096)])),
        VOI_LUT: (b"SQ", files.lut(512, 12, table)),
        CENTER: ds(1),
        WIDTH: ds(1),
    }
    index = np.clip(X // 2 - 512, 0, 1023).astype(int)
    assert_grey(grey(extra=extra), np.array(table)[index] / 4095)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_first_of_several_tables_counts_whichever_way_items_end(count: int) -> None:
    tables = [[int(i**0.5 * 64) for i in range(4096)], *([list(range(4096))] * (count - 1))]
    parts = []
    for table in tables:
        # Of undefined length (PS3.5, 7.5): it ends at its delimiter, and the next one follows.
        value = files.lut(0, 12, table)[8:]
        parts.append(_ITEM + value + _ITEM_END)
    got = grey(extra={VOI_LUT: (b"SQ", b"".join([*parts, _SEQUENCE_END]))})
    assert_grey(got, np.array(tables[0])[X.astype(int)] / 4095)


def test_voi_lut_of_rescaled_negative_inputs() -> None:
    extra = {
        INTERCEPT: ds(-2000),
        SLOPE: ds(1),
        VOI_LUT: (b"SQ", files.lut(-100, 8, [50, 100, 255])),
    }
    expected = np.array([50, 100, 255])[np.clip(X - 2000 + 100, 0, 2).astype(int)] / 255
    assert_grey(grey(extra=extra), expected)


def test_a_table_of_bytes_may_be_packed() -> None:
    entries = bytes(range(256))
    item = files.element(0x00283002, b"US", files.shorts(256, 0, 8))
    item += files.element(0x00283006, b"OW", entries)
    got = grey(extra={VOI_LUT: (b"SQ", files.items(item))})
    assert_grey(got, np.clip(X, 0, 255) / 255)


def test_bits_above_the_stored_ones_mean_nothing() -> None:
    overlaid = STORED | 0xF000
    assert_grey(grey(overlaid), X / 4095)
    high = {0x00280102: (b"US", files.shorts(15))}
    assert_grey(grey(STORED << 4 | 5, extra=high), X / 4095)


def test_padding_is_black_whatever_the_polarity() -> None:
    value = {PADDING: (b"US", files.shorts(4000))}
    expected = np.where(X == 4000, 0, X / 4095)
    assert_grey(grey(extra=value), expected)
    inverted = np.where(X == 4000, 0, 1 - X / 4095)
    assert_grey(grey(extra=value, photometric="MONOCHROME1"), inverted)
    limited = value | {PADDING_LIMIT: (b"US", files.shorts(4090))}
    assert_grey(grey(extra=limited), np.where((X >= 4000) & (X <= 4090), 0, X / 4095))


def test_padding_of_signed_values_and_beyond_the_stored_bits() -> None:
    value = {PADDING: (b"SS", files.shorts(-2000))}
    assert_grey(grey(SIGNED, extra=value), np.where(SIGNED == -2000, 0, X / 4095))
    assert_grey(grey(extra={PADDING: (b"US", files.shorts(65535))}), X / 4095)


def test_palette_colour_is_its_luminance() -> None:
    indices = (STORED % 256).astype(np.uint8)
    channels = [np.arange(256), 255 - np.arange(256), np.full(256, 77)]
    extra: dict[int, Any] = {}
    for number, channel in enumerate(channels):
        extra[0x00281101 + number] = (b"US", files.shorts(256, 0, 16))
        extra[0x00281201 + number] = (b"OW", files.shorts(*(int(v) * 257 for v in channel)))
    got = grey(indices, stored=8, photometric="PALETTE COLOR", extra=extra)
    luma = 0.299 * channels[0] + 0.587 * channels[1] + 0.114 * channels[2]
    assert_grey(got, luma[indices] / 255)
    del extra[0x00281202]
    with pytest.raises(DamagedImageError, match="lookup table"):
        grey(indices, stored=8, photometric="PALETTE COLOR", extra=extra)


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ({SLOPE: ds("NaN"), INTERCEPT: ds(0)}, "Rescale Slope"),
        ({SLOPE: ds("inf"), INTERCEPT: ds(0)}, "Rescale Slope"),
        ({SLOPE: ds(0), INTERCEPT: ds(0)}, "Rescale Slope"),
        ({SLOPE: ds("one"), INTERCEPT: ds(0)}, "Rescale Slope"),
        ({SLOPE: ds(1), INTERCEPT: ds("nan")}, "Rescale Intercept"),
        ({SLOPE: ds("1e308"), INTERCEPT: ds(0)}, "Rescale Slope"),
        ({SLOPE: ds("1e-320"), INTERCEPT: ds("1e9")}, "Rescale Slope"),
        ({CENTER: ds("nan"), WIDTH: ds(9)}, "Window Center"),
        ({CENTER: ds(1), WIDTH: ds("nan")}, "Window Width"),
        ({CENTER: ds(1), WIDTH: ds(0)}, "Window Width"),
        ({CENTER: ds(1), WIDTH: ds(-5)}, "Window Width"),
        ({CENTER: ds(1), WIDTH: ds(0), FUNCTION: (b"CS", b"SIGMOID")}, "Window Width"),
        ({CENTER: ds(1), WIDTH: ds(9), FUNCTION: (b"CS", b"CUBIC")}, "window function"),
        ({VOI_LUT: (b"SQ", files.lut(0, 4, [1, 2]))}, "lookup table"),
        ({VOI_LUT: (b"SQ", files.lut(0, 8, [1, 2])[:-14] + files.shorts(0) * 7)}, "kind"),
        ({MODALITY_LUT: (b"SQ", files.items(b""))}, "lookup table"),
    ],
)
def test_undefined_transformations_are_refused(extra: dict[int, Any], says: str) -> None:
    with pytest.raises(DamagedImageError, match=says):
        grey(extra=extra)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_bytes_that_are_shown_as_they_are_stay_bytes(photometric: str) -> None:
    stored = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    shown = 255 - stored if photometric == "MONOCHROME1" else stored
    windows: list[dict[int, tuple[bytes, bytes]]] = [
        {}, {0x00281050: ds(128), 0x00281051: ds(256)}
    ]  # fmt: skip
    for extra in windows:
        film = decode(files.dicom(stored, photometric=photometric, extra=extra))
        assert film.values.dtype == np.uint8
        np.testing.assert_array_equal(film.values, shown)
    half = decode(files.dicom(stored, extra={0x00281050: ds(64), 0x00281051: ds(100)}))
    assert half.values.dtype == np.float32
