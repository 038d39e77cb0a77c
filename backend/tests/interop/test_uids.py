"""UIDs of results: valid, and the same again where they follow from a seed."""

from __future__ import annotations

import uuid

import pytest
from pydicom.uid import UID

from cxr_severity.interop.dicom.uids import Uids

LONG_ROOT = "1.2.826.0.1.3680043.10.1234.99999999.1234.5"


@pytest.mark.parametrize("root", ["2.25", "1.2.3", LONG_ROOT])
@pytest.mark.parametrize("seed", [None, "film 1"])
def test_they_are_valid_under_their_root(root: str, seed: str | None) -> None:
    for purpose in ("report", "series", "finding 1"):
        uid = UID(Uids(root, seed).new(purpose))
        assert uid.is_valid
        assert uid.startswith(f"{root}.")


def test_those_of_no_root_are_uuids_that_say_they_are_made_by_rule() -> None:
    found = uuid.UUID(int=int(Uids(seed="film 1").new("report").removeprefix("2.25.")))
    assert (found.variant, found.version) == (uuid.RFC_4122, 8)


def test_they_follow_from_seed_and_purpose_and_from_both_apart() -> None:
    pairs = [("film 1", "report"), ("film 1", "reply"), ("film 2", "report"), ("film 1r", "eport")]
    found = [Uids(seed=seed).new(purpose) for seed, purpose in pairs]
    assert len(set(found)) == len(pairs)
    assert found == [Uids(seed=seed).new(purpose) for seed, purpose in pairs]


def test_without_a_seed_no_two_are_alike() -> None:
    assert len({Uids().new("report") for _ in range(100)}) == 100


@pytest.mark.parametrize("root", ["", "3.1", "1.02", "1.2.", LONG_ROOT + "1"])
def test_what_is_no_root_is_refused(root: str) -> None:
    with pytest.raises(ValueError, match="no root of UIDs"):
        Uids(root)
