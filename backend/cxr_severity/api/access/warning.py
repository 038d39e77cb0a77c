"""The warning of a service that serves anyone who can reach it."""

from __future__ import annotations

import ipaddress
import socket

OPEN_TO_ALL = (
    "WARNING: ANYONE WHO REACHES {host} MAY SEND RADIOGRAPHS: no API keys (CXR_KEYS) and no bearer "
    "tokens (CXR_JWKS) are asked for"
)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address, or name."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host or None, None)}
        return all(ipaddress.ip_address(address.split("%")[0]).is_loopback for address in found)
    except (OSError, ValueError):
        return False
