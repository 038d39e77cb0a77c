"""From trained networks to a version: gathered, measured, calibrated, exported."""

from __future__ import annotations

from pathlib import Path

import torch

from cxr_severity.model.manifest import DataProvenance
from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.reference.networks import load_state, pack_network
from cxr_training.cases import Dataset
from cxr_training.config import TrainConfig
from cxr_training.drift import add_reference
from cxr_training.evaluation.explanations import drawings, explanations_csv
from cxr_training.evaluation.probes import probe
from cxr_training.evaluation.run_files import evaluate_run, explain_run
from cxr_training.evaluation.tables.grades import headline_table
from cxr_training.export import export
from cxr_training.films import Films
from cxr_training.gate.by_fold import fit_guard, gate_note, measure_fold
from cxr_training.gate.examples import Images
from cxr_training.gate.rows import GateRow, write_rows
from cxr_training.networks import load_network
from cxr_training.out_of_fold import gather
from cxr_training.run_folder import RunFolder, Unit
from cxr_training.splits import Split
from cxr_training.whole_file import write_whole


def finish(
    folder: RunFolder, config: TrainConfig, data: Path, films: Films, dataset: Dataset,
    split: Split, images: Images, backbone_sha256: str,
) -> str:  # fmt: skip
    """Gather what the folds' networks said, fit what follows them, and export a version.

    Returns:
        What was measured, and where the version is.
    """
    units = [folder.unit(fold, seed) for seed in config.seeds for fold in range(config.split.folds)]
    gather(folder.predictions, [unit.predictions for unit in units])
    held = set(split.held_back)
    drawn = list(drawings(data, [one for one in films.lesions if one.file in held]))
    write_whole(folder.explanations, explanations_csv(explain_run(folder, drawn)))
    rows: list[GateRow] = []
    for fold in range(config.split.folds):
        unit = folder.unit(fold, config.seeds[0])
        rows += measure_fold(
            load_network(config, unit.weights), films, split, fold, images, config.gate,
            config.preprocess, unit.gate,
        )  # fmt: skip
    write_rows(folder.gate, rows, gate_note(images, config.gate))
    network = mean_network(config, units)
    gate = fit_guard(network, images, rows, config.gate, config.preprocess)
    evaluation = evaluate_run(folder, data, dataset, version=config.version)
    networks = {
        fold: load_network(config, folder.unit(fold, config.seeds[0]).weights)
        for fold in range(config.split.folds)
    }
    evaluation = probe(
        networks, split.fold, folder.predictions, dataset, config.preprocess, evaluation
    )
    write_whole(folder.evaluation, (evaluation.model_dump_json(indent=2) + "\n").encode())
    provenance = DataProvenance(
        labels_sha256=dataset.labels_sha256,
        split_sha256=split.sha256,
        backbone_sha256=backbone_sha256,
        images=len(dataset.cases),
        classed=sum(case.severity is not None for case in dataset.cases),
        patients=len({case.patient for case in dataset.cases}),
        folds=config.split.folds,
    )
    version = export(network, gate, config, provenance, evaluation, dataset, folder.weights)
    add_reference(version, dataset, folder.predictions)
    return f"{headline_table(evaluation)}\nversion {config.version} is in {version}"


def mean_network(config: TrainConfig, units: list[Unit]) -> CellNet:
    """What ships: the mean of the folds' weights (model soups; Wortsman et al., ICML 2022).

    All started from one pretext and so lie in one basin, where the mean of weights answers as the
    mean of networks does. Each film was learned by all but one of them.
    """
    states = [load_network(config, unit.weights).state_dict() for unit in units]
    network = CellNet(config.network, config.preprocess.size)
    network.load_state_dict(
        {
            key: torch.stack([state[key] for state in states]).mean(dim=0)
            if value.is_floating_point()
            else value
            for key, value in states[0].items()
        }
    )
    # As it is stored: gate, faint maps and the golden answer are those of what ships.
    load_state(network, pack_network(network))
    return network.eval().requires_grad_(False)
