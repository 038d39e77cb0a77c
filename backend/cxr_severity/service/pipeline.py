"""From bytes to a finished judgement: the one order of steps, whoever asks.

decode -> prepare -> infer, and beside it find the lungs -> conclude -> draw
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import Decode, Limits, decode, sha256
from cxr_severity.imaging.limits import DEFAULT_LIMITS
from cxr_severity.imaging.pictures.render import (
    Backdrop,
    backdrop,
    fit_within,
    heatmap_png,
    overlay_image,
    resize_map,
)
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.assessment import Assessment, Explanation, Target
from cxr_severity.model.drift import Statistic, input_statistics
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.runtime import Inference

ENOUGH = 1024
"""Sides in pixels that suffice: the overlay's, and more than three times the network's."""
HEATMAP_SIDE = 256
"""A map of 7 x 7 to 28 x 28 cells has no more to say, and at 1024 its PNG took 6 ms."""

_beside = ThreadPoolExecutor(4, "beside")
"""Small steps that need not wait for what the request's own thread does meanwhile. They run in a
millisecond, and wait for nothing, so a few threads serve any number of requests."""

Submit = Callable[[Predictor, Float32Array, Target | None], Future[Inference]]
"""Hands one network input to the model, now or in a batch with others."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of a judgement."""

    target: Target = "burden"
    """What the map speaks of: the expected total, or a class."""
    explain: bool = True
    """False leaves out map and pictures, and saves their time."""
    force: bool = False
    """Judge also what the gate rejects."""
    side: int = ENOUGH
    """Longest side of the pictures in pixels, at most; not above `ENOUGH`."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Maps as pictures, aligned with the radiograph.

    `heatmap`: the Grad-CAM, a PNG in grey, scaled to its maximum. `opacity`: a PNG in grey of the
    probability of opacity, not scaled; None where the version has no such map. `overlay`: a JPEG of
    the opacity map over the radiograph, of the Grad-CAM where there is no other: the better placed
    of the two.
    """

    heatmap: bytes
    overlay: bytes
    opacity: bytes | None = None


@dataclass(frozen=True, slots=True)
class StepTimes:
    """Wall time of each step, milliseconds. Steps overlap."""

    decode: float
    model: float
    explain: float
    encode: float
    total: float


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One radiograph, judged."""

    radiograph: Radiograph
    assessment: Assessment
    pictures: Pictures | None
    """None where no explanation was asked for."""
    timings: StepTimes
    statistics: Mapping[Statistic, float]
    """Of the network's input, as the version's manifest may tell them of the films it knows."""


def at_once(predictor: Predictor, image: Float32Array, target: Target | None) -> Future[Inference]:
    """Runs the model in the calling thread."""
    inference: Future[Inference] = Future()
    inference.set_result(predictor.infer(image, [target], alone=True)[0])
    return inference


def judge(
    predictor: Predictor,
    data: bytes,
    options: Options | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    submit: Submit = at_once,
    decode: Decode = decode,
) -> Judged:
    """Decode, assess and draw one file. Blocking; run it in a thread.

    Args:
        predictor: of the version that judges.
        data: the file's bytes.
        options: what is asked of the judgement.
        limits: bounds on the file.
        submit: hands the network's input to the model.
        decode: turns bytes into a radiograph, here or in a process that can be killed.

    Raises:
        InputRefusedError: when the file cannot be judged.
        RejectedError: when the gate holds it unfit and `options.force` is false.
    """
    options = options or Options()
    start = perf_counter()
    digest = _beside.submit(sha256, data)
    radiograph = decode(data, limits, enough=ENOUGH, digest=digest.result)
    decoded = perf_counter()
    prepared = predictor.prepare(radiograph)
    ready = perf_counter()
    inference = submit(predictor, prepared.image, options.target if options.explain else None)
    submitted = perf_counter()
    # Lungs are found and the overlay's ground is drawn while the model works in its own thread.
    lungs = predictor.lungs(prepared)
    with_lungs = perf_counter()
    ground = backdrop(radiograph, options.side) if options.explain else None
    drawn = perf_counter()
    statistics = input_statistics(prepared.grid)
    assessment = predictor.conclude(prepared, inference.result(), lungs, force=options.force)
    found = perf_counter()
    explained = assessment.explanation
    pictures = None if explained is None or ground is None else _draw(ground, explained)
    done = perf_counter()
    timings = StepTimes(
        decode=_ms(decoded - start),
        model=_ms(ready - decoded + assessment.model_ms / 1e3 + with_lungs - submitted),
        explain=_ms(assessment.explain_ms / 1e3),
        encode=_ms(drawn - with_lungs + done - found),
        total=_ms(done - start),
    )
    return Judged(radiograph, assessment, pictures, timings, statistics)


def judge_tensor(
    predictor: Predictor,
    image: Float32Array,
    options: Options,
    *,
    submit: Submit = at_once,
) -> Assessment:
    """Assess one network input, (1, 3, S, S), that the caller has prepared. Blocking.

    Raises:
        TensorError: it is not what the version's preprocessing gives.
        RejectedError: when the gate holds it unfit and `options.force` is false.
    """
    prepared = predictor.prepared(image)
    inference = submit(predictor, image, options.target if options.explain else None)
    lungs = predictor.lungs(prepared)
    return predictor.conclude(prepared, inference.result(), lungs, force=options.force)


def _draw(ground: Backdrop, explanation: Explanation) -> Pictures:
    height, width = ground.shape
    small = fit_within(height, width, HEATMAP_SIDE)
    seen = explanation.opacity
    grey = [explanation.cam] if seen is None else [explanation.cam, seen]
    drawn = [_beside.submit(lambda m=m: heatmap_png(resize_map(m, *small))) for m in grey]  # type: ignore[misc]
    overlay = overlay_image(ground, explanation.first_map, _beside)
    heatmap, *others = [one.result() for one in drawn]
    return Pictures(heatmap, overlay, *others)


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 2)
