"""What a run's networks have in common: the framer, the pretext, and the copies of all films."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import torch

from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.reference.networks import pack_network
from cxr_training.config import TrainConfig
from cxr_training.copies import CopiesOnDisk, Inputs, augment, make_copies
from cxr_training.films import Films
from cxr_training.framing import teach_frames
from cxr_training.learn import Student, learn
from cxr_training.lesson import Material, lesson_of, unused_lesions
from cxr_training.networks import device, load_network
from cxr_training.run_folder import RunFolder
from cxr_training.splits import Split
from cxr_training.whole_file import write_whole


def find_frames(
    folder: RunFolder, config: TrainConfig, films: Films, split: Split, start: CellNet
) -> None:
    """Teach the framer of `start`, in place."""
    if not folder.framed.is_file():
        unused = unused_lesions(split)
        count = len(films.dataset.cases)
        learned = [count + k for k, one in enumerate(films.lesions) if one.file not in unused]
        teach_frames(start, films, learned, config.framer, config.preprocess, config.seeds[0])
        write_whole(folder.framed, pack_network(start))
    # As it is stored: every network of the run has it in half precision.
    start.load_state_dict(load_network(config, folder.framed).state_dict())


def teach_places(
    folder: RunFolder, config: TrainConfig, films: Films, split: Split, start: CellNet, copies: Path
) -> None:
    """The pretext: where lungs and opacities are, and what a study was called. Without one of its
    own a round starts as the one before did.

    Args:
        copies: folder of those that are learned from, where the first blocks stay fixed here too.
    """
    if folder.places.is_file():
        return
    pretext = config.pretext
    if pretext is None:
        write_whole(folder.places, pack_network(start))
        return
    torch.manual_seed(config.seeds[0])

    framer = None if start.framer is None else copy.deepcopy(start.framer)  # `start` may move

    def drawn(indices: torch.Tensor, generator: torch.Generator) -> Inputs:
        return augment(
            films, indices, pretext.size, config.augment, config.preprocess, generator,
            framer,
        )  # fmt: skip

    source = CopiesOnDisk(copies) if pretext.frozen_blocks else drawn
    material = Material(films.dataset.cases, films.lesions, split)
    lesson = lesson_of(config, pretext, material, source)
    folder.places.parent.mkdir(parents=True, exist_ok=True)
    network = learn(
        Student(start), lesson, pretext, config.loss, config.seeds[0],
        folder.places.with_name("last.ckpt"), split.sha256, device(),
    )  # fmt: skip
    write_whole(folder.places, pack_network(network))


def make_all_copies(
    folder: Path, config: TrainConfig, films: Films, split: Split, network: CellNet
) -> None:
    """Copies of every film that is learned from, through the blocks of `network` that stay
    fixed."""
    of_set = config.copies.model_dump()
    copies = [of_set[case.set] for case in films.dataset.cases]
    unused = unused_lesions(split)
    copies += [0 if one.file in unused else of_set[one.set] for one in films.lesions]
    make_copies(
        folder, films, network, config.main.frozen_blocks, np.array(copies),
        config.augment, config.preprocess, config.seeds[0],
    )  # fmt: skip
