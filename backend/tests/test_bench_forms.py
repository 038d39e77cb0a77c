"""What `bench.forms` measures with."""

from __future__ import annotations

import time
from io import BytesIO

from bench.forms import measure, of_a_study
from bench.inputs import radiograph
from pydicom import dcmread

from cxr_severity.interop.dicom.context import read_context


def test_cpu_is_told_from_the_clock_and_the_first_turn_is_not_counted() -> None:
    calls: list[str] = []

    def work() -> None:
        calls.append("work")
        if len(calls) == 1:
            time.sleep(1)  # loading

    found = measure({"work": work, "wait": lambda: time.sleep(0.02)}, times=4)
    assert len(calls) == 5
    assert found["wait"]["clock_ms"] >= 20 > found["wait"]["cpu_ms"]
    assert found["wait"]["clock_p95_ms"] >= found["wait"]["clock_ms"]
    assert found["work"]["cpu_ms"] < 10


def test_its_film_can_be_answered_in_every_form() -> None:
    film = of_a_study(radiograph(64, "dicom"))
    assert read_context(film).referable
    assert dcmread(BytesIO(film)).PatientName == "Bench^Film"
