"""Zone scores: in range, and read where the zone lies before anything was learned."""

from __future__ import annotations

import pytest
import torch

from cxr_severity.model.assessment import ZONES, Zone
from cxr_severity.model.networks.configs import SequenceConfig
from cxr_severity.model.networks.constants import FEATURES
from cxr_severity.model.networks.sequence import SequenceNet
from cxr_severity.model.networks.zone_head import ZoneHead

SQUARE = (7, 7)
PLACES: dict[Zone, tuple[float, float]] = {
    "A": (0.2, 0.3), "B": (0.5, 0.3), "C": (0.8, 0.3),
    "D": (0.2, 0.7), "E": (0.5, 0.7), "F": (0.8, 0.7),
}  # fmt: skip
"""Row and column as shares of a frontal film: the patient's right lung is on its left."""


def untrained() -> ZoneHead:
    """As it starts, except that it looks at place alone and scores the first state upwards."""
    reader = ZoneHead(4)
    with torch.no_grad():
        reader.attention.weight.zero_()
        reader.attention.bias.zero_()
        reader.score.weight.copy_(torch.tensor([[1.0, 0, 0, 0]]))
        reader.score.bias.zero_()
    return reader


def shaded(grid: tuple[int, int], row: float, column: float) -> torch.Tensor:
    """States of a film with one shade, in the cell at this place."""
    states = torch.zeros(1, grid[0], grid[1], 4)
    states[0, int(row * grid[0]), int(column * grid[1]), 0] = 1
    return states.flatten(1, 2)


@pytest.mark.parametrize("grid", [SQUARE, (10, 10), (16, 16), (7, 10), (16, 9)])
@pytest.mark.parametrize("zone", ZONES)
def test_a_shade_is_scored_by_the_zone_that_it_lies_in(zone: Zone, grid: tuple[int, int]) -> None:
    reader = untrained()
    with torch.no_grad():
        base = reader(torch.zeros(1, grid[0] * grid[1], 4), grid)[0]
        rise = reader(shaded(grid, *PLACES[zone]), grid)[0] - base
    index = ZONES.index(zone)
    assert int(rise.argmax()) == index
    assert rise[index] > 0
    other_lung = rise[3:] if index < 3 else rise[:3]
    assert other_lung.max() < rise[index] / 5


def test_a_shade_in_one_lung_spares_the_other_and_one_above_spares_what_is_below() -> None:
    reader = untrained()
    rows, columns = torch.arange(7).repeat_interleave(7), torch.arange(7).repeat(7)

    def scores(inside: torch.Tensor) -> dict[Zone, float]:
        states = torch.zeros(1, 49, 4)
        states[0, inside, 0] = 2
        with torch.no_grad():
            return dict(zip(ZONES, reader(states, SQUARE)[0].tolist(), strict=True))

    left_of_image = scores(columns < 3)
    assert min(left_of_image[zone] for zone in ("A", "B", "C")) > 2.2
    assert max(left_of_image[zone] for zone in ("D", "E", "F")) < 1.8
    above = scores(rows < 3)
    assert above["A"] > above["B"] > above["C"]
    assert above["D"] > above["E"] > above["F"]


@pytest.mark.parametrize("sequence", ["lstm", "none"])
@pytest.mark.parametrize("scale", [0.1, 10.0, 1e3])
@pytest.mark.parametrize("grid", [SQUARE, (2, 2), (12, 9)])
def test_every_score_is_in_range_on_every_grid(
    sequence: str, scale: float, grid: tuple[int, int]
) -> None:
    config = SequenceConfig.model_validate({"sequence": sequence, "hidden_size": 8})
    network = SequenceNet(config).eval()
    features = scale * torch.randn(3, FEATURES, *grid)
    with torch.no_grad():
        output = network.read((features,))
    assert output.zones.shape == (3, len(ZONES))
    assert torch.isfinite(output.logits).all()
    assert output.zones.min() >= 0
    assert output.zones.max() <= 3


def test_the_grade_hears_of_the_zones() -> None:
    torch.manual_seed(0)
    network = SequenceNet(SequenceConfig(hidden_size=8)).eval()
    states = network.pool(network.scan(torch.randn(1, FEATURES, *SQUARE)))
    with torch.no_grad():
        before = network.decide(states, SQUARE)
        network.zones.bias.add_(3)
        after = network.decide(states, SQUARE)
    assert (after.zones > before.zones).all()
    assert not torch.allclose(after.logits, before.logits, atol=1e-3)
