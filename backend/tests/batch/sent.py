"""Archives to send, and lines that come back."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of files by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def lines_of(text: str) -> list[dict[str, Any]]:
    """The lines of an answer, by `index`, which counts from 0 and names each once."""
    lines = [json.loads(line) for line in text.splitlines()]
    assert sorted(line["index"] for line in lines) == list(range(len(lines)))
    return sorted(lines, key=lambda line: line["index"])
