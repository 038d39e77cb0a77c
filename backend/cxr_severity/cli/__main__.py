"""`python -m cxr_severity.cli`: the same as `cxr-severity`."""

import sys

from cxr_severity.cli import main

sys.exit(main())
