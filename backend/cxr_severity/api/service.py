"""From uploaded bytes to the finished answer: the request path without HTTP."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from cxr_severity.api.schemas import ExplanationBody, Prediction, Timings
from cxr_severity.imaging.decode import Limits, decode, sha256
from cxr_severity.imaging.pictures.render import (
    Backdrop,
    backdrop,
    data_url,
    fit_within,
    heatmap_png,
    overlay_image,
    resize_map,
)
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.assessment import Explanation, Target
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.reader import Answer
from cxr_severity.texts.language import ENGLISH, Language

ENOUGH = 1024
"""Sides in pixels that suffice: the overlay's, and more than three times the network's."""
HEATMAP_SIDE = 256
"""A map of 7 x 7 to 10 x 10 cells has no more to say, and at 1024 its PNG took 6 ms."""

_beside = ThreadPoolExecutor(4, "beside")
"""Small steps that need not wait for what the request's own thread does meanwhile. They run in a
millisecond, and wait for nothing, so a few threads serve any number of requests."""

Submit = Callable[[Predictor, NDArray[np.float32], Target | None], Future[Answer]]
"""Hands one network input to the model, now or in a batch with others."""


def at_once(
    predictor: Predictor, image: NDArray[np.float32], target: Target | None
) -> Future[Answer]:
    """Runs the model in the calling thread."""
    answer: Future[Answer] = Future()
    answer.set_result(predictor.read(image, [target], alone=True)[0])
    return answer


def predict(
    predictor: Predictor,
    data: bytes,
    limits: Limits,
    *,
    target: Target = "predicted",
    explain: bool = True,
    force: bool = False,
    submit: Submit = at_once,
    language: Language = ENGLISH,
) -> Prediction:
    """Decode, assess and render one file. Blocking; run it in a thread.

    Raises:
        InputRefusedError: when the file cannot be judged.
        RejectedError: when the gate holds it unfit and `force` is false.
    """
    start = perf_counter()
    digest = _beside.submit(sha256, data)
    radiograph = decode(data, limits, enough=ENOUGH, digest=digest.result)
    decoded = perf_counter()
    prepared = predictor.prepare(radiograph)
    ready = perf_counter()
    answer = submit(predictor, prepared.image, target if explain else None)
    submitted = perf_counter()
    # Lungs are found and the overlay's ground is drawn while the model works in its own thread.
    lungs = predictor.lungs(prepared)
    with_lungs = perf_counter()
    ground = backdrop(radiograph) if explain else None
    drawn = perf_counter()
    assessment = predictor.conclude(prepared, answer.result(), lungs, force=force)
    found = perf_counter()
    explained = assessment.explanation
    explanation = None if explained is None or ground is None else _pictures(ground, explained)
    done = perf_counter()
    timings = Timings(
        decode=_ms(decoded - start),
        model=_ms(ready - decoded + assessment.model_ms / 1e3 + with_lungs - submitted),
        explain=_ms(assessment.explain_ms / 1e3),
        encode=_ms(drawn - with_lungs + done - found),
        total=_ms(done - start),
    )
    return Prediction.build(radiograph, assessment, explanation, timings, language)


def render(radiograph: Radiograph, explanation: Explanation) -> ExplanationBody:
    """The explanation's map as images in data URLs, aligned with the radiograph."""
    return _pictures(backdrop(radiograph), explanation)


def _pictures(ground: Backdrop, explanation: Explanation) -> ExplanationBody:
    height, width = ground.shape
    small = fit_within(height, width, HEATMAP_SIDE)
    heatmap = _beside.submit(lambda: heatmap_png(resize_map(explanation.cam, *small)))
    overlay = overlay_image(ground, explanation.cam, _beside)
    return ExplanationBody(
        method=explanation.method,
        target=explanation.target,
        peak=explanation.peak,
        low_signal=explanation.low_signal,
        lung_fraction=explanation.lung_fraction,
        heatmap=data_url("image/png", heatmap.result()),
        overlay=data_url("image/jpeg", overlay),
    )


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 2)
