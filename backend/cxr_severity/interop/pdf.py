"""The judgement on one page of A4, in the caller's language."""

from __future__ import annotations

import math
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from cxr_severity.imaging.pictures.render import backdrop, colour_scale, overlay_image
from cxr_severity.interop.dicom import context as tags
from cxr_severity.interop.fonts import further_fonts
from cxr_severity.interop.glyphs import Letters
from cxr_severity.interop.making import MANUFACTURER
from cxr_severity.interop.sheet import COLOURS, Bar, Sheet, sheet
from cxr_severity.interop.wrap import wrap
from cxr_severity.texts import results
from cxr_severity.texts.language import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cxr_severity.imaging.radiograph import Radiograph
    from cxr_severity.interop.dicom.context import StudyContext
    from cxr_severity.interop.making import Making, Result
    from cxr_severity.model.assessment import Assessment

_WIDTH, _HEIGHT = A4
_MARGIN, _GUTTER, _FOOT = 42, 20, 70
_INNER = _WIDTH - 2 * _MARGIN
_PICTURE = (300, 330)
_TERMS = 120
_BLACK, _MUTED, _LINE = (20, 26, 28), (89, 97, 102), (204, 207, 209)
_TITLE, _GRADE, _HEAD, _BODY, _SMALL, _TINY = 15, 24, 10.5, 9.5, 8, 6.5
_MANY_LINES = 8
_SCALE_WIDTH, _SCALE_PIXELS, _GAP = 120, 240, 5

Colour = tuple[int, int, int]


def make(result: Result) -> bytes:
    """The page of a result."""
    return pdf_page(result.assessment, result.radiograph, result.context, result.making)


def pdf_page(
    assessment: Assessment,
    radiograph: Radiograph,
    context: StudyContext | None,
    making: Making,
) -> bytes:
    """The page as a PDF.

    Args:
        context: of the film; None where the file is no DICOM object.
    """
    out = BytesIO()
    page = _Page(Canvas(out, pagesize=A4, lang=making.language), making)
    page.fill(sheet(assessment, making.language), _picture(assessment, radiograph))
    page.facts(assessment, radiograph, context)
    page.foot()
    page.canvas.save()
    return out.getvalue()


def _picture(assessment: Assessment, radiograph: Radiograph) -> ImageReader:
    ground = backdrop(radiograph)
    if assessment.explanation is None:
        return ImageReader(Image.fromarray(ground))
    # A JPEG goes into the page as it is.
    return ImageReader(BytesIO(overlay_image(ground, assessment.explanation.first_map)))


def _colours() -> ImageReader:
    return ImageReader(BytesIO(colour_scale(_SCALE_PIXELS, 16)))


