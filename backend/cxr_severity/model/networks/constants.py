"""Numbers that PyTorch's networks, and the graphs and kernels that stand for them where films are
judged, must share. What a version may choose is in `configs`."""

from __future__ import annotations

FEATURES = 1280
"""Channels of EfficientNet-B0's last feature map (Tan and Le, 2019)."""
MIDDLE_BLOCK = 10
"""The last block at stride 16; its output has `MIDDLE` channels."""
MIDDLE = 112
NORM_EPS = 1e-5
"""Of the batch norms outside the backbone: PyTorch's own."""
PLACES = ("right lung", "left lung", "opacity")
"""What each cell is asked for, in this order. The patient's right lung is on the image's left."""
THIRDS = 3
ENDS = (0.03, 0.97)
"""Shares of a lung's area above its apex and its base, which leave out stray cells."""
PRIOR = 0.02
"""Weight of a typical lung beside the one that is found, so that zones exist on any image."""
SHARPNESS = 1.5
"""The masks that taught opacity are generous, and a box also holds what is none, so that the cells
around an opacity are given some of it. Logits are steeper by this before they are used or shown;
even odds stay even. Chosen on the films that are held back for maps."""
GAIN = 2.5
"""About the inverse of the mean opacity of a lung: cells lit by opacity keep the scale of cells."""
HIDDEN = 64
"""Between the pooled cells of a zone and its score."""
FRAME_REACH = (1.95, 2.2)
"""Half of the frame's width and height, in standard deviations of where lung is."""
FRAME_LEAST = 0.15
"""Half of a frame's side at least, as a share of the film's."""
FINER = 2
"""Cells of a film to a cell of its frame, each way."""
