"""Which films are said to be of a child."""

from __future__ import annotations

import pytest

from cxr_severity.imaging.decode import decode

from . import files
from .corpus import GREY


@pytest.mark.parametrize(
    ("age", "declared"),
    [
        (b"003Y", "child"), (b"017Y", "child"), (b"018M", "child"), (b"200M", "child"),
        (b"010D", "child"), (b"018Y", ""), (b"216M", ""), (b"070Y", ""), (b"000Y", ""),
        (b"5Y", "child"), (b"05Y", "child"), (b" 5 y", "child"), (b"60M", "child"),
        (b"5", "child"), (b"003", "child"), (b"70", ""), (b"18Y", ""), (b"5X", ""), (b"", ""),
    ],
)  # fmt: skip
def test_a_childs_film_is_said_to_be_one(age: bytes, declared: str) -> None:
    film = decode(files.dicom(GREY, extra={0x00101010: (b"AS", age)}))
    assert film.source.declared == declared


@pytest.mark.parametrize(
    ("born", "taken", "age", "declared"),
    [
        ("20200101", "20241130", "", "child"), ("2020.01.01", "20241130", "000Y", "child"),
        ("20061201", "20241130", "?", "child"), ("20061130", "20241130", "", ""),
        ("20200101", "20241130", "070Y", ""), ("19500101", "20241130", "999Y", ""),
        ("20241130", "20241130", "", ""), ("20250101", "20241130", "", ""),
        ("2020", "20241130", "", ""), ("20200101", "", "", ""),
    ],
)  # fmt: skip
def test_without_an_age_the_days_of_birth_and_film_say_it(
    born: str, taken: str, age: str, declared: str
) -> None:
    said = {0x00100030: (b"DA", born.encode()), 0x00101010: (b"AS", age.encode())}
    for tag in (0x00080020, 0x00080022):
        film = decode(files.dicom(GREY, extra={**said, tag: (b"DA", taken.encode())}))
        assert film.source.declared == declared


def test_an_acquisition_before_birth_is_none() -> None:
    days = {0x00080020: b"20241130", 0x00080022: b"19000101", 0x00100030: b"20200101"}
    extra = {tag: (b"DA", value) for tag, value in days.items()}
    assert decode(files.dicom(GREY, extra=extra)).source.declared == "child"
