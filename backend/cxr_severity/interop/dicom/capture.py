"""The judgement as a secondary capture: the film with its heatmap, and beside it a legend.

For viewers that show pictures and nothing else. The notice that it is for research only is burnt
into the pixels.
"""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from pydicom.dataset import Dataset

from cxr_severity.imaging.pictures.render import backdrop, colour_scale, overlay_image
from cxr_severity.interop.dicom.stamp import (
    Kind,
    character_set_for,
    local,
    reference,
    require_referable,
    say_body_part,
    stamp,
    to_file,
)
from cxr_severity.interop.fonts import Colour, Lettering, drawable
from cxr_severity.interop.sheet import COLOURS, Sheet, sheet
from cxr_severity.interop.wrap import wrap
from cxr_severity.texts import results
from cxr_severity.texts.language import say

if TYPE_CHECKING:
    from cxr_severity.imaging.radiograph import Radiograph
    from cxr_severity.interop.dicom.context import StudyContext
    from cxr_severity.interop.making import Making, Result
    from cxr_severity.model.assessment import Assessment

KIND = Kind(
    key="sc",
    sop_class="1.2.840.10008.5.1.4.1.1.7",
    modality="OT",
    series_number=99102,
    description="CXR Severity picture (research)",
)
_PANEL, _MARGIN, _BANNER = 400, 20, 44
_MOST_HEIGHT = 2000
"""Of a legend with every finding in it."""
_SMALL, _PLAIN, _LARGE = 15, 18, 34
_WHITE, _MUTED = (255, 255, 255), (170, 176, 180)
_ALARM, _TROUGH = (150, 30, 20), (60, 64, 66)
_SCALE_HEIGHT = 16


def make(result: Result) -> bytes:
    """The picture of a result; NoDicomSourceError where the file names nobody."""
    return secondary_capture(result.assessment, result.radiograph, result.study, result.making)


def secondary_capture(
    assessment: Assessment, radiograph: Radiograph, context: StudyContext, making: Making
) -> bytes:
    """The picture as a DICOM file.

    Raises:
        NotReferableError: the film has no UIDs by which it could be named.
    """
    require_referable(context)
    character_set, _ = character_set_for(context, making.language, ())
    picture, ratio = compose(assessment, radiograph, making)
    now = local(making, context)
    found = Dataset()
    found.ImageType = ["DERIVED", "SECONDARY"]
    found.ConversionType = "WSD"
    found.DateOfSecondaryCapture = now.strftime("%Y%m%d")
    found.TimeOfSecondaryCapture = now.strftime("%H%M%S")
    found.DerivationDescription = "Radiograph with heatmap and legend; research, not for diagnosis"
    found.SourceImageSequence = [reference(context)]
    say_body_part(found, context)
    found.PatientOrientation = ["L", "F"] if context.facing else ""
    if context.burned_in:
        found.BurnedInAnnotation = context.burned_in
    context.lossy.apply(found, ratio)
    found.SamplesPerPixel, found.PhotometricInterpretation = 3, "RGB"
    found.PlanarConfiguration = 0
    found.Rows, found.Columns = picture.height, picture.width
    found.BitsAllocated, found.BitsStored, found.HighBit = 8, 8, 7
    found.PixelRepresentation = 0
    pixels = picture.tobytes()
    found.PixelData = pixels + bytes(len(pixels) % 2)
    found["PixelData"].VR = "OB"
    stamp(found, KIND, assessment, context, making, character_set)
    return to_file(found, character_set)


def compose(
    assessment: Assessment, radiograph: Radiograph, making: Making
) -> tuple[Image.Image, float | None]:
    """The picture in RGB, and how far its film was compressed on the way; None where it was not."""
    ground = backdrop(radiograph)
    ratio = None
    if assessment.explanation is None:
        film = Image.fromarray(ground).convert("RGB")
    else:
        jpeg = overlay_image(ground, assessment.explanation.first_map)
        film = Image.open(BytesIO(jpeg)).convert("RGB")
        ratio = 3 * ground.size / len(jpeg)
    language = drawable(making.language, making.font)
    canvas = Image.new("RGB", (film.width + _PANEL, _BANNER + max(film.height, _MOST_HEIGHT)))
    canvas.paste(film, (0, _BANNER))
    legend = _Legend(canvas, film.width + _MARGIN, making)
    legend.banner(say(results.BURNED_IN, language))
    legend.write(sheet(assessment, language))
    return canvas.crop((0, 0, canvas.width, max(_BANNER + film.height, legend.y))), ratio


