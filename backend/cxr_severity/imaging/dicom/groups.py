"""Functional groups: where an object that may hold several frames says how a frame is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.dicom.accept import MULTI_FRAME_CAPTURES
from cxr_severity.imaging.dicom.transformations import pixel_aspect, read_modality, read_voi
from cxr_severity.imaging.errors import DamagedImageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cxr_severity.imaging.dicom.elements import Elements

_MACROS: dict[int, tuple[tuple[int, ...], Callable[[Elements], object]]] = {
    0x00289110: ((tags.PIXEL_SPACING,), pixel_aspect),
    0x00289132: (
        (tags.VOI_LUT, tags.WINDOW_CENTER, tags.WINDOW_WIDTH, tags.VOI_FUNCTION), read_voi
    ),
    0x00289145: ((tags.MODALITY_LUT, tags.RESCALE_SLOPE, tags.RESCALE_INTERCEPT), read_modality),
}  # fmt: skip
"""Pixel Measures, Frame VOI LUT and Pixel Value Transformation (PS3.3 C.7.6.16.2): what of them
other objects say outside, and how it is read."""


def with_groups(film: Elements) -> Elements:
    """The film's elements with those that its functional groups say of its single frame; none of a
    kind of which the film itself says something.

    Groups that are broken, say what cannot be, or stand in an object of another class, say nothing:
    a film that can be read without them is.
    """
    if film.text(tags.SOP_CLASS) not in MULTI_FRAME_CAPTURES:
        return film
    found = dict(film.by_tag)
    for groups in (tags.SHARED_GROUPS, tags.FRAME_GROUPS):
        for macro, (kind, _) in _MACROS.items():
            said = _said(film, groups, macro)
            if said and not any(found[tag].value for tag in kind if tag in found):
                found.update(said.by_tag)
    return replace(film, by_tag=found)


def _said(film: Elements, groups: int, macro: int) -> Elements | None:
    """What a macro says of the first frame; None where it cannot be read."""
    kind, read = _MACROS[macro]
    try:
        frame = film.first_item(groups, (macro,))
        said = frame and frame.first_item(macro, kind)
        if said:
            read(said)
    except DamagedImageError:
        return None
    return said
