"""What mutations start from: a file of every kind that is accepted, and of every hostile kind."""

from __future__ import annotations

from imaging import corpus, hostile

_SMALL = 256


def decoding_seeds() -> list[bytes]:
    """Small files; the hostile ones are refused as they are, and their neighbours may not be."""
    streams = [
        hostile.jpeg_2000(_SMALL, precincts=[0]),
        hostile.jpeg_2000(_SMALL, block=2),
        hostile.jpeg_2000(_SMALL, tile=64, levels=5),
        hostile.jpeg_2000(_SMALL, layers=100),
    ]
    return [
        *corpus.ALL.values(),
        *(hostile.dicom_of(_SMALL, stream) for stream in streams),
        hostile.tiled(_SMALL, 64, at=[512] * 16, length=64),
    ]
