"""The judgement as a Grayscale Softcopy Presentation State: lines and words laid over the film.

The film itself stays untouched, and a viewer can switch the layers on and off: where the model
looked (the contour of half the heatmap's maximum), where it sees opacities and how the lungs are
divided into zones, as far as the version says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from highdicom.color import CIELabColor
from highdicom.pr import GraphicLayer, GraphicObject, TextObject
from pydicom.dataset import Dataset

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.interop.dicom.context import StudyContext
from cxr_severity.interop.dicom.look import Look, read_look
from cxr_severity.interop.dicom.stamp import (
    Kind,
    character_set_for,
    local,
    reference,
    require_referable,
    say_body_part,
    series_reference,
    stamp,
    to_file,
)
from cxr_severity.interop.errors import NotGreyError
from cxr_severity.interop.extras import extras
from cxr_severity.interop.geometry import contours, corners, on_stored, turn
from cxr_severity.interop.making import Making, Result
from cxr_severity.interop.sheet import sheet
from cxr_severity.model.assessment import Assessment
from cxr_severity.texts import results
from cxr_severity.texts.language import say

KIND = Kind(
    key="gsps",
    sop_class="1.2.840.10008.5.1.4.1.1.11.1",
    modality="PR",
    series_number=99103,
    description="CXR Severity overlay (research)",
    dates_content=False,
)
_HALF = 0.5
_HEATMAP, _OPACITY, _ZONES, _WORDS = "HEATMAP", "OPACITY", "ZONES", "RESULT"
_WHITE = CIELabColor(100, 0, 0)
# CIELab: amber, red, light blue, white; distinct also to people who do not tell red from green.
_COLOURS = {
    _HEATMAP: CIELabColor(78, 12, 70),
    _OPACITY: CIELabColor(60, 60, 40),
    _ZONES: CIELabColor(80, -15, -25),
    _WORDS: _WHITE,
}
_MARGIN = 0.02
_FINEST = 1000
"""Largest denominator of a pixel's shape: off by less than a pixel on any film."""


def make(result: Result) -> bytes:
    """The presentation state of a result; NoDicomSourceError where the file names nobody."""
    study, look = result.study, read_look(result.data, result.radiograph)
    return presentation_state(result.assessment, study, look, result.making)


def presentation_state(
    assessment: Assessment, context: StudyContext, look: Look, making: Making
) -> bytes:
    """The presentation state as a DICOM file.

    Raises:
        NotReferableError: the film has no UIDs by which it could be named.
        NotGreyError: it is in colour.
    """
    require_referable(context)
    if not look.grey:
        raise NotGreyError(
            "A grayscale presentation state cannot be laid over a picture in colour."
        )
    said = [results.RESEARCH, results.GRADES[assessment.severity], results.BRIXIA, results.OF_18]
    if not assessment.quality.accepted:
        said.append(results.NOT_FIT)
    character_set, language = character_set_for(context, making.language, said)
    words = sheet(assessment, language)
    lines = f"{words.caution}\r\n" if words.caution else ""
    lines += f"{words.grade}\r\n{words.brixia_title}: {words.total}\r\n"
    lines += say(results.RESEARCH, language)
    layers = list(_layers(assessment, context))
    now = local(making, context)
    found = Dataset()
    found.PresentationCreationDate = now.strftime("%Y%m%d")
    found.PresentationCreationTime = now.strftime("%H%M%S")
    say_body_part(found, context)
    found.ContentLabel = "CXR_SEVERITY"
    found.ContentDescription = "Radiographic severity; research, not for diagnosis"
    found.ContentCreatorName = ""
    found.ReferencedSeriesSequence = [series_reference(context, "ReferencedImageSequence")]
    found.DisplayedAreaSelectionSequence = [_displayed(context)]
    rotation, flipped = turn(context)
    found.ImageRotation = rotation
    found.ImageHorizontalFlip = "Y" if flipped else "N"
    look.apply(found)
    annotations = [_annotation(context, name, lines=outlines) for name, outlines in layers]
    annotations.append(_annotation(context, _WORDS, words=lines))
    found.GraphicAnnotationSequence = annotations
    # The film's own below, which have no colour.
    ordered = [*look.covers.layers, *(name for name, _ in layers), _WORDS]
    found.GraphicLayerSequence = [
        GraphicLayer(name, order, display_color=_COLOURS.get(name, _WHITE))
        for order, name in enumerate(ordered, 1)
    ]
    stamp(found, KIND, assessment, context, making, character_set)
    return to_file(found, character_set)


def _layers(
    assessment: Assessment, context: StudyContext
) -> Iterator[tuple[str, list[tuple[str, Float32Array]]]]:
    """Each layer that there is, with its outlines and what they are called."""
    more, explanation = extras(assessment), assessment.explanation
    if more.outlines:
        yield _ZONES, [(zone, on_stored(line, context)) for zone, line in more.outlines.items()]
    if more.opacity is not None:
        found = [("", on_stored(line, context)) for line in contours(more.opacity, _HALF)]
        if found:
            yield _OPACITY, found
    if explanation is not None and not explanation.low_signal:
        found = [("", on_stored(line, context)) for line in contours(explanation.cam, _HALF)]
        if found:
            yield _HEATMAP, found


def _displayed(context: StudyContext) -> Dataset:
    found = Dataset()
    found.ReferencedImageSequence = [reference(context)]
    # The stored pixels that come to lie in these corners once the film is turned upright.
    first, last = corners(context)
    found.DisplayedAreaTopLeftHandCorner = list(first)
    found.DisplayedAreaBottomRightHandCorner = list(last)
    found.PresentationSizeMode = "SCALE TO FIT"
    # Of the stored pixels, height first (PS3.3 C.10.4): a viewer would show the film squashed else.
    shape = Fraction(context.pixel_aspect).limit_denominator(_FINEST)
    found.PresentationPixelAspectRatio = [shape.numerator, shape.denominator]
    return found


def _annotation(
    context: StudyContext,
    layer: str,
    lines: list[tuple[str, Float32Array]] | None = None,
    words: str = "",
) -> Dataset:
    found = Dataset()
    found.ReferencedImageSequence = [reference(context)]
    found.GraphicLayer = layer
    named = [(name, line) for name, line in lines or [] if name]
    texts = [_beside(name, line) for name, line in named]
    if lines:
        found.GraphicObjectSequence = [_outline(line) for _, line in lines]
    if words:
        texts.append(_corner(words))
    if texts:
        found.TextObjectSequence = texts
    return found


def _outline(points: Float32Array) -> GraphicObject:
    closed = np.concatenate([points, points[:1]])
    return GraphicObject("POLYLINE", closed, "PIXEL")


def _beside(name: str, points: Float32Array) -> TextObject:
    """A zone's letter in its middle."""
    column, row = (float(value) for value in points.mean(axis=0))
    return TextObject(name, "PIXEL", anchor_point=(column, row), anchor_point_visible=False)


def _corner(words: str) -> TextObject:
    """In the upper left of what is displayed, which no turn of the film moves."""
    return TextObject(
        words,
        "DISPLAY",
        bounding_box=(_MARGIN, _MARGIN, 0.5, 0.2),
        text_justification="LEFT",
    )
