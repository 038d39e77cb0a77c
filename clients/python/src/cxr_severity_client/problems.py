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
    """The service did not judge.

    Attributes:
        status: of HTTP.
        code: stable, as `/problems` lists them; empty where something other than the service
            answered, like a proxy.
        title, detail: for people, in the client's language.
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
        super().__init__(f"{title}: {detail}" if detail else title)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.findings = findings
        self.request_id = request_id

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> ProblemError:
        return cls(
            status=said["status"],
            code=said["code"],
            title=said["title"],
            detail=said["detail"],
            findings=tuple(Finding.from_json(each) for each in said.get("findings") or ()),
            request_id=said.get("request_id"),
        )
