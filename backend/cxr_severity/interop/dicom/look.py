"""How a film's grey values are to be shown, for presentation states that show it no other way.

A viewer that applies a presentation state takes its transformations instead of the film's own
(PS3.4 N.2), so they are carried over; where the film has several, the one that `imaging` takes. A
film that has no window is shown in the range that `imaging` shows it in: without one, a viewer
would take all values that the bits can hold, of which a film of 12 bits in 16 uses the darkest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian
from pydicom.valuerep import format_number_as_ds

from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.dicom.elements import Elements, read_elements, read_meta
from cxr_severity.imaging.dicom.groups import with_groups
from cxr_severity.imaging.dicom.image import photometric_of
from cxr_severity.imaging.dicom.tables import as_signed
from cxr_severity.imaging.pictures.render import display_window
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.interop.dicom.covers import TAGS as COVERS
from cxr_severity.interop.dicom.covers import Covers, read_covers

_GREY = ("MONOCHROME1", "MONOCHROME2")
_WANTED = (
    *COVERS, tags.SOP_CLASS, tags.PHOTOMETRIC, tags.PRESENTATION_SHAPE, tags.REPRESENTATION,
    tags.RESCALE_SLOPE, tags.RESCALE_INTERCEPT, tags.MODALITY_LUT, tags.WINDOW_CENTER,
    tags.WINDOW_WIDTH, tags.VOI_FUNCTION, tags.VOI_LUT, tags.SHARED_GROUPS, tags.FRAME_GROUPS,
)  # fmt: skip


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
    """The grey pipeline of a film; None, or empty, where it has none."""

    grey: bool
    inverse: bool
    """Whether its greatest values show black."""
    slope: float | None
    intercept: float | None
    modality: Table | None
    center: float | None
    width: float | None
    function: str
    voi: Table | None
    covers: Covers

    def apply(self, to: Dataset) -> None:
        """Give a presentation state these transformations."""
        if self.modality is not None:
            item = self.modality.to_item()
            item.ModalityLUTType = "US"  # unspecified
            to.ModalityLUTSequence = [item]
        elif self.slope is not None or self.intercept is not None:
            to.RescaleSlope = _decimal(1.0 if self.slope is None else self.slope)
            to.RescaleIntercept = _decimal(self.intercept or 0.0)
            to.RescaleType = "US"
        shown = Dataset()
        if self.voi is not None:
            shown.VOILUTSequence = [self.voi.to_item()]
        elif self.center is not None and self.width is not None:
            shown.WindowCenter, shown.WindowWidth = _decimal(self.center), _decimal(self.width)
            if self.function:
                shown.VOILUTFunction = self.function
        if len(shown):
            to.SoftcopyVOILUTSequence = [shown]
        to.PresentationLUTShape = "INVERSE" if self.inverse else "IDENTITY"
        self.covers.apply(to)


def read_look(data: bytes, radiograph: Radiograph) -> Look:
    """Of a DICOM file, and what `imaging` has read of it.

    Raises:
        DamagedImageError: its structure is broken, or a number of it is none.
    """
    syntax, start = read_meta(data)
    big_endian = syntax == ExplicitVRBigEndian
    film = with_groups(read_elements(data, start, big_endian=big_endian, wanted=_WANTED))
    photometric = photometric_of(film)
    signed = film.short(tags.REPRESENTATION) == 1
    center = film.number(tags.WINDOW_CENTER, "Window Center")
    width = film.number(tags.WINDOW_WIDTH, "Window Width")
    function = film.text(tags.VOI_FUNCTION)
    if radiograph.source.scale is not None:
        (center, width), function = _window(radiograph, radiograph.source.scale), ""
    return Look(
        grey=photometric in _GREY,
        inverse=photometric == "MONOCHROME1",
        slope=film.number(tags.RESCALE_SLOPE, "Rescale Slope"),
        intercept=film.number(tags.RESCALE_INTERCEPT, "Rescale Intercept"),
        modality=_table(film, tags.MODALITY_LUT, signed),
        center=center,
        width=width,
        function=function,
        voi=_table(film, tags.VOI_LUT, signed),
        covers=read_covers(film),
    )


def _window(radiograph: Radiograph, scale: tuple[float, float]) -> tuple[float, float]:
    """Center and width of what pictures of a radiograph show, whose 0 and 1 are these values."""
    black, step = scale[0], scale[1] - scale[0]
    ends = [black + share * step for share in display_window(radiograph.values)]
    low, high = min(ends), max(ends)
    # LINEAR maps its first value to black and its last to white (PS3.3 C.11.2.1.2.1).
    return (low + high + 1) / 2, high - low + 1


def _decimal(value: float) -> str:
    """As the standard writes it: with a point, in at most 16 letters, whatever the film had."""
    return format_number_as_ds(value)


def _table(film: Elements, tag: int, signed: bool) -> Table | None:
    item = film.first_item(tag)
    if item is None or len(descriptor := item.shorts(tags.LUT_DESCRIPTOR)) != 3:
        return None
    count, first, bits = descriptor
    vr = item.vr(tags.LUT_DESCRIPTOR)
    data = item.raw(tags.LUT_DATA)
    entries = np.frombuffer(data[: len(data) // 2 * 2], f"{item.order}u2").astype("<u2")
    return Table((count, first, bits), vr == "SS" or (vr != "US" and signed), entries.tobytes())
