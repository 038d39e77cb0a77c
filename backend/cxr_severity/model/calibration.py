"""From logits to probabilities that mean what they say, and to classes that remain plausible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field


class Conformal(BaseModel):
    """Threshold of conformal prediction sets, fitted on patients that the network had not seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coverage: float = Field(gt=0, lt=1, description="Share of films whose set holds their class")
    threshold: float = Field(ge=0, le=1, description="Lowest probability of a class in the set")


def softmax(logits: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
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
