"""What lies beside films in folders and archives, and is none."""

from __future__ import annotations

import re

_LEFTOVER = re.compile(
    r"(^|/)(\.[^/]*|DICOMDIR|Thumbs\.db|desktop\.ini)$|(^|/)(__MACOSX|\.[^/.][^/]*)/", re.I
)


def is_leftover(path: str) -> bool:
    """Whether it is hidden, in a hidden folder, or what file managers and DICOM media leave.

    Args:
        path: below the folder or in the archive that is looked through, parted by slashes; a
            folder ends in one.
    """
    return _LEFTOVER.search(path) is not None
