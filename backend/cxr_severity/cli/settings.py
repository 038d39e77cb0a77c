"""`cxr-severity settings`: every setting, as a page for operators."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from cxr_severity.service.exits import EXIT_OK
from cxr_severity.settings import Settings

_HEAD = """# Settings

Each comes from the environment, or is left at its default. Lists are written as JSON. This page
is written by `make openapi`, from the code that reads them.
"""
_TABLE = "| variable | default | meaning |\n| --- | --- | --- |"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("settings", help="print all settings, as Markdown")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace, __: Settings) -> int:
    print("\n".join(page()))
    return EXIT_OK


def page() -> Iterator[str]:
    """The lines of the page."""
    yield _HEAD
    for group in groups():
        yield f"## {first_sentence(group)}\n\n{_TABLE}"
        for name, field in group.model_fields.items():
            variables = ", ".join(f"`{one}`" for one in names(name, field))
            yield f"| {variables} | {default(field)} | {field.description} |"
        yield ""


def groups() -> list[type[BaseSettings]]:
    found = [field.annotation for field in Settings.model_fields.values()]
    return [one for one in found if isinstance(one, type) and issubclass(one, BaseSettings)]


def first_sentence(group: type[BaseSettings]) -> str:
    return " ".join((group.__doc__ or "").split()).split(". ")[0].rstrip(".")


def names(name: str, field: FieldInfo) -> list[str]:
    """Environment variables that a setting is read from."""
    if isinstance(field.validation_alias, AliasChoices):
        return [str(choice) for choice in field.validation_alias.choices]
    return [f"CXR_{name.upper()}"]


def as_given(setting: str, options: Collection[str]) -> str:
    """A setting, by its name or variable, as whoever gave it wrote it: an option or a variable."""
    if setting in options:
        return f"--{setting}"
    fields = (each for group in groups() for each in group.model_fields.items())
    known = ((name, names(name, field)) for name, field in fields)
    variables = next(found for name, found in known if setting in (name, *found))
    return next((each for each in variables if each in os.environ), variables[0])


def default(field: FieldInfo) -> str:
    """As it is written in the environment; in words where it depends on the machine."""
    if field.default_factory is not None:
        extra = field.json_schema_extra
        if not isinstance(extra, dict) or "default" not in extra:
            raise ValueError("a default that is computed must be told in words")
        return str(extra["default"])
    if field.default is None:
        return "none"
    value = field.default
    return f"`{value if isinstance(value, str | Path) else json.dumps(value)}`"
