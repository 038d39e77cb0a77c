"""The networks that a version may be of. A new one gets its configuration into this line."""

from __future__ import annotations

from cxr_severity.model.networks.cells import CellConfig
from cxr_severity.model.networks.sequence import SequenceConfig

NetworkConfig = CellConfig | SequenceConfig
"""What a manifest holds of a network: its shape, and how it is built."""
