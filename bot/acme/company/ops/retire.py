"""python3 ops/retire.py SERVICE ENVIRONMENT: end the old version."""

import sys

import front

front.order("retire", sys.argv[1], sys.argv[2])
