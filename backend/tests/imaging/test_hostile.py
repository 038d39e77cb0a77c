"""Files that cost out of all proportion are refused from their headers, before any decoder."""

from __future__ import annotations

import multiprocessing
import resource
import struct
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import pytest

from cxr_severity.imaging.codecs import raster
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.dicom import plugin
from cxr_severity.imaging.dicom.elements import ROWS, Element, Elements
from cxr_severity.imaging.errors import DamagedImageError, ImageTooLargeError

from . import corpus, files, hostile

SIDE = 8000
GREY = np.arange(64 * 64).reshape(64, 64).astype(np.uint8)


@pytest.fixture
def no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def called(*_: Any, **__: Any) -> None:
        raise AssertionError("the decoder was called")

    monkeypatch.setattr(plugin, "jpeg2k_decode", called)
    monkeypatch.setattr(raster, "TiffImageFile", called)


@pytest.mark.usefixtures("no_decoder")
class TestJpeg2000:
    @pytest.mark.parametrize(
        "stream",
        [
            pytest.param(hostile.jpeg_2000(SIDE, precincts=[0]), id="precincts of 1 x 1"),
            pytest.param(hostile.jpeg_2000(SIDE, precincts=[3]), id="precincts of 8 x 8"),
            pytest.param(hostile.jpeg_2000(SIDE, block=2), id="code-blocks of 4 x 4"),
            pytest.param(
                hostile.jpeg_2000(SIDE, levels=5, precincts=[15] * 5 + [2]), id="one resolution"
            ),
            pytest.param(hostile.jpeg_2000(SIDE, layers=65535, precincts=[8]), id="layers"),
            pytest.param(
                hostile.jpeg_2000(SIDE, component=hostile.component_style(6, [0])), id="COC"
            ),
            pytest.param(
                hostile.jpeg_2000(SIDE, in_tile=hostile.coding_style(6, [0])), id="in a tile"
            ),
            pytest.param(hostile.jpeg_2000(SIDE, tile=100), id="tiles"),
            pytest.param(
                hostile.jpeg_2000(SIDE, tile=125, levels=32), id="tiles with many resolutions"
            ),
        ],
    )
    def test_what_it_would_allocate_is_bounded(self, stream: bytes) -> None:
        with pytest.raises(DamagedImageError, match="too many"):
            decode(hostile.dicom_of(SIDE, stream))

    @pytest.mark.parametrize(
        "style", [hostile.coding_style(11), hostile.coding_style(7), hostile.coding_style(6)[:6]]
    )
    def test_styles_that_the_standard_excludes_are_damage(self, style: bytes) -> None:
        stream = hostile.jpeg_2000(100, in_tile=style)
        with pytest.raises(DamagedImageError):
            decode(hostile.dicom_of(100, stream))

    @pytest.mark.parametrize("length", range(10))
    def test_a_style_that_is_cut_short_is_damage(self, length: int) -> None:
        # Seven bytes are a whole style of a component, and part of one of a tile.
        whole, of_component = hostile.coding_style(6), hostile.component_style(6)
        streams = [hostile.jpeg_2000(100, in_tile=whole[:length])]
        if length < len(of_component):
            streams.append(hostile.jpeg_2000(100, component=of_component[:length]))
        for stream in streams:
            with pytest.raises(DamagedImageError):
                decode(hostile.dicom_of(100, stream))


def test_ordinary_jpeg_2000_is_well_within_the_bounds() -> None:
    for block, precincts, tile in ((6, (), None), (5, (8,) * 6, None), (4, (7,) * 6, 1024)):
        stream = hostile.jpeg_2000(
            2048, block=block, precincts=precincts, levels=5, layers=20, tile=tile
        )
        assert decode(hostile.dicom_of(2048, stream)).values.shape == (2048, 2048)


@pytest.mark.usefixtures("no_decoder")
class TestTiff:
    def test_tiles_larger_than_the_picture(self) -> None:
        with pytest.raises(DamagedImageError, match="larger than a picture"):
            decode(hostile.tiled(1000, 8192, at=[8], length=100))

    @pytest.mark.parametrize("compression", [1, 5, 8, 32773])
    def test_tiles_that_share_their_bytes(self, compression: int) -> None:
        data = hostile.tiled(512, 128, at=[8] * 16, length=100, compression=compression)
        with pytest.raises(DamagedImageError, match="share"):
            decode(data)

    def test_tiles_that_overlap(self) -> None:
        with pytest.raises(DamagedImageError, match="share"):
            decode(hostile.tiled(256, 128, at=[8, 200, 107, 400], length=100))

    def test_more_parts_than_the_picture_has(self) -> None:
        tags = {273: tuple([8] * 5000), 279: tuple([16] * 5000)}
        with pytest.raises(DamagedImageError, match="more parts"):
            decode(files.tiff(corpus.GREY, tags=tags))

    def test_strips_and_tiles_at_once(self) -> None:
        tags = {322: 48, 323: 48, 324: 8, 325: corpus.GREY.size}
        with pytest.raises(DamagedImageError, match="directory"):
            decode(files.tiff(corpus.GREY, tags=tags))


