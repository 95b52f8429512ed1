"""python3 ops/back.py SERVICE ENVIRONMENT: the version before answers again, and the new one ends."""

import sys

import front

front.order("back", sys.argv[1], sys.argv[2])
