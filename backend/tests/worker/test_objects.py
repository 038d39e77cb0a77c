"""From a film's file to its results: their names, and the codes of what cannot be judged."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pydicom import dcmread

from cxr_severity.model.predictor import Predictor
from cxr_severity.service.pipeline import judge
from cxr_severity.worker.faults import LastingError, PassedOverError
from cxr_severity.worker.header import Wanted
from cxr_severity.worker.objects import KINDS, Assessor

from .films import film, place

NOW = time.time()


@pytest.fixture
def assess(predictor: Predictor) -> Assessor:
    return Assessor(lambda data: judge(predictor, data), Wanted(), lambda _: False, kinds=KINDS)


def test_results_have_the_names_that_are_remembered_and_lie_in_the_study(assess: Assessor) -> None:
    results = assess(film(1), NOW)
    assert [each.kind for each in results] == ["sr", "sc", "gsps"]
    for each in results:
        dataset = dcmread(BytesIO(each.data))
        assert dataset.SOPInstanceUID == dataset.file_meta.MediaStorageSOPInstanceUID
        assert dataset.SOPInstanceUID == each.instance
        assert dataset.StudyInstanceUID == place(1).study


def test_a_film_judged_again_gets_results_of_the_same_names(assess: Assessor) -> None:
    first, again, other = (assess(film(number), NOW) for number in (1, 1, 9))  # 9: the same picture
    assert [each.instance for each in first] == [each.instance for each in again]
    assert not {each.instance for each in first} & {each.instance for each in other}


def test_a_result_is_never_judged(predictor: Predictor) -> None:
    wanted = Wanted(modalities=())
    assess = Assessor(lambda data: judge(predictor, data), wanted, lambda _: False, kinds=KINDS)
    for result in assess(film(1), NOW):
        with pytest.raises(PassedOverError, match="own-result"):
            assess(result.data, NOW)
    mine = Assessor(
        lambda data: judge(predictor, data), wanted, lambda uid: uid == place(1).instance
    )
    with pytest.raises(PassedOverError, match="own-result"):
        mine(film(1), NOW)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"ViewPosition": "LL"}, "declared-not-frontal"),
        ({"BodyPartExamined": "HAND"}, "declared-not-chest"),
    ],
)
def test_what_calls_itself_something_else_waits_for_nobody(
    assess: Assessor, header: dict[str, str], code: str
) -> None:
    with pytest.raises(PassedOverError) as caught:
        assess(film(1, **header), NOW)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (film(1)[:20_000], "damaged-image"),
        (film(1, PixelData=None), "dicom-without-image"),
        (film(1, Rows=65535, Columns=65535), "image-too-large"),
        (film(1, StudyInstanceUID=None), "dicom-without-uids"),
    ],
)
def test_what_cannot_be_judged_has_a_code(assess: Assessor, data: bytes, code: str) -> None:
    with pytest.raises(LastingError) as caught:
        assess(data, NOW)
    assert caught.value.code == code


def test_days_count_from_when_a_film_came_in(predictor: Predictor) -> None:
    """However late it is judged, and whatever a clock that was ahead said then."""
    assess = Assessor(lambda data: judge(predictor, data), Wanted(days=2), lambda _: False, ())
    today, day = datetime.fromtimestamp(NOW, UTC).astimezone(), 86_400
    old = film(1, StudyDate=f"{today - timedelta(days=9):%Y%m%d}")
    assert assess(old, NOW - 8 * day) == []
    for came in (NOW, NOW - 5 * day, NOW + 400 * day):
        with pytest.raises(PassedOverError, match="other-date"):
            assess(old, came)
    assert assess(film(1, StudyDate=f"{today:%Y%m%d}"), NOW + 400 * day) == []
