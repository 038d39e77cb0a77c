"""What docs/security.md says is tested is tested: each row names a test, and that test is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import REPOSITORY

TESTS = REPOSITORY / "backend" / "tests"


def _rows() -> Iterator[list[str]]:
    """The cells of each row in a table whose last column is `test`."""
    inside = False
    for line in (REPOSITORY / "docs" / "security.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else []
        if not cells:
            inside = False
        elif cells[-1] == "test":
            inside = True
        elif inside and set(line) - set("|- "):
            yield cells


def _named(cell: str, before: list[Path]) -> tuple[list[Path], dict[str, list[Path]]]:
    """The files that a cell names, and the tests with where they must be; `the same` are the files
    of the row above."""
    files = [] if "the same" not in cell else list(before)
    wanted: dict[str, list[Path]] = {}
    last = files
    for name in re.findall(r"`([^`]+)`", cell):
        if name.endswith((".py", ".sh", ".ts")):
            whole = name.startswith(("scripts/", "frontend/"))
            at = REPOSITORY / ("" if whole else "backend") / name
            last = [at] if "/" in name else list(TESTS.rglob(name))
            assert last, f"there is no {name}"
            assert all(path.is_file() for path in last), f"there is no {name}"
            files += last
        else:
            wanted[name] = last
    return files, wanted


def _defined(path: Path) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)}


def test_each_row_names_a_test_that_is_there() -> None:
    before: list[Path] = []
    rows = list(_rows())
    assert len(rows) > 30
    for cells in rows:
        files, wanted = _named(cells[-1], before)
        assert files, f"no test is named for: {cells[0]}"
        for name, paths in wanted.items():
            begins = name.removesuffix("…")
            found = [each for path in paths for each in _defined(path) if each.startswith(begins)]
            assert found, f"{name} is not in {[path.name for path in paths]}"
            if begins == name:
                assert name in found, name
        before = files


@pytest.mark.parametrize("cell", ["`tests/api/test_nothing.py`", "`test_nothing.py`"])
def test_a_file_that_is_missing_is_noticed(cell: str) -> None:
    with pytest.raises(AssertionError, match="there is no"):
        _named(cell, [])
