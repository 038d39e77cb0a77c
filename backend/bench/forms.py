"""`python -m bench.forms`: milliseconds that each form of a result adds to an answer.

One film is judged once; then each form of it is made again and again, in turns, as the service
makes it. What the clock says and the CPU of the thread are medians.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from statistics import median, quantiles

from pydicom import dcmread

from bench.inputs import radiograph
from cxr_severity.interop.bodies.prediction import Prediction
from cxr_severity.interop.dicom.uids import Uids
from cxr_severity.interop.fonts import chinese_font
from cxr_severity.interop.forms import FORMS, Form, as_form
from cxr_severity.interop.making import Making
from cxr_severity.interop.prepare import prepare
from cxr_severity.model.engine import limit_threads
from cxr_severity.service.load import load_predictor
from cxr_severity.service.pipeline import Judged, Options, judge
from cxr_severity.settings import Settings

GOAL_MS = 15.0
GOAL_FOR = ("sr", "fhir")


def main() -> int:
    """0 when what has a goal keeps it, else 1; by the CPU of its thread, which is the clock's time
    where nothing else runs."""
    parser = argparse.ArgumentParser(prog="bench.forms", description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--side", type=int, default=1024)
    asked = parser.parse_args()
    limit_threads()
    prepare(FORMS)
    predictor = load_predictor(Settings().model)
    film = of_a_study(radiograph(asked.side, "dicom"))
    judged = judge(predictor, film, Options(force=True))
    makers: dict[str, Callable[[], object]] = {"json": lambda: _json(judged)}
    makers |= {name: _maker(form, judged, film) for name, form in FORMS.items()}
    found = measure(makers, asked.times)
    print(json.dumps({"side": asked.side, "goal_ms": GOAL_MS, "forms": found}))
    return int(any(found[name]["cpu_ms"] > GOAL_MS for name in GOAL_FOR))


def of_a_study(film: bytes) -> bytes:
    """The film as an archive holds it, with a patient and a study that do not exist."""
    dataset = dcmread(BytesIO(film))
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.25.1", "2.25.2"
    dataset.PatientName, dataset.PatientID, dataset.PatientSex = "Bench^Film", "BENCH", "O"
    dataset.StudyDate, dataset.StudyTime, dataset.AccessionNumber = "20260101", "120000", "A1"
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def measure(makers: dict[str, Callable[[], object]], times: int) -> dict[str, dict[str, float]]:
    """Of each, after a turn to warm up: medians by the clock and of CPU, and the slowest twentieth
    by the clock, in milliseconds."""
    clock: dict[str, list[float]] = {name: [] for name in makers}
    cpu: dict[str, list[float]] = {name: [] for name in makers}
    for turn in range(times + 1):
        for name, make in makers.items():
            began, worked = time.perf_counter(), time.thread_time()
            make()
            if turn:
                cpu[name].append(1e3 * (time.thread_time() - worked))
                clock[name].append(1e3 * (time.perf_counter() - began))
    return {
        name: {
            "clock_ms": round(median(clock[name]), 2),
            "clock_p95_ms": round(quantiles(clock[name], n=20)[-1], 2),
            "cpu_ms": round(median(cpu[name]), 2),
        }
        for name in makers
    }


def _json(judged: Judged) -> bytes:
    return Prediction.build(judged, "en").as_json()


def _maker(form: Form, judged: Judged, film: bytes) -> Callable[[], object]:
    font = chinese_font(Settings().results.font)

    def make() -> bytes:
        making = Making(datetime.now(UTC), Uids(), "en", font)
        return as_form(form, judged.assessment, judged.radiograph, film, making)

    return make


if __name__ == "__main__":
    sys.exit(main())
