"""How a version did on patients it had never seen; the figures that a manifest carries."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from cxr_severity.model.assessment import Severity
from cxr_severity.model.calibration import Conformal, Scaling


class Frozen(BaseModel):
    """A part of a manifest: immutable, and nothing in it goes unread."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Estimate(Frozen):
    """A measured value with its 95% interval."""

    value: float
    low: float
    high: float

    @property
    def flat(self) -> bool:
        """Whether it is the same in every resample, which is no interval."""
        return self.low == self.high


def of_patients(share: Estimate, patients: int) -> Estimate:
    """A share with an interval also where no patient, or every one, is hit.

    There each resample says what the sample says, and the bootstrap's interval has no width; the
    exact one of Clopper and Pearson (Biometrika 1934) has: of none among n patients, 0 to
    1 - 0.025^(1/n). Patients are counted, and not films, as the bootstrap does.
    """
    if not share.flat or share.value not in (0, 1) or patients < 1:
        return share
    beyond = round(1 - 0.025 ** (1 / patients), 4)
    low, high = (0.0, beyond) if share.value == 0 else (round(1 - beyond, 4), 1.0)
    return Estimate(value=share.value, low=low, high=high)


def of_its_patients(share: Estimate | None, info: ValidationInfo) -> Estimate | None:
    """`of_patients` by the field `patients`, which stands before the share: for figures that a
    version was made with as for new ones."""
    patients = info.data.get("patients")
    return share if share is None or patients is None else of_patients(share, patients)


class ClassMetrics(Frozen):
    precision: Estimate
    recall: Estimate
    f1: Estimate
    support: int = Field(description="Images of this class in the evaluated set")


class Metrics(Frozen):
    """How a version did on patients it had never seen."""

    evaluated_on: str = Field(description="Which images, and how they were set apart")
    interval: str = Field(description="How the intervals were made")
    images: int
    patients: int
    seeds: int = Field(
        default=1, description="Readings of each image, by networks of different random seeds"
    )
    accuracy: Estimate
    macro_f1: Estimate
    quadratic_weighted_kappa: Estimate | None = Field(
        description="Null where all is of one grade, by the reference and as read"
    )
    two_step_errors: Estimate | None = Field(
        default=None, description="Share of readings that took mild for severe or severe for mild"
    )
    per_class: dict[Severity, ClassMetrics]
    confusion_matrix: list[list[int]] = Field(
        description="Rows: reference; columns: predicted; both mild, moderate, severe; counts "
        "every reading of an image"
    )

    _exact = field_validator("accuracy", "two_step_errors")(of_its_patients)


class SeedScores(Frozen):
    """The same images as read by the networks of one random seed."""

    seed: int
    accuracy: float
    macro_f1: float
    quadratic_weighted_kappa: float
    brixia_mae: float | None = Field(description="Of the total; null where no film has one")


class Auc(Frozen):
    """Areas under the receiver operating characteristic, mean over the seeds."""

    per_class: dict[Severity, Estimate] = Field(description="This class against the other two")
    macro: Estimate = Field(description="Mean of the three")


class ReliabilityBin(Frozen):
    """Readings whose confidence lies in one of 15 bins of equal width; empty bins are left out."""

    readings: int
    confidence: float = Field(description="Mean probability of the predicted class")
    accuracy: Estimate = Field(description="Share of them whose predicted class is right")


class CalibrationScores(Frozen):
    expected_error: Estimate = Field(description="Expected calibration error, 15 equal-width bins")
    adaptive_error: Estimate = Field(description="The same over 15 bins of equally many readings")
    brier: Estimate = Field(description="Sum over the classes of squared errors, 0-2")
    log_loss: Estimate = Field(description="Mean negative log-likelihood, nats")
    reliability: list[ReliabilityBin]


class Calibration(Frozen):
    """Do the probabilities mean what they say? Each fold by a fit on other patients."""

    fitted: Scaling = Field(description="Fitted on all readings; what a version carries")
    temperatures: list[float] = Field(description="Fitted without the fold each was measured on")
    before: CalibrationScores = Field(description="Softmax of the raw logits")
    tempered: CalibrationScores = Field(
        description="What the class layer says alone: after the fold's temperature, without what "
        "the total of the zones adds, with which that is fitted"
    )
    after: CalibrationScores = Field(description="After the fold's scaling: as it ships")


class ConformalScores(Frozen):
    """Prediction sets, each fold by a threshold of other patients."""

    fitted: Conformal = Field(description="Threshold fitted on all readings; what a version has")
    coverage: Estimate = Field(description="Share of readings whose set holds the reference class")
    coverage_per_class: dict[Severity, Estimate]
    mean_size: Estimate = Field(description="Classes in a set, 1-3")
    single: Estimate = Field(description="Share of sets of one class")

    @property
    def referred(self) -> Estimate:
        """Share of sets of more than one class: these films are for a person to decide."""
        single = self.single
        value, low, high = (round(1 - x, 4) for x in (single.value, single.high, single.low))
        return Estimate(value=value, low=low, high=high)


class SelectivePoint(Frozen):
    coverage: float
    accuracy: Estimate


class Selective(Frozen):
    """Accuracy where the least confident readings are left to a person."""

    area: Estimate = Field(
        description="Area under the risk-coverage curve: mean share of errors over all coverages"
    )
    accuracy_at_half: Estimate = Field(description="On the most confident half")
    coverage_at_90: Estimate = Field(
        description="Largest share of the most confident readings that is right at least 9 times "
        "in 10, found with hindsight; 0 where there is none"
    )
    curve: list[SelectivePoint] = Field(description="Coverage 0.05 to 1, in steps of 0.05")


class BrixiaScores(Frozen):
    """How near Brixia scores come to a reference."""

    reference: str
    images: int
    patients: int
    total_mae: Estimate = Field(description="Mean absolute error of the total (0-18)")
    total_bias: Estimate = Field(description="Mean of estimate less reference")
    total_r: Estimate = Field(description="Pearson correlation of the totals")
    zone_mae: Estimate = Field(description="Mean absolute error of a zone (0-3)")


class Correlation(Frozen):
    """The estimated Brixia total against another score of the same films, taught beside it.

    Of version 1.0.0, extent and opacity also of films whose reference is made of these two.
    """

    score: Literal["extent", "opacity", "grade", "involvement"]
    images: int
    patients: int
    rho: Estimate = Field(description="Spearman rank correlation")


class Subgroup(Frozen):
    attribute: Literal["view", "sex", "age", "source"]
    value: str
    images: int
    patients: int
    accuracy: Estimate
    macro_f1: Estimate = Field(description="Over the classes that occur in the subgroup")
    quadratic_weighted_kappa: Estimate | None = Field(
        description="Null where all is of one grade, by the reference or as read"
    )

    _exact = field_validator("accuracy")(of_its_patients)

    @field_validator("quadratic_weighted_kappa")
    @classmethod
    def _exists(cls, kappa: Estimate | None) -> Estimate | None:
        # In 1.0.0 it was written as 0 in the sample and in every resample.
        return None if kappa is not None and kappa.flat and kappa.value == 0 else kappa
