"""What a run runs on."""

from __future__ import annotations

import os

import torch

from cxr_training.errors import TrainingError


def processes() -> int:
    """How many processes `torchrun` started on this machine; 1 without it."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


def process() -> int:
    """Which of them this one is, from 0."""
    return int(os.environ.get("RANK", "0"))


def is_first_process() -> bool:
    """Whether this process is the one that writes files."""
    return process() == 0


def batch_share(size: int) -> int:
    """What a process takes of a batch, so that more processes make no larger steps.

    Raises:
        TrainingError: when the batch does not divide among the processes.
    """
    if size % processes():
        raise TrainingError(f"a batch of {size} does not divide among {processes()} processes")
    return size // processes()


def wait_for_all() -> None:
    """Return once every process of the run has come here."""
    if processes() == 1:
        return
    if not torch.distributed.is_initialized():  # as Lightning would do it
        cuda = torch.cuda.is_available()
        if cuda:
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        torch.distributed.init_process_group("nccl" if cuda else "gloo")
    torch.distributed.barrier()
