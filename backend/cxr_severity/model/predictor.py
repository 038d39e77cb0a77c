"""The one entry point to a version of the model, for service, command line and training."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import torch

from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.artifact import ArtifactError, load_network, read_manifest
from cxr_severity.model.assessment import (
    SEVERITIES,
    ZONES,
    Assessment,
    Brixia,
    Explanation,
    Target,
)
from cxr_severity.model.calibration import prediction_set, softmax
from cxr_severity.model.explain import grad_cam
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.manifest import Manifest
from cxr_severity.model.network import SeverityNet
from cxr_severity.model.preprocess import to_tensor
from cxr_severity.model.quality import Quality


class Predictor:
    """A loaded version. Safe to call from several threads: nothing changes after construction."""

    def __init__(
        self, manifest: Manifest, network: SeverityNet, device: torch.device | str = "cpu"
    ) -> None:
        self.manifest = manifest
        self._device = torch.device(device)
        self._network = network.to(self._device).eval().requires_grad_(False)

    @classmethod
    def load(cls, directory: Path, device: torch.device | str = "cpu") -> Predictor:
        """Load a version from its folder, check it against its manifest, and warm it up.

        Raises:
            ArtifactError: when anything about the version does not match, including its answer
                to the golden input, or the device cannot run it.
        """
        manifest = read_manifest(directory)
        network = load_network(directory, manifest)
        try:
            predictor = cls(manifest, network, device)
            predictor._check_golden()
        except (RuntimeError, AssertionError) as error:  # what torch raises for a bad device
            raise ArtifactError(f"the model does not run on device {str(device)!r}") from error
        return predictor

    def _check_golden(self) -> None:
        golden = self.manifest.golden
        answer = self.assess(golden_radiograph())
        worst = max(
            *(abs(answer.probabilities[name] - golden.probabilities[name]) for name in SEVERITIES),
            *(abs(answer.brixia.zones[zone] - golden.zones[zone]) / 10 for zone in ZONES),
        )
        if not worst <= golden.tolerance:
            raise ArtifactError(
                f"version {self.manifest.version} answers its golden input {worst:.4f} away from "
                f"what its manifest expects (tolerance {golden.tolerance})"
            )

    def assess(
        self,
        radiograph: Radiograph,
        *,
        target: Target = "predicted",
        explain: bool = True,
        force: bool = False,
    ) -> Assessment:
        """Severity of one radiograph, with a map for `target` unless `explain` is false.

        The backbone runs once, without gradient; the map takes the gradient of the head alone.

        Raises:
            ImageWithoutContrastError: when the image shows nothing.
        """
        start = perf_counter()
        x = to_tensor(radiograph, self.manifest.preprocess).to(self._device)
        # Not inference_mode: its tensors could not enter the explanation's autograd.
        with torch.no_grad():
            features = self._network.features(x)
        explanation: Explanation | None = None
        if explain:
            model_done = perf_counter()
            index = None if target == "predicted" else SEVERITIES.index(target)
            result = grad_cam(features, self._network.head, index)
            reading = result.reading
            explanation = Explanation(
                method="grad-cam",
                target=SEVERITIES[result.target],
                peak=result.peak,
                low_signal=result.peak <= 0,
                lung_fraction=None,
                cam=result.cam,
            )
        else:
            with torch.no_grad():
                reading = self._network.head(features)
            model_done = perf_counter()
        probabilities = softmax(reading.logits[0].cpu().numpy(), self.manifest.temperature).tolist()
        plausible = prediction_set(probabilities, self.manifest.conformal.threshold)
        return Assessment(
            model_name=self.manifest.name,
            model_version=self.manifest.version,
            probabilities=dict(zip(SEVERITIES, probabilities, strict=True)),
            prediction_set=tuple(SEVERITIES[i] for i in plausible),
            brixia=Brixia(dict(zip(ZONES, reading.zones[0].tolist(), strict=True))),
            quality=Quality(),
            explanation=explanation,
            model_ms=(model_done - start) * 1e3,
            explain_ms=(perf_counter() - model_done) * 1e3 if explain else 0.0,
        )
