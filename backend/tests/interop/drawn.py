"""Objects that are made of a film, and what programs of DCMTK draw of them."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from interop.films import assessment, film, making, tool
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset

from cxr_severity.imaging.decode import decode
from cxr_severity.interop.dicom.capture import secondary_capture
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.dicom.look import read_look
from cxr_severity.interop.dicom.presentation import presentation_state
from cxr_severity.model.assessment import Assessment


def captured(judged: Assessment | None = None, language: Any = "en", **changes: Any) -> bytes:
    data = film(**changes)
    found = judged or assessment()
    return secondary_capture(found, decode(data), read_context(data), making(language))


def presented(judged: Assessment | None = None, language: Any = "en", **changes: Any) -> bytes:
    data = film(**changes)
    found = judged or assessment()
    look = read_look(data, decode(data))
    return presentation_state(found, read_context(data), look, making(language))


def read(data: bytes) -> Dataset:
    return pydicom.dcmread(BytesIO(data))


def drawn(program: str, *arguments: str, out: Path) -> NDArray[np.uint8]:
    run = subprocess.run([tool(program), *arguments], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return np.asarray(Image.open(out))
