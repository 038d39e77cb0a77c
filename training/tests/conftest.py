"""Fixtures for training: the bundled radiographs with made-up labels, masks and boxes."""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from small_run import SMALL, trained

from cxr_severity.imaging.decode import decode
from cxr_severity.model.assessment import ZONES
from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.networks.configs import CellConfig
from cxr_severity.model.preprocess import PreprocessConfig, to_grid
from cxr_severity.model.reference.tensors import normalise
from cxr_training.backbone import BACKBONE_WEIGHTS
from cxr_training.config import TrainConfig
from cxr_training.run_folder import RunFolder

SAMPLES = Path(__file__).parents[2] / "samples"
TOTALS = ((3, 4), (8, 7), (14, 13))
"""Of the senior and the junior reader, for an invented mild, moderate and severe film."""
SCORED_TWICE, SCORED_BY_EXPERTS = 12, 21
"""Films 0-11 have two Brixia scores, 12-20 extent and opacity, 21-23 a grade alone."""
SIDES = ((1, 1), (2, 2), (4, 3))
"""Extent and opacity of a lung, for an invented mild, moderate and severe film of `ralo/`."""
SEVERITY_COLUMNS = (
    "image", "patient", "source", "view", "offset", "sex", "age", "brixia_senior", "brixia_junior",
    *(f"brixia_{reader}_{zone}" for reader in ("senior", "junior") for zone in ZONES),
    "grade", "extent", "opacity", "involvement", "lung_mask", "opacity_mask", "covidnet_extent",
    "covidnet_opacity",
)  # fmt: skip

