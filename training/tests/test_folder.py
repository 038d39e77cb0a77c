"""A run's folder, claimed once, whoever comes first."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from cxr_training import folder
from cxr_training.errors import TrainingError
from cxr_training.folder import FINAL, OWNER, claim, forget


def test_of_shares_that_come_together_one_claims_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would else remove what the other has begun, or the note that it is about to rename."""
    jobs, forgotten = 4, []
    together = Barrier(jobs, timeout=30)

    def forget_and_count(out: Path) -> None:
        forgotten.append(out)
        forget(out)

    def share(number: int) -> None:
        together.wait()
        claim(tmp_path, {"recipe": 1}, resume=True)
        (tmp_path / f"fold-{number}").mkdir()

    monkeypatch.setattr(folder, "forget", forget_and_count)
    for times in range(1, 26):
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(share, range(jobs)))
        assert len(forgotten) == times
        assert len(list(tmp_path.glob("fold-*"))) == jobs
        assert json.loads((tmp_path / "run.json").read_text()) == {"recipe": 1}
        forget(tmp_path)


def test_another_run_does_not_go_on_here_but_may_take_the_folder(tmp_path: Path) -> None:
    claim(tmp_path / "new", {"recipe": 1}, resume=False)
    out = tmp_path / "new"
    (out / FINAL).mkdir()
    with pytest.raises(TrainingError, match="of another configuration, data or split"):
        claim(out, {"recipe": 2}, resume=True)
    claim(out, {"recipe": 1}, resume=True)
    assert (out / FINAL).is_dir()
    claim(out, {"recipe": 2}, resume=False)
    assert not (out / FINAL).exists()
    assert json.loads((out / "run.json").read_text()) == {"recipe": 2}


def test_the_first_share_of_a_command_begins_anew_for_all_of_them(tmp_path: Path) -> None:
    """Also where a former run was of the very same recipe, or of another command's shares."""
    for former in (None, "former"):
        claim(tmp_path, {"recipe": 1}, resume=True, token=former)
        (tmp_path / FINAL).mkdir()
        claim(tmp_path, {"recipe": 1}, resume=True, token="mine")  # noqa: S106
        assert not (tmp_path / FINAL).exists()
        (tmp_path / "fold-0").mkdir()
        claim(tmp_path, {"recipe": 1}, resume=True, token="mine")  # noqa: S106
        assert (tmp_path / "fold-0").is_dir()
        claim(tmp_path, {"recipe": 1}, resume=True)  # as `--resume` does it
        assert (tmp_path / "fold-0").is_dir()
        with pytest.raises(TrainingError, match="of another configuration"):
            claim(tmp_path, {"recipe": 2}, resume=True, token="mine")  # noqa: S106
        claim(tmp_path, {"recipe": 1}, resume=False)
        assert not (tmp_path / "fold-0").exists()
        assert not (tmp_path / OWNER).exists()
