"""What lossy compression a film has been through: what was lost once stays lost, and every picture
that is derived from it says so, with each step's ratio and method (PS3.3 C.7.6.1.1.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.valuerep import format_number_as_ds

from cxr_severity.imaging.dicom.elements import Elements, number_in

LOSSY, RATIO, METHOD = 0x00282110, 0x00282112, 0x00282114
_METHOD = re.compile(r"[A-Z0-9_ ]{1,16}")


@dataclass(frozen=True, slots=True)
class Lossy:
    """As the film says it: whether there was any, and of each step ratio and method."""

    was: bool = False
    ratios: tuple[float, ...] = ()
    methods: tuple[str, ...] = ()

    def apply(self, to: Dataset, ratio: float | None) -> None:
        """Say it of a derived picture, which was compressed by `ratio` as JPEG itself; None: it was
        not."""
        ratios, methods = self.ratios, self.methods
        if ratio is not None:
            ratios, methods = (*ratios, round(ratio, 2)), (*methods, "ISO_10918_1")
        if self.was or ratio is not None:
            to.LossyImageCompression = "01"
        if ratios:
            to.LossyImageCompressionRatio = [format_number_as_ds(each) for each in ratios]
        if methods:
            to.LossyImageCompressionMethod = list(methods)


NEVER = Lossy()


def read_lossy(elements: Elements) -> Lossy:
    """What is no ratio or method is left out."""
    if elements.text(LOSSY) != "01":
        return NEVER
    return Lossy(
        was=True,
        ratios=tuple(
            ratio for text in elements.texts(RATIO) if (ratio := number_in(text) or 0) > 0
        ),
        methods=tuple(each for each in elements.texts(METHOD) if _METHOD.fullmatch(each)),
    )
