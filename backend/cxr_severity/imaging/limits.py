"""How large an input may be, checked before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from cxr_severity.imaging.errors import DamagedImageError, ImageTooLargeError, ImageTooSmallError

_PILLOW_WARNS_ABOVE = 89_478_485
"""`PIL.Image.MAX_IMAGE_PIXELS`: above it Pillow warns, above twice that it raises."""

_DECODED_BYTES = 3
"""For each pixel of `Limits.max_pixels`, while a picture is decoded."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one input.

    `max_bytes` is the file's size, `max_pixels` is width x height x samples that would have to
    be held at once, `min_side` is the shorter side in pixels.

    Raises:
        ValueError: when a bound is not positive, or `max_pixels` is so large that Pillow's own
            process-wide guard would speak before this one.
    """

    max_bytes: int = 25_000_000
    max_pixels: int = 64_000_000
    min_side: int = 32

    def __post_init__(self) -> None:
        if min(self.max_bytes, self.max_pixels, self.min_side) < 1:
            raise ValueError("limits must be positive")
        if self.max_pixels > _PILLOW_WARNS_ABOVE:
            raise ValueError(f"max_pixels must not exceed {_PILLOW_WARNS_ABOVE}")

    def check_size(self, width: int, height: int, samples: int = 1) -> None:
        """Refuse a picture whose header declares `width` x `height` outside the bounds.

        Raises:
            DamagedImageError: a side is not positive.
            ImageTooLargeError: more than `max_pixels`.
            ImageTooSmallError: a side is shorter than `min_side`.
        """
        if width < 1 or height < 1:
            raise DamagedImageError("The file's header declares a picture without width or height.")
        if width * height * samples > self.max_pixels:
            raise ImageTooLargeError(
                "The picture is {width} x {height} pixels with {samples} values each; "
                "at most {limit:g} million values are accepted."
                if samples > 1
                else "The picture is {width} x {height} pixels; "
                "at most {limit:g} million values are accepted.",
                width=width,
                height=height,
                samples=samples,
                limit=self.max_pixels / 1e6,
            )
        if min(width, height) < self.min_side:
            raise ImageTooSmallError(
                "The picture is {width} x {height} pixels; each side must have at least {limit}.",
                width=width,
                height=height,
                limit=self.min_side,
            )

    def check_decoded(self, width: int, height: int, samples: int, depth: int) -> None:
        """Refuse a picture whose `samples` of `depth` bits would take more than 3 bytes for each of
        `max_pixels`: 64 megapixels of RGBA with 16 bits cost 4 seconds and no film has them.

        Raises:
            ImageTooLargeError: it would.
        """
        size = max(1, depth // 8)
        if width * height * samples * size > _DECODED_BYTES * self.max_pixels:
            raise ImageTooLargeError(
                "The picture is {width} x {height} pixels with {samples} values each; "
                "at most {limit:g} million values are accepted.",
                width=width,
                height=height,
                samples=samples,
                limit=_DECODED_BYTES * self.max_pixels / size / 1e6,
            )


DEFAULT_LIMITS = Limits()
