"""Each code that a worker can give stands in the tables of docs/hospital.md, and no other does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from support import REPOSITORY

import cxr_severity.interop.errors  # noqa: F401 - its refusals are listed, too
from cxr_severity import worker
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.worker.dicomweb import _DOWN

CODE = re.compile(r"[a-z]+(-[a-z]+)+")
PREFIX = re.compile(r"([a-z]+[-:])")
NO_CODES = {
    "cxr-severity", "has-results", "no-room",  # a folder, and what became of a film that was pushed
    "worker-",  # threads
}  # fmt: skip


def documented() -> set[str]:
    """By prefix those that are filled in."""
    text = (REPOSITORY / "docs" / "hospital.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Codes\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)
    firsts = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    found = [code for first in firsts for code in re.findall(r"`([^`]+)`", first)]
    assert len(found) == len(set(found))
    return {re.sub(r"[A-Z]+$", "", code) for code in found}


def said() -> Iterator[str]:
    """By this package: whatever looks like a code, and whatever an error of it is made with."""
    for path in Path(worker.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.JoinedStr([ast.Constant(str(text)), *_]) if PREFIX.fullmatch(text):
                    yield text
                case ast.Constant(str(text)) if CODE.fullmatch(text):
                    yield text
                case ast.Call(ast.Name(name), [ast.Constant(str(text)), *_]) if name in (
                    "DownError",
                    "PassingError",
                    "SilentError",
                    "LastingError",
                ):
                    yield text


def refusals(kind: type[InputRefusedError] = InputRefusedError) -> Iterator[str]:
    for each in kind.__subclasses__():
        if each.__module__.startswith(("cxr_severity.imaging", "cxr_severity.interop")):
            yield each.code
            yield from refusals(each)


def test_each_code_stands_in_the_tables_and_no_other() -> None:
    # Where an expression or SQL says it.
    others = {*_DOWN.values(), "unreachable", "busy", "refused", "forgotten"}
    codes = {*said(), *refusals(), *others} - NO_CODES
    # Whose number is written out.
    codes = {re.sub(r"^http-\d+$", "http-", code) for code in codes}
    assert documented() == codes
