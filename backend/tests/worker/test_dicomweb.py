"""DICOMweb against an archive that answers, and one that has a bad day."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from cxr_severity.worker.dicomweb import Access, Archive, place_of
from cxr_severity.worker.faults import DownError, LastingError, PassingError, WorkerError
from cxr_severity.worker.items import Place, Result

from .films import film, place
from .pacs import FakePacs, running

FILM = film(1)


@pytest.fixture
def pacs() -> Iterator[FakePacs]:
    with running(FakePacs()) as pacs:
        pacs.add(place(1), FILM)
        yield pacs


@pytest.fixture
def archive(pacs: FakePacs) -> Iterator[Archive]:
    archive = Archive(pacs.url + "/", Access(timeout=30), 25_000_000)
    yield archive
    archive.close()


def test_every_page_of_a_search_is_read(archive: Archive, pacs: FakePacs) -> None:
    for number in range(2, 251):
        pacs.add(place(number), b"")
    found = {place_of(each) for each in archive.search({"Modality": "CR"})}
    assert found == {place(number) for number in range(1, 251)}
    assert [query["offset"] for _, query in pacs.asked] == ["0", "100", "200", "250"]


def test_an_archive_that_knows_no_pages_is_read_once(archive: Archive, pacs: FakePacs) -> None:
    pacs.pages = False
    assert len(list(archive.search({"Modality": "CR"}))) == 1


def test_an_archive_that_knows_no_pages_is_read_to_an_end_though_films_come_in(
    archive: Archive, pacs: FakePacs
) -> None:
    """The newest first, as many list them: no two answers begin alike."""
    pacs.pages = False
    found = []
    for each in islice(archive.search({"Modality": "CR"}), 50):
        found.append(place_of(each))
        if (number := len(found) + 1) <= 5:
            pacs.films = {place(number).instance: (place(number), b"", "CR"), **pacs.films}
    assert found == [place(number) for number in range(1, 6)]


@pytest.mark.parametrize("status", ["400", "404", "500"])
def test_a_page_past_the_end_need_not_be_there(
    archive: Archive, pacs: FakePacs, status: str
) -> None:
    """Each archive has its own word for that."""
    for number in range(2, 101):
        pacs.add(place(number), b"")
    pacs.mishaps["search"] = ["ok", status]
    assert len(list(archive.search({"Modality": "CR"}))) == 100
    assert [query["offset"] for _, query in pacs.asked] == ["0", "100", "99"]


@pytest.mark.parametrize("status", ["400", "404"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_page_that_fails_is_no_end(
    archive: Archive, pacs: FakePacs, status: str, times: int
) -> None:
    """As of an archive that starts anew amid the list; what it lists is not all that there is."""
    for number in range(2, 103):
        pacs.add(place(number), b"")
    pacs.mishaps["search"] = ["ok", *[status] * times]
    with pytest.raises(PassingError, match=f"http-{status}"):
        list(archive.search({"Modality": "CR"}))


def test_a_search_may_be_for_one_alone(archive: Archive, pacs: FakePacs) -> None:
    pacs.add(place(2), b"")
    assert next(iter(archive.search({"Modality": "CR"}, limit=1)))
    assert [query["limit"] for _, query in pacs.asked] == ["1"]


def test_an_instance_without_proper_uids_has_no_place() -> None:
    uids = {"0020000D": {"Value": ["1.1"]}, "0020000E": {"Value": ["1.2"]}}
    assert place_of({**uids, "00080018": {"Value": ["1.3"]}}) == Place("1.1", "1.2", "1.3")
    assert place_of(uids) is None
    for wrong in ([], ["../../1.3"], [13], None):
        assert place_of({**uids, "00080018": {"Value": wrong}}) is None


def test_a_film_comes_as_it_is_stored(archive: Archive) -> None:
    assert archive.fetch(place(1)) == FILM


def test_a_result_is_stored_byte_by_byte(archive: Archive, pacs: FakePacs) -> None:
    archive.store(place(1).study, Result(place(1).instance, "sr", FILM))
    assert pacs.stored == {place(1).instance: FILM}


@pytest.mark.parametrize(
    ("mishap", "error", "code"),
    [
        ("500", PassingError, "http-500"),
        ("404", PassingError, "http-404"),
        ("503", DownError, "busy"),
        ("502", DownError, "unreachable"),
        ("504", DownError, "unreachable"),
        ("401", DownError, "not-allowed"),
        ("409", PassingError, "http-409"),
        ("half", PassingError, "cut-off"),
        ("drop", PassingError, "cut-off"),
    ],
)
@pytest.mark.parametrize("kind", ["search", "fetch", "store"])
def test_what_goes_wrong_has_a_code_and_no_text_of_the_peer(
    archive: Archive, pacs: FakePacs, kind: str, mishap: str, error: type[WorkerError], code: str
) -> None:
    pacs.mishaps[kind] = [mishap]
    with pytest.raises(error) as caught:
        _ask(archive, kind)
    assert caught.value.code == str(caught.value) == code
    _ask(archive, kind)


@pytest.mark.parametrize(
    ("kind", "error"), [("search", DownError), ("fetch", PassingError), ("store", PassingError)]
)
def test_what_is_not_allowed_of_one_instance_is_no_word_about_the_others(
    archive: Archive, pacs: FakePacs, kind: str, error: type[WorkerError]
) -> None:
    pacs.mishaps[kind] = ["403"]
    with pytest.raises(error, match="not-allowed"):
        _ask(archive, kind)
    _ask(archive, kind)


@pytest.mark.parametrize("kind", ["search", "fetch", "store"])
def test_who_does_not_answer_is_not_waited_for(pacs: FakePacs, kind: str) -> None:
    archive = Archive(pacs.url, Access(timeout=0.2), 25_000_000)
    pacs.mishaps[kind] = ["hang"]
    with pytest.raises(PassingError, match="timed-out"):
        _ask(archive, kind)
    archive.close()


@pytest.mark.parametrize("kind", ["search", "fetch"])
def test_an_answer_of_another_kind_is_none(archive: Archive, pacs: FakePacs, kind: str) -> None:
    pacs.mishaps[kind] = ["garbage"]
    with pytest.raises(PassingError, match="bad-answer"):
        _ask(archive, kind)


@pytest.mark.parametrize("kind", ["search", "store"])
def test_json_of_any_depth_is_an_answer(archive: Archive, pacs: FakePacs, kind: str) -> None:
    pacs.mishaps[kind] = ["nested"]
    with pytest.raises(PassingError, match="bad-answer"):
        _ask(archive, kind)


def test_nobody_there_is_no_fault_of_the_film(archive: Archive) -> None:
    gone = Archive("http://127.0.0.1:9/dicom-web", Access(timeout=5), 25_000_000)
    with pytest.raises(DownError, match="unreachable"):
        gone.fetch(place(1))
    gone.close()


def test_a_full_archive_may_have_room_later_and_a_refused_object_never(
    archive: Archive, pacs: FakePacs
) -> None:
    pacs.mishaps["store"] = ["full", "bad-object"]
    with pytest.raises(PassingError, match="refused-a700"):
        _ask(archive, "store")
    with pytest.raises(LastingError, match="refused-a900"):
        _ask(archive, "store")
    assert pacs.stored == {}


def test_what_an_archive_does_not_list_as_stored_is_not(archive: Archive, pacs: FakePacs) -> None:
    pacs.mishaps["store"] = ["unlisted"]
    with pytest.raises(PassingError, match="not-stored"):
        _ask(archive, "store")
    assert pacs.stored == {}


def test_a_film_over_the_limit_is_not_read_to_its_end(pacs: FakePacs) -> None:
    archive = Archive(pacs.url, Access(), 100_000)
    with pytest.raises(LastingError, match="file-too-large"):
        archive.fetch(place(1))
    archive.close()


def _ask(archive: Archive, kind: str) -> None:
    if kind == "search":
        list(archive.search({"Modality": "CR"}))
    elif kind == "fetch":
        archive.fetch(place(1))
    else:
        archive.store(place(2).study, Result(place(2).instance, "sr", film(2)))
