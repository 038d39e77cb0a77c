"""Work shared out to processes of one thread each."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVarTuple

import torch

from cxr_severity.machine import end_with_parent
from cxr_training.errors import TrainingError

Arguments = TypeVarTuple("Arguments")


def share_out(
    jobs: int, work: Callable[[*Arguments], None], calls: Sequence[tuple[*Arguments]]
) -> None:
    """Make all calls, `jobs` at a time; one at a time in this process. The first error ends it.

    Raises:
        TrainingError: the system ended one of the processes.
    """
    if jobs == 1:
        for call in calls:
            work(*call)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _begin_process) as pool:
        futures = [pool.submit(work, *call) for call in calls]
        try:
            for future in as_completed(futures):
                future.result()
        except BrokenProcessPool as error:
            raise TrainingError(
                "the system ended a process that trained, as it does where memory runs out"
            ) from error
        except BaseException:
            # Said now, and not when all that wait have been trained.
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin_process() -> None:
    # Threads that share busy cores wait for each other.
    torch.set_num_threads(1)
    # Else it would go on beside those of the run that goes on from here.
    end_with_parent()
