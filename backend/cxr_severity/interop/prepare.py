"""Makes forms of results ready, so that no caller waits for libraries to load."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from cxr_severity.interop.dicom.charset import CharacterSet
from cxr_severity.interop.dicom.context import StudyContext
from cxr_severity.interop.forms import FORMS
from cxr_severity.interop.making import Making
from cxr_severity.model.assessment import SEVERITIES, ZONES, Assessment, Brixia
from cxr_severity.model.quality import Quality
from cxr_severity.settings import FormName

_NOBODY = StudyContext(
    values={},
    character_set=CharacterSet(),
    sop_class="1.2.840.10008.5.1.4.1.1.1.1",
    sop_instance="2.25.1",
    series="2.25.2",
    study="2.25.3",
    modality="DX",
    rows=1,
    columns=1,
)
_NOTHING = Assessment(
    model_name="none",
    model_version="0.0.0",
    probabilities=dict.fromkeys(SEVERITIES, 1 / len(SEVERITIES)),
    prediction_set=SEVERITIES,
    brixia=Brixia(dict.fromkeys(ZONES, 0.0)),
    quality=Quality(),
    explanation=None,
    model_ms=0.0,
    explain_ms=0.0,
)


def prepare(names: Iterable[FormName]) -> None:
    """Load what these forms need. Those that promise to be quick are also made once, of an empty
    judgement, which fills what they keep between films."""
    for name in names:
        FORMS[name].load()
        making = Making(datetime.now(UTC))
        if name == "sr":
            from cxr_severity.interop.dicom.report import structured_report

            structured_report(_NOTHING, _NOBODY, making)
        if name == "fhir":
            from cxr_severity.interop.fhir.bundle import fhir_bundle

            fhir_bundle(_NOTHING, "0" * 64, _NOBODY, making)
