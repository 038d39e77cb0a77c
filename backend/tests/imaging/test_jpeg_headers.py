"""Header fields of a JPEG that change no pixel are no damage; data that may be lost is."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import (
    DamagedImageError,
    InputRefusedError,
)

from . import files

with Image.open(files.SAMPLES[4]) as _whole:
    FILM = np.asarray(_whole.convert("L").resize((220, 202), Image.Resampling.BOX))


def as_dicom(values: NDArray[Any] = FILM, **options: Any) -> bytes:
    return files.dicom(values, **options)


class TestJpegHeaders:
    """What changes no pixel is no damage; data that may be lost is."""

    plain = files.saved(FILM, "JPEG", quality=90)
    colour = files.saved(np.dstack([FILM] * 3), "JPEG", quality=90)
    restarts = files.saved(FILM, "JPEG", quality=90, restart_marker_rows=1)

    @staticmethod
    def with_scan(data: bytes, fields: bytes) -> bytes:
        at = data.index(b"\xff\xda")
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        return data[: at + 2 + length - 3] + fields + data[at + 2 + length :]

    def variants(self, data: bytes) -> dict[str, bytes]:
        adobe = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
        bare = data[:2] + data[20:]
        return {
            "spectral selection 0 to 0": self.with_scan(data, b"\0\0\0"),
            "approximation": self.with_scan(data, b"\0\x3f\x12"),
            "JFIF 2.01": data.replace(b"JFIF\0\x01", b"JFIF\0\x02"),
            "JFIF thumbnail that is not there": data[:18] + b"\x09\x09" + data[20:],
            "Adobe transform 3": bare[:2] + adobe + b"\x03" + bare[2:],
            "zeros before the end": data[:-2] + bytes(7) + b"\xff\xd9",
            "fill bytes before the end": data[:-2] + b"\xff\xff\xff\xd9",
            "zeros between segments": data[:20] + bytes(5) + data[20:],
            "a stray restart": data[:-2] + b"\xff\xd3\x00\x12\xff\xd4\xff\xd9",
        }

    @pytest.mark.parametrize("film", ["plain", "colour", "restarts"])
    def test_they_give_the_same_picture(self, film: str) -> None:
        data = getattr(self, film)
        expected = decode(data).values
        for name, changed in self.variants(data).items():
            np.testing.assert_array_equal(decode(changed).values, expected, err_msg=name)

    @pytest.mark.parametrize("film", ["plain", "restarts"])
    def test_so_they_do_in_dicom(self, film: str) -> None:
        data = getattr(self, film)
        expected = decode(as_dicom(syntax=files.JPEG_BASELINE, stream=data)).values
        for name, changed in self.variants(data).items():
            found = decode(as_dicom(syntax=files.JPEG_BASELINE, stream=changed)).values
            np.testing.assert_array_equal(found, expected, err_msg=name)

    @pytest.mark.parametrize("lost", [1, 5, 60, 400])
    def test_data_that_is_missing_stays_damage(self, lost: int) -> None:
        for data in (self.plain, self.restarts):
            cut = data[: -2 - lost]
            for end in (b"", bytes(lost), b"\xff\xd0", b"\xff\xd1\x00\x12\xff\xd2"):
                with pytest.raises(InputRefusedError):
                    decode(cut + end + b"\xff\xd9")

    def test_a_restart_interval_that_is_missing_stays_damage(self) -> None:
        marks = [
            at for at in range(len(self.restarts) - 1)
            if self.restarts[at] == 0xFF and 0xD0 <= self.restarts[at + 1] <= 0xD7
        ]  # fmt: skip
        for first, second in ((marks[3], marks[4]), (marks[-1], len(self.restarts) - 2)):
            with pytest.raises(DamagedImageError):
                decode(self.restarts[:first] + self.restarts[second:])

    def test_other_extra_bytes_stay_damage(self) -> None:
        with pytest.raises(DamagedImageError):
            decode(self.plain[:-2] + b"\x5a" * 20 + b"\xff\xd9")

    @pytest.mark.parametrize("end", [b"\x01\0", bytes(7)], ids=["within", "before the end"])
    def test_a_million_zeros_cost_no_time(self, end: bytes) -> None:
        """An expression that begins anew at each of a run takes an hour, and holds all threads."""
        begun = time.thread_time()
        with pytest.raises(DamagedImageError):
            decode(self.plain[:-200] + bytes(1_000_000) + end + b"\xff\xd9")
        assert time.thread_time() - begun < 1
