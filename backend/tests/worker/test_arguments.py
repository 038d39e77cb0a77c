"""Options of the workers: what would be obeyed in silence and do nothing is refused."""

from __future__ import annotations

import argparse

import pytest

from cxr_severity.worker.arguments import add_parsers


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers(dest="command", required=True))
    return parser.parse_args(arguments)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--threads", "0"), "at least 1"),
        (("--attempts", "0"), "at least 1"),
        (("--most-waiting", "-5"), "at least 1"),
        (("--days", "-1"), "0 for today alone"),
        (("--date", "2026-01-01"), "write 20260131"),
        (("--date", "20260132"), "write 20260131"),
        (("--date", "20260131-20260101"), "write 20260131"),
        (("--date", "-"), "write 20260131"),
        (("--aet", "SEVENTEEN-LETTERS"), "1 to 16"),
        (("--aet", " "), "1 to 16"),
        (("--ae", "RÖNTGEN"), "1 to 16"),
        (("--to", "PÄCS@host:104"), "TITLE in ASCII"),
        (("--to-tls", "PA\tCS@host:104"), "TITLE in ASCII"),
    ],
)
def test_what_would_never_work_is_one_line(
    options: tuple[str, str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parsed("listen", "--to", "PACS@127.0.0.1:104", *options)
    assert caught.value.code == 2
    assert says in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("dates", ["20260131", "20260101-20260131", "20260101-", "-20260131"])
def test_dates_are_passed_on_as_they_are(dates: str) -> None:
    assert parsed("watch", "--date", dates).date == dates


def test_titles_lose_the_spaces_that_count_for_nothing() -> None:
    assert parsed("listen", "--ae", " CT 1 ").ae == ["CT 1"]
