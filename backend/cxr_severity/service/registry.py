"""Which versions there are, which one answers, and whether it can."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from cxr_severity.model.artifact import (
    ArtifactError,
    load_version,
    read_manifest,
    versions,
)
from cxr_severity.model.engine import EngineConfig, EngineError
from cxr_severity.model.manifest import Manifest
from cxr_severity.model.predictor import Predictor
from cxr_severity.service.memory import give_back

logger = logging.getLogger(__name__)

_LOADING = "Not ready: the model is still being loaded."
_NONE_INSTALLED = "Not ready: no model version is installed."
_NOT_INSTALLED = "Not ready: model version {version} is not installed."
_FAILED = "Not ready: model version {version} failed its checks."
_UNFORESEEN = "Not ready: the model could not be loaded; the service's log says why."
LEAVING = "Not ready: the service is being stopped."

_NO_ENGINE = (
    "Not ready: the engine that the service was told to use cannot run the model; its log says why."
)


class RegistryError(Exception):
    """No predictor can be had; `template` and `values` say why, in a sentence for people."""

    def __init__(self, template: str, **values: str) -> None:
        self.template = template
        self.values = values
        super().__init__(template.format(**values))


class UnknownVersionError(RegistryError):
    """There is no such version."""


class NotReadyError(RegistryError):
    """The version exists, or should, and cannot answer: now or, unless `passing`, at all."""

    def __init__(self, template: str, *, passing: bool = False, **values: str) -> None:
        self.passing = passing
        super().__init__(template, **values)


class ModelRegistry:
    """Versions under one folder; each is loaded at most once, the default one at start."""

    def __init__(
        self,
        root: Path,
        default: str | None,
        execution: EngineConfig | None = None,
    ) -> None:
        self._root = root
        self._execution = execution
        self._lock = threading.Lock()
        self._loaded: dict[str, Predictor] = {}
        self._broken: dict[str, ArtifactError | EngineError] = {}
        self._settled = threading.Event()
        self._failure: str | None = _LOADING
        self.leaving = False
        """Whether the service is being stopped; what it has begun, and what still comes, is
        answered all the same."""
        self.versions = versions(root)
        self.default = default or (self.versions[-1] if self.versions else None)

    @property
    def failure(self) -> str | None:
        """Why the default version cannot answer, in a sentence; None when it can."""
        return self._failure and self._failure.format(version=self.default)

    def check_ready(self) -> None:
        """Raises NotReadyError while new requests should go to another replica."""
        if self.leaving:
            raise NotReadyError(LEAVING)
        if self._failure:
            raise self.not_ready()

    def leave(self) -> None:
        """From now on `check_ready` says that the service is being stopped."""
        self.leaving = True

    def load_default(self, before: Callable[[Manifest], None] = lambda _: None) -> None:
        """Load the default version; a failure is kept and told, never worked around.

        Args:
            before: told of its manifest while no request has reached it yet.
        """
        if self.default is None:
            self._failure = _NONE_INSTALLED
        elif self.default not in self.versions:
            self._failure = _NOT_INSTALLED
        else:
            try:
                before(self._load(self.default).manifest)
                self._failure = None
            except EngineError:
                self._failure = _NO_ENGINE
            except ArtifactError:
                self._failure = _FAILED
            # Whatever it is: "still being loaded" would be said for ever.
            except Exception as error:
                self._failure = _UNFORESEEN
                # No film is at hand yet, so the text may be told.
                logger.exception("version %s does not load: %s", self.default, error)
        if self._failure:
            logger.error("%s", self.failure)
        give_back()
        self._settled.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Block until `load_default` has ended, well or not; False when `seconds` ran out."""
        return self._settled.wait(seconds)

    def predictor(self, version: str | None) -> Predictor:
        """The loaded predictor of a version, the default one for None. Blocks while loading.

        Raises:
            UnknownVersionError: there is none of that name.
            NotReadyError: it does not load, or not yet.
        """
        if version is not None and version not in self.versions:
            raise unknown_version(version)
        if version is None or version == self.default:
            if self._failure or self.default is None:
                raise self.not_ready()
            return self._loaded[self.default]
        try:
            return self._load(version)
        except (ArtifactError, EngineError) as error:
            raise NotReadyError(
                "Model version {version} failed its checks.", version=version
            ) from error

    def is_loaded(self, version: str | None) -> bool:
        """Whether `predictor` returns at once."""
        return version is None or version == self.default or version in self._loaded

    def manifest(self, version: str) -> Manifest:
        """Raises UnknownVersionError, or NotReadyError when the manifest is not valid."""
        if version not in self.versions:
            raise unknown_version(version)
        loaded = self._loaded.get(version)
        if loaded is not None:
            return loaded.manifest
        try:
            return read_manifest(self.directory(version))
        except ArtifactError as error:
            raise NotReadyError("Model version {version} is damaged.", version=version) from error

    def manifests(self) -> list[Manifest]:
        """Manifests of the versions that can be read, oldest first; a damaged one is left out."""
        found = []
        for version in self.versions:
            try:
                found.append(self.manifest(version))
            except RegistryError:
                logger.warning("version %s has no valid manifest and is not listed", version)
        return found

    def directory(self, version: str) -> Path:
        return self._root / version

    def not_ready(self) -> NotReadyError:
        failure = self._failure or _NONE_INSTALLED
        return NotReadyError(failure, passing=failure is _LOADING, version=self.default or "")

    def _load(self, version: str) -> Predictor:
        # Without the lock, which is held for seconds while another version loads, and is asked for
        # on the event loop by whoever wants one that is here.
        loaded = self._loaded.get(version)
        if loaded is not None:
            return loaded
        with self._lock:
            if version in self._broken:
                # Anew: each `raise` would lengthen the traceback that is kept.
                raise self._broken[version].with_traceback(None)
            if version not in self._loaded:
                try:
                    self._loaded[version] = Predictor.of(
                        load_version(self.directory(version)), self._execution
                    )
                except (ArtifactError, EngineError) as error:
                    # Kept: a version that is broken now is not hashed again for each request.
                    self._broken[version] = error
                    logger.error("version %s does not load: %s", version, error)
                    raise
            return self._loaded[version]


def unknown_version(version: str) -> UnknownVersionError:
    return UnknownVersionError(
        "There is no version {version!r}; see /models.", version=version[:40]
    )
