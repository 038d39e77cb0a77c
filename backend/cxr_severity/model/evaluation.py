"""Everything that is measured of a version before it ships, and stands in its manifest."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from cxr_severity.model.assessment import Severity
from cxr_severity.model.calibration import TotalInterval
from cxr_severity.model.metrics import (
    Auc,
    BrixiaScores,
    Calibration,
    ConformalScores,
    Correlation,
    Estimate,
    Frozen,
    Metrics,
    SeedScores,
    Selective,
    Subgroup,
    of_its_patients,
)

MapKind = Literal["grad-cam", "opacity"]
Drawn = Literal["masks", "boxes"]
Measure = Literal["peak in opacity", "energy in opacity", "energy in lungs"]
Against = Literal["image", "lungs"]
Curve = Literal["deletion", "insertion"]
Collection = Literal["severity", "ralo"]
"""Of scored films, by the folder that holds them."""


class ExplanationScores(Frozen):
    """Where the maps point, compared with maps that know nothing."""

    map: MapKind = Field(
        default="grad-cam", description="The Grad-CAM, or the network's own map of opacity"
    )
    drawn: Drawn = Field(default="masks", description="How the opacities of these films are marked")
    measure: Measure
    against: Against = Field(description="What the uninformed map is spread over, evenly")
    images: int
    patients: int
    measured: Estimate
    uninformed: Estimate
    difference: Estimate = Field(description="Measured less uninformed, paired by image")
    times: Estimate | None = Field(
        default=None, description="Mean of the measured over the mean of the uninformed"
    )


class FaithfulnessScores(Frozen):
    """What becomes of the estimated total as pixels go or come in the order of a map.

    Deletion blurs the places that a map ranks highest first, so the less area under the curve the
    better; insertion starts blurred and shows them first (RISE; Petsiuk et al., BMVC 2018).
    """

    map: MapKind
    curve: Curve
    images: int
    patients: int
    measured: Estimate = Field(description="Area under the curve; the total as share of 18")
    random: Estimate = Field(description="The same of a map of chance")
    even: Estimate = Field(description="The same of a map that is the same everywhere")
    less_random: Estimate = Field(description="Measured less random, paired by image")


class GateScores(Frozen):
    """What the gate did with images of one origin that it was not fitted on."""

    origin: str
    wanted: Literal["pass", "reject", "notice"] = Field(
        description="`notice`: at least a warning, for films that were taken or cut badly"
    )
    images: int
    rejected: Estimate = Field(description="Share rejected; Wilson interval, as for `noticed`")
    noticed: Estimate = Field(description="Share with any finding")


class Shift(Frozen):
    """What a change that should not matter, or that takes something away, does to the readings."""

    change: str
    matters: bool = Field(description="Whether the change takes away what a reader needs")
    images: int
    patients: int
    flipped: Estimate = Field(description="Share of films whose class changes")
    moved: Estimate = Field(description="Mean over films of the largest change of a probability")
    kappa: Estimate | None = Field(
        description="Quadratic weighted kappa with the reference class; null where all are of one"
    )

    _exact = field_validator("flipped")(of_its_patients)


class SourceProbe(Frozen):
    """How well the features tell which collection a film is from: a shortcut that is open."""

    collection: str = Field(
        default="the collection that most of them are of", description="Told from the others"
    )
    images: int
    patients: int
    balanced_accuracy: Estimate
    chance: float


Source = Literal["brixia", "extent-opacity", "ralo"]


class Agreement(Frozen):
    """How near one reading of films comes to another: of a model or of a person."""

    reader: str
    reference: str
    images: int
    patients: int
    accuracy: Estimate | None = Field(description="Null, as all but `total_r`, for another scale")
    macro_f1: Estimate | None
    quadratic_weighted_kappa: Estimate | None
    two_step_errors: Estimate | None
    total_r: Estimate = Field(description="Pearson correlation of the Brixia totals")
    total_mae: Estimate | None
    total_bias: Estimate | None = Field(description="Mean of this reader less the reference")

    _exact = field_validator("accuracy", "two_step_errors")(of_its_patients)


class SourceScores(Frozen):
    """The films of one kind of reference: the model, the readers with each other, and others."""

    source: Source
    readings: list[Agreement] = Field(description="The model's first")
    expected_error: Estimate = Field(description="Expected calibration error, as shipped")
    coverage: Estimate = Field(description="Of the prediction sets")
    referred: Estimate = Field(description="Share of sets of more than one class")
    accuracy_at_half: Estimate = Field(description="On the most confident half")
    interval_coverage: Estimate | None = Field(description="Of the interval of the total")


class AcrossHospitals(Frozen):
    """Networks trained without one collection, and tested on all of it."""

    without: Collection
    readings: list[Agreement] = Field(description="The model's first")
    referred: Estimate


class SeriesScores(Frozen):
    """Does the change between two films of a patient agree with the raters' change?"""

    source: Source
    reader: str
    reference: str
    pairs: int = Field(
        description="Of films that follow one another, at different times, maybe of one day"
    )
    patients: int
    change_r: Estimate = Field(description="Pearson correlation of the changes of the total")
    change_mae: Estimate
    clear_pairs: int = Field(description="With a reference change of at least 2 points")
    same_sign: Estimate = Field(
        description="Share of the clear pairs whose change goes the same way"
    )


class IntervalScores(Frozen):
    """The interval for the Brixia total, each fold by a fit on other patients."""

    fitted: TotalInterval = Field(description="Fitted on all readings; what a version has")
    coverage: Estimate = Field(description="Share of readings whose interval holds the reference")
    coverage_per_class: dict[Severity, Estimate]
    mean_width: Estimate = Field(description="Points of the total, 0-18")


class FirstEdition(Frozen):
    """The films and classes that version 1.0.0 was measured by."""

    version: str
    images: int
    accuracy: Estimate
    macro_f1: Estimate
    quadratic_weighted_kappa: Estimate | None


class Evaluation(Frozen):
    """Everything measured on out-of-fold readings: of networks that never saw the patient."""

    metrics: Metrics
    seeds: list[SeedScores]
    majority: Metrics = Field(description="Who always says the most frequent class")
    readers: Metrics | None = Field(
        description="The junior radiologist's class against the senior's, on films both scored; "
        "null where there are none"
    )
    on_readers_films: Metrics | None = Field(
        description="The model against the mean of both, on exactly those films"
    )
    against_senior: Metrics | None = Field(
        description="The model against the senior alone, on exactly those films"
    )
    auc: Auc
    calibration: Calibration
    conformal: ConformalScores
    selective: Selective
    brixia: BrixiaScores | None = Field(description="The model against the mean of both readers")
    readers_brixia: BrixiaScores | None = Field(description="The junior against the senior")
    correlations: list[Correlation]
    subgroups: list[Subgroup]
    explanations: list[ExplanationScores]
    gate: list[GateScores] = Field(default=[], description="Empty where it was not measured")
    shifts: list[Shift] = Field(default=[], description="Likewise")
    source_probe: SourceProbe | None = Field(default=None, description="Likewise")
    interval: IntervalScores | None = Field(
        default=None, description="Null, or empty, like all below, in versions without it"
    )
    sources: list[SourceScores] = Field(default=[])
    across: list[AcrossHospitals] = Field(default=[])
    series: list[SeriesScores] = Field(default=[])
    faithfulness: list[FaithfulnessScores] = Field(default=[])
    first_edition: list[FirstEdition] = Field(default=[], description="This version, and 1.0.0")
