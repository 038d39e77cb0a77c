"""Settings from the environment; every one has a default that suits a laptop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlparse

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    model_validator,
)
from pydantic_settings import BaseSettings

from cxr_severity.environment import Group, Origin, Seconds
from cxr_severity.imaging.limits import DEFAULT_LIMITS, Limits
from cxr_severity.machine import available_cpus
from cxr_severity.model.engine import EngineChoice, EngineConfig

_PACKAGE = Path(__file__).resolve().parent

FormName = Literal["sr", "sc", "gsps", "fhir", "pdf", "csv"]
"""What a result can be had as, besides JSON; `interop.forms` says how each is made."""
UUID_ROOT = "2.25"  # of UIDs derived from UUIDs, which need no registration (PS3.5 B.2)
UidRoot = Annotated[str, Field(max_length=43, pattern=r"^[0-2](\.(0|[1-9][0-9]*))+$")]
"""At least 20 digits must fit behind it: two random ones then never meet."""


def _first_existing(*candidates: Path) -> Path:
    return next((path for path in candidates if path.is_dir()), candidates[0])


_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


class AccessSettings(Group):
    """Who may call. Nobody has to say who they are until keys or tokens are set up here."""

    keys: Path | None = Field(
        default=None,
        description="File of API keys that `cxr-severity keys` writes; callers then need one",
    )
    jwks: str | None = Field(
        default=None,
        description="URL or file of the keys that sign bearer tokens; callers then need one",
    )
    jwt_audience: str | None = Field(default=None, description="The `aud` that tokens must have")
    jwt_issuer: str | None = Field(default=None, description="The `iss` that tokens must have")
    jwt_leeway: float = Field(
        default=60, ge=0, le=600, description="Seconds by which clocks may differ"
    )
    rate: int | None = Field(
        default=None, ge=1, description="Images that each caller may send in a minute"
    )
    audit: Path | None = Field(
        default=None, description="File for the audit lines; without it they go into the log"
    )

    @model_validator(mode="after")
    def _whole(self) -> AccessSettings:
        if self.jwks is not None:
            if not (self.jwt_audience and self.jwt_issuer):
                raise ValueError("CXR_JWKS needs CXR_JWT_AUDIENCE and CXR_JWT_ISSUER as well")
            url = urlparse(self.jwks)
            safe = ("https", "http") if url.hostname in _LOOPBACK_NAMES else ("https",)
            if "://" in self.jwks and url.scheme not in safe:
                raise ValueError("CXR_JWKS is fetched over https, or over http from this machine")
        return self


class ModelSettings(Group):
    """Which version answers, and what executes it."""

    weights: Path = Field(
        default_factory=lambda: _first_existing(_PACKAGE.parent / "weights", _PACKAGE / "weights"),
        json_schema_extra={"default": "the shipped ones"},
        description="Folder with one sub-folder for each version of the model",
    )
    version: str | None = Field(
        default=None, description="Version that answers by default; the newest when unset"
    )
    device: str = Field(default="cpu", description="PyTorch device: cpu, cuda, cuda:1, mps")
    engine: EngineChoice = Field(
        default="auto",
        description="Runtime of the backbone: torch, onnxruntime or openvino; auto takes the "
        "fastest that is installed and answers as PyTorch did",
    )
    threads: int = Field(
        default=1,
        ge=1,
        le=1024,
        description="Threads within one image's pass. Two would cost a third of the throughput "
        "while both wait for each other under load",
    )
    threads_alone: int = Field(
        default_factory=lambda: min(4, available_cpus()),
        json_schema_extra={"default": "CPU count, up to 4"},
        ge=1,
        le=1024,
        description="Threads within the pass of an image while no other is worked on; more than "
        "four gain little in so small a network. Another number than `threads` takes 60 MB",
    )

    @property
    def execution(self) -> EngineConfig:
        """What a `Predictor` is loaded with."""
        return EngineConfig(self.device, self.engine, self.threads, self.threads_alone)


class LimitSettings(Group):
    """What one input and all that are being worked on may take."""

    max_upload_bytes: int = Field(
        default=DEFAULT_LIMITS.max_bytes, ge=1, le=4_000_000_000, description="Of one file"
    )
    max_pixels: int = Field(
        default=DEFAULT_LIMITS.max_pixels, ge=1, le=89_000_000, description="Of one picture"
    )
    film_memory: int = Field(
        default=800_000_000,
        ge=1,
        description="Bytes that the films being worked on may take together, as their headers "
        "declare them; further ones wait, and one that needs more goes alone",
    )
    upload_seconds: Seconds = Field(
        default=60,
        description="A request whose body takes longer is let go; a batch, once it is that far "
        "behind the rate while it is waited for",
    )
    upload_rate: float = Field(
        default=10_000,
        gt=0,
        le=1_000_000_000,
        description="Bytes a second; whose body comes more slowly after ten seconds is let go",
    )
    upload_memory: int = Field(
        default=200_000_000,
        ge=1,
        description="Bytes that all bodies may take together; batches wait at half of it",
    )

    @property
    def of_input(self) -> Limits:
        """What decoding keeps to."""
        return Limits(max_bytes=self.max_upload_bytes, max_pixels=self.max_pixels)


class ServeSettings(Group):
    """How the service listens, and how much it does at a time.

    `HOST` and `PORT` count without the prefix too.
    """

    host: str = Field(
        default="127.0.0.1",
        validation_alias=AliasChoices("CXR_HOST", "HOST"),
        description="Address to listen on; on another than loopback set up who may call",
    )
    port: int = Field(
        default=8000,
        ge=0,
        le=65535,
        validation_alias=AliasChoices("CXR_PORT", "PORT"),
        description="Port to listen on; 0 takes a free one",
    )
    page: Path = Field(
        default_factory=lambda: _first_existing(
            _PACKAGE.parent.parent / "frontend" / "dist", _PACKAGE / "page"
        ),
        json_schema_extra={"default": "the shipped one"},
        description="Folder with the built page; the service runs without it",
    )
    lanes: int = Field(
        default_factory=lambda: max(1, min(4, available_cpus() // 4)),
        json_schema_extra={"default": "CPU count / 4, from 1 to 4"},
        ge=1,
        description="Batches that run at the same time",
    )
    batch: int = Field(default=8, ge=1, le=256, description="Images in one batch at most")
    batch_wait_ms: float = Field(
        default=1.0,
        ge=0,
        le=1000,
        description="Latency budget: how long an image may wait for others to join its batch",
    )
    concurrency: int = Field(
        default_factory=lambda: min(16, available_cpus() + 4),
        json_schema_extra={"default": "CPU count + 4, up to 16"},
        ge=1,
        description="Requests whose images are read or drawn at the same time; others wait",
    )
    queue: int = Field(
        default=32, ge=0, description="Requests that may wait; further ones are told to come back"
    )
    decode_processes: int = Field(
        default_factory=lambda: max(1, min(4, available_cpus())),
        json_schema_extra={"default": "CPU count, up to 4"},
        ge=0,
        description="Processes, 60 MB each, started when needed, that decode JPEG 2000, "
        "progressive JPEG, and TIFF as JPEG or fax, and are killed where a film is too much; 0 "
        "decodes these like all others",
    )
    decode_seconds: Seconds = Field(
        default=2,
        description="Seconds of a core that such a film may take to decode, and one more for every "
        "million samples",
    )
    stuck_seconds: Seconds = Field(
        default=30,
        description="Where every thread has been at one film for longer, the service is not ready",
    )
    drain_seconds: float = Field(
        default=1,
        ge=0,
        le=3600,
        description="After SIGTERM, how long the service says that it is not ready before it "
        "stops listening, so that a proxy can look elsewhere first",
    )
    trusted_proxies: list[IPvAnyNetwork] = Field(
        default=[],
        description="Addresses or networks whose X-Forwarded-For and -Proto are believed, as JSON",
    )
    cors_origins: list[Origin] = Field(
        default=[], description='Origins that may call from a browser, as JSON: ["https://…"]'
    )
    log_format: Literal["line", "json"] = Field(
        default="line", description="Of the log: a line for people, or an object for machines"
    )
    log_level: str = Field(
        default="info",
        pattern="^(critical|error|warning|info|debug)$",
        description="`debug`, `info`, `warning`, `error` or `critical`",
    )


class ResultSettings(Group):
    """What results are made with, beside the judgement."""

    uid_root: UidRoot = Field(
        default=UUID_ROOT,
        description="Root of the UIDs of DICOM results; 2.25 makes them of UUIDs, which need no "
        "registration",
    )
    font: Path | None = Field(
        default=None,
        description="TrueType font with Chinese letters for pictures and PDF, where it also "
        "writes names that no other font of the machine can; one of the machine's when unset",
    )
    forms: list[FormName] = Field(
        default=[],
        description='Forms of results whose libraries are loaded at start, as JSON: ["sr","fhir"]; '
        "others when they are first asked for",
    )


class Settings(BaseModel):
    """All settings, by concern. Each comes from the environment variable `CXR_<NAME>`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: ModelSettings = Field(default_factory=ModelSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    serve: ServeSettings = Field(default_factory=ServeSettings)
    results: ResultSettings = Field(default_factory=ResultSettings)
    access: AccessSettings = Field(default_factory=AccessSettings)

    @classmethod
    def of(cls, **named: Any) -> Settings:
        """Settings of which some are `named` here, whatever the environment says of them.

        Raises:
            TypeError: there is no setting of that name.
        """
        built = {}
        for name, field in cls.model_fields.items():
            group = field.annotation
            if not (isinstance(group, type) and issubclass(group, BaseSettings)):
                continue
            own = {key: named.pop(key) for key in [*named] if key in group.model_fields}
            built[name] = group(**own)
        if named:
            raise TypeError(f"no setting is called {', '.join(named)}")
        return cls(**built)
