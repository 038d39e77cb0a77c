"""DICOM films made from the samples for the worker's tests. Their patients are invented."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian
from support import SAMPLES

from cxr_severity.worker.items import Place

CR = "1.2.840.10008.5.1.4.1.1.1"
PATIENT = "Musterfrau^Erika"


def place(number: int) -> Place:
    return Place(f"1.2.826.0.1.{number}.1", f"1.2.826.0.1.{number}.2", f"1.2.826.0.1.{number}.3")


def film(number: int, **elements: Any) -> bytes:
    """A film of one of the samples at `place(number)`; None takes an element away."""
    picture = np.asarray(Image.open(SAMPLES[number % len(SAMPLES)]).convert("L"))
    where = place(number)
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CR, where.instance
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = where.study, where.series
    dataset.Modality, dataset.BodyPartExamined, dataset.ViewPosition = "CR", "CHEST", "PA"
    dataset.StudyDate, dataset.StudyTime = "20261103", "101500"
    dataset.PatientName, dataset.PatientID = PATIENT, f"PAT{number}"
    dataset.PatientBirthDate, dataset.PatientSex = "19640812", "F"
    dataset.AccessionNumber, dataset.StudyID = f"ACC{number}", "1"
    dataset.ReferringPhysicianName = ""
    dataset.Rows, dataset.Columns = picture.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelRepresentation = 0
    dataset.PixelData = picture.tobytes() + b"\0" * (picture.size % 2)
    dataset["PixelData"].VR = "OB"
    for keyword, value in elements.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UID(dataset.get("SOPClassUID", CR))
    meta.MediaStorageSOPInstanceUID = UID(where.instance)
    dataset.file_meta = meta
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()
