"""From a film's file to its results: their names, and the codes of what cannot be judged."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from imagecodecs import jpegls_encode
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import ImplicitVRLittleEndian, JPEGLSLossless, SecondaryCaptureImageStorage
from waiting import wait_until

from cxr_severity.interop.fonts import chinese_font
from cxr_severity.model.predictor import Predictor
from cxr_severity.service.pipeline import Options, judge
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


def test_pictures_that_are_drawn_otherwise_have_names_that_differ(
    assess: Assessor, tmp_path: Path
) -> None:
    font = chinese_font()
    if font is None:
        pytest.skip("no font with Chinese letters here")
    another = tmp_path / font.name
    another.write_bytes(font.read_bytes() + b"\0")
    languages: tuple[Language, ...] = ("en", "zh-CN")
    names = {
        (language, by): {
            each.instance for each in made(replace(assess, language=language, font=by), film(1))
        }
        for language in languages
        for by in (None, font, another)
    }
    assert len(set.union(*names.values())) == 4 * len(KINDS)
    assert names["en", None] == names["en", font] == names["en", another]


def code(value: str) -> list[Dataset]:
    found = Dataset()
    found.CodeValue, found.CodingSchemeDesignator, found.CodeMeaning = value, "DCM", "said"
    return [found]


@pytest.mark.parametrize(
    "changes",
    [
        {"PatientID": "PAT2"},
        {"PatientName": "Mustermann^Erika"},
        {"SpecificCharacterSet": "ISO_IR 100"},
        {"StudyInstanceUID": "1.2.3"},
        {"SeriesInstanceUID": "1.2.3"},
        {"AccessionNumber": ""},
        {"StudyDate": "20261104"},
        {"IssuerOfPatientID": "Ward 7"},
        {"TimezoneOffsetFromUTC": "+0800"},
        {"BurnedInAnnotation": "YES"},
        {"DeidentificationMethodCodeSequence": code("113100")},
        {"PatientOrientation": ["L", "F"]},
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"WindowCenter": "100", "WindowWidth": "180"},
        {"PixelData": dcmread(BytesIO(film(1))).PixelData[::-1]},
    ],
)
def test_results_of_a_film_that_was_put_right_are_others(
    changes: dict[str, Any], predictor: Predictor
) -> None:
    """An archive would keep the older ones, of another patient, study or picture, for the same."""
    forced = Options(force=True)
    assess = Assessor(
        lambda data: judge(predictor, data, forced), Wanted(), lambda _: False, kinds=KINDS
    )
    before, after = made(assess, film(1)), made(assess, film(1, **changes))
    assert len(before) == len(after) == len(KINDS)
    names = {each.instance for each in (*before, *after)}
    series = {dcmread(BytesIO(each.data)).SeriesInstanceUID for each in (*before, *after)}
    assert len(names) == len(series) == 2 * len(KINDS)


def stored_otherwise(how: str) -> bytes:
    """The same film, as another archive may store it."""
    dataset = dcmread(BytesIO(film(1)))
    if how == "implicit":
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        dataset["PixelData"].VR = "OW"
    elif how == "compressed":
        dataset.PixelData = encapsulate([bytes(jpegls_encode(dataset.pixel_array))])
        dataset.file_meta.TransferSyntaxUID = JPEGLSLossless
        dataset["PixelData"].is_undefined_length = True
    else:
        dataset.StudyID += "  "
        dataset.add_new(0x00091001, "LO", "of the archive")
        dataset.InstanceAvailability = "ONLINE"
        dataset.RetrieveAETitle = "ARCHIVE"
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


@pytest.mark.parametrize("how", ["implicit", "compressed", "padded"])
def test_a_film_that_is_stored_otherwise_gets_results_of_the_same_names(
    how: str, assess: Assessor
) -> None:
    other = stored_otherwise(how)
    assert other != film(1)
    first, again = made(assess, film(1)), made(assess, other)
    assert [each.instance for each in first] == [each.instance for each in again]


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