class _Page:
    """A page and how far down it is written; PDF counts upwards."""

    def __init__(self, canvas: Canvas, making: Making) -> None:
        self.canvas, self.making = canvas, making
        self.letters = Letters(making.font, further_fonts())
        self.drawn = True
        """Whether every letter so far could be."""
        self.y = _HEIGHT - _MARGIN
        canvas.setTitle(self.say(results.TITLE))
        canvas.setCreator(MANUFACTURER)

    def fill(self, said: Sheet, picture: ImageReader) -> None:
        self.text(said.title, _TITLE, bold=True)
        self.rule()
        top = self.y
        self.picture(picture)
        for line in said.heatmap:
            self.text(line, _SMALL, _MUTED, width=_PICTURE[0])
        if said.scale is not None:
            self.scale(*said.scale)
        beneath, self.y = self.y, top
        self.grade(said, _MARGIN + _PICTURE[0] + _GUTTER)
        self.y = min(beneath, self.y) - 6
        self.rule()
        self.text(said.quality_title, _HEAD, bold=True)
        self.quality(said.quality)
        self.y -= 4
        self.rule()

    def quality(self, lines: Sequence[str]) -> None:
        """Many of them small, and beside one another, so that what follows stays on the page."""
        if len(lines) <= _MANY_LINES:
            for line in lines:
                self.text(line, _BODY)
            return
        top, half = self.y, -(-len(lines) // 2)
        ends = []
        for column, part in enumerate((lines[:half], lines[half:])):
            self.y = top
            for line in part:
                self.text(
                    line, _TINY, left=_MARGIN + column * _INNER / 2, width=_INNER / 2 - _GUTTER
                )
            ends.append(self.y)
        self.y = min(ends)

    def grade(self, said: Sheet, left: float) -> None:
        width = _WIDTH - _MARGIN - left
        self.text(said.severity_title, _SMALL, _MUTED, left=left, width=width)
        self.text(said.grade, _GRADE, COLOURS[said.severity], left=left, width=width, bold=True)
        self.text(said.confidence, _BODY, left=left, width=width)
        self.y -= 6
        for bar in said.bars:
            self.bar(bar, left, width)
        self.y -= 4
        self.text(said.plausible_title, _HEAD, left=left, width=width, bold=True)
        self.text(said.plausible, _BODY, left=left, width=width)
        if said.advice:
            self.text(said.advice, _BODY, left=left, width=width)
        self.y -= 8
        self.text(said.brixia_title, _HEAD, left=left, width=width, bold=True)
        self.text(said.total, 14, left=left, width=width, bold=True)
        if said.interval is not None:
            self.text(said.interval, _SMALL, left=left, width=width)
        self.row(("", *said.columns), _SMALL, left, width)
        for zone in said.rows:
            self.row((zone.height, zone.right, zone.left), _BODY, left, width)

    def facts(
        self, assessment: Assessment, radiograph: Radiograph, context: StudyContext | None
    ) -> None:
        height, width = radiograph.stored_size
        unknown = self.say(results.NOT_SAID)
        name = number = accession = taken = born = ""
        if context is not None:
            name, number = context.name, context.text(tags.PATIENT_ID)
            accession = context.text(tags.ACCESSION_NUMBER)
            born = "" if context.birth_date is None else context.birth_date.isoformat()
            moment = context.taken
            if isinstance(moment, datetime):
                taken = moment.isoformat(" ", timespec="minutes")
            elif moment is not None:
                taken = moment.isoformat()
        zone = None if context is None else context.zone
        graded = self.making.moment.astimezone(zone).isoformat(" ", timespec="minutes")
        container = radiograph.source.format.upper()
        image = self.say(results.PIXELS, width=width, height=height, format=container)
        rows = (
            (results.PATIENT, name or unknown),
            (results.PATIENT_ID, number or unknown),
            (results.BORN, born or unknown),
            (results.ACCESSION_NUMBER, accession or unknown),
            (results.TAKEN, taken or unknown),
            (results.GRADED_AT, graded),
            (results.IMAGE, image),
            (results.MODEL, f"{assessment.model_name} {assessment.model_version}"),
            (results.CHECKSUM, radiograph.source.sha256),
        )
        size = self.size([value for _, value in rows])
        for term, value in rows:
            top = self.y
            self.text(self.say(term), size, _MUTED, width=_TERMS)
            self.y = top
            self.text(value, size, left=_MARGIN + _TERMS, width=_INNER - _TERMS)
        if not self.drawn:
            self.text(self.say(results.UNDRAWN), _SMALL, bold=True)

    def size(self, values: list[str]) -> float:
        """The largest that leaves room for the foot, and for two lines on letters of no font; else
        the smallest: codes of such letters make a long name several lines."""
        room = self.y - _FOOT - 2 * _SMALL * 1.35
        for size in (_BODY, _SMALL):
            count = sum(len(self.lines(value, size, _INNER - _TERMS)) for value in values)
            if count * size * 1.35 <= room:
                return size
        return _TINY

    def foot(self) -> None:
        self.y = _FOOT
        self.rule()
        self.text(self.say(results.RESEARCH), _SMALL, bold=True)
        self.text(self.say(results.DISCLAIMER), _SMALL, _MUTED)

    def text(
        self,
        text: str,
        size: float,
        colour: Colour = _BLACK,
        *,
        left: float = _MARGIN,
        width: float = _INNER,
        bold: bool = False,
    ) -> None:
        for line in self.lines(text, size, width, bold):
            self.line(line, size, colour, left, bold)
            self.y -= size * 1.35

    def lines(self, text: str, size: float, width: float, bold: bool = False) -> list[str]:
        shown, drawn = self.letters.shown(text)
        self.drawn = self.drawn and drawn
        return wrap(shown, lambda part: self.width(part, size, bold) <= width)

    def line(self, text: str, size: float, colour: Colour, left: float, bold: bool = False) -> None:
        """One line with its top at `y`."""
        self.canvas.setFillColorRGB(*(level / 255 for level in colour))
        for font, part in self.letters.runs(text, bold):
            self.canvas.setFont(font, size)
            self.canvas.drawString(left, self.y - size * 1.05, part)
            left += stringWidth(part, font, size)

    def width(self, text: str, size: float, bold: bool = False) -> float:
        return sum(stringWidth(part, font, size) for font, part in self.letters.runs(text, bold))

    def bar(self, bar: Bar, left: float, width: float) -> None:
        self.line(bar.label, _BODY, _BLACK, left)
        self.line(bar.text, _BODY, _BLACK, left + width - self.width(bar.text, _BODY))
        self.y -= _BODY * 1.35 + 4
        for colour, length in ((_LINE, width), (COLOURS[bar.severity], width * bar.value)):
            self.canvas.setFillColorRGB(*(level / 255 for level in colour))
            self.canvas.rect(left, self.y, length, 4, stroke=0, fill=1)
        self.y -= 5

    def row(self, cells: tuple[str, str, str], size: float, left: float, width: float) -> None:
        for share, cell in zip((0, 0.28, 0.64), cells, strict=True):
            self.line(cell, size, _BLACK, left + share * width)
        self.y -= size * 1.35 + 2

    def picture(self, picture: ImageReader) -> None:
        width, height = picture.getSize()
        scale = min(_PICTURE[0] / width, _PICTURE[1] / height)
        drawn = math.floor(height * scale)
        self.canvas.drawImage(picture, _MARGIN, self.y - drawn, width * scale, drawn)
        self.y -= drawn + 4

    def scale(self, less: str, more: str) -> None:
        """The map's colours between the words for their ends."""
        left = _MARGIN + self.width(less, _SMALL) + _GAP
        self.line(less, _SMALL, _MUTED, _MARGIN)
        self.canvas.drawImage(_colours(), left, self.y - _SMALL, _SCALE_WIDTH, _SMALL - 1)
        self.line(more, _SMALL, _MUTED, left + _SCALE_WIDTH + _GAP)
        self.y -= _SMALL * 1.35

    def rule(self) -> None:
        self.y -= 4
        self.canvas.setStrokeColorRGB(*(level / 255 for level in _LINE))
        self.canvas.setLineWidth(0.5)
        self.canvas.line(_MARGIN, self.y, _WIDTH - _MARGIN, self.y)
        self.y -= 6

    def say(self, text: str, **values: str | float) -> str:
        return say(text, self.making.language, **values)
