"""``python -m csta.cli``."""

import sys

from csta.cli import main

sys.exit(main())
