"""What a service starts with all the same, and whoever starts it should know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from pydantic import AliasChoices

from cxr_severity.api.access.keys import KeyFile, KeyFileError
from cxr_severity.settings import Settings

_PREFIX = "CXR_"
# Of the workers and of the training, which may share an environment with the service.
_OTHERS = ("CXR_DICOMWEB_USER", "CXR_DICOMWEB_PASSWORD", "CXR_DICOMWEB_TOKEN", "CXR_DATA")


def doubts(settings: Settings, variables: Iterable[str]) -> Iterator[str]:
    """A sentence for each; `variables` are the names of those of the environment."""
    known = {*_OTHERS, *_names(settings)}
    # Names in small letters are no settings either.
    for name in sorted({name for name in variables if name.upper().startswith(_PREFIX)} - known):
        meant = get_close_matches(name.upper(), known, 1)
        yield f"{name} is no setting" + (f"; {meant[0]} is" if meant else "")
    access = settings.access
    if access.keys is not None:
        try:
            if not KeyFile(access.keys).all():
                yield f"CXR_KEYS: {access.keys} holds no key yet"
        except KeyFileError as error:
            yield f"CXR_KEYS: {error}"
    if access.jwks is not None and "://" not in access.jwks and not Path(access.jwks).is_file():
        yield f"CXR_JWKS: there is no file {access.jwks}"
    font = settings.results.font
    if font is not None and not font.is_file():
        yield f"CXR_FONT: there is no file {font}"


def _names(settings: Settings) -> Iterator[str]:
    for group in Settings.model_fields:
        for name, field in type(getattr(settings, group)).model_fields.items():
            alias = field.validation_alias
            if isinstance(alias, AliasChoices):
                yield from map(str, alias.choices)
            else:
                yield f"{_PREFIX}{name.upper()}"
