"""Whose a run's folder is: nothing that no run made is removed, and one process trains there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cxr_training.errors import TrainingError
from cxr_training.run_folder import RunFolder
from cxr_training.run_lock import held
from cxr_training.whole_file import reserve, write_whole

IDENTITY = {"recipe": {"version": "1"}, "labels": "a", "split": "b", "backbone": "c", "films": "d"}
OTHERS = ("notes.txt", "thesis/chapter.txt", "fold-notes/a", "without-me/a", "banks/a", ".git/HEAD")


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}


def test_a_run_begun_anew_removes_what_the_last_one_made_and_nothing_else(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "home")
    folder.claim(IDENTITY, resume=False)
    for other in OTHERS:
        write_whole(folder.root / other, b"of somebody else")
    far = write_far(tmp_path / "far")
    (folder.root / "pretext").symlink_to(far)
    made = [
        folder.split, folder.first.places, folder.framed, folder.copies / "maps.npy",
        folder.unit(0, 1).weights, folder.unit("without-ralo", 1).maps, folder.predictions,
        folder.explanations, folder.gate, folder.gate.with_suffix(".json"), folder.evaluation,
        folder.report.text, folder.weights / "1" / "manifest.json",
        folder.root / ".split.json.partial.json",
    ]  # fmt: skip
    for path in made:
        write_whole(path, b"of the run")
    folder.check(tmp_path / "data")
    folder.claim(IDENTITY, resume=False)
    assert files(folder.root) == {"run.json", *OTHERS}
    assert not (folder.root / "pretext").exists()
    assert files(far) == {"model.safetensors"}, "a link is removed, and not what it leads to"


def write_far(root: Path) -> Path:
    write_whole(root / "model.safetensors", b"on another disk")
    return root


@pytest.mark.parametrize("there", ["run.json", "weights/mine", ".a.partial.json"])
def test_a_folder_of_somebody_else_is_none_of_a_run(tmp_path: Path, there: str) -> None:
    write_whole(tmp_path / "run" / there, b'{"name": "of another tool"}')
    with pytest.raises(TrainingError, match="which a run would replace, and nothing says that a"):
        RunFolder(tmp_path / "run").check(tmp_path / "data")
    assert files(tmp_path / "run") == {there}


@pytest.mark.parametrize("there", [*OTHERS, "train.log", ".DS_Store", ".gitkeep", "lost+found/a"])
def test_what_no_run_would_replace_may_lie_in_its_folder(tmp_path: Path, there: str) -> None:
    folder = RunFolder(tmp_path / "run")
    write_whole(folder.root / there, b"of somebody else")
    folder.check(tmp_path / "data")
    folder.claim(IDENTITY, resume=False)
    assert files(folder.root) == {"run.json", there}


def test_a_run_whose_note_was_cut_off_is_told_with_what_to_remove(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    write_whole(folder.identity, b'{"recipe')
    write_whole(folder.unit(0, 1).weights, b"of the run")
    write_whole(folder.root / "notes.txt", b"of somebody else")
    told = r"run\.json: was cut off, .*; to begin here, remove fold-0, run\.json$"
    with pytest.raises(TrainingError, match=told):
        folder.check(tmp_path / "data")
    with pytest.raises(TrainingError, match="was cut off"):
        folder.claim(IDENTITY, resume=False)
    assert len(files(folder.root)) == 3


def test_a_folder_that_is_new_or_was_only_just_begun_is_a_runs(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.check(tmp_path / "data")
    with held(folder.lock):
        pass
    folder.check(tmp_path / "data")
    folder.claim(IDENTITY, resume=False)
    write_whole(folder.predictions, b"")
    folder.check(tmp_path / "data")


@pytest.mark.parametrize("data", ["run", "run/data", "run/a/b"])
def test_a_run_does_not_take_the_folder_of_its_data(tmp_path: Path, data: str) -> None:
    (tmp_path / data).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / data)
    folder = RunFolder(tmp_path / "run")
    folder.claim(IDENTITY, resume=False)
    for path in (tmp_path / data, tmp_path / "link"):
        with pytest.raises(TrainingError, match="holds the data"):
            folder.check(path)


def test_a_run_of_a_release_that_noted_less_is_told(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.claim({key: IDENTITY[key] for key in IDENTITY if key != "films"}, resume=False)
    with pytest.raises(TrainingError, match="earlier release, which did not note its films"):
        folder.claim(IDENTITY, resume=True)
    folder.claim(IDENTITY, resume=False)
    with pytest.raises(TrainingError, match="is of another configuration"):
        folder.claim({**IDENTITY, "films": "of others"}, resume=True)


def test_one_process_trains_in_a_folder(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    holds = (
        "import sys; from pathlib import Path; from cxr_training.run_lock import held\n"
        "with held(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", holds, str(folder.lock)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with (
            pytest.raises(TrainingError, match=f"is being trained by process {first.pid}$"),
            held(folder.lock),
        ):
            pass
        first.kill()
    with held(folder.lock):
        assert folder.lock.read_text() == f"{os.getpid()}\n"


def test_what_the_disk_cannot_hold_is_told_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "maps.npy"
    path.write_bytes(bytes(100))
    reserve(path)
    assert path.read_bytes() == bytes(100)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*maps\.npy'"):
        reserve(path)
    assert not path.exists()
    with pytest.raises(OSError, match=r"No space left on device: '.*last\.ckpt'"):
        write_whole(tmp_path / "last.ckpt", full)
