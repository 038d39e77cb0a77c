"""One name for each kind of array that crosses a function's border; docstrings give the shapes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
