"""What every DICOM result has in common: patient, study, series, equipment, and its file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydicom.charset import convert_encodings, default_encoding
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import correct_ambiguous_vr, write_file_meta_info
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian

from cxr_severity import __version__
from cxr_severity.interop.dicom.charset import UTF_8, CharacterSet
from cxr_severity.interop.dicom.codes import PRIVATE, PRIVATE_NAME, PRIVATE_OID
from cxr_severity.interop.dicom.context import CARRIED, REQUIRED, StudyContext
from cxr_severity.interop.dicom.encoded import encode
from cxr_severity.interop.dicom.shown import may_be_paired
from cxr_severity.interop.errors import NotReferableError
from cxr_severity.interop.making import MANUFACTURER, MODEL_NAME, Making
from cxr_severity.model.assessment import Assessment
from cxr_severity.texts.language import ENGLISH, Language, say

_PREAMBLE = bytes(128) + b"DICM"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of result: how its series is named and numbered."""

    key: str
    sop_class: str
    modality: str
    series_number: int
    """High, so that it sorts behind what the modality itself sent."""
    description: str
    dates_content: bool = True
    """Whether its IOD has Content Date and Time."""


def character_set_for(
    context: StudyContext, language: Language, sentences: Iterable[str]
) -> tuple[CharacterSet, Language]:
    """Which character set and language a result is written in.

    The film's character set stays. Where it promises ASCII alone and the film keeps to that, a
    result that needs other letters is in UTF-8, which changes none of those bytes. Else a language
    whose letters it cannot write gives way to English.
    """
    held, said = context.character_set, [say(sentence, language) for sentence in sentences]
    if all(held.holds(sentence) for sentence in said):
        return held, language
    if held.plain and context.ascii:
        return CharacterSet((UTF_8,)), language
    return held, ENGLISH


def local(making: Making, context: StudyContext) -> datetime:
    """The moment in the film's zone, or in this machine's where the film names none."""
    return making.moment.astimezone(context.zone)


def require_referable(context: StudyContext) -> None:
    """Raises:
    NotReferableError: the film cannot be named by another object.
    """
    if not context.referable:
        raise NotReferableError(
            "The DICOM object has no valid UIDs of its class, itself, its series and its study, by "
            "which a DICOM result could name it."
        )


def stamp(
    dataset: Dataset,
    kind: Kind,
    assessment: Assessment,
    context: StudyContext,
    making: Making,
    character_set: CharacterSet,
) -> Dataset:
    """Give `dataset` its patient, study, series, equipment and name; returns it."""
    now = local(making, context)
    day, clock = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    if character_set.terms:
        dataset.SpecificCharacterSet = character_set.value
    dataset.SOPClassUID = kind.sop_class
    dataset.SOPInstanceUID = making.uids.new(kind.key)
    dataset.InstanceCreationDate, dataset.InstanceCreationTime = day, clock
    dataset.Modality = kind.modality
    dataset.SeriesInstanceUID = making.uids.new(f"series of {kind.key}")
    dataset.SeriesNumber = kind.series_number
    dataset.SeriesDescription = kind.description
    dataset.SeriesDate, dataset.SeriesTime = day, clock
    if kind.dates_content:
        dataset.ContentDate, dataset.ContentTime = day, clock
    dataset.InstanceNumber = 1
    dataset.Manufacturer = MANUFACTURER
    dataset.ManufacturerModelName = MODEL_NAME
    dataset.DeviceSerialNumber = f"{assessment.model_name} {assessment.model_version}"
    dataset.SoftwareVersions = [__version__, f"model {assessment.model_version}"]
    scheme = Dataset()
    scheme.CodingSchemeDesignator, scheme.CodingSchemeName = PRIVATE, PRIVATE_NAME
    scheme.CodingSchemeUID = PRIVATE_OID
    dataset.CodingSchemeIdentificationSequence = [scheme]
    for tag in CARRIED:
        value = context.values.get(tag, b"")
        if value or tag in REQUIRED:
            _carry(dataset, tag, value)
    if context.deidentified:
        dataset.DeidentificationMethodCodeSequence = [Dataset() for _ in context.deidentified]
        for item, code in zip(
            dataset.DeidentificationMethodCodeSequence, context.deidentified, strict=True
        ):
            for tag, value in code.items():
                _carry(item, tag, value)
            _leave_raw(item, CharacterSet())
    return dataset


def say_body_part(dataset: Dataset, context: StudyContext) -> None:
    """Give a picture, or what is laid over one, the film's body part, and of which side it is;
    empty of one of a pair where the film does not say."""
    if context.body_part:
        dataset.BodyPartExamined = context.body_part
    if may_be_paired(context.body_part):
        dataset.Laterality = context.side


def _carry(dataset: Dataset, tag: int, value: bytes) -> None:
    """As raw bytes, which pydicom neither decodes nor checks."""
    vr = dictionary_VR(tag)
    value += (b"\0" if vr == "UI" else b" ") * (len(value) % 2)
    dataset[tag] = RawDataElement(Tag(tag), vr, len(value), value, 0, False, True)


def _leave_raw(dataset: Dataset, character_set: CharacterSet) -> None:
    """Have pydicom write raw elements as they are: where it takes the data set for new, it decodes
    them and encodes them anew, and loses an empty part of a name or a second escape sequence."""
    own = convert_encodings(character_set.value) if character_set.terms else default_encoding
    dataset.set_original_encoding(False, True, own)


def device_uid(assessment: Assessment, making: Making) -> str:
    """The same for one version of the model, on whatever machine it runs."""
    return making.uids.of(f"device {assessment.model_name} {assessment.model_version}")


def reference(context: StudyContext) -> Dataset:
    """The film, as an item of a sequence of references."""
    found = Dataset()
    found.ReferencedSOPClassUID = context.sop_class
    found.ReferencedSOPInstanceUID = context.sop_instance
    return found


def series_reference(context: StudyContext, keyword: str) -> Dataset:
    """The film's series, with the film in the sequence `keyword`."""
    found = Dataset()
    found.SeriesInstanceUID = context.series
    setattr(found, keyword, [reference(context)])
    return found


def to_file(dataset: Dataset, character_set: CharacterSet, behind: bytes = b"") -> bytes:
    """A DICOM file (PS3.10) of the data set and of encoded elements that come behind it."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, False
    out.write(_PREAMBLE)
    write_file_meta_info(out, meta, enforce_standard=True)
    correct_ambiguous_vr(dataset, is_little_endian=True)  # which is no longer done where all is raw
    _leave_raw(dataset, character_set)
    out.write(encode(dataset, character_set.value if character_set.terms else "ISO_IR 6"))
    out.write(behind)
    return out.getvalue()