def test_a_tile_size_beside_strips_means_nothing() -> None:
    """libtiff would take the strips for tiles of that size."""
    whole = decode(files.tiff(corpus.GREY)).values
    found = decode(files.tiff(corpus.GREY, tags={322: 8192, 323: 8192})).values
    np.testing.assert_array_equal(found, whole)


@pytest.mark.parametrize("compression", [2, 3, 4])
def test_noise_as_a_fax_writes_nothing_to_standard_error(
    compression: int, capfd: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (400, 216), np.uint8)
    tags = {256: 1728, 257: 2000, 258: 1, 259: compression, 278: 2000}
    before = time.process_time()
    decode(files.tiff(noise, tags=tags))
    assert time.process_time() - before < 2
    written = capfd.readouterr()
    assert written.err + written.out == ""


def test_parts_of_jpeg_and_png_are_counted() -> None:
    """Each scan of a progressive picture passes over all of its pixels again."""
    jpeg = corpus.RASTER["jpeg-progressive"]
    last = jpeg.rindex(b"\xff\xda")
    with pytest.raises(DamagedImageError, match="too many scans"):
        decode(jpeg[:-2] + jpeg[last:-2] * 60 + jpeg[-2:])
    for name in ("jpeg-grey", "jpeg-colour"):
        once = corpus.RASTER[name]
        scan = once[once.index(b"\xff\xda") : -2]
        for data in (once[:-2] + scan + once[-2:], once[:-2] + scan * 40 + once[-2:]):
            with pytest.raises(DamagedImageError, match="too many scans"):
                decode(data)
    with pytest.raises(DamagedImageError, match="too many segments"):
        decode(jpeg[:2] + b"\xff\xfe\x00\x02" * 10_001 + jpeg[2:])
    chunks = files.png_chunks(corpus.RASTER["png-8"])
    with pytest.raises(DamagedImageError, match="too many chunks"):
        decode(files.png_from([chunks[0], *[(b"tEXt", b"")] * 100_001, *chunks[1:]]))


def test_colour_and_depth_count_where_they_would_cost_seconds() -> None:
    def png(side: int, depth: int, colour: int) -> bytes:
        header = struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, 0)
        return files.png_from([(b"IHDR", header), (b"IDAT", b""), (b"IEND", b"")])

    for data in (png(7990, 16, 6), png(7990, 8, 6)):
        with pytest.raises(ImageTooLargeError, match="4 values"):
            decode(data)
    with pytest.raises(DamagedImageError):
        decode(png(7990, 8, 0))
    tags = {256: 7990, 257: 7990, 278: 7990, 338: 2, 259: 5}
    with pytest.raises(ImageTooLargeError, match="4 values"):
        decode(files.tiff(np.zeros((1, 64, 4), np.uint8), photometric=2, tags=tags))


def _smallest() -> tuple[float, int]:
    for film in (files.dicom(GREY), files.saved(GREY, "TIFF")):
        decode(film)  # what decoders need is there from here on
    before, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for data in (
        hostile.dicom_of(SIDE, hostile.jpeg_2000(SIDE, precincts=[0])),
        hostile.tiled(1000, 8192, at=[8] * 500, length=69_000),
    ):
        with pytest.raises(DamagedImageError):
            decode(data)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return time.process_time() - before, after - peak


def test_the_smallest_of_them_cost_next_to_nothing() -> None:
    # In a process of its own: a peak that some other test has reached would hide theirs.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        seconds, kilobytes = pool.submit(_smallest).result()
    assert seconds < 1
    assert kilobytes < 50_000


def test_of_a_number_that_fills_a_file_as_much_is_read_as_it_needs() -> None:
    rows = Element("", struct.pack("<H", 64) * 2_500_000)
    assert len(Elements({ROWS: rows}, "<").shorts(ROWS)) <= 4
    assert Elements({ROWS: rows}, "<").short(ROWS) == 64
