"""The same run on Ray: a cluster of two nodes, which are processes of this machine."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bulk_scorer import ByContent
from support import REPOSITORY

from cxr_severity.bulk.ray_engine import RayEngine
from cxr_severity.bulk.run import score
from cxr_severity.bulk.seam import EngineUnavailableError
from cxr_severity.bulk.sources import find
from cxr_severity.cli import main
from cxr_severity.service.exits import EXIT_CANNOT_START

pytestmark = [
    pytest.mark.timeout(1800),
    # Ray's own, of sockets and files that it leaves to the end of the process.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    # Processes of the nodes take their path from here; they need the scorer of these tests.
    with pytest.MonkeyPatch.context() as patch:
        backend = REPOSITORY / "backend"
        patch.setenv("PYTHONPATH", f"{backend}{os.pathsep}{backend / 'tests'}")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        yield from _cluster()


def _cluster() -> Iterator[str]:
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    # Ray gives a node half a minute to start, which says nothing where a machine is busy.
    nodes: tuple[dict[str, Any], ...] = (
        {"num_cpus": 1, "include_dashboard": False},
        {"num_cpus": 1},
    )
    for node in nodes:
        for left in (4, 3, 2, 1, 0):
            try:
                cluster.add_node(**node)
                break
            except Exception as error:
                if not left or "timed out" not in str(error):
                    raise
    cluster.wait_for_nodes()
    yield cluster.address
    cluster.shutdown()  # type: ignore[no-untyped-call]


def test_a_cluster_of_two_nodes_makes_the_same_table(address: str, tmp_path: Path) -> None:
    films, log, out = tmp_path / "films", tmp_path / "log", tmp_path / "t.csv"
    films.mkdir()
    for i in range(40):
        (films / f"{i:02}.png").write_bytes(f"film {i % 30}".encode())
    entries = find([str(films)])
    counts = score(entries, RayEngine(2, address), ByContent(log, 0.05), out, {})
    assert (counts.graded, counts.duplicates, counts.wrong) == (40, 10, 0)
    assert len(log.read_text().split()) == 30, "each content once, whichever node has it"
    with out.open(newline="") as file:
        assert sorted(row["file"] for row in csv.DictReader(file)) == [e.name for e in entries]


def test_a_cluster_that_is_away_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    engine = RayEngine(1, "127.0.0.1:9")
    with pytest.raises(EngineUnavailableError, match=r"^no cluster at 127\.0\.0\.1:9: .+$"):
        list(engine.run(find([str(tmp_path / "a.png")]), ByContent(tmp_path / "log"), []))


def test_a_cluster_that_is_away_ends_the_command(
    tmp_path: Path,
    random_version: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CXR_WEIGHTS", str(random_version.parent))
    (tmp_path / "a.png").touch()
    command = ["score", str(tmp_path / "a.png"), "--out", str(tmp_path / "t.csv")]
    assert main([*command, "--engine", "ray", "--address", "127.0.0.1:9"]) == EXIT_CANNOT_START
    assert capsys.readouterr().err.splitlines()[-1].startswith("no cluster at 127.0.0.1:9: ")
    assert not (tmp_path / "t.csv").exists()
