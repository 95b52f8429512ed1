"""python3 ops/switch.py SERVICE ENVIRONMENT COMMIT: the front goes to the new version from now on."""

import sys

import front

front.order("switch", sys.argv[1], sys.argv[2])
