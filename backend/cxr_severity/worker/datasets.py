"""Data sets as DICOMweb services say them: in DICOM JSON (PS3.18 F), or as a Native DICOM Model in
XML (PS3.19 A.1), which some answer whatever was asked for."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any
from xml.etree import ElementTree as ET

_LARGEST_XML = 1_000_000
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_BOMS = codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE


def read_data_set(body: bytes) -> dict[str, Any]:
    """The one data set of an answer, in the shape of DICOM JSON.

    Raises:
        ValueError: it is none, like a page or an error that somebody on the way answers with.
    """
    text = body.removeprefix(codecs.BOM_UTF8).lstrip()
    try:
        if text.startswith((b"<", *_BOMS)):
            return _native_model(text)
        said = json.loads(text)
    except (ET.ParseError, RecursionError) as error:  # cut, or nested past all measure
        raise ValueError(str(error)) from None
    # Some list it, as QIDO-RS lists data sets.
    said = said[0] if isinstance(said, list) and len(said) == 1 else said
    # `{}` is what many a service that knows nothing of DICOM says to anything.
    if not isinstance(said, dict) or not said or not all(map(_TAG.fullmatch, said)):
        raise ValueError("JSON of another kind")
    return said


def values(said: object, tag: str) -> list[Any]:
    """Of an element; empty where the data set does not have it."""
    element = said.get(tag) if isinstance(said, dict) else None
    value = element.get("Value") if isinstance(element, dict) else None
    return value if isinstance(value, list) else []


def _native_model(text: bytes) -> dict[str, Any]:
    # Entities, which could grow to any size or name a file, need a DTD to be declared in. It cannot
    # hide in another encoding: all is UTF-8, and expat would take what has zeros for UTF-16.
    if len(text) > _LARGEST_XML or b"\0" in text or b"<!DOCTYPE" in text:
        raise ValueError("XML that is too large, or has a DTD")
    root = ET.fromstring(text.decode("utf-8"))  # noqa: S314
    if _name(root) != "NativeDicomModel":
        raise ValueError("XML of another kind")
    return _elements(root)


def _elements(parent: ET.Element) -> dict[str, Any]:
    """Of the model or one of its items: values as text, items as dictionaries."""
    return {
        each.get("tag", "").upper(): {
            "Value": [
                _elements(value) if _name(value) == "Item" else (value.text or "").strip()
                for value in each
                if _name(value) in ("Item", "Value")
            ]
        }
        for each in parent
        if _name(each) == "DicomAttribute"
    }


def _name(element: ET.Element) -> str:
    """Without its namespace, which not every archive gives."""
    return element.tag.rpartition("}")[2]
