"""Films as a hospital sends them, made from the bundled samples, and judgements of them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from cxr_severity.interop.dicom.uids import Uids
from cxr_severity.interop.making import Making
from cxr_severity.model.assessment import Assessment, Brixia, Explanation, Opacity
from cxr_severity.model.quality import Finding, Quality
from cxr_severity.texts.language import Language

SAMPLE = Path(__file__).parents[3] / "samples" / "4fed5061.png"
DX = "1.2.840.10008.5.1.4.1.1.1.1"
STUDY, SERIES, FILM = "1.2.3.4.1", "1.2.3.4.2", "1.2.3.4.3"
MOMENT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def film(sample: Path = SAMPLE, /, **changes: Any) -> bytes:
    """A DX object of a sample; a change to None removes the element."""
    grey = np.asarray(Image.open(sample).convert("L"))
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = UID(DX), UID(FILM)
    ds.StudyInstanceUID, ds.SeriesInstanceUID = UID(STUDY), UID(SERIES)
    ds.PatientName, ds.PatientID = "Doe^Jane", "P-1"
    ds.PatientBirthDate, ds.PatientSex = "19600102", "F"
    ds.StudyDate, ds.StudyTime, ds.StudyID = "20200405", "060708", "S1"
    ds.AccessionNumber, ds.ReferringPhysicianName = "A-1", "Roe^Richard"
    ds.Modality, ds.BodyPartExamined, ds.ViewPosition = "DX", "CHEST", "PA"
    ds.PatientOrientation = ["L", "F"]
    ds.Rows, ds.Columns = grey.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.PixelData = grey.tobytes() + b"\0" * (grey.size % 2)
    for keyword, value in changes.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = UID(DX), UID(FILM)
    ds.file_meta = meta
    out = BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def making(language: Language = "en", **uids: Any) -> Making:
    return Making(MOMENT, Uids(**uids), language)


def assessment(**changes: Any) -> Assessment:
    """Moderate or severe, with a map whose maximum is in the lower left of the film."""
    cam = np.zeros((7, 7), np.float32)
    cam[4:6, 1:3] = 1
    values: dict[str, Any] = {
        "model_name": "cxr-severity",
        "model_version": "1.0.0",
        "probabilities": {"mild": 0.05, "moderate": 0.6, "severe": 0.35},
        "prediction_set": ("moderate", "severe"),
        "brixia": Brixia({"A": 0.5, "B": 1.25, "C": 2.75, "D": 0.0, "E": 1.5, "F": 2.0}),
        "quality": Quality(
            (
                Finding("lungs-cut-off", "warn", 0.31, 0.25),
                Finding("low-resolution", "warn", 300.0, 512.0),
            )
        ),
        "explanation": Explanation("grad-cam", "moderate", 2.5, False, 0.75, cam),
        "model_ms": 1.0,
        "explain_ms": 1.0,
    }
    return Assessment(**{**values, **changes})


def tool(name: str) -> str:
    """The path of a program of DCMTK or dicom3tools; the test is skipped where it is missing."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing; scripts/hospital-tools.sh tells how to get it")
    return found


def conformance_errors(data: bytes, folder: Path) -> list[str]:
    """What dciodvfy holds against an object."""
    path = folder / "object.dcm"
    path.write_bytes(data)
    run = subprocess.run([tool("dciodvfy"), str(path)], capture_output=True, text=True)
    return [line for line in (run.stdout + run.stderr).splitlines() if line.startswith("Error")]


def apart() -> Assessment:
    """Of version 2.0.0, with nothing but the map of opacity in the lower left, and nothing but the
    Grad-CAM in the upper right."""
    plain = later_assessment()
    assert plain.explanation is not None
    cam = np.zeros((7, 7), np.float32)
    cam[1:3, 4:6] = 1
    return replace(plain, explanation=replace(plain.explanation, cam=cam))


def later_assessment(**changes: Any) -> Assessment:
    """As version 2.0.0 judges: with an interval, an opacity map and outlines of two zones."""
    plain = assessment()
    assert plain.explanation is not None
    opacity = np.zeros((14, 14), np.float32)
    opacity[9:12, 2:6] = 0.9
    square = np.array([(0.1, 0.1), (0.4, 0.1), (0.4, 0.3), (0.1, 0.3)], np.float32)
    more = replace(
        plain.explanation,
        seen=Opacity(opacity, 0.25, {"A": 0.125, "D": 0.5}),
        zone_outlines={"A": square, "D": square + np.float32(0.5)},
    )
    brixia = replace(plain.brixia, interval=(5.5, 11.0))
    return assessment(brixia=brixia, explanation=more, **changes)
