"""What stands in results does not change under the UIDs of those that an archive has."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO

from interop.films import film, later_assessment, making
from pydicom import dcmread
from pydicom.dataset import Dataset

from cxr_severity.imaging.decode import decode
from cxr_severity.interop.forms import FORMS, as_form
from cxr_severity.worker.objects import CONTENTS, KINDS

KNOWN = {4: "7a96f600e41a9340"}
"""By `CONTENTS`, a digest of which elements there are, and of what is neither a text, a number, a
date, a UID nor a picture. Of a change in those only whoever makes it knows."""


def outline(dataset: Dataset, at: str = "") -> Iterator[str]:
    for element in dataset:
        value = element.value if element.VR == "CS" or element.keyword == "CodeValue" else ""
        yield f"{at}{element.tag} {element.VR} {value}"
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                yield from outline(item, f"{at}{element.tag}[{number}].")


def test_a_change_of_what_stands_in_results_gives_them_new_names() -> None:
    data = film()
    lines = [
        line
        for kind in KINDS
        for line in outline(
            dcmread(BytesIO(as_form(FORMS[kind], later_assessment(), decode(data), data, making())))
        )
    ]
    found = sha256("\n".join(lines).encode()).hexdigest()[:16]
    assert KNOWN.get(CONTENTS) == found, (
        "raise CONTENTS in worker/objects.py, and note its digest here"
    )
