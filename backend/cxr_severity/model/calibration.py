"""From logits to probabilities that mean what they say, and to classes that remain plausible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator


class Scaling(BaseModel):
    """From a network's logits and zone scores to calibrated logits.

    Matrix scaling (Guo et al., ICML 2017) that also sees the six zone scores: where they and the
    class layer disagree, a temperature alone leaves the network too sure. It can change the class.
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

    def __call__(
        self, logits: NDArray[np.floating], zones: NDArray[np.floating]
    ) -> NDArray[np.float64]:
        """(..., 3) logits and (..., 6) zone scores to (..., 3) calibrated logits."""
        seen = np.concatenate([np.asarray(logits, np.float64) / self.temperature, zones], axis=-1)
        scaled: NDArray[np.float64] = seen @ np.array(self.weights).T + np.array(self.offset)
        return scaled


class Conformal(BaseModel):
    """Threshold of conformal prediction sets, fitted on patients that the network had not seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coverage: float = Field(gt=0, lt=1, description="Share of films whose set holds their class")
    threshold: float = Field(ge=0, le=1, description="Lowest probability of a class in the set")


def softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float64]:
    """(..., C) logits to probabilities after temperature scaling (Guo et al., ICML 2017)."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    shifted = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    probabilities: NDArray[np.float64] = shifted / shifted.sum(axis=-1, keepdims=True)
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
