"""From uploaded bytes to the finished answer: the request path without HTTP."""

from __future__ import annotations

from time import perf_counter

from cxr_severity.api.language import ENGLISH, Language
from cxr_severity.api.schemas import ExplanationBody, Prediction, Timings
from cxr_severity.imaging.decode import Limits, decode
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.imaging.render import (
    data_url,
    fit_within,
    heatmap_png,
    overlay_image,
    resize_map,
)
from cxr_severity.model.assessment import Explanation, Target
from cxr_severity.model.predictor import Predictor


def predict(
    predictor: Predictor,
    data: bytes,
    limits: Limits,
    *,
    target: Target = "predicted",
    explain: bool = True,
    force: bool = False,
    language: Language = ENGLISH,
) -> Prediction:
    """Decode, assess and render one file. Blocking; run it in a thread.

    Raises:
        InputRefusedError: when the file cannot be judged.
        RejectedError: when the gate holds it unfit and `force` is false.
    """
    start = perf_counter()
    radiograph = decode(data, limits)
    decoded = perf_counter()
    assessment = predictor.assess(radiograph, target=target, explain=explain, force=force)
    assessed = perf_counter()
    explained = assessment.explanation
    explanation = None if explained is None else render(radiograph, explained)
    done = perf_counter()
    timings = Timings(
        decode=_ms(decoded - start),
        model=_ms(assessment.model_ms / 1e3),
        explain=_ms(assessment.explain_ms / 1e3),
        encode=_ms(done - assessed),
        total=_ms(done - start),
    )
    return Prediction.build(radiograph, assessment, explanation, timings, language)


def render(radiograph: Radiograph, explanation: Explanation) -> ExplanationBody:
    """The explanation's map on the radiograph's own grid, as images in data URLs."""
    heat = resize_map(explanation.cam, *fit_within(radiograph.height, radiograph.width))
    return ExplanationBody(
        method=explanation.method,
        target=explanation.target,
        peak=explanation.peak,
        low_signal=explanation.low_signal,
        lung_fraction=explanation.lung_fraction,
        heatmap=data_url("image/png", heatmap_png(heat)),
        overlay=data_url("image/jpeg", overlay_image(radiograph, heat)),
    )


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 2)
