"""The images of one request, each judged by itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from threading import Event

from cxr_severity.api.access.audit import judgement, unbegun
from cxr_severity.api.admission import check_waiting, unless_left
from cxr_severity.api.errors import ApiError
from cxr_severity.api.state import State
from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.limits import Limits
from cxr_severity.model.assessment import Assessment
from cxr_severity.model.predictor import Predictor, TensorError
from cxr_severity.service.pipeline import Options, judge, judge_tensor

Image = bytes | Float32Array
"""A file, or a prepared image."""


@dataclass(frozen=True, slots=True)
class Judging:
    """For one request; its methods are blocking."""

    state: State
    caller: str
    predictor: Predictor
    options: Options

    def one(self, image: Image, left: Event) -> Assessment:
        """`left`: set when the client has left.

        Raises:
            ApiError, InputRefusedError, RejectedError: the image cannot be judged.
            ClientDisconnect: nobody waits for it any more.
        """
        state = self.state
        waiting = partial(check_waiting, left)
        with state.running.one(), state.film_memory.share(state.limits, waiting) as limits:
            return self._judged(image, limits, left)

    def unbegun(self, image: Image) -> None:
        """Its client has left before its turn came."""
        version = self.predictor.manifest.version
        unbegun(self.caller, version, _bytes(image), self.state.metrics)

    def _judged(self, image: Image, limits: Limits, left: Event) -> Assessment:
        state, version = self.state, self.predictor.manifest.version
        with judgement(self.caller, version, _bytes(image), state.metrics) as known:
            with state.batcher.ticket() as ticket:
                submit = unless_left(left, ticket.submit)
                if isinstance(image, bytes):
                    judged = judge(
                        self.predictor,
                        image,
                        self.options,
                        limits=limits,
                        submit=submit,
                        decode=state.decoding.decode,
                    )
                    check_waiting(left)
                    known.end_with(judged)
                    return judged.assessment
                try:
                    found = judge_tensor(self.predictor, image, self.options, submit=submit)
                except TensorError as error:
                    raise ApiError(
                        "invalid-request", "`input` is not what the version's `preprocess` gives."
                    ) from error
            check_waiting(left)
            known.graded(found)
            return found


def _bytes(image: Image) -> bytes:
    return image if isinstance(image, bytes) else image.tobytes()
