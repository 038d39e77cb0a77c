"""Tables as spreadsheets of other countries, and other programs, save them."""

from __future__ import annotations

import pytest

from cxr_severity.bulk.csv_text import CsvError, lines_of

LINES = [["file", "total"], ["a, b.png", "7,5"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        'file,total\n"a, b.png","7,5"\n',
        "file;total\r\n\r\na, b.png;7,5\r\n",
        "file;total\ra, b.png;7,5",
        "file\ttotal\na, b.png\t7,5\n\n",
        "sep=;\r\nfile;total\r\na, b.png;7,5\r\n",
    ],
)
def test_separator_and_encoding_are_told_from_the_file(text: str, encoding: str) -> None:
    assert [line for _, line in lines_of(text.encode(encoding))] == LINES


def test_a_name_may_tell_the_separator() -> None:
    raw = b"film, left.png\nfilm; right.png\t2\n"
    assert [line for _, line in lines_of(raw, "x.tsv")] == [
        ["film, left.png"],
        ["film; right.png", "2"],
    ]
    assert [line for _, line in lines_of(b"sep=,\na,b\n", "x.tsv")] == [["a", "b"]]


def test_lines_have_the_numbers_that_an_editor_shows() -> None:
    assert [number for number, _ in lines_of(b"sep=;\nfile;total\n\na;1\n")] == [2, 4]
    assert list(lines_of(b"")) == []


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("grün,1".encode("cp1252"), 'no text in UTF-8; save it as "CSV UTF-8"'),
        (b"PK\x03\x04\xff", "no text in UTF-8"),
        (b'a,b\n1,"2\n3,4\n', "after line 1: unexpected end of data"),
    ],
)
def test_what_is_no_table_is_said(raw: bytes, message: str) -> None:
    with pytest.raises(CsvError, match=message):
        list(lines_of(raw))
