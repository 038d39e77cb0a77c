"""API keys, kept as hashes in one JSON file.

A key is `cxr_<id>_<secret>`. The secret is 32 random bytes, so one round of SHA-256 keeps it as
safe as a slow hash would: there is nothing to guess. The file is read again when it changes, so
that a key which is added or revoked counts at once, in every process that serves.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cxr_severity.api.access.callers import SCOPES, Caller, Scope, known_by_key

BEGINS = "cxr_"
"""What every key begins with, and no token does: that is base64 of a brace."""
_KEY = re.compile(r"cxr_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_NOBODY = hashlib.sha256(b"").hexdigest()
_MOST_DAYS = 36_500

UNREADABLE = "Not ready: the file of API keys cannot be read."


class KeyFileError(Exception):
    """The file of keys cannot be used, or what was asked of it cannot be done; says why."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key: enough to recognise it, not enough to use it. Times are ISO 8601."""

    name: str
    id: str
    sha256: str
    scopes: tuple[Scope, ...]
    created: str
    expires: str | None = None
    revoked: str | None = None

    def state(self, now: datetime) -> str:
        """`valid`, `expired` or `revoked`."""
        if self.revoked:
            return "revoked"
        expired = self.expires is not None and datetime.fromisoformat(self.expires) <= now
        return "expired" if expired else "valid"


def id_of(key: str) -> str:
    """The id that a key is listed by, which is no secret."""
    return key.removeprefix(BEGINS).partition("_")[0]


class KeyFile:
    """The keys in one file. A file that is missing holds none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, ApiKey] = {}

    def all(self) -> list[ApiKey]:
        """Oldest first.

        Raises:
            KeyFileError: when the file cannot be read or is no file of keys.
        """
        self._refresh()
        return list(self._keys.values())

    def check(self) -> None:
        """Raises KeyFileError when the file cannot be read or is no file of keys."""
        self._refresh()

    def caller(self, key: str) -> Caller | None:
        """Whose key it is; None when it is not known, or no longer valid.

        Raises:
            KeyFileError: when the file cannot be read or is no file of keys.
        """
        self._refresh()
        found = _KEY.fullmatch(key)
        kept = self._keys.get(found[1]) if found else None
        # In constant time, and also for an id that does not exist, so that timing tells nothing.
        same = hmac.compare_digest(_hash(key), kept.sha256 if kept else _NOBODY)
        if kept is None or not same or kept.state(datetime.now(UTC)) != "valid":
            return None
        return known_by_key(kept.name, kept.scopes)

    def add(
        self, name: str, scopes: Iterable[Scope] = ("predict",), days: int | None = None
    ) -> str:
        """Make a key and keep its hash; the key itself is returned and exists nowhere else.

        A name may have several keys, so that one can be replaced while it is in use.

        Args:
            name: of the caller, as audit lines tell it.
            scopes: what the key allows.
            days: after which it is no longer valid; never when None.

        Raises:
            KeyFileError: for a name that is none, for no or too many days, or when the file cannot
                be written.
        """
        if not _NAME.fullmatch(name):
            raise KeyFileError(
                "a name has up to 64 letters, digits, dots, hyphens, underscores and @"
            )
        if days is not None and days < 1:
            raise KeyFileError("a key is valid for one day at least")
        if days is not None and days > _MOST_DAYS:
            raise KeyFileError(f"a key is valid for {_MOST_DAYS} days at most, or for good")
        now = datetime.now(UTC).replace(microsecond=0)
        key_id = secrets.token_hex(4)
        with self._changing() as kept:
            while key_id in self._keys:
                key_id = secrets.token_hex(4)
            key = f"cxr_{key_id}_{secrets.token_urlsafe(32)}"
            new = ApiKey(
                name=name,
                id=key_id,
                sha256=_hash(key),
                scopes=tuple(scope for scope in SCOPES if scope in set(scopes)),
                created=now.isoformat(),
                expires=None if days is None else (now + timedelta(days=days)).isoformat(),
            )
            kept.append(new)
        return key

    def revoke(self, name: str) -> int:
        """Revoke every valid key of a name, or the one key with that id; returns how many.

        Raises:
            KeyFileError: when there is none, or the file cannot be written.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        with self._changing() as kept:
            hit = {k.id for k in kept if name in (k.name, k.id) and k.state(now) != "revoked"}
            if not hit:
                raise KeyFileError(f"there is no key {name!r} that could be revoked")
            stamp = now.isoformat()
            kept[:] = [replace(k, revoked=stamp) if k.id in hit else k for k in kept]
        return len(hit)

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._seen, self._keys = None, {}
            return
        except OSError as error:
            raise KeyFileError(f"{self._path}: {error.strerror}") from error
        seen = (status.st_mtime_ns, status.st_size, status.st_ino)
        if seen != self._seen:
            self._keys = {key.id: key for key in _read(self._path)}
            self._seen = seen

    @contextmanager
    def _changing(self) -> Iterator[list[ApiKey]]:
        """The keys of the file, to be changed in place; it is replaced in one step at the end, and
        left as it is when the block raises.

        The new file locks out other writers, and is there before the old one is read: what is
        written never lacks what another command has just done.
        """
        # Where a link leads to: to replace the link would change nothing for who reads the file.
        path = Path(os.path.realpath(self._path))
        new = path.with_name(f"{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise KeyFileError(f"{path.parent}: {error.strerror}") from error
        try:
            # Whoever could read the hashes could not use them, but need not see names either.
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise KeyFileError(
                f"{new} exists: another command is changing the keys, or one was interrupted; "
                "then delete that file"
            ) from error
        except OSError as error:
            raise KeyFileError(f"{self._path}: {error.strerror}") from error
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                self._seen = None
                kept = self.all()
                yield kept
                json.dump({"keys": [asdict(key) for key in kept]}, file, indent=1)
                _keep_readable(file.fileno(), path)
            new.replace(path)
        except BaseException as error:
            new.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise KeyFileError(f"{self._path}: {error.strerror}") from error
            raise
        self._seen = None


def _keep_readable(descriptor: int, former: Path) -> None:
    """Let whoever could read the former file, which may be a service of another user, read this."""
    try:
        before = former.stat()
    except FileNotFoundError:
        return
    os.fchmod(descriptor, before.st_mode & 0o777)
    if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(descriptor, before.st_uid, before.st_gid)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def _read(path: Path) -> list[ApiKey]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["keys"]
        return [_checked(entry) for entry in found]
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise KeyFileError(f"{path} is not a file of keys") from error


def _checked(entry: dict[str, Any]) -> ApiKey:
    """Raises ValueError, TypeError or KeyError for what is not a key."""
    key = ApiKey(**{**entry, "scopes": tuple(entry["scopes"])})
    if not set(key.scopes) <= set(SCOPES) or not re.fullmatch(r"[0-9a-f]{64}", key.sha256):
        raise ValueError(key.id)
    key.state(datetime.now(UTC))
    return key
