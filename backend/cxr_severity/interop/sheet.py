"""What a page or a legend says, in the caller's language: words and numbers, not yet drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cxr_severity.interop.extras import extras
from cxr_severity.model.assessment import SEVERITIES, Assessment, Severity, Zone
from cxr_severity.texts import results
from cxr_severity.texts.language import Language, say

COLOURS: dict[Severity, tuple[int, int, int]] = {
    "mild": (18, 138, 122),
    "moderate": (176, 115, 0),
    "severe": (209, 74, 36),
}
"""Of the page's light theme, red, green and blue."""

_ROWS: tuple[tuple[str, Zone, Zone], ...] = (
    (results.UPPER, "A", "D"),
    (results.MIDDLE, "B", "E"),
    (results.LOWER, "C", "F"),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A grade and its probability."""

    severity: Severity
    label: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """One height of both lungs; the patient's right is on the left, as in the film."""

    height: str
    right: str
    left: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A judgement in words."""

    title: str
    severity: Severity
    severity_title: str
    grade: str
    confidence: str
    bars: tuple[Bar, ...]
    plausible_title: str
    plausible: str
    advice: str
    """May be empty."""
    caution: str
    """That a film is not fit for a judgement; empty where it is."""
    brixia_title: str
    total: str
    interval: str | None
    columns: tuple[str, str]
    rows: tuple[ZoneRow, ...]
    quality_title: str
    quality: tuple[str, ...]
    heatmap: tuple[str, ...]
    scale: tuple[str, str] | None
    """What the ends of the map's colours mean; None where there is no map."""
    model: str


def sheet(assessment: Assessment, language: Language) -> Sheet:
    def told(text: str, **values: str | float) -> str:
        return say(text, language, **values)

    grades = {grade: told(results.GRADES[grade]) for grade in SEVERITIES}
    more = extras(assessment)
    ends = None if more.interval is None else [f"{end:.1f}" for end in more.interval]
    scores = {zone: f"{zone}  {score:.1f}" for zone, score in assessment.brixia.zones.items()}
    for zone, share in more.shares.items():
        scores[zone] += f"  ({share:.0%})"
    separator = "、" if language == "zh-CN" else ", "
    return Sheet(
        title=told(results.TITLE),
        severity=assessment.severity,
        severity_title=told(results.SEVERITY),
        grade=grades[assessment.severity],
        confidence=f"{assessment.confidence:.0%} {told(results.CONFIDENCE)}",
        bars=tuple(
            Bar(grade, grades[grade], value, f"{value:.0%}")
            for grade, value in assessment.probabilities.items()
        ),
        plausible_title=told(results.PLAUSIBLE),
        plausible=separator.join(grades[grade] for grade in assessment.prediction_set),
        advice=_advice(assessment, language),
        caution="" if assessment.quality.accepted else told(results.NOT_FIT),
        brixia_title=told(results.BRIXIA),
        total=told(results.OF_18, score=f"{assessment.brixia.total:.1f}"),
        interval=None if ends is None else told(results.INTERVAL, low=ends[0], high=ends[1]),
        columns=(told(results.RIGHT_LUNG), told(results.LEFT_LUNG)),
        rows=tuple(ZoneRow(told(height), scores[r], scores[le]) for height, r, le in _ROWS),
        quality_title=told(results.QUALITY),
        quality=tuple(quality_lines(assessment, language)),
        heatmap=tuple(_heatmap(assessment, language)),
        scale=_scale(assessment, language),
        model=f"{assessment.model_name} {assessment.model_version}",
    )


def _advice(assessment: Assessment, language: Language) -> str:
    """Empty for a film that is not fit: no grade of it is plausible."""
    if assessment.refer:
        return say(results.REFER, language)
    return say(results.SURE, language) if assessment.quality.accepted else ""


def quality_lines(assessment: Assessment, language: Language) -> Iterator[str]:
    """What the gate says of the film."""
    quality = assessment.quality
    if not quality.accepted:
        yield say(results.NOT_FIT, language)
    for finding in quality.findings:
        level = say(results.LEVELS[finding.level], language)
        yield f"{level}: {say(finding.message, language)}"
    if not quality.findings:
        yield say(results.NO_FINDINGS, language)


def _heatmap(assessment: Assessment, language: Language) -> Iterator[str]:
    explanation = assessment.explanation
    if explanation is None:
        yield say(results.NO_HEATMAP, language)
        return
    if explanation.seen is not None:  # then it is what is drawn, and what the lines speak of
        yield say(results.MAP_OF_OPACITY, language)
        share = f"{explanation.seen.of_lungs:.0%}"
        yield say(results.OPAQUE_LUNGS, language, share=share)
        return
    if explanation.target == "burden":
        yield say(results.HEATMAP_OF_BURDEN, language)
    else:
        grade = say(results.GRADES[explanation.target], language)
        yield say(results.HEATMAP_OF, language, grade=grade)
    if explanation.low_signal:
        yield say(results.WEAK, language)
    if explanation.lung_fraction is not None:
        yield say(results.INSIDE_LUNGS, language, share=f"{explanation.lung_fraction:.0%}")


def _scale(assessment: Assessment, language: Language) -> tuple[str, str] | None:
    if assessment.explanation is None:
        return None
    if assessment.explanation.seen is not None:
        return "0%", say(results.PROBABILITY_OF_OPACITY, language)
    return say(results.WEAKER, language), say(results.STRONGER, language)