class _Legend:
    """Writes down the right side of a canvas."""

    def __init__(self, canvas: Image.Image, left: int, making: Making) -> None:
        self.canvas, self.making = canvas, making
        self.draw = ImageDraw.Draw(canvas)
        self.left, self.right = left, left + _PANEL - 2 * _MARGIN
        self.y = _BANNER + _MARGIN

    def banner(self, text: str) -> None:
        self.draw.rectangle((0, 0, self.canvas.width, _BANNER - 1), fill=_ALARM)
        letters = self.letters(_BANNER // 2)
        left = (self.canvas.width - letters.width(text)) / 2
        letters.write(self.draw, left, (_BANNER - letters.ascent) / 2, text, _WHITE)

    def write(self, said: Sheet) -> None:
        colour = _brighter(COLOURS[said.severity])
        self.lines(said.severity_title, _SMALL, _MUTED)
        self.lines(said.grade, _LARGE, colour)
        for bar in said.bars:
            self.bar(bar.label, bar.text, bar.value, _brighter(COLOURS[bar.severity]))
        self.gap()
        self.lines(said.plausible_title, _SMALL, _MUTED)
        self.lines(said.plausible, _PLAIN)
        if said.advice:
            self.lines(said.advice, _SMALL)
        self.gap()
        self.lines(said.brixia_title, _SMALL, _MUTED)
        self.lines(said.total, _PLAIN)
        if said.interval is not None:
            self.lines(said.interval, _SMALL)
        self.columns("", *said.columns, _MUTED)
        for row in said.rows:
            self.columns(row.height, row.right, row.left, _WHITE)
        self.gap()
        for line in said.heatmap:
            self.lines(line, _SMALL, _MUTED)
        if said.scale is not None:
            self.colours(*said.scale)
        self.gap()
        self.lines(said.quality_title, _SMALL, _MUTED)
        for line in said.quality:
            self.lines(line, _SMALL)
        self.gap()
        self.lines(said.model, _SMALL, _MUTED)

    def lines(self, text: str, size: int, colour: Colour = _WHITE) -> None:
        letters = self.letters(size)
        for line in wrap(text, lambda part: letters.width(part) <= self.right - self.left):
            letters.write(self.draw, self.left, self.y, line, colour)
            self.y += math.ceil(size * 1.35)

    def ends(self, left: str, right: str, colour: Colour) -> None:
        """A line with text at both of its ends."""
        letters = self.letters(_SMALL)
        letters.write(self.draw, self.left, self.y, left, colour)
        letters.write(self.draw, self.right - letters.width(right), self.y, right, colour)
        self.y += math.ceil(_SMALL * 1.35)

    def bar(self, label: str, text: str, value: float, colour: Colour) -> None:
        self.ends(label, text, _WHITE)
        filled = self.left + round(value * (self.right - self.left))
        self.draw.rectangle((self.left, self.y, self.right, self.y + 5), fill=_TROUGH)
        self.draw.rectangle((self.left, self.y, filled, self.y + 5), fill=colour)
        self.y += 14

    def columns(self, height: str, right: str, left: str, colour: Colour) -> None:
        letters = self.letters(_SMALL)
        for share, text in ((0.0, height), (0.34, right), (0.68, left)):
            place = self.left + share * (self.right - self.left)
            letters.write(self.draw, place, self.y, text, colour)
        self.y += math.ceil(_SMALL * 1.35)

    def colours(self, less: str, more: str) -> None:
        scale = Image.open(BytesIO(colour_scale(self.right - self.left, _SCALE_HEIGHT)))
        self.canvas.paste(scale, (self.left, self.y + 4))
        self.y += _SCALE_HEIGHT + 8
        self.ends(less, more, _MUTED)

    def gap(self) -> None:
        self.y += 12

    def letters(self, size: int) -> Lettering:
        return Lettering(size, self.making.font)


def _brighter(colour: Colour) -> Colour:
    """For a black ground."""
    red, green, blue = (min(255, round(level * 1.25) + 30) for level in colour)
    return red, green, blue
