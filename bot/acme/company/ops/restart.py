"""python3 ops/restart.py SERVICE ENVIRONMENT COMMIT: the same version in a new process, without a gap."""

import sys

import front

front.start(*sys.argv[1:4])
front.order("switch", sys.argv[1], sys.argv[2])
front.order("retire", sys.argv[1], sys.argv[2])
