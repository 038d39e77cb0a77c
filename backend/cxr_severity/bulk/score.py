"""One film to a row. Whatever becomes of it is a row; only what stops the whole run is raised."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import fsspec

from cxr_severity.bulk.entries import Entry, read, said_by
from cxr_severity.bulk.rows import (
    COLUMNS,
    DUPLICATE,
    FAILED,
    GRADED,
    REFUSED,
    UNWRITTEN,
    Row,
    blank,
)
from cxr_severity.bulk.seam import Claims, EngineUnavailableError, Scorer
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.table import row as judged_row
from cxr_severity.model.assessment import Target
from cxr_severity.model.quality import RejectedError
from cxr_severity.service.faults import told
from cxr_severity.service.load import decode_processes, load_predictor
from cxr_severity.service.pipeline import Judged, Options, judge
from cxr_severity.settings import Settings
from cxr_severity.texts.language import ENGLISH, say


@dataclass(frozen=True, slots=True)
class Scoring:
    """How films are scored; called, it loads the version. Raises as `load_predictor` does."""

    settings: Settings
    version: str | None = None
    heatmaps: str = ""
    """Folder or URL for pictures of the map over each film; empty: none are made."""
    target: Target = "burden"
    force: bool = False
    identifiers: bool = False
    """Whether patient, accession and UIDs of a DICOM object are taken into the table."""

    def __call__(self, claims: Claims) -> Scorer:
        # A process for each core, and one thread in each: threads would wait for each other.
        single = self.settings.model.model_copy(update={"threads": 1, "threads_alone": 1})
        predictor = load_predictor(single, self.version)
        limits = self.settings.limits.of_input
        # It ends with this process, whose connection is the only one that it has.
        decode = decode_processes(self.settings.serve, at_most=1).decode
        options = Options(self.target, bool(self.heatmaps), self.force)

        def score(entry: Entry) -> Row:
            digest = ""
            try:
                data = read(entry, limits.max_bytes)
                digest = sha256(data).hexdigest()
                if not claims.claim(digest, entry.name):
                    return {**blank(entry.name, DUPLICATE), "sha256": digest}
                judged = judge(predictor, data, options, limits=limits, decode=decode)
                return self._row(entry, judged, data)
            except InputRefusedError as error:
                refused = blank(entry.name, REFUSED, error.code, error.detail)
                return {**refused, "sha256": digest}
            except RejectedError as error:
                said = say(error.first.message, ENGLISH)
                refused = blank(entry.name, REFUSED, error.first.code, said)
                codes = "|".join(finding.code for finding in error.quality.findings)
                return {**refused, "sha256": digest, "accepted": "false", "findings": codes}
            except OSError as error:
                return blank(entry.name, FAILED, "unreadable-file", error.strerror or str(error))
            except MemoryError:
                short = "There is not enough memory for this file."
                return blank(entry.name, FAILED, "short-of-memory", short)
            except EngineUnavailableError:
                raise
            # Row by row: a million films are not given up for one that nobody foresaw.
            except Exception as error:  # noqa: BLE001
                return blank(entry.name, FAILED, "internal-error", told(error))

        return score

    def _row(self, entry: Entry, judged: Judged, data: bytes) -> Row:
        is_dicom = judged.radiograph.source.format == "dicom"
        context = read_context(data) if self.identifiers and is_dicom else None
        found = judged_row(judged.assessment, judged.radiograph, context)
        row = {**dict.fromkeys(COLUMNS, ""), **found, "file": entry.name, "status": GRADED}
        if judged.pictures is not None:
            row["heatmap"] = f"{found['sha256'][:32]}.jpg"
            try:
                path = f"{self.heatmaps.rstrip('/')}/{row['heatmap']}"
                with fsspec.open(path, "wb") as file:
                    file.write(judged.pictures.overlay)
            except Exception as error:  # noqa: BLE001 - or whatever a bucket's package has for it
                row["heatmap"] = ""
                row["code"] = UNWRITTEN
                row["detail"] = said_by(error)
        return row
