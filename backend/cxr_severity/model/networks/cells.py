"""A finer map of cells, from which grade, zones and place are all read.

EfficientNet-B0's last features are read as a sequence by a bidirectional LSTM. What it says of each
place is fused with the features of the middle of the network (stride 16), which still know where
things are, into cells of 14 x 14 at 224 pixels. Of a film it reads all, or the frame of the lungs
(`frame`), and then its maps are laid back on the film. The cells say where the right lung, the left
lung and opacity are; the six zones are laid into the lungs that they find, and zone scores, total
and grade are read from the cells where opacity is seen within the lungs. So an explanation over
these cells shows what the reading used, and what lies outside the lungs (letters, tubes, shoulders)
cannot carry a grade.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import torch
from torch import nn
from torch.nn.functional import interpolate

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES, Subject
from cxr_severity.model.networks.cell_head import CellHead, light_of
from cxr_severity.model.networks.configs import CellConfig
from cxr_severity.model.networks.constants import FEATURES, FINER, MIDDLE, MIDDLE_BLOCK, PLACES
from cxr_severity.model.networks.frame import Framer, laid_back
from cxr_severity.model.networks.network import HeadOutput, Network
from cxr_severity.model.networks.zone_geometry import lung_cells, zone_weights


class CellMaps(NamedTuple):
    """What the costly part gives, without a gradient.

    `last` (N, 1280, h/2, w/2): the backbone's last features, for the gate. `cells` (N, C, h, w),
    not negative: the fused features. `places` (N, 3, h, w): logits of `PLACES`. `frames` (N, 4):
    what part of each film all these are of, as `frame.frame_of` gives it; (0, 4): all of it.
    """

    last: torch.Tensor
    cells: torch.Tensor
    places: torch.Tensor
    frames: torch.Tensor = torch.empty(0, 4)


class CellNet(Network):
    """Severity, zone scores and a map of lungs and opacity from a radiograph."""

    def __init__(self, config: CellConfig, image_size: int = 224) -> None:
        super().__init__(config.side(image_size), config.batch_norm_eps)
        self.config = config
        self.framer = None if config.frame is None else Framer(config.frame, image_size)
        self.fusion = CellFusion(FEATURES, config.hidden_size, config.channels)
        self.head = CellHead(config.channels)

    def train(self, mode: bool = True) -> Self:
        """The framer learns by itself, and looks at films in the same way ever after."""
        super().train(mode)
        if self.framer is not None:
            self.framer.eval()
        return self

    def features(self, x: torch.Tensor) -> CellMaps:
        """(N, 3, S, S) normalised input to the maps."""
        if self.framer is None:
            return self.seen(x)
        inside, frames = self.framer(x)
        return self.seen(inside)._replace(frames=frames)

    def seen(self, x: torch.Tensor) -> CellMaps:
        """(N, 3, S, S) normalised films, or what lies in their frames, to the maps."""
        return self.upper(self.lower(x, 0), 0)

    def upper(self, maps: torch.Tensor, blocks: int) -> CellMaps:
        """What `lower(x, blocks)` gave, `blocks` at most 11, to the maps."""
        middle = self.through(maps, blocks, MIDDLE_BLOCK + 1)
        found: CellMaps = self.fusion(
            middle, self.last_features(self.through(middle, MIDDLE_BLOCK + 1))
        )
        return found

    def places(self, maps: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """(N, 3, h, w) probabilities of `PLACES`; no grade teaches where lungs and opacity are."""
        return maps[2].detach().sigmoid()

    def on_film(self, shown: torch.Tensor, maps: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """(N, C, h, w) over what was read to (N, C, 2h, 2w) over the whole film, if only a frame
        was read: with finer cells, since the frame is smaller."""
        if self.framer is None:
            return shown
        return laid_back(shown, maps[3], FINER * shown.shape[2])

    def layer(self, maps: tuple[torch.Tensor, ...], *, whole_lungs: bool = False) -> torch.Tensor:
        """The cells in the light of opacity (N, C, h, w): what the zones are pooled from.

        Args:
            whole_lungs: light the lungs evenly, as training does until opacity has been learned.
        """
        places = self.places(maps)
        light = lung_cells(places) if whole_lungs else light_of(places)
        return maps[1] * light.unsqueeze(1)

    def read(self, maps: tuple[torch.Tensor, ...], *, whole_lungs: bool = False) -> HeadOutput:
        """The maps to an output; `whole_lungs` as in `layer`."""
        return self.answer(self.layer(maps, whole_lungs=whole_lungs), maps)

    def answer(self, layer: torch.Tensor, maps: tuple[torch.Tensor, ...]) -> HeadOutput:
        """Cells as they are lit (N, C, h, w) to an output, calibrated once `calibrate` was
        called; `pooled` (N, 6, C) are the mean cells of each zone."""
        places = self.places(maps)
        found: HeadOutput = self.head(layer, zone_weights(places[:, :2]), places[:, 2])
        return found._replace(logits=self.calibrated(found.logits, found.zones))

    def explained(self, output: HeadOutput, subjects: Sequence[Subject]) -> torch.Tensor:
        """As `Network.explained`: of the burden the zones, of a grade its `margin`, both as if a
        zone's score had no upper end: from the middle of its sigmoid it goes straight on. The
        sigmoid is flat where a zone is worst, and a white lung would have no map (as with a
        softmax; Selvaraju et al., ICCV 2017). It stays flat where a zone is clear: there is nothing
        to show."""
        half = HIGHEST_ZONE_SCORE / 2
        # Within what float32 can tell of a score near the end of its range.
        beyond = half / 2 * torch.logit(output.zones / HIGHEST_ZONE_SCORE, 1e-6)
        unbounded = torch.where(output.zones < half, output.zones, half + beyond)
        found = torch.stack(
            [
                output.zones[i].sum() if subject == "burden"
                else margin(output.logits[i], SEVERITIES.index(subject))
                for i, subject in enumerate(subjects)
            ]
        )  # fmt: skip
        (of_zones,) = torch.autograd.grad(found.sum(), output.zones, retain_graph=True)
        return found + (of_zones * (unbounded - output.zones)).sum(dim=1)


def margin(logits: torch.Tensor, grade: int) -> torch.Tensor:
    """(3,) logits in the order of severity to the log odds of at least this grade, which is what
    speaks for it on a film; of the lowest, which every film has at least, to its own."""
    at_least = max(grade, 1)
    odds = logits[at_least:].logsumexp(dim=0) - logits[:at_least].logsumexp(dim=0)
    return odds if grade else -odds


class CellFusion(nn.Module):
    """Last and middle features to cells: the sequence is read here."""

    def __init__(self, features: int, hidden_size: int, channels: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(features, hidden_size, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout()  # how much is the training's choice
        self.of_last = nn.Conv2d(features, channels, 1, bias=False)
        self.of_sequence = nn.Conv2d(2 * hidden_size, channels, 1, bias=False)
        self.of_middle = nn.Conv2d(MIDDLE, channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.mix = nn.Conv2d(channels, channels, 3, padding=1)
        self.places = nn.Conv2d(channels, len(PLACES), 1)

    def forward(self, middle: torch.Tensor, last: torch.Tensor) -> CellMaps:
        """(N, 112, h, w) and (N, K, h/2, w/2) to the maps; cells are read row by row."""
        last = self.dropout(last)
        states, _ = self.lstm(last.flatten(2).transpose(1, 2))
        grid = states.transpose(1, 2).unflatten(2, last.shape[2:])
        coarse = self.of_last(last) + self.of_sequence(grid)
        size = (middle.shape[2], middle.shape[3])
        context = interpolate(coarse, size=size, mode="bilinear", align_corners=False)
        fused = self.norm(self.of_middle(middle) + context).relu()
        cells = self.mix(fused).relu()
        return CellMaps(last, cells, self.places(cells))
