"""API keys: what is kept of them, and who they let in."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cxr_severity.api.access.keys import KeyFile, KeyFileError


def test_a_key_is_known_and_kept_as_a_hash_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    key = KeyFile(file).add("pacs", ("predict", "metrics"))
    caller = KeyFile(file).caller(key)
    assert caller is not None
    assert caller.name == "key:pacs"
    assert caller.may("metrics")
    assert not caller.may("admin")
    kept = file.read_text()
    assert key[13:] not in kept
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_whatever_is_not_the_whole_key_is_nobody(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    key = keys.add("pacs")
    other = keys.add("other")
    head = key[:13]
    for wrong in ("", head, key[:-1], key + "x", key.upper(), f"{head}{other[13:]}", "\udcff", "é"):
        assert keys.caller(wrong) is None, wrong


def test_a_revoked_key_stops_at_once_in_a_service_that_runs(tmp_path: Path) -> None:
    """Another process revokes; the names and ids that it takes are those of the list."""
    file = tmp_path / "keys.json"
    serving, command = KeyFile(file), KeyFile(file)
    first, second, other = (command.add(name) for name in ("pacs", "pacs", "ris"))
    assert serving.caller(first)
    assert command.revoke(command.all()[0].id) == 1
    assert serving.caller(first) is None
    assert serving.caller(second)
    assert command.revoke("pacs") == 1
    assert serving.caller(second) is None
    assert serving.caller(other)
    with pytest.raises(KeyFileError):
        command.revoke("pacs")


def test_a_key_expires(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    key = KeyFile(file).add("trial", days=30)
    assert KeyFile(file).caller(key)
    (kept,) = KeyFile(file).all()
    assert kept.expires is not None
    until = datetime.fromisoformat(kept.expires)
    assert timedelta(days=29) < until - datetime.now(UTC) <= timedelta(days=30)
    assert kept.state(until) == "expired"
    content = json.loads(file.read_text())
    content["keys"][0]["expires"] = datetime.now(UTC).isoformat()
    file.write_text(json.dumps(content))
    assert KeyFile(file).caller(key) is None
    with pytest.raises(KeyFileError, match="one day at least"):
        KeyFile(file).add("trial", days=0)
    for days in (36_501, 99_999_999_999):
        with pytest.raises(KeyFileError, match="36500 days at most"):
            KeyFile(file).add("trial", days=days)
    assert len(KeyFile(file).all()) == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"keys": [{}]}',
        '{"keys": [{"name": "a", "scopes": ["all"]}]}',
        '{"keys":1}',
    ],
)
def test_a_file_that_is_none_lets_nobody_in_and_is_not_overwritten(
    tmp_path: Path, content: str
) -> None:
    file = tmp_path / "keys.json"
    key = KeyFile(file).add("pacs")
    file.write_text(content)
    with pytest.raises(KeyFileError):
        KeyFile(file).caller(key)
    with pytest.raises(KeyFileError):
        KeyFile(file).add("other")
    assert file.read_text() == content


@pytest.mark.parametrize("name", ["", "a b", "-a", "a\nb", "x" * 65, "key:pacs"])
def test_a_name_that_a_line_cannot_bear_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyFileError):
        KeyFile(tmp_path / "keys.json").add(name)


def test_two_commands_at_a_time_do_not_lose_a_key(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    KeyFile(file).add("pacs")
    (tmp_path / "keys.json.new").touch()
    with pytest.raises(KeyFileError, match="another command"):
        KeyFile(file).add("ris")
    assert [key.name for key in KeyFile(file).all()] == ["pacs"]


@pytest.mark.parametrize("change", ["add", "revoke"])
def test_a_key_that_another_command_revokes_meanwhile_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """It revokes as late as it can: just before this command has the file for itself."""
    file = tmp_path / "keys.json"
    late = KeyFile(file).add("late")
    KeyFile(file).add("other")
    create = os.open

    def revoke_first(path: Path, *rest: int) -> int:
        monkeypatch.undo()
        KeyFile(file).revoke("late")
        return create(path, *rest)

    monkeypatch.setattr("cxr_severity.api.access.keys.os.open", revoke_first)
    if change == "add":
        KeyFile(file).add("ris")
    else:
        KeyFile(file).revoke("other")
    assert KeyFile(file).caller(late) is None
    assert not file.with_name("keys.json.new").exists()


def test_a_change_that_fails_locks_nobody_out(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    KeyFile(file).add("pacs")
    with pytest.raises(KeyFileError):
        KeyFile(file).revoke("nobody")
    file.write_text("{")
    with pytest.raises(KeyFileError):
        KeyFile(file).add("ris")
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_a_change_through_a_link_counts_where_the_file_itself_is_read(tmp_path: Path) -> None:
    kept, link = tmp_path / "mounted" / "keys.json", tmp_path / "keys.json"
    key = KeyFile(kept).add("pacs")
    link.symlink_to("mounted/keys.json")
    other = KeyFile(link).add("ris")
    assert KeyFile(kept).caller(other)
    assert KeyFile(link).revoke("pacs") == 1
    assert KeyFile(kept).caller(key) is None
    assert link.is_symlink()
    (tmp_path / "mounted" / "keys.json.new").touch()
    with pytest.raises(KeyFileError, match="another command"):
        KeyFile(link).add("ward")


def test_a_folder_that_is_a_file_is_not_taken_for_another_command(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "keys.json", tmp_path / "file" / "below" / "keys.json"):
        with pytest.raises(KeyFileError, match=r"file.*: (File exists|Not a directory)"):
            KeyFile(path).add("pacs")


def test_whoever_could_read_the_file_still_can_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    KeyFile(path).add("pacs")
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    KeyFile(path).add("ward")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    if os.geteuid() == 0:
        assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65534)
