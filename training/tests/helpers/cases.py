"""Films for tests of training."""

from __future__ import annotations

import math

from cxr_severity.model.assessment import ZONES
from cxr_training.data import Case


def unscored(image: str) -> Case:
    """A film that nobody scored, of a patient of its own."""
    nobody = (math.nan,) * len(ZONES)
    return Case(
        image, image, None, (math.nan, math.nan), (nobody, nobody),
        math.nan, math.nan, math.nan, math.nan, "", "", math.nan, "", None, None,
    )  # fmt: skip
