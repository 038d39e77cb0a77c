"""Letters for pictures and printed pages.

Pillow and every PDF reader bring Latin ones. A font with Chinese letters weighs megabytes, so the
machine's own is taken, or one that a setting names.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import cast

from PIL import ImageDraw, ImageFont

from cxr_severity.interop.wrap import runs
from cxr_severity.texts.language import ENGLISH, Language

Colour = tuple[int, int, int]

_PLACES = (
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "C:/Windows/Fonts/simsun.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)
# What names are written in beside Latin and Chinese, the widest first.
_MORE = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansHebrew-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/truetype/freefont/FreeSans.ttf",
    "/usr/share/fonts/truetype/tlwg/Garuda.ttf",
    "/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
    "/usr/share/fonts/truetype/baekmuk/gulim.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "C:/Windows/Fonts/arial.ttf",
    "C:/Windows/Fonts/tahoma.ttf",
    "C:/Windows/Fonts/malgun.ttf",
    *_PLACES,
)
_LATIN: tuple[Language, ...] = ("en", "ms")


def chinese_font(named: Path | None = None) -> Path | None:
    """The font file of this name, or one of the machine's with Chinese letters; None where there
    is none."""
    if named is not None:
        return named if named.is_file() else None
    return next((path for path in map(Path, _PLACES) if path.is_file()), None)


def further_fonts() -> tuple[Path, ...]:
    """The machine's font files for letters that are neither Latin nor Chinese."""
    return tuple(path for path in map(Path, _MORE) if path.is_file())


def drawable(language: Language, font: Path | None) -> Language:
    """`language` where its letters can be drawn, else English."""
    return language if language in _LATIN or font is not None else ENGLISH


def lettering(language: Language, font: Path | None) -> str:
    """What pictures in `language` are drawn with: a digest of the font's file, `none` where it is
    missing, empty where Pillow's own letters do.

    Raises:
        OSError: the font cannot be read.
    """
    if language in _LATIN:
        return ""
    return "none" if font is None else _digest(font)


@lru_cache(maxsize=4)
def _digest(font: Path) -> str:
    return sha256(font.read_bytes()).hexdigest()


class Lettering:
    """Writes text of one size into pictures; Latin letters by Pillow's font, others by `font`.

    Raises:
        OSError: a font cannot be read.
    """

    def __init__(self, size: int, font: Path | None) -> None:
        self._latin = _latin(size)
        self._other = self._latin if font is None else _other(size, font)
        self.ascent = self._latin.getmetrics()[0]

    def width(self, text: str) -> float:
        return sum(self._font(latin).getlength(part) for latin, part in runs(text))

    def write(
        self, draw: ImageDraw.ImageDraw, left: float, top: float, text: str, colour: Colour
    ) -> None:
        for latin, part in runs(text):
            font = self._font(latin)
            draw.text((left, top + self.ascent), part, colour, font, anchor="ls")
            left += font.getlength(part)

    def _font(self, latin: bool) -> ImageFont.FreeTypeFont:
        return self._latin if latin else self._other


@lru_cache(maxsize=16)
def _latin(size: int) -> ImageFont.FreeTypeFont:
    # Of a size, Pillow's own font is one of FreeType, or an error.
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(size))


@lru_cache(maxsize=16)
def _other(size: int, font: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font), size)
