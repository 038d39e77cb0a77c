"""What a run runs on."""

from __future__ import annotations

import os

import torch


def processes() -> int:
    """How many processes `torchrun` started on this machine; 1 without it."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


def is_first_process() -> bool:
    """Whether this process is the one that writes files."""
    return os.environ.get("RANK", "0") == "0"


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
