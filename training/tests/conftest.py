"""Fixtures for training: the bundled radiographs with made-up labels."""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from cxr_severity.imaging.decode import decode
from cxr_severity.model.assessment import ZONES
from cxr_severity.model.network import NetworkConfig, SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig, to_grid
from cxr_training.backbone import BACKBONE_WEIGHTS, estimate_batch_norm, save_backbone
from cxr_training.data import HIGHEST, TEXT_COLUMNS

SAMPLES = Path(__file__).parents[2] / "samples"
COLUMNS = (*TEXT_COLUMNS, *HIGHEST)
TOTALS = ((3, 4), (8, 7), (14, 13))
"""Of the senior and the junior reader, for an invented mild, moderate and severe film."""
SCORED_TWICE, GRADED = 12, 21
"""Films 0-11 have two Brixia scores, 12-20 a grade, 21-23 no class."""

Turn = Image.Transpose | None
TURNS: tuple[Turn, ...] = (
    None,
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.FLIP_TOP_BOTTOM,
)
"""Each sample becomes three films that no perceptual hash takes for one."""
OTHER_TURNS: tuple[Turn, ...] = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    return SAMPLES


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of 24 films of 24 invented patients, seven of each class, with a backbone.

    `pretrain/` holds 14 films to learn from and `covid/copy.jpg`, a copy of a severity film.
    """
    root = tmp_path_factory.mktemp("data")
    _write_severity(root / "severity")
    _write_pretext(root / "pretrain")
    _write_strangers(root / "ood")
    config = PreprocessConfig(size=64)
    grids = [to_grid(decode(path.read_bytes()), config) for path in sorted(SAMPLES.glob("*.png"))]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = SeverityNet(NetworkConfig(hidden_size=8), 64)
        # A random network's features vanish, and every film would look the same to it.
        estimate_batch_norm(network, torch.from_numpy(np.stack(grids)), config)
    save_backbone(network, root / BACKBONE_WEIGHTS)
    return root


def _films(width: int, turns: Sequence[Turn]) -> Iterator[Image.Image]:
    for turn in turns:
        for path in sorted(SAMPLES.glob("*.png")):
            with Image.open(path) as image:
                film = image.resize((width, width * image.height // image.width))
            yield film if turn is None else film.transpose(turn)


def _write_severity(folder: Path) -> None:
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for i, film in enumerate(_films(192, TURNS)):
            image = f"images/{i:02}.png"
            film.save(folder / image)
            row: dict[str, object] = {
                "image": image, "patient": f"p{i:02}", "view": "AP", "source": "invented",
                **_scores(i),
            }  # fmt: skip
            if i < SCORED_TWICE:
                row["lung_mask"] = f"masks/{i:02}.lung.png"
                _ellipses(film.size, (0.1, 0.55)).save(folder / f"masks/{i:02}.lung.png")
            if i < SCORED_TWICE // 2:
                row["opacity_mask"] = f"masks/{i:02}.opacity.png"
                _ellipses(film.size, (0.2,)).save(folder / f"masks/{i:02}.opacity.png")
            writer.writerow(row)


def _scores(i: int) -> dict[str, object]:
    if i >= GRADED:
        return {"extent": 4, "opacity": 2.5, "grade": 0}
    if i >= SCORED_TWICE:
        return {"grade": 1 + i % 3}
    scores: dict[str, object] = {"involvement": 0.25}
    for reader, total in zip(("senior", "junior"), TOTALS[i % 3], strict=True):
        scores[f"brixia_{reader}"] = total
        for k, zone in enumerate(ZONES):
            scores[f"brixia_{reader}_{zone}"] = total // 6 + (k < total % 6)
    return scores


def _ellipses(size: tuple[int, int], lefts: Sequence[float]) -> Image.Image:
    width, height = size
    mask = Image.new("1", size)
    for left in lefts:
        box = (left * width, 0.2 * height, (left + 0.35) * width, 0.8 * height)
        ImageDraw.Draw(mask).ellipse(box, fill=1)
    return mask


def _write_pretext(folder: Path) -> None:
    folder.mkdir()
    kinds = (
        ("covid", "covid"), ("normal", "normal"), ("paediatric", "normal"),
        ("paediatric", "bacterial"), ("paediatric", "viral"),
    )  # fmt: skip
    films = list(_films(128, OTHER_TURNS))[:14]
    rows = [(*kinds[i % len(kinds)], f"{i}.jpg", film) for i, film in enumerate(films)]
    rows.append(("covid", "covid", "copy.jpg", next(_films(160, TURNS))))
    with (
        (folder / "labels.csv").open("w", newline="", encoding="utf-8") as labels,
        tarfile.open(folder / "films-00.tar", "w") as archive,
    ):
        writer = csv.writer(labels)
        writer.writerow(("file", "label"))
        for place, label, name, film in rows:
            writer.writerow((f"{place}/{name}", label))
            content = io.BytesIO()
            film.save(content, "JPEG", quality=80)
            member = tarfile.TarInfo(f"{place}/{name}")
            member.size = content.tell()
            content.seek(0)
            archive.addfile(member, content)


def _write_strangers(folder: Path) -> None:
    """Two of each kind that is no frontal radiograph, drawn."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(2):
        ring = Image.new("L", (128, 128))
        ImageDraw.Draw(ring).ellipse((10, 20 + 5 * number, 118, 108), outline=255, width=9)
        ring.save(folder / f"ct-{number}.jpg")
        blob = Image.new("L", (96, 128), 30)
        ImageDraw.Draw(blob).ellipse((30, 5, 60 + 10 * number, 120), fill=200)
        blob.save(folder / f"lateral-{number}.jpg")
        colours = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(colours).resize((64, 64)).save(folder / f"photo-{number}.jpg")
