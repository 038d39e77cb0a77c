"""How settings come from the environment, and kinds of values that they have."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, AliasGenerator, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Seconds = Annotated[float, Field(gt=0, le=86_400)]
_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]+)?")
_OWN_PORTS = {"http": ":80", "https": ":443"}


def _as_browsers_say(origin: str) -> str:
    said = origin.lower()
    found = _ORIGIN.fullmatch(said)
    if found is not None:
        return said.removesuffix(_OWN_PORTS.get(found[1], " "))
    if origin == "*":
        return origin
    raise ValueError(
        f"{origin} is no origin that a browser sends: scheme, host and port, such as "
        "https://viewer.hospital.org; letters beyond ASCII as xn--, and no * within"
    )


Origin = Annotated[str, AfterValidator(_as_browsers_say)]
"""Scheme, host and port, as a browser says it; or `*` for every one."""


def _variable(name: str) -> str:
    return f"CXR_{name.upper()}"


class Group(BaseSettings):
    """Settings of one concern: each is the variable `CXR_<NAME>`, written so."""

    model_config = SettingsConfigDict(
        env_prefix="CXR_", alias_generator=AliasGenerator(validation_alias=_variable),
        case_sensitive=True,  # `host` and `port` are what many a script calls its own
        extra="ignore", frozen=True, validate_by_name=True, loc_by_alias=False,
        allow_inf_nan=False,
    )  # fmt: skip

    @field_validator("*", mode="before")
    @classmethod
    def _not_empty(cls, value: object) -> object:
        # As a path it would be the current folder; as a name of keys, a lock that is none.
        if isinstance(value, str) and not value.strip():
            raise ValueError("is empty; leave it out for its default")
        return value
