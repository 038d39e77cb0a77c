"""What a film lays over its own pixels: a shutter around what was exposed, and overlays.

A viewer that applies a presentation state shows neither unless that says so (PS3.4 N.2): the
modules are in it where they are in what is seen (PS3.3 A.33.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.dataset import Dataset

from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.dicom.elements import Elements, number_in

_SHAPE, _VALUE, _COLOUR = 0x00181600, 0x00181622, 0x00181624
_CENTRE, _RADIUS, _VERTICES = 0x00181610, 0x00181612, 0x00181620
_PARTS: dict[str, tuple[tuple[int, str, int], ...]] = {
    "RECTANGULAR": (
        (0x00181602, "ShutterLeftVerticalEdge", 1),
        (0x00181604, "ShutterRightVerticalEdge", 1),
        (0x00181606, "ShutterUpperHorizontalEdge", 1),
        (0x00181608, "ShutterLowerHorizontalEdge", 1),
    ),
    "CIRCULAR": ((_CENTRE, "CenterOfCircularShutter", 2), (_RADIUS, "RadiusOfCircularShutter", 1)),
    "POLYGONAL": ((_VERTICES, "VerticesOfThePolygonalShutter", 0),),
}
"""What each shape must have (PS3.3 C.7.6.11), and how many numbers; 0 for pairs, three or more."""
_LARGEST = (1 << 31) - 1
"""Of an IS (PS3.5 6.2)."""
_ROWS, _LAYER, _BITS = 0x0010, 0x1001, 0x3000
TAGS = (
    _SHAPE, _VALUE, _COLOUR, *(tag for parts in _PARTS.values() for tag, _, _ in parts),
    *(group | element for group in tags.OVERLAYS
      for element in (_ROWS, tags.OVERLAY_ALLOCATED, _BITS)),
)  # fmt: skip
"""What `read_covers` reads."""


@dataclass(frozen=True, slots=True)
class Covers:
    """`shutter` holds the elements of the Display Shutter module, none where there is none to be
    applied; `overlays` which groups of the film are overlays, each with the layer that it is shown
    in, empty of one that has nothing to show."""

    shutter: Dataset
    overlays: tuple[tuple[int, str], ...]

    @property
    def layers(self) -> list[str]:
        return [layer for _, layer in self.overlays if layer]

    def apply(self, to: Dataset) -> None:
        """Have a presentation state show them; its Graphic Layer module must have the `layers`."""
        to.update(self.shutter)
        for group, layer in self.overlays:
            # Of Type 2C: in every state of a film that has the group (C.11.7).
            to.add_new(group | _LAYER, "CS", layer)


def read_covers(film: Elements) -> Covers:
    shutter, shapes = Dataset(), []
    for shape in dict.fromkeys(film.texts(_SHAPE)):
        found = dict(_numbers(film, shape))
        if shape in _PARTS and len(found) == len(_PARTS[shape]):
            shapes.append(shape)
            for keyword, values in found.items():
                setattr(shutter, keyword, values if len(values) > 1 else values[0])
    if shapes:
        shutter.ShutterShape = shapes
        # Required here, where a colour may not be (C.11.12). Of the film neither is: then it is the
        # colour's lightness, or black.
        grey = film.short(_VALUE)
        lightness = next(iter(film.shorts(_COLOUR)), 0)
        shutter.ShutterPresentationValue = lightness if grey is None else grey
    return Covers(shutter, tuple(_overlays(film)))


def _numbers(film: Elements, shape: str) -> Iterator[tuple[str, list[int]]]:
    """By keyword, what a shape must have, as far as it is whole."""
    for tag, keyword, count in _PARTS.get(shape, ()):
        texts = film.raw(tag).decode("ascii", "replace").strip(" \0").split("\\")
        known = [value for text in texts if (value := number_in(text)) is not None]
        whole = len(known) == len(texts) and all(abs(value) <= _LARGEST for value in known)
        if whole and (
            len(known) == count or (not count and len(known) >= 6 and not len(known) % 2)
        ):
            yield keyword, [round(value) for value in known]


def _overlays(film: Elements) -> Iterator[tuple[int, str]]:
    for group in tags.OVERLAYS:
        if film.short(group | _ROWS) is None:
            continue
        # Those in the pixels' own words are retired (PS3.5 8.1.2), and still shown by viewers.
        among_pixels = film.short(group | tags.OVERLAY_ALLOCATED) not in (None, 1)
        shows = among_pixels or bool(film.raw(group | _BITS))
        yield group, f"OVERLAY_{group >> 16:04X}" if shows else ""
