"""From a film's file to its results: their names, and the codes of what cannot be judged."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import SecondaryCaptureImageStorage
from waiting import wait_until

from cxr_severity.model.predictor import Predictor
from cxr_severity.service.pipeline import judge
from cxr_severity.texts.language import Language
from cxr_severity.worker import objects
from cxr_severity.worker.faults import LastingError, PassedOverError
from cxr_severity.worker.header import Wanted
from cxr_severity.worker.items import LeftOut, Result
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.objects import KINDS, Assessor
from cxr_severity.worker.work import Work

from .films import film, place

NOW = time.time()


@pytest.fixture
def assess(predictor: Predictor) -> Assessor:
    return Assessor(lambda data: judge(predictor, data), Wanted(), lambda _: False, kinds=KINDS)


def made(assess: Assessor, data: bytes) -> list[Result]:
    return [each for each in assess(data, NOW) if isinstance(each, Result)]


def test_results_have_the_names_that_are_remembered_and_lie_in_the_study(assess: Assessor) -> None:
    results = made(assess, film(1))
    assert [each.kind for each in results] == ["sr", "sc", "gsps"]
    for each in results:
        dataset = dcmread(BytesIO(each.data))
        assert dataset.SOPInstanceUID == dataset.file_meta.MediaStorageSOPInstanceUID
        assert dataset.SOPInstanceUID == each.instance
        assert dataset.StudyInstanceUID == place(1).study


def test_a_film_judged_again_gets_results_of_the_same_names(assess: Assessor) -> None:
    first, again, other = (
        made(assess, film(number)) for number in (1, 1, 9)
    )  # 9: the same picture
    assert [each.instance for each in first] == [each.instance for each in again]
    assert not {each.instance for each in first} & {each.instance for each in other}


def test_results_that_differ_have_names_that_differ(
    assess: Assessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In language, or by what a release makes of the same film."""
    languages: tuple[Language, ...] = ("en", "ms", "zh-CN")
    results = [made(replace(assess, language=each), film(1)) for each in languages]
    monkeypatch.setattr(objects, "CONTENTS", objects.CONTENTS + 1)
    results.append(made(assess, film(1)))
    assert len({each.instance for some in results for each in some}) == 4 * len(KINDS)


def test_a_result_is_never_judged(predictor: Predictor) -> None:
    wanted = Wanted(modalities=())
    assess = Assessor(lambda data: judge(predictor, data), wanted, lambda _: False, kinds=KINDS)
    for result in made(assess, film(1)):
        with pytest.raises(PassedOverError, match="own-result"):
            assess(result.data, NOW)
    mine = Assessor(
        lambda data: judge(predictor, data), wanted, lambda uid: uid == place(1).instance
    )
    with pytest.raises(PassedOverError, match="own-result"):
        mine(film(1), NOW)


def in_three_channels() -> bytes:
    """A grey film, stored as RGB."""
    grey = np.frombuffer(dcmread(BytesIO(film(1))).PixelData, np.uint8)
    return film(
        1,
        SOPClassUID=SecondaryCaptureImageStorage,
        SamplesPerPixel=3,
        PhotometricInterpretation="RGB",
        PlanarConfiguration=0,
        PixelData=np.repeat(grey, 3).tobytes(),
    )


def test_a_kind_that_a_film_cannot_have_is_left_out_and_no_other(
    assess: Assessor, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    colour = in_three_channels()
    kinds = [each.kind if isinstance(each, Result) else each for each in assess(colour, NOW)]
    assert kinds == ["sr", "sc", LeftOut("gsps", "film-in-colour")]
    with pytest.raises(LastingError, match="film-in-colour"):
        replace(assess, kinds=("gsps",))(colour, NOW)
    ledger.received(place(1), colour, 1)
    work = Work(ledger, assess, None, {"here": _Idle()})
    work.start()
    wait_until(lambda: work.idle)
    work.stop()
    assert "film 1 has no GSPS: film-in-colour" in caplog.text
    assert ledger.counts()["done"] == 1


class _Idle:
    def store(self, study: str, result: Result) -> None:
        pass

    def close(self) -> None:
        pass


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
