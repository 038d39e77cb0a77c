"""What is looked at in the head of a request before it is one."""

from __future__ import annotations

import re

from starlette.datastructures import Headers

from cxr_severity.api.field_lines import elements, listed

Fields = list[tuple[bytes, bytes]]
"""Names in lower case."""

# RFC 3986, 3.2.2 and 3.2.3: a name, or an address in brackets; and a port.
_NAME = rb"([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
_HOST = re.compile(rb"(" + _NAME + rb"|\[[0-9A-Za-z:.%]+\])(:[0-9]*)?")
_NO_PATH = re.compile(rb"\Ahttps?://[^/?#]+(?=\?|\Z)", re.IGNORECASE)


def fault_of(fields: Fields, method: bytes, version: str) -> str | None:
    """The code of the problem that keeps a request from being one; None where nothing does."""
    hosts = [value for name, value in fields if name == b"host"]
    # RFC 9112, 3.2: refused by every server.
    if len(hosts) > 1 or (not hosts and version == "1.1"):
        return "malformed-request"
    if not all(map(_HOST.fullmatch, hosts)):
        return "malformed-request"
    if method == b"CONNECT":  # of proxies; what comes behind it would be no HTTP
        return "malformed-request"
    codings = elements(listed(Headers(raw=fields), "transfer-encoding").lower())
    if codings not in ([], ["chunked"]):
        return "unsupported-transfer-coding"
    return None


def with_path(target: bytes) -> bytes:
    """A URL as target may have no path, which is then that of the root (RFC 9110, 4.2.3)."""
    return _NO_PATH.sub(rb"\g<0>/", target)


def without_upgrade(fields: Fields, method: bytes, target: bytes, version: str) -> bytes:
    """The head as if no other protocol had been offered in it, which a server may overlook
    (RFC 9110, 7.8)."""
    lines = [b"%b %b HTTP/%b" % (method, target, version.encode())]
    for name, value in fields:
        if name == b"upgrade":
            continue
        said = value
        if name == b"connection":
            tokens = [token.strip() for token in value.split(b",")]
            said = b", ".join(token for token in tokens if token.lower() != b"upgrade")
        lines.append(b"%b: %b" % (name, said))
    return b"\r\n".join([*lines, b"", b""])
