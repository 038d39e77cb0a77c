"""Radiographs to measure with: a bundled sample, scaled, in each format."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

Format = Literal["png", "jpeg", "dicom"]
FORMATS: tuple[Format, ...] = ("png", "jpeg", "dicom")
SIDES = (512, 1024, 2048, 4096)

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "samples" / "4fed5061.png"


def radiograph(side: int, file_format: Format, seed: int = 0) -> bytes:
    """A file of `side` x `side` pixels, 8 bits, with the noise that enlarging takes away.

    Without it a large picture would be smoother, smaller and faster to decode than a real one.
    """
    image = Image.open(SAMPLE).convert("L").resize((side, side), Image.Resampling.BICUBIC)
    noise = np.random.default_rng(seed).normal(0, 1.5, (side, side))
    pixels = np.clip(np.rint(np.asarray(image) + noise), 0, 255).astype(np.uint8)
    if file_format == "dicom":
        return _dicom(pixels)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, file_format.upper(), quality=92)
    return buffer.getvalue()


def _dicom(pixels: np.ndarray) -> bytes:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["bench"])
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
    dataset.Modality = "OT"
    dataset.PatientID = ""
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    dataset.PixelData = pixels.tobytes()
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
