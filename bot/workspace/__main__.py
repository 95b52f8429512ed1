"""`python -m bot.workspace`: the workspace alone."""

import sys

from . import main

if __name__ == "__main__":
    sys.exit(main())
