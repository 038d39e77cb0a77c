"""Native libraries that write to standard error are told not to.

libtiff reports every code word that it cannot read: 2 MB of noise as a fax wrote 123 MB.
"""

from __future__ import annotations

import ctypes

from PIL import _imaging


def silence_libtiff() -> None:
    """Take away libtiff's handlers of errors and warnings, for the whole process.

    What it could not read it still returns as an error. Where Pillow was built with a libtiff that
    is not to be found by name, nothing changes.
    """
    # Looked for in Pillow's extension and the libraries it was linked with.
    library = ctypes.CDLL(_imaging.__file__)
    for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
        try:
            set_handler = getattr(library, name)
        except AttributeError:
            return
        set_handler.argtypes, set_handler.restype = [ctypes.c_void_p], ctypes.c_void_p
        set_handler(None)
