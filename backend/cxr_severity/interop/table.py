"""The judgement as a row of a table, for spreadsheets and statistics."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.interop.dicom import context as tags
from cxr_severity.interop.dicom.context import StudyContext
from cxr_severity.interop.extras import extras
from cxr_severity.interop.making import Result
from cxr_severity.model.assessment import SEVERITIES, ZONES, Assessment

Row = dict[str, str]

COLUMNS = (
    "model", "version", "sha256", "format", "width", "height", "patient_id", "accession_number",
    "study_instance_uid", "sop_instance_uid", "severity",
    *(f"probability_{grade}" for grade in SEVERITIES),
    "confidence", "prediction_set", "refer", *(f"brixia_{zone}" for zone in ZONES),
    "brixia_total", "brixia_low", "brixia_high", "accepted", "findings", "lung_fraction",
)  # fmt: skip
"""In this order; more may come behind them, none is renamed or removed."""

# What a spreadsheet would take for a formula, or a line, when it opens the table.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
_OF_OTHERS = ("patient_id", "accession_number", "file", "duplicate_of", "detail")
"""Columns whose text is a film's, its file's or another program's; `bulk` has some of them."""


def make(result: Result) -> bytes:
    """A table of one film."""
    return csv_table([row(result.assessment, result.radiograph, result.context)])


def row(assessment: Assessment, radiograph: Radiograph, context: StudyContext | None) -> Row:
    """One film; what is not known is empty, several values are parted by `|`.

    Texts of the film stand in it as they are; what writes CSV has them `escaped`.
    """
    source, brixia = radiograph.source, assessment.brixia
    height, width = radiograph.stored_size
    interval = extras(assessment).interval
    explanation = assessment.explanation
    share = None if explanation is None else explanation.lung_fraction
    return {
        "model": assessment.model_name,
        "version": assessment.model_version,
        "sha256": source.sha256,
        "format": source.format,
        "width": str(width),
        "height": str(height),
        "patient_id": _said(context, tags.PATIENT_ID),
        "accession_number": _said(context, tags.ACCESSION_NUMBER),
        "study_instance_uid": "" if context is None else context.study,
        "sop_instance_uid": "" if context is None else context.sop_instance,
        "severity": assessment.severity,
        **{f"probability_{grade}": _number(p) for grade, p in assessment.probabilities.items()},
        "confidence": _number(assessment.confidence),
        "prediction_set": "|".join(assessment.prediction_set),
        "refer": str(assessment.refer).lower(),
        **{f"brixia_{zone}": _number(score) for zone, score in brixia.zones.items()},
        "brixia_total": _number(brixia.total),
        "brixia_low": "" if interval is None else _number(interval[0]),
        "brixia_high": "" if interval is None else _number(interval[1]),
        "accepted": str(assessment.quality.accepted).lower(),
        "findings": "|".join(finding.code for finding in assessment.quality.findings),
        "lung_fraction": "" if share is None else _number(share),
    }


def csv_table(rows: Iterable[Row]) -> bytes:
    """RFC 4180 in UTF-8, with a line of names."""
    out = StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(map(escaped, rows))
    return out.getvalue().encode()


def escaped(row: Row) -> Row:
    """A row for CSV: an apostrophe before what a spreadsheet would take for a formula.

    Only for CSV: in a table with types no text is a formula, and an altered number of a patient is
    found nowhere.
    """
    return {
        name: f"'{value}" if name in _OF_OTHERS and _is_formula(value) else value
        for name, value in row.items()
    }


def unescaped(row: Row) -> Row:
    """A row of CSV as it was before it was `escaped`."""
    return {
        name: unescaped_text(value) if name in _OF_OTHERS else value for name, value in row.items()
    }


def unescaped_text(text: str) -> str:
    """A cell of such a column as it was."""
    return text[1:] if text[:1] == "'" and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    """Also behind apostrophes of its own: else it would be read back as if it had one less."""
    return text.lstrip("'").startswith(_FORMULAS)


def _number(value: float) -> str:
    return f"{value:.4f}"


def _said(context: StudyContext | None, tag: int) -> str:
    return "" if context is None else context.text(tag)
