"""The tables of `docs/dicom-conformance.md` and `docs/fhir.md`, from the code that they speak of.

`python -m cxr_severity.interop.statement docs` writes them; a test fails when they differ.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from pydicom.datadict import dictionary_description
from pydicom.uid import UID

from cxr_severity.imaging.dicom.accept import MODALITIES, RADIOGRAPHS, SECONDARY_CAPTURES
from cxr_severity.imaging.dicom.image import NATIVE
from cxr_severity.imaging.dicom.plugin import COMPRESSED
from cxr_severity.interop.dicom import capture, codes, presentation, report
from cxr_severity.interop.dicom.context import CARRIED, REQUIRED
from cxr_severity.interop.errors import NoDicomSourceError, NotGreyError, NotReferableError
from cxr_severity.interop.fhir.datatypes import SYSTEMS

_OBJECTS = {"sr": report.KIND, "sc": capture.KIND, "gsps": presentation.KIND}
_CODES = (
    codes.SEVERITY, *codes.GRADES.values(), codes.YES, codes.NO, codes.LUNG,
    *dict.fromkeys(place for place, _ in codes.SITES.values()), codes.RIGHT, codes.LEFT,
    codes.CHEST_RADIOGRAPHY, codes.RADIOGRAPHY, codes.QUALITY_FINDING, codes.COMMENT, codes.NO_UNIT,
    codes.SCORE,
    codes.RADIOGRAPHIC_SEVERITY, *codes.PROBABILITIES.values(), codes.PLAUSIBLE, codes.REFER,
    codes.ZONE_SCORE, codes.TOTAL_SCORE, codes.TOTAL_LOW, codes.TOTAL_HIGH, codes.ZONE_OPACITY,
    codes.ACCEPTED, *codes.NAMED_ZONES.values(), *codes.ZONE_SCORES.values(),
    *codes.FINDINGS.values(),
)  # fmt: skip
_REFUSALS = (NoDicomSourceError, NotReferableError, NotGreyError)


def tables() -> dict[str, str]:
    """Each table in Markdown, by its name."""
    modalities = ", ".join(sorted(MODALITIES - {""}))
    return {
        "classes": _table(
            ("SOP class", "UID", "if"),
            (
                *((UID(one).name, one, "one frame") for one in sorted(RADIOGRAPHS)),
                *(
                    (UID(one).name, one, f"one frame, of modality {modalities} or none")
                    for one in sorted(SECONDARY_CAPTURES)
                ),
            ),
        ),
        "syntaxes": _table(
            ("transfer syntax", "UID"),
            ((UID(one).name, str(one)) for one in sorted(NATIVE | COMPRESSED)),
        ),
        "objects": _table(
            ("`object`", "SOP class", "UID", "modality", "series number", "series description"),
            (
                (
                    f"`{name}`",
                    UID(kind.sop_class).name,
                    kind.sop_class,
                    kind.modality,
                    str(kind.series_number),
                    kind.description,
                )
                for name, kind in _OBJECTS.items()
            ),
        ),
        "carried": _table(
            ("element", "tag", "where the film has none"),
            (
                (
                    dictionary_description(tag),
                    f"({tag >> 16:04X},{tag & 0xFFFF:04X})",
                    "empty" if tag in REQUIRED else "absent",
                )
                for tag in sorted(CARRIED)
                if tag != 0x0020000D
            ),
        ),
        "codes": _table(
            ("code", "scheme", "meaning"),
            ((f"`{value}`", scheme, meaning) for value, scheme, meaning in _CODES),
        ),
        "refusals": _table(
            ("code", "status", "what it means", "what to do"),
            ((f"`{e.code}`", str(e.status), e.title, e.advice) for e in _REFUSALS),
        ),
        "systems": _table(
            ("scheme", "system"), ((name, f"`{url}`") for name, url in SYSTEMS.items())
        ),
    }


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def filled(text: str) -> str:
    """A document with everything between `<!-- name -->` and `<!-- /name -->` replaced."""
    known = tables()

    def table(found: re.Match[str]) -> str:
        name = found[1]
        return f"<!-- {name} -->\n{known[name]}<!-- /{name} -->"

    return re.sub(r"<!-- (\w+) -->\n.*?<!-- /\1 -->", table, text, flags=re.DOTALL)


if __name__ == "__main__":
    for name in ("dicom-conformance.md", "fhir.md"):
        path = Path(sys.argv[1]) / name
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
