"""What all bodies have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Probability = Annotated[float, Field(ge=0, le=1)]


class Body(BaseModel):
    """Stable: fields may be added, never renamed or removed."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)
