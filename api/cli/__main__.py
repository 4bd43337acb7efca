"""`python -m api.cli`, where the command `sokcho` is not installed."""

import sys

from api.cli import main

sys.exit(main())
