"""The refusals of an image: each is declared once, whole, and shown in the tree."""

from __future__ import annotations

import re

from cxr_severity.imaging import errors
from cxr_severity.imaging.errors import FileTooLargeError, refusals

TREE = re.compile(r"(?:├──|└──) (\w+) +([a-z0-9-]+) +(\d{3})$", re.MULTILINE)


def test_every_refusal_is_declared_in_this_module_and_stands_in_its_tree() -> None:
    # Results have a few of their own, in a tree of theirs.
    own = [error for error in refusals() if error.__module__ != "cxr_severity.interop.errors"]
    declared = [(error.__name__, error.code, str(error.status)) for error in own]
    assert len(declared) >= 15
    assert {error.__module__ for error in own} == {errors.__name__}
    assert TREE.findall(errors.__doc__ or "") == declared


def test_codes_are_given_once() -> None:
    codes = [error.code for error in refusals()]
    assert len(set(codes)) == len(codes)


def test_a_refusal_tells_what_it_was_made_of() -> None:
    error = FileTooLargeError("It has {count} bytes.", count=3)
    assert (error.detail, str(error)) == ("It has 3 bytes.", "It has 3 bytes.")
    assert (error.kind().code, error.kind().status) == ("file-too-large", 413)