Turn = Image.Transpose | None
TURNS: tuple[Turn, ...] = (
    None,
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.FLIP_TOP_BOTTOM,
)
"""Each sample becomes three films that no perceptual hash takes for one."""
OTHER_TURNS: tuple[Turn, ...] = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)
MORE_TURNS: tuple[Turn, ...] = (Image.Transpose.ROTATE_180, Image.Transpose.TRANSPOSE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole small runs are trained here, which busy cores make ten times as long."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(1800))


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    return SAMPLES


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of 24 films in `severity/`, 15 in `ralo/`, 16 in `lesions/`, 14 in `pretrain/`,
    six strangers, and a backbone."""
    root = tmp_path_factory.mktemp("data")
    write_severity(root / "severity")
    write_ralo(root / "ralo")
    write_lesions(root / "lesions")
    _write_unscored(root / "pretrain")
    _write_strangers(root / "ood")
    config = PreprocessConfig(size=96)
    grids = [to_grid(decode(path.read_bytes()), config) for path in sorted(SAMPLES.glob("*.png"))]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = CellNet(CellConfig(hidden_size=8, channels=8), 96)
        _standardise(network, normalise(torch.from_numpy(np.stack(grids)), config))
    path = root / BACKBONE_WEIGHTS
    path.parent.mkdir()
    state = network.backbone.state_dict().items()
    kept = {key: value.numpy() for key, value in state if not key.endswith("num_batches_tracked")}
    np.savez(path, allow_pickle=False, **kept)
    return root


def _standardise(network: CellNet, x: torch.Tensor) -> None:
    """Have the batch norms of a random network know what it sees: else its features vanish, and
    every film looks the same to it."""
    norms = [part for part in network.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain average
    with torch.no_grad():
        network.train().features(x)
    network.eval()


def _films(width: int, turns: Sequence[Turn]) -> Iterator[Image.Image]:
    for turn in turns:
        for path in sorted(SAMPLES.glob("*.png")):
            with Image.open(path) as image:
                film = image.resize((width, width * image.height // image.width))
            yield film if turn is None else film.transpose(turn)


def _shuffled(film: Image.Image, seed: int) -> Image.Image:
    """A film whose quarters and grey values are another's: no hash takes it for the first."""
    rng = np.random.default_rng(seed)
    pixels = np.asarray(film.convert("L"))
    mixed = np.roll(pixels, rng.integers(20, 100, 2), (0, 1))
    return Image.fromarray(mixed if seed % 2 else mixed[:, ::-1].copy())


def _write_table(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def write_severity(folder: Path) -> None:
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    rows = []
    for i, film in enumerate(_films(192, TURNS)):
        image = f"images/{i:02}.png"
        film.save(folder / image)
        row: dict[str, object] = {
            "image": image, "patient": f"p{i:02}", "view": "AP", "source": "invented", **_scores(i),
        }  # fmt: skip
        if i < SCORED_TWICE:
            row["lung_mask"] = f"masks/{i:02}.lung.png"
            _ellipses(film.size, (0.1, 0.55)).save(folder / f"masks/{i:02}.lung.png")
        if i < SCORED_TWICE // 2:
            row["opacity_mask"] = f"masks/{i:02}.opacity.png"
            _ellipses(film.size, (0.2,)).save(folder / f"masks/{i:02}.opacity.png")
        rows.append(row)
    _write_table(folder / "labels.csv", SEVERITY_COLUMNS, rows)


def _scores(i: int) -> dict[str, object]:
    if i >= SCORED_BY_EXPERTS:
        return {"grade": 1 + i % 3}
    if i >= SCORED_TWICE:
        extent, opacity = SIDES[i % 3]
        return {
            "covidnet_extent": 2 * extent, "covidnet_opacity": 2 * opacity, "extent": 2 * extent,
            "opacity": 1.5 * opacity, "grade": 1 + i % 3,
        }  # fmt: skip
    scores: dict[str, object] = {"involvement": 0.25}
    for reader, total in zip(("senior", "junior"), TOTALS[i % 3], strict=True):
        scores[f"brixia_{reader}"] = total
        for k, zone in enumerate(ZONES):
            scores[f"brixia_{reader}_{zone}"] = total // 6 + (k < total % 6)
    return scores


def write_ralo(folder: Path) -> None:
    parts = ("right_extent", "right_opacity", "left_extent", "left_opacity", "extent", "opacity")
    names = [f"r{rater}_{part}" for rater in (1, 2) for part in parts]
    rows: list[dict[str, object]] = []
    folder.mkdir(parents=True)
    with tarfile.open(folder / "images.tar", "w") as archive:
        for i, film in enumerate(list(_films(112, MORE_TURNS))[:15]):
            extent, opacity = SIDES[i % 3]
            values = [extent, opacity, extent, opacity, 2 * extent, 2 * opacity]
            scores = dict(zip(names, 2 * values, strict=True))
            rows.append({"image": f"{i}.jpg", "patient": f"ralo-{i}", "day": i, **scores})
            _add(archive, f"images/{i}.jpg", _jpeg(film))
    _write_table(folder / "labels.csv", ("image", *names, "day", "patient"), rows)


def write_lesions(folder: Path) -> None:
    """Eight films with masks (the first a copy of a severity film) and eight with boxes."""
    columns = ("file", "set", "label", "patient", "lung_mask", "opacity_mask", "boxes", "width",
               "height", "copy_of")  # fmt: skip
    rows: list[dict[str, object]] = []
    folder.mkdir(parents=True)
    films = [_shuffled(film, i) for i, film in enumerate(_films(128, (None, None)))]
    films[0] = next(_films(128, TURNS))
    with (
        tarfile.open(folder / "masks.tar", "w") as masks,
        tarfile.open(folder / "boxes.tar", "w") as boxes,
    ):
        for i, film in enumerate(films[:8]):
            label, file = ("covid", "normal", "other")[i % 3], f"masks/{i}.jpg"
            row: dict[str, object] = {"file": file, "set": "masks", "label": label}
            row["lung_mask"] = f"masks/{i}.lung.png"
            _add(masks, file, _jpeg(film))
            _add(masks, f"masks/{i}.lung.png", _png(_ellipses(film.size, (0.1, 0.55))))
            if label == "covid":
                row["opacity_mask"] = f"masks/{i}.opacity.png"
                _add(masks, f"masks/{i}.opacity.png", _png(_ellipses(film.size, (0.2,))))
            rows.append(row | ({"copy_of": "images/00.png"} if i == 0 else {}))
        for i, film in enumerate(films[8:]):
            label, file = ("negative", "typical", "atypical")[i % 3], f"boxes/{i}.jpg"
            drawn = "" if label == "negative" else "0.1 0.2 0.4 0.6;0.6 0.3 0.9 0.8"
            rows.append({"file": file, "set": "boxes", "label": label, "patient": f"b{i}",
                         "boxes": drawn})  # fmt: skip
            _add(boxes, file, _jpeg(film))
    _write_table(folder / "labels.csv", columns, rows)


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def _jpeg(film: Image.Image) -> bytes:
    content = io.BytesIO()
    film.convert("L").save(content, "JPEG", quality=80)
    return content.getvalue()


def _png(mask: Image.Image) -> bytes:
    content = io.BytesIO()
    mask.save(content, "PNG")
    return content.getvalue()


def _ellipses(size: tuple[int, int], lefts: Sequence[float]) -> Image.Image:
    width, height = size
    mask = Image.new("1", size)
    for left in lefts:
        box = (left * width, 0.2 * height, (left + 0.35) * width, 0.8 * height)
        ImageDraw.Draw(mask).ellipse(box, fill=1)
    return mask


def _write_unscored(folder: Path) -> None:
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
            _add(archive, f"{place}/{name}", _jpeg(film))


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


@pytest.fixture(scope="session")
def config() -> TrainConfig:
    return TrainConfig.model_validate(SMALL)


@pytest.fixture(scope="session")
def finished(
    small_data: Path, config: TrainConfig, tmp_path_factory: pytest.TempPathFactory
) -> RunFolder:
    """A whole small run."""
    return trained(config, small_data, tmp_path_factory.mktemp("run") / "small")
