"""What the service refuses, with the reason that it gives (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about an image that stands against a judgement; `code` is stable."""

    code: str
    level: Literal["reject", "warn"]
    message: str
    value: float | None
    limit: float | None

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Finding:
        # Lines of a batch left out what is null once.
        value, limit = said.get("value"), said.get("limit")
        return cls(said["code"], said["level"], said["message"], value, limit)


class ProblemError(Exception):
    """The service did not judge. It can be pickled, as what a worker of a pool raises must be.

    Attributes:
        status: of HTTP.
        code: stable, as `/problems` lists them; empty where something other than the service
            answered, like a proxy.
        title, detail: for people, in the client's language; `detail` may be empty where `code` is.
        findings: what stands against the image, where it was judged unfit.
        request_id: by which the service's log knows the request; None in a batch.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str,
        findings: tuple[Finding, ...] = (),
        request_id: str | None = None,
    ) -> None:
        # All of them: pickle and copy make an exception anew from what it hands over here.
        super().__init__(status, code, title, detail, findings, request_id)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.findings = findings
        self.request_id = request_id

    def __str__(self) -> str:
        return f"{self.title}: {self.detail}" if self.detail else self.title

    @classmethod
    def from_json(cls, said: Mapping[str, Any], status: int | None = None) -> ProblemError:
        """Of any problem, the service's or not: RFC 9457 asks for no member, and what another says
        in those that only the service has is passed over.

        Args:
            status: of the answer; None: of a line of a batch, which says its own.

        Raises:
            KeyError: it is no line's, or has findings that are not the service's.
        """
        own = _is_own(said)
        if status is None:
            status = said["status"]
        return cls(
            status=status,
            code=said["code"] if own else "",
            title=_text(said, "title") or f"HTTP {status}",
            detail=_text(said, "detail"),
            findings=tuple(map(Finding.from_json, said.get("findings") or ())) if own else (),
            request_id=said.get("request_id") if own else None,
        )


def _is_own(said: Mapping[str, Any]) -> bool:
    """Whether the service itself says it: of each code that it has, `/problems` has a page, which
    its `type` names. A list of codes here would lack those of a later service."""
    code = said.get("code")
    return isinstance(code, str) and said.get("type") == f"/problems/{code}"


def _text(said: Mapping[str, Any], name: str) -> str:
    found = said.get(name)
    return found if isinstance(found, str) else ""
