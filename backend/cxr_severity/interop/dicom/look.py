"""How a film's grey values are to be shown, for presentation states that show it no other way.

A viewer that applies a presentation state takes its transformations instead of the film's own
(PS3.4 N.2), so they are carried over; where the film has several, the one that `imaging` takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian

from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.dicom.elements import Elements, read_elements, read_meta
from cxr_severity.imaging.dicom.tables import as_signed

_GREY = ("MONOCHROME1", "MONOCHROME2")


@dataclass(frozen=True, slots=True)
class Table:
    """A lookup table: entries, first value mapped, bits of an entry."""

    descriptor: tuple[int, int, int]
    signed: bool
    entries: bytes
    """16 bit each, little endian."""

    def to_item(self) -> Dataset:
        found = Dataset()
        count, first, bits = self.descriptor
        vr = "SS" if self.signed else "US"
        if self.signed:
            count, first = as_signed(count), as_signed(first)
        found.add(DataElement(tags.LUT_DESCRIPTOR, vr, [count, first, bits]))
        found.add(DataElement(tags.LUT_DATA, "OW", self.entries))
        return found


@dataclass(frozen=True, slots=True)
class Look:
    """The grey pipeline of a film; texts as they are in it, empty where it has none."""

    grey: bool
    inverse: bool
    """Whether its greatest values show black."""
    slope: str
    intercept: str
    modality: Table | None
    center: str
    width: str
    function: str
    voi: Table | None

    def apply(self, to: Dataset) -> None:
        """Give a presentation state these transformations."""
        if self.modality is not None:
            item = self.modality.to_item()
            item.ModalityLUTType = "US"  # unspecified
            to.ModalityLUTSequence = [item]
        elif self.slope or self.intercept:
            to.RescaleSlope = self.slope or "1"
            to.RescaleIntercept = self.intercept or "0"
            to.RescaleType = "US"
        shown = Dataset()
        if self.voi is not None:
            shown.VOILUTSequence = [self.voi.to_item()]
        elif self.center and self.width:
            shown.WindowCenter, shown.WindowWidth = self.center, self.width
            if self.function:
                shown.VOILUTFunction = self.function
        if len(shown):
            to.SoftcopyVOILUTSequence = [shown]
        to.PresentationLUTShape = "INVERSE" if self.inverse else "IDENTITY"


def read_look(data: bytes) -> Look:
    """Of a DICOM file that `imaging` has read.

    Raises:
        DamagedImageError: its structure is broken.
    """
    syntax, start = read_meta(data)
    film = read_elements(data, start, big_endian=syntax == ExplicitVRBigEndian)
    photometric = film.text(tags.PHOTOMETRIC)
    signed = film.short(tags.REPRESENTATION) == 1
    return Look(
        grey=photometric in _GREY,
        inverse=photometric == "MONOCHROME1",
        slope=film.text(tags.RESCALE_SLOPE),
        intercept=film.text(tags.RESCALE_INTERCEPT),
        modality=_table(film, tags.MODALITY_LUT, signed),
        center=film.text(tags.WINDOW_CENTER),
        width=film.text(tags.WINDOW_WIDTH),
        function=film.text(tags.VOI_FUNCTION),
        voi=_table(film, tags.VOI_LUT, signed),
    )


def _table(film: Elements, tag: int, signed: bool) -> Table | None:
    item = film.first_item(tag)
    if item is None or len(descriptor := item.shorts(tags.LUT_DESCRIPTOR)) != 3:
        return None
    count, first, bits = descriptor
    vr = item.vr(tags.LUT_DESCRIPTOR)
    data = item.raw(tags.LUT_DATA)
    entries = np.frombuffer(data[: len(data) // 2 * 2], f"{item.order}u2").astype("<u2")
    return Table((count, first, bits), vr == "SS" or (vr != "US" and signed), entries.tobytes())
