"""Where the lungs and the opacities are, from the collections that drew them.

Checked: names and columns of `structure.csv`, and its boxes against the opacity masks of the
folder that docs/data-card.md describes (ground-glass opacities and consolidation are drawn
together, pleural effusion is not); the names of the lungVAE masks; `image.filename`,
`annotations[].name` and `annotations[].polygon.path` of the V7 files, from programs that read
them. Assumed, for want of the files themselves: the pixels of the mask files (those of the film's
size and those cut to their box are both taken); V7's `original_filename`, `complex_polygon`,
`width` and `height`; that the opacity counts for `involvement` only inside the drawn lungs.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from cxr_training.errors import TrainingError
from cxr_training.prepare.checkout import folder, read_rows
from cxr_training.prepare.images import Mask, read_mask

LUNGS = frozenset({"Left Lung", "Right Lung"})
OPACITIES = frozenset({"Ground Glass Opacities", "Consolidation"})
_V7_LUNG = "Lung"
_BOX = ("Top", "Left", "Width", "Height")

Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One mask file of `structure.csv`."""

    path: Path
    box: tuple[int, int, int, int]
    """Top, left, width and height in the film."""
    size: tuple[int, int]
    """Width and height of the film."""


@dataclass(frozen=True, slots=True)
class Outlines:
    """Polygons on a film of (width, height) `size`, drawn when they are needed."""

    size: tuple[int, int]
    objects: list[list[Ring]]

    def mask(self) -> Mask:
        """(H, W), true inside any of the objects; a ring inside another is its hole."""
        whole = np.zeros((self.size[1], self.size[0]), np.bool_)
        for rings in self.objects:
            inside = np.zeros_like(whole)
            for ring in rings:
                image = Image.new("1", self.size)
                ImageDraw.Draw(image).polygon(ring, fill=1, outline=1)
                inside ^= np.asarray(image)
            whole |= inside
        return whole


@dataclass(slots=True)
class Regions:
    """The lungs and opacities that a radiologist drew on one film."""

    lungs: list[Drawn] = field(default_factory=list)
    opacities: list[Drawn] = field(default_factory=list)


def regions(checkout: Path) -> dict[str, Regions]:
    """`structure.csv` of the segmentations collection, by file name.

    Raises:
        TrainingError: the file or a column is missing, or a row's numbers or mask file.
    """
    path = checkout / "structure.csv"
    found: dict[str, Regions] = {}
    for row in read_rows(path, ("Template Name", "Filename", "Mask", "Resolution", *_BOX)):
        region = found.setdefault(row["Filename"], Regions())
        kind = row["Template Name"]
        if not row["Mask"] or kind not in LUNGS | OPACITIES:
            continue
        try:
            top, left, width, height = (int(row[column]) for column in _BOX)
            full_width, full_height = (int(side) for side in row["Resolution"].split("x"))
        except ValueError as error:
            raise TrainingError(f"{path}: {row['Mask']}: box or resolution {error}") from error
        mask = checkout / row["Mask"]
        if not mask.is_file():
            raise TrainingError(f"{path}: {row['Mask']} is not there")
        drawn = Drawn(mask, (top, left, width, height), (full_width, full_height))
        (region.lungs if kind in LUNGS else region.opacities).append(drawn)
    return found


def union(drawn: list[Drawn]) -> Mask | None:
    """Everything that these files mark, in the film's own size; None without any.

    Raises:
        TrainingError: a file is no mask, marks nothing, or is neither as large as the film nor
            as its box.
    """
    whole: Mask | None = None
    for one in drawn:
        mask = read_mask(one.path)
        top, left, width, height = one.box
        full = (one.size[1], one.size[0])
        if mask.shape != full:
            if mask.shape != (height, width):
                raise TrainingError(f"{one.path}: fits neither its film nor its box")
            cut, mask = mask, np.zeros(full, np.bool_)
            mask[top : top + height, left : left + width] = cut
        if not mask.any():
            raise TrainingError(f"{one.path}: marks nothing")
        if whole is not None and whole.shape != mask.shape:
            raise TrainingError(f"{one.path}: is of another film size than the one before")
        whole = mask if whole is None else whole | mask
    return whole


def lung_vae(checkout: Path) -> dict[str, Path]:
    """lungVAE masks of Cohen's collection by the film's name without suffix.

    Raises:
        TrainingError: the folder is missing.
    """
    masks = folder(checkout, "annotations/lungVAE-masks").glob("*_mask.png")
    return {path.name.removesuffix("_mask.png"): path for path in masks}


def v7(checkout: Path) -> dict[str, Outlines]:
    """V7's hand-drawn lungs (behind the heart too), by file name.

    Raises:
        TrainingError: no annotations, or one that is no Darwin JSON 1.0.
    """
    found: dict[str, Outlines] = {}
    for where, content in _darwin(folder(checkout, "annotations")):
        try:
            image = content["image"]
            size = int(image["width"]), int(image["height"])
            lungs = [_rings(one) for one in content["annotations"] if one["name"] == _V7_LUNG]
        except (KeyError, TypeError, ValueError) as error:
            raise TrainingError(f"{where}: is no Darwin annotation ({error!r})") from error
        if any(lungs):
            for key in ("filename", "original_filename"):
                if isinstance(name := image.get(key), str):
                    found[name] = Outlines(size, lungs)
    if not found:
        raise TrainingError(f"{checkout}: no lungs in annotations/*.zip or annotations/**/*.json")
    return found


def _darwin(annotations: Path) -> Iterator[tuple[str, Any]]:
    """Every annotation file, in folders or in the archives that the repository ships."""
    for path in sorted(annotations.rglob("*.json")):
        yield str(path), _parse(path.read_bytes(), str(path))
    for path in sorted(annotations.glob("*.zip")):
        if path.stem.endswith("-coco"):  # the same polygons in another format
            continue
        try:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if name.endswith(".json") and not name.startswith("__MACOSX"):
                        yield f"{path}:{name}", _parse(archive.read(name), f"{path}:{name}")
        except (OSError, zipfile.BadZipFile) as error:
            raise TrainingError(f"{path}: is no zip archive") from error


def _parse(raw: bytes, where: str) -> Any:
    try:
        return json.loads(raw)
    except ValueError as error:
        raise TrainingError(f"{where}: is no JSON") from error


def _rings(annotation: dict[str, Any]) -> list[Ring]:
    paths: list[Any] = []
    if "polygon" in annotation:
        paths.append(annotation["polygon"]["path"])
    if "complex_polygon" in annotation:
        paths.extend(annotation["complex_polygon"]["path"])
    return [[(float(point["x"]), float(point["y"])) for point in path] for path in paths]
