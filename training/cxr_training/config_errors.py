"""A key changed from the command line, and what is wrong with a configuration in one line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from cxr_training.errors import TrainingError


def change(content: object, change: str) -> None:
    """Set in a configuration's content what `loss.zones=2` says.

    Raises:
        TrainingError: it is not like that, or what it sets is no YAML.
    """
    name, equals, value = change.partition("=")
    *parents, last = name.split(".")
    for parent in parents:
        content = content.setdefault(parent, {}) if isinstance(content, dict) else None
    if not (equals and name and isinstance(content, dict)):
        raise TrainingError(f"{change!r} is not like loss.zones=2")
    try:
        content[last] = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise TrainingError(f"--set {change}: not valid YAML") from error


def told(error: ValidationError, path: Path, changes: Sequence[str]) -> str:
    """The first of the errors: where it came from, its key and the reason."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    changed = [one for one in changes if _is_part(key, one.partition("=")[0])]
    where = f"--set {changed[-1]}" if changed else str(path)
    reason = "there is no such key" if first["type"] == "extra_forbidden" else first["msg"]
    if not key and first["type"] == "value_error":  # this project's, which names its keys itself
        return f"{where}: {reason.removeprefix('Value error, ')}"
    return f"{where}: {key or 'top level'}: {reason}"


def _is_part(one: str, other: str) -> bool:
    """Whether one of two keys lies within the other, or is it."""
    one, other = f"{one}.", f"{other}."
    return one.startswith(other) or other.startswith(one)
