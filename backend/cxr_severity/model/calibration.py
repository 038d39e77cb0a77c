"""From a network's raw answer to probabilities that mean what they say, classes that remain
plausible, and an interval for the Brixia total."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from cxr_severity.imaging.arrays import Float32Array, Float64Array
from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, ZONES

HIGHEST_TOTAL = HIGHEST_ZONE_SCORE * len(ZONES)


class Scaling(BaseModel):
    """From a network's logits and zone scores to calibrated logits.

    Of the form of matrix scaling (Guo et al., ICML 2017), and it also sees the six zone scores:
    where they and the class layer disagree, a temperature alone leaves the network too sure. It can
    change the class. Of 2.0.0 four of its numbers are fitted (the temperature, and the total of
    the zones as an ordinal logit), and the others follow from them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(gt=0, description="Logits are divided by it first")
    weights: tuple[tuple[float, ...], ...] = Field(
        description="3 rows, mild to severe, for the 3 divided logits and the 6 zone scores"
    )
    offset: tuple[float, float, float]

    @model_validator(mode="after")
    def _fits(self) -> Scaling:
        if [len(row) for row in self.weights] != [9, 9, 9]:
            raise ValueError("weights must be 3 rows of 9")
        return self

    @classmethod
    def by_temperature(cls, temperature: float) -> Scaling:
        """Temperature scaling alone; 1 changes nothing."""
        rows = tuple(tuple(float(i == j) for j in range(9)) for i in range(3))
        return cls(temperature=temperature, weights=rows, offset=(0.0, 0.0, 0.0))

    def __call__(self, logits: NDArray[np.floating], zones: NDArray[np.floating]) -> Float64Array:
        """(..., 3) logits and (..., 6) zone scores to (..., 3) calibrated logits."""
        seen = np.concatenate([np.asarray(logits, np.float64) / self.temperature, zones], axis=-1)
        scaled: Float64Array = seen @ np.array(self.weights).T + np.array(self.offset)
        return scaled

    def of_raw(self) -> tuple[Float32Array, Float32Array, Float32Array]:
        """What a network that says calibrated logits computes with: (3, 3) of the logits as they
        are, (3, 6) of the zone scores, and (3,) to add."""
        weights = np.array(self.weights, np.float32)
        return (
            weights[:, :3] / np.float32(self.temperature),
            weights[:, 3:],
            np.array(self.offset, np.float32),
        )


class Conformal(BaseModel):
    """Threshold of conformal prediction sets, fitted on patients that the network had not seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coverage: float = Field(gt=0, lt=1, description="Share of films whose set holds their class")
    threshold: float = Field(ge=0, le=1, description="Lowest probability of a class in the set")


class TotalInterval(BaseModel):
    """From an estimated Brixia total to an interval that holds the reference total.

    Conformalised quantile regression (Romano et al., NeurIPS 2019) on the estimate alone: both ends
    are linear between the knots. Their distance from the estimate was fitted on patients that the
    network had not seen, and so tells where on the scale it errs, which way, and by how much.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    coverage: float = Field(gt=0, lt=1, description="Share of films whose total it holds")
    knots: tuple[float, ...] = Field(min_length=2, description="Estimated totals, rising")
    low: tuple[float, ...] = Field(description="Lower end at each knot")
    high: tuple[float, ...] = Field(description="Upper end at each knot")

    @model_validator(mode="after")
    def _fits(self) -> TotalInterval:
        if not len(self.knots) == len(self.low) == len(self.high):
            raise ValueError("knots, low and high must be of one length")
        if any(b <= a for a, b in zip(self.knots, self.knots[1:], strict=False)):
            raise ValueError("knots must rise")
        return self

    def __call__(self, total: float) -> tuple[float, float]:
        """The interval around an estimated total, within 0 to 18; it always holds the estimate."""
        low, high = (float(np.interp(total, self.knots, ends)) for ends in (self.low, self.high))
        return max(0.0, min(low, total)), min(float(HIGHEST_TOTAL), max(high, total))


def softmax(logits: NDArray[np.floating]) -> Float64Array:
    """(..., C) logits to probabilities."""
    scaled = np.asarray(logits, dtype=np.float64)
    shifted = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    probabilities: Float64Array = shifted / shifted.sum(axis=-1, keepdims=True)
    return probabilities


def prediction_set(probabilities: Sequence[float], threshold: float) -> tuple[int, ...]:
    """Indices of the classes whose probability reaches the threshold.

    The least ambiguous sets of Sadinle et al. (JASA 2019), with two additions that can only raise
    coverage: the most probable class is always in, and so is every class between two that are,
    because mild or severe but not moderate is no reading of a film.
    """
    inside = [i for i, probability in enumerate(probabilities) if probability >= threshold]
    inside.append(int(np.argmax(probabilities)))
    return tuple(range(min(inside), max(inside) + 1))
