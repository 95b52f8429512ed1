"""python3 ops/check.py SERVICE ENVIRONMENT COMMIT: what visitors get, through the front."""

import sys
import time

import front

service, environment, commit = sys.argv[1:4]
TIMES = 8
for number in range(1, TIMES + 1):
    version = front.ask(f"/{environment}/{service}/version").get("commit")
    if version != commit:
        sys.exit(f"asked {number} times: the front answers with version {version}, not {commit[:7]}")
    if front.ask(f"/{environment}/{service}/health").get("healthy") is not True:
        sys.exit(f"asked {number} times: {service} is not healthy")
    print(f"{number} of {TIMES}: {service} answers well with {commit[:7]}", flush=True)
    time.sleep(0.1 * front.PACE)
