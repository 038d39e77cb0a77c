"""Measurements, limits and findings of the gate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NO_LIMITS, random_guard

from cxr_severity.model.gate import (
    DESCRIPTION,
    KINDS,
    GateLimits,
    Kind,
    Limit,
    Measurements,
    describe,
    judge,
)
from cxr_severity.model.lungs import LungField, measure_lungs
from cxr_severity.model.networks.constants import FEATURES
from cxr_severity.texts.findings import FINDING_CODES, MESSAGES, FindingCode

LIMITS = GateLimits(
    colour=Limit(reject=0.08),
    frontal=Limit(reject=0.5),
    distance=Limit(warn=1.5, reject=3),
    lung_area=Limit(reject=0.05),
    lung_span=Limit(warn=0.3, reject=0.1),
    lung_border=Limit(warn=0.6),
    side=Limit(warn=224, reject=64),
    lung_black=Limit(warn=0.2),
    lung_contrast=Limit(warn=0.04),
    lung_white=Limit(warn=0.02, reject=0.25),
    lung_balance=Limit(warn=0.5, reject=0.3),
    lung_width=Limit(reject=0.17),
    lung_gap=Limit(reject=0.3),
)
GOOD = Measurements(
    colour=0, frontal=0.99, likeliest="other", distance=1, side=1024, lung_area=0.3, lung_span=0.6,
    lung_border=0.2, lung_black=0.01, lung_contrast=0.15, lung_white=0, lung_balance=0.9,
    lung_width=0.1, lung_gap=0,
)  # fmt: skip
LUNGS = LungField(np.zeros((64, 64), np.float32), 0.3, 0.6, 0.2, 0.01, 0.15)


def test_a_good_film_has_no_findings() -> None:
    assert judge(GOOD, LIMITS).accepted
    assert judge(GOOD, LIMITS).findings == ()


@pytest.mark.parametrize(
    ("change", "code", "level"),
    [
        ({"colour": 0.2}, "colour-image", "reject"),
        ({"frontal": 0.1, "likeliest": "lateral"}, "lateral-projection", "reject"),
        ({"frontal": 0.1, "likeliest": "cross-section"}, "cross-section", "reject"),
        ({"frontal": 0.1, "likeliest": "other"}, "not-a-radiograph", "reject"),
        ({"frontal": 0.1, "likeliest": "inverted"}, "inverted-grey-scale", "reject"),
        ({"frontal": 0.1, "likeliest": "quarter-turn"}, "turned-by-90-degrees", "reject"),
        ({"frontal": 0.1, "likeliest": "half-turn"}, "turned-by-180-degrees", "reject"),
        ({"distance": 2.0}, "unfamiliar-image", "warn"),
        ({"distance": 4.0}, "unfamiliar-image", "reject"),
        ({"side": 200}, "low-resolution", "warn"),
        ({"side": 40}, "low-resolution", "reject"),
        ({"lung_area": 0.01, "lung_contrast": 0}, "lungs-not-found", "reject"),
        ({"lung_span": 0.2}, "field-too-small", "warn"),
        ({"lung_span": 0.05}, "field-too-small", "reject"),
        ({"lung_border": 0.9}, "lungs-cut-off", "warn"),
        ({"lung_black": 0.5}, "over-exposed", "warn"),
        ({"lung_contrast": 0.01}, "under-exposed", "warn"),
        ({"lung_white": 0.1}, "whited-out", "warn"),
        ({"lung_white": 0.4}, "whited-out", "reject"),
        ({"lung_balance": 0.4}, "one-lung", "warn"),
        ({"lung_balance": 0.1, "lung_span": 0.05}, "one-lung", "reject"),
        ({"lung_width": 0.2}, "several-pictures", "reject"),
        ({"lung_gap": 0.5}, "several-pictures", "reject"),
        ({"lung_width": 0.2, "lung_gap": 0.5}, "several-pictures", "reject"),
    ],
)
def test_each_fault_has_its_finding(
    change: dict[str, object], code: FindingCode, level: str
) -> None:
    (finding,) = judge(replace(GOOD, **change), LIMITS).findings  # type: ignore[arg-type]
    assert (finding.code, finding.level) == (code, level)
    assert finding.message == MESSAGES[code]
    assert finding.value is not None
    assert finding.limit is not None


def test_findings_that_reject_come_first() -> None:
    """Whatever was looked at first: here the distance, which only warns."""
    quality = judge(replace(GOOD, distance=2, side=50, lung_border=0.9), LIMITS)
    assert [(finding.code, finding.level) for finding in quality.findings] == [
        ("low-resolution", "reject"),
        ("unfamiliar-image", "warn"),
        ("lungs-cut-off", "warn"),
    ]
    assert not quality.accepted


def test_a_picture_without_frontal_lungs_hears_nothing_about_them() -> None:
    faults = {"frontal": 0.1, "lung_border": 0.9, "lung_contrast": 0.01}
    for likeliest, codes in (("other", 1), ("lateral", 1), ("inverted", 3)):
        found = replace(GOOD, **faults, likeliest=likeliest)  # type: ignore[arg-type]
        assert len(judge(found, LIMITS).findings) == codes


def test_every_code_has_a_sentence() -> None:
    assert set(MESSAGES) == set(FINDING_CODES)
    assert all(message.endswith(".") for message in MESSAGES.values())


@given(
    st.builds(
        Measurements,
        colour=st.floats(0, 1), frontal=st.floats(0, 1),
        likeliest=st.sampled_from(KINDS[1:]), distance=st.floats(0, 100),
        side=st.integers(1, 10_000), lung_area=st.floats(0, 1), lung_span=st.floats(0, 1),
        lung_border=st.floats(0, 1), lung_black=st.floats(0, 1), lung_contrast=st.floats(0, 1),
    )
)  # fmt: skip
def test_a_worse_image_never_passes_where_a_better_one_does_not(found: Measurements) -> None:
    worse = judge(replace(found, colour=1.0, frontal=0.0, distance=100.0, side=1), LIMITS)
    assert not worse.accepted
    kept = {"colour-image", "unfamiliar-image", "low-resolution"}
    before = {finding.code for finding in judge(found, LIMITS).findings} & kept
    assert before <= {finding.code for finding in worse.findings}


def test_a_gate_without_limits_finds_nothing() -> None:
    features = np.random.default_rng(0).normal(size=(FEATURES, 7, 7)).astype(np.float32)
    assert random_guard(NO_LIMITS).gate(features, LUNGS, 0, 512).findings == ()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_cannot_be_measured_is_said_and_logged_without_pixels(
    value: float, caplog: pytest.LogCaptureFixture
) -> None:
    features = np.full((FEATURES, 7, 7), value, np.float32)
    with np.errstate(all="ignore"):
        quality = random_guard(LIMITS).gate(features, LUNGS, 0, 512)
    (finding,) = quality.findings
    assert (finding.code, finding.level) == ("not-measured", "warn")
    assert quality.accepted
    assert "features are not finite" in caplog.text
    assert "array" not in caplog.text


def test_a_description_tells_top_from_bottom_and_left_from_right() -> None:
    features = np.zeros((FEATURES, 7, 7), np.float32)
    features[0, :3] = 1
    features[1, :, 4:] = 1
    mean, vertical, horizontal = np.split(describe(features), 3)
    assert vertical[:2].tolist() == [1, 0]
    assert horizontal[:2].tolist() == [0, -1]
    assert mean[0] == pytest.approx(3 / 7)
    assert describe(np.stack([features, features])).shape == (2, DESCRIPTION)


def test_an_exchanged_half_changes_the_probabilities() -> None:
    rng = np.random.default_rng(1)
    gate = random_guard().gate
    features = rng.normal(size=(FEATURES, 7, 7)).astype(np.float32)
    upright, turned = (gate.kinds(describe(f)) for f in (features, features[:, ::-1, ::-1]))
    assert upright.sum() == pytest.approx(1)
    assert not np.allclose(upright, turned, atol=1e-3)


def test_lungs_are_measured_in_shares_of_the_image() -> None:
    mask = np.zeros((64, 64), np.float32)
    mask[16:48, 8:24] = mask[16:48, 40:56] = 1
    grid = np.full((128, 128), 0.5, np.float32)
    grid[:64] = 0
    lungs = measure_lungs(mask, grid)
    assert lungs.area == pytest.approx(0.25)
    assert lungs.span == pytest.approx(0.375)
    assert lungs.border == 0
    assert lungs.black == pytest.approx(0.5)
    assert lungs.contrast == pytest.approx(0.25)
    cut = measure_lungs(np.roll(mask, 16, axis=0), grid)
    assert cut.border == pytest.approx(0.5)


def test_no_lungs_have_no_measures_and_no_share() -> None:
    lungs = measure_lungs(np.zeros((64, 64), np.float32), np.ones((128, 128), np.float32))
    assert (lungs.area, lungs.span, lungs.black, lungs.contrast) == (0, 0, 0, 0)
    assert lungs.share_of(np.ones((7, 7), np.float32)) is None


def test_a_maps_share_in_the_lungs() -> None:
    mask = np.zeros((64, 64), np.float32)
    mask[:, :32] = 1
    lungs = measure_lungs(mask, np.ones((128, 128), np.float32))
    left = np.zeros((8, 8), np.float32)
    left[:, :2] = 1
    assert lungs.share_of(left) == pytest.approx(1, abs=0.01)
    assert lungs.share_of(np.ones((8, 8), np.float32)) == pytest.approx(0.5)
    assert lungs.share_of(left[:, ::-1].copy()) == pytest.approx(0, abs=0.01)
    assert lungs.share_of(np.zeros((8, 8), np.float32)) is None


def test_kinds_are_named_once() -> None:
    kinds: tuple[Kind, ...] = KINDS
    assert len(set(kinds)) == len(kinds) == 7
    assert kinds[0] == "frontal"
