"""From the network's input to logits, zones and maps, on any engine.

The backbone runs once for each film; a map costs a gradient of the head alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.answer import Head, SubjectMap
from cxr_severity.model.assessment import Target
from cxr_severity.model.engine import EngineName
from cxr_severity.model.passes import Passes


@dataclass(frozen=True, slots=True, eq=False)
class Inference:
    """What the network says of one image.

    `logits` (3,), `zones` (6,) and `features` (K, h, w) are float32. `places` (3, h, w): the
    probabilities of right lung, left lung and opacity in each cell; None where the network has no
    such map. `model_ms` and `explain_ms` are wall times of the batch that it was in.
    """

    logits: Float32Array
    zones: Float32Array
    features: Float32Array
    map: SubjectMap | None
    model_ms: float
    explain_ms: float
    places: Float32Array | None = None


class Runtime:
    """A network whose costly part runs on an engine, and whose head takes what that gave."""

    def __init__(self, engine: EngineName, passes: Passes, head: Head) -> None:
        self.engine = engine
        self._passes = passes
        self._head = head

    def infer(
        self, batch: Float32Array, wanted: Sequence[Target | None], *, alone: bool = False
    ) -> list[Inference]:
        """(N, 3, S, S) network input to N answers, with a map where a target is wanted.

        `alone` says that nothing else wants the processor, so that all of it may be used.
        """
        start = perf_counter()
        maps = self._passes(batch, alone=alone)
        passed = perf_counter()
        answers = self._head.answer(maps, wanted)
        pass_ms, head_ms = (passed - start) * 1e3, (perf_counter() - passed) * 1e3
        return [
            Inference(
                answer.logits,
                answer.zones,
                film[0][0],
                answer.map,
                pass_ms if answer.map is not None else pass_ms + head_ms,
                head_ms if answer.map is not None else 0.0,
                answer.places,
            )
            for film, answer in zip(maps, answers, strict=True)
        ]
