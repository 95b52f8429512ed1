"""python3 ops/start.py SERVICE ENVIRONMENT COMMIT: the new version, beside the old one."""

import sys

import front

front.start(*sys.argv[1:4])
