"""`python -m cxr_training.prepare`: the same as `cxr-prepare`."""

import sys

from cxr_training.prepare.cli import main

sys.exit(main())
