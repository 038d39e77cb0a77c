"""A validation in words and tables: Markdown, for a terminal or a document."""

from __future__ import annotations

from collections.abc import Iterator

from cxr_severity.bulk.validation import Validation
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.measure.markdown import FLAT_NOTE, cell, table
from cxr_severity.model.metrics import Estimate, Metrics

FEW = 30
"""Films of a grade below which its figures say little."""


_MORE, _LESS, _NEITHER = 1, -1, 0
_FIGURES = {
    "accuracy": _MORE,
    "macro-F1": _MORE,
    "quadratic weighted kappa": _MORE,
    **{f"F1, {grade}": _MORE for grade in SEVERITIES},
    "mild taken for severe, or the reverse": _LESS,
    # Of few films it is high by chance alone.
    "expected calibration error": _NEITHER,
    "prediction sets that hold the grade": _MORE,
    "referred to a person": _LESS,
    "accuracy on those not referred": _MORE,
    "Brixia total, mean absolute error": _LESS,
    "Brixia total, Pearson r": _MORE,
    "Brixia total, less the readers'": _NEITHER,
    "intervals that hold the total": _MORE,
}
"""In their order, each with what is better."""


def report(found: Validation, measured: Evaluation | None) -> str:
    """What was found on a site's films, beside what the version's manifest says of its own.

    Args:
        measured: None where the version is not installed.
    """
    here = _of_films(found)
    there = None if measured is None else _of_version(measured)
    header = ["", f"these {found.metrics.images} films"]
    header += [] if there is None else ["where the version was measured", ""]
    rows = []
    for what, better in _FIGURES.items():
        if (estimate := here.get(what)) is not None:
            row = [what, cell(estimate)]
            if there is not None:
                row += [cell(there.get(what)), _said(better, estimate, there.get(what))]
            rows.append(row)
    notes = "\n".join(f"- {note}" for note in _notes(found, measured))
    title = f"# {found.name} {found.version} against readers"
    return f"{title}\n\n{table(header, rows)}\n\n{_confusion(found)}\n\n{notes}\n"


def _of_films(found: Validation) -> dict[str, Estimate | None]:
    figures = _of_grades(found.metrics) | {
        "expected calibration error": found.calibration_error,
        "prediction sets that hold the grade": found.coverage,
        "referred to a person": found.referred,
        "accuracy on those not referred": found.sure,
    }
    if (totals := found.totals) is not None:
        figures |= {
            "Brixia total, mean absolute error": totals.mae,
            "Brixia total, Pearson r": totals.r,
            "Brixia total, less the readers'": totals.bias,
            "intervals that hold the total": totals.inside,
        }
    return figures


def _of_version(measured: Evaluation) -> dict[str, Estimate | None]:
    figures = _of_grades(measured.metrics) | {
        "expected calibration error": measured.calibration.after.expected_error,
        "prediction sets that hold the grade": measured.conformal.coverage,
        "referred to a person": measured.conformal.referred,
    }
    if (brixia := measured.brixia) is not None:
        figures |= {
            "Brixia total, mean absolute error": brixia.total_mae,
            "Brixia total, Pearson r": brixia.total_r,
            "Brixia total, less the readers'": brixia.total_bias,
        }
    if measured.interval is not None:
        figures["intervals that hold the total"] = measured.interval.coverage
    return figures


def _of_grades(metrics: Metrics) -> dict[str, Estimate | None]:
    return {
        "accuracy": metrics.accuracy,
        "macro-F1": metrics.macro_f1,
        "quadratic weighted kappa": metrics.quadratic_weighted_kappa,
        "mild taken for severe, or the reverse": metrics.two_step_errors,
        **{
            f"F1, {grade}": of_grade.f1
            for grade, of_grade in metrics.per_class.items()
            if of_grade.support
        },
    }


def _said(better: int, here: Estimate, there: Estimate | None) -> str:
    """Only where the intervals are apart: what overlaps may be chance. A figure that is the same in
    every resample has no interval, and says nothing."""
    if there is None or not better or here.flat:
        return ""
    if here.low <= there.high and there.low <= here.high:
        return ""
    return "better here" if (here.value > there.value) == (better == _MORE) else "**worse here**"


def _confusion(found: Validation) -> str:
    rows = [
        [f"readers: {grade}", *map(str, counts)]
        for grade, counts in zip(SEVERITIES, found.metrics.confusion_matrix, strict=True)
    ]
    return table(["", *(f"model: {grade}" for grade in SEVERITIES)], rows)


def _notes(found: Validation, measured: Evaluation | None) -> Iterator[str]:
    metrics = found.metrics
    matched = ", ".join(f"{count} by {key}" for key, count in found.by.items())
    of = f" of {metrics.patients} patients" if found.lone < metrics.images else ""
    yield f"{metrics.images} films{of}. Readings found their film: {matched}."
    if found.lone:
        yield (
            f"The patient of {found.lone} films is not known, so that each counts as its own. "
            "Where several are of one patient, the intervals are too narrow."
        )
    if shown := found.sighted - found.unsaid:
        yield (
            f"{shown} readings were given with the model's result on the screen, and are "
            "no independent reference."
        )
    if found.unsaid:
        yield (
            f"{found.unsaid} readings do not say whether they were given without sight of the "
            "model's result (a column `blind` does), and count as if they were not."
        )
    yield f"Intervals: {metrics.interval}. {FLAT_NOTE}"
    if measured is None:
        yield f"{found.version} is not installed here, so that its own figures are left out."
    for grade in SEVERITIES:
        count = metrics.per_class[grade].support
        if count < FEW:
            yield f"The readers call {count} of the films {grade}: of so few, figures say little."
    sure = found.overconfidence
    if sure.low > 0 or sure.high < 0:
        way = "high" if sure.value > 0 else "low"
        yield f"The probability of the named grade is {abs(sure.value):.2f} too {way} on average."
    if (totals := found.totals) is not None and (totals.bias.low > 0 or totals.bias.high < 0):
        bias = totals.bias
        way = "more" if bias.value > 0 else "less"
        low, high = sorted((abs(bias.low), abs(bias.high)))
        yield (
            f"The model gives {abs(bias.value):.1f} points of 18 ({low:.1f} to {high:.1f}) {way} "
            "than the readers. Grades near a cut-off are off to that side."
        )
    if found.ungraded:
        reasons = ", ".join(f"{count} {code}" for code, count in found.ungraded.items())
        yield f"Read by a person and not graded by the model: {reasons}. They count nowhere above."
    for count, what in (
        (found.unfound, "readings name no film of the table, or several"),
        (found.unread, "graded films have no reading"),
        (found.empty, "lines of the readings hold none"),
    ):
        if count:
            yield f"{count} {what}."
