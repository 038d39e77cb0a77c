"""One film to a row. Whatever becomes of it is a row; only what stops the whole run is raised."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from cxr_severity.bulk.entries import Entry, keep, read, said_by
from cxr_severity.bulk.own import picture_of
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
from cxr_severity.imaging.decode import sniff
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.interop.bodies.problem import as_rejection
from cxr_severity.interop.dicom.context import ACCESSION_NUMBER, PATIENT_ID, read_context
from cxr_severity.interop.table import row as judged_row
from cxr_severity.model.assessment import Target
from cxr_severity.model.quality import RejectedError
from cxr_severity.service.faults import told
from cxr_severity.service.load import decode_processes, load_predictor
from cxr_severity.service.pipeline import Judged, Options, judge
from cxr_severity.settings import Settings


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
        by = {"model": predictor.manifest.name, "version": predictor.manifest.version}

        def score(entry: Entry) -> Row:
            digest, data = "", b""
            try:
                data = read(entry, limits.max_bytes)
                digest = sha256(data).hexdigest()
                if not claims.claim(digest, entry.name):
                    return {**blank(entry.name, DUPLICATE), "sha256": digest}
                judged = judge(predictor, data, options, limits=limits, decode=decode)
                return self._row(entry, judged, data)
            except InputRefusedError as error:
                refused = blank(entry.name, REFUSED, error.code, error.detail)
                return {**refused, **by, **self._identifiers(data), "sha256": digest}
            except RejectedError as error:
                problem = as_rejection(error)
                refused = blank(entry.name, REFUSED, problem.code, problem.detail)
                codes = "|".join(finding.code for finding in error.quality.findings)
                refused |= {"accepted": "false", "findings": codes}
                return {**refused, **by, **self._identifiers(data), "sha256": digest}
            # With its digest, as far as it is known: a duplicate takes over how this one failed,
            # and is not scored itself, by another start of the engine for each of them.
            except OSError as error:
                return _failed(entry, "unreadable-file", error.strerror or str(error), digest)
            except MemoryError:
                short = "There is not enough memory for this file."
                return _failed(entry, "short-of-memory", short, digest)
            except EngineUnavailableError:
                raise
            # Row by row: a million films are not given up for one that nobody foresaw.
            except Exception as error:  # noqa: BLE001
                return _failed(entry, "internal-error", told(error), digest)

        return score

    def _identifiers(self, data: bytes) -> Row:
        """Of a film that was refused, as far as it gives any."""
        try:
            if not self.identifiers or sniff(data) != "dicom":
                return {}
            context = read_context(data)
        except InputRefusedError:  # too damaged to be asked
            return {}
        return {
            "patient_id": context.text(PATIENT_ID),
            "accession_number": context.text(ACCESSION_NUMBER),
            "study_instance_uid": context.study,
            "sop_instance_uid": context.sop_instance,
        }

    def _row(self, entry: Entry, judged: Judged, data: bytes) -> Row:
        is_dicom = judged.radiograph.source.format == "dicom"
        context = read_context(data) if self.identifiers and is_dicom else None
        found = judged_row(judged.assessment, judged.radiograph, context)
        row = {**dict.fromkeys(COLUMNS, ""), **found, "file": entry.name, "status": GRADED}
        if judged.pictures is not None:
            row["heatmap"] = picture_of(found["sha256"])
            try:
                keep(f"{self.heatmaps.rstrip('/')}/{row['heatmap']}", judged.pictures.overlay)
            except Exception as error:  # noqa: BLE001 - or whatever a bucket's package has for it
                row["heatmap"] = ""
                row["code"] = UNWRITTEN
                row["detail"] = said_by(error)
        return row


def _failed(entry: Entry, code: str, detail: str, digest: str) -> Row:
    return {**blank(entry.name, FAILED, code, detail), "sha256": digest}
