"""Functional groups: where an object that may hold several frames says how a frame is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cxr_severity.imaging.dicom import elements as tags

if TYPE_CHECKING:
    from cxr_severity.imaging.dicom.elements import Elements

_MACROS = {
    0x00289110: (tags.PIXEL_SPACING,),
    0x00289132: (tags.VOI_LUT, tags.WINDOW_CENTER, tags.WINDOW_WIDTH, tags.VOI_FUNCTION),
    0x00289145: (tags.MODALITY_LUT, tags.RESCALE_SLOPE, tags.RESCALE_INTERCEPT),
}
"""Pixel Measures, Frame VOI LUT and Pixel Value Transformation (PS3.3 C.7.6.16.2), and what of them
other objects say outside."""


def with_groups(film: Elements) -> Elements:
    """The film's elements with those that its functional groups say of its single frame; none of a
    kind of which the film itself says something.

    Raises:
        DamagedImageError: the structure of the groups is broken.
    """
    found = dict(film.by_tag)
    for groups in (tags.SHARED_GROUPS, tags.FRAME_GROUPS):
        frame = film.first_item(groups, _MACROS)
        for macro, kind in _MACROS.items():
            said = frame and frame.first_item(macro, kind)
            if said and not any(found[tag].value for tag in kind if tag in found):
                found.update(said.by_tag)
    return replace(film, by_tag=found)
