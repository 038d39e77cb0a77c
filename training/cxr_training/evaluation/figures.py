"""The figures of an evaluation, PNG and SVG, the same bytes for the same readings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.measure.markdown import decimal
from cxr_severity.model.metrics import CalibrationScores, Estimate
from cxr_training.cases import Dataset
from cxr_training.evaluation.crossfit import CalibratedPredictions, cross_fit
from cxr_training.evaluation.goals import PUBLISHED
from cxr_training.evaluation.predictions import Joined, Predictions, join

BLUE, GREEN, RED, GREY = "#0072B2", "#009E73", "#D55E00", "#666666"
"""Of the colours that Okabe and Ito chose to be told apart by all eyes (2008)."""
CLASS_STYLES = ((BLUE, "-"), (GREEN, "--"), (RED, "-."))
TOP = 18


def draw(
    evaluation: Evaluation, predictions: Predictions, dataset: Dataset, out: Path
) -> tuple[str, ...]:
    """Write every figure that the data allow into `out`; returns their names without suffix."""
    joined = join(predictions, dataset)
    calibrated = cross_fit(joined)
    painters: dict[str, Callable[[Axes], None]] = {
        "confusion-matrix": lambda axes: _confusion(axes, evaluation),
        "f1": lambda axes: _f1(axes, evaluation),
        "roc": lambda axes: _roc(axes, evaluation, calibrated),
        "reliability": lambda axes: _reliability(axes, evaluation),
        "risk-coverage": lambda axes: _risk_coverage(axes, evaluation),
    }
    if evaluation.sources:
        painters["brixia"] = lambda axes: _brixia(axes, evaluation, joined)
    with mpl.rc_context(
        {
            "svg.hashsalt": "cxr-severity",
            "svg.fonttype": "path",
            "font.family": "DejaVu Sans",
            "font.size": 10,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#e4e4e4",
            "axes.axisbelow": True,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
        }
    ):
        for name, paint in painters.items():
            figure = Figure(figsize=(5.6, 4.6), layout="constrained")
            FigureCanvasAgg(figure)
            paint(figure.add_subplot())
            # No date and no version of the library: the same readings give the same bytes.
            figure.savefig(out / f"{name}.svg", metadata={"Date": None, "Creator": None})
            figure.savefig(out / f"{name}.png", dpi=150, metadata={"Software": None})
    return tuple(painters)


def _confusion(axes: Axes, evaluation: Evaluation) -> None:
    counts = np.array(evaluation.metrics.confusion_matrix)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        axes.text(
            column, row, f"{share:.0%}\n{counts[row, column]}", ha="center", va="center",
            color="white" if share > 0.55 else "black",
        )  # fmt: skip
    axes.set_xticks(range(len(SEVERITIES)), SEVERITIES)
    axes.set_yticks(range(len(SEVERITIES)), SEVERITIES)
    axes.grid(visible=False)
    axes.set(xlabel="predicted", ylabel="reference")
    seeds = evaluation.metrics.seeds
    axes.set_title(f"{evaluation.metrics.images} films, {seeds} reading{'s' * (seeds > 1)} each")


def _errors(values: list[Estimate]) -> Float64Array:
    """(2, N) distances to the ends of the intervals; never negative, as rounding might."""
    spread = [[one.value - one.low, one.high - one.value] for one in values]
    distances: Float64Array = np.maximum(np.array(spread).T, 0)
    return distances


def _f1(axes: Axes, evaluation: Evaluation) -> None:
    names = ("macro", *SEVERITIES)
    series = [
        (label, [metrics.macro_f1, *(metrics.per_class[name].f1 for name in SEVERITIES)], *style)
        for label, metrics, style in (
            ("model", evaluation.metrics, (BLUE, "o")),
            ("model, films of two radiologists", evaluation.on_readers_films, (GREEN, "s")),
            ("junior against senior radiologist", evaluation.readers, (RED, "D")),
        )
        if metrics is not None
    ]
    at = np.arange(len(names), dtype=float)
    for index, (label, values, colour, marker) in enumerate(series):
        axes.errorbar(
            at + 0.16 * (index - 1.5), [one.value for one in values], yerr=_errors(values),
            fmt=marker, color=colour, capsize=3, label=label,
        )  # fmt: skip
    for one in PUBLISHED:
        if one.f1 is not None:
            axes.plot(
                at + 0.24, [float(np.mean(one.f1)), *one.f1], "x", color=GREY,
                label=f"published ({one.films})",
            )  # fmt: skip
    axes.set_xticks(at, names)
    axes.set(ylabel="F1", ylim=(0, 1))
    axes.legend(loc="lower left")


def _roc(axes: Axes, evaluation: Evaluation, calibrated: CalibratedPredictions) -> None:
    grid = np.linspace(0, 1, 201)
    for index, (name, (colour, line)) in enumerate(zip(SEVERITIES, CLASS_STYLES, strict=True)):
        curves = []
        for seed in np.unique(calibrated.seeds):
            chosen = calibrated.seeds == seed
            false, true, _ = roc_curve(
                calibrated.labels[chosen] == index, calibrated.probabilities[chosen, index]
            )
            curves.append(np.interp(grid, false, true))
        area = evaluation.auc.per_class[name]
        axes.plot(
            np.concatenate([[0.0], grid]), np.concatenate([[0.0], np.mean(curves, axis=0)]),
            color=colour, linestyle=line,
            label=f"{name}: {decimal(area.value, 3)} "
            f"({decimal(area.low, 2)}–{decimal(area.high, 2)})",
        )  # fmt: skip
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":")
    axes.set(xlabel="false positive rate", ylabel="true positive rate", aspect="equal")
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
    axes.legend(loc="lower right", title="area (95% interval)")


def _reliability(axes: Axes, evaluation: Evaluation) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="perfect")

    def plot(scores: CalibrationScores, label: str, colour: str, marker: str) -> None:
        found = [one.accuracy for one in scores.reliability]
        axes.errorbar(
            [one.confidence for one in scores.reliability], [one.value for one in found],
            yerr=_errors(found), fmt=f"{marker}-", color=colour, capsize=2, linewidth=1.2,
            elinewidth=0.8, label=f"{label}: error {decimal(scores.expected_error.value, 3)}",
        )  # fmt: skip

    plot(evaluation.calibration.before, "raw", RED, "s")
    plot(evaluation.calibration.after, "calibrated", BLUE, "o")
    axes.set(xlabel="mean confidence of the bin", ylabel="accuracy", xlim=(0.3, 1.02))
    axes.set(ylim=(0, 1.02))
    axes.legend(loc="lower right")


def _risk_coverage(axes: Axes, evaluation: Evaluation) -> None:
    curve = evaluation.selective.curve
    coverage = [point.coverage for point in curve]
    axes.fill_between(
        coverage, [point.accuracy.low for point in curve],
        [point.accuracy.high for point in curve], color=BLUE, alpha=0.2, linewidth=0,
        label="95% interval",
    )  # fmt: skip
    axes.plot(coverage, [point.accuracy.value for point in curve], color=BLUE, label="model")
    axes.axhline(0.9, color=GREY, linewidth=1, linestyle=":", label="accuracy 0.9")
    lowest = min(point.accuracy.low for point in curve)
    axes.set(xlabel="coverage: share of readings kept, most confident first", ylabel="accuracy")
    axes.set(xlim=(0, 1), ylim=(min(0.6, lowest - 0.02), 1.005))
    axes.legend(loc="lower left")


def _brixia(axes: Axes, evaluation: Evaluation, joined: Joined) -> None:
    axes.plot([0, TOP], [0, TOP], color=GREY, linewidth=1, linestyle=":")
    styles = {"ralo": (GREEN, 0.12), "extent-opacity": (BLUE, 0.35), "brixia": (RED, 0.45)}
    for scores in evaluation.sources:
        colour, alpha = styles[scores.source]
        part = joined.only(joined.kinds == scores.source)
        # Many films share a total: a little spread, always the same, keeps them apart.
        jitter = np.random.default_rng(0).uniform(-0.2, 0.2, len(part.reference))
        model = scores.readings[0]
        label = f"{scores.source}: r = {decimal(model.total_r.value, 3)}"
        if model.total_mae is not None:
            label += f", error {decimal(model.total_mae.value, 2)}"
        axes.plot(
            part.reference + jitter, part.predictions.totals, "o", color=colour, markersize=3,
            alpha=alpha, markeredgewidth=0, label=label,
        )  # fmt: skip
    if evaluation.interval is not None:
        fitted = evaluation.interval.fitted
        totals = np.linspace(0, TOP, 91)
        ends = np.array([fitted(float(total)) for total in totals])
        axes.plot(ends, np.stack([totals, totals], axis=1), color=GREY, linewidth=1)
    axes.set(xlabel="reference Brixia total", ylabel="estimate; lines: its interval")
    axes.set(xlim=(-0.5, TOP + 0.5), ylim=(-0.5, TOP + 3.5))
    axes.set_xticks(range(0, TOP + 1, 3))
    axes.set_yticks(range(0, TOP + 1, 3))
    legend = axes.legend(loc="upper left")
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_alpha(1)
