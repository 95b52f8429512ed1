"""Asks the front: it knows which version of a service answers, and keeps the one before until it is retired."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

STARTING = 20.0  # seconds for a new version to begin to listen
PATIENCE = 3.0  # seconds from then on for it to become healthy
PACE = float(os.environ.get("ACME_PACE", "1"))  # slow enough to watch; 0 does not wait for anybody's eyes


def ask(path: str, told: dict[str, str] | None = None) -> dict[str, object]:
    data = None if told is None else json.dumps(told).encode()
    request = urllib.request.Request(os.environ["ACME_FRONT"] + path, data, {"X-Acme": "1"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return {"status": error.code, **json.load(error)}


def order(verb: str, service: str, environment: str) -> dict[str, object]:
    """switch, retire or back. Ends the script when the front refuses."""
    told = {"service": service, "environment": environment, "deploy": os.environ["GRAIL_DEPLOY"]}
    answer = ask(f"/-/{verb}", told)
    print(answer["said"], flush=True)
    if "status" in answer:
        sys.exit(1)
    return answer


def start(service: str, environment: str, commit: str) -> None:
    """Start a version beside the one that answers, and wait for its health."""
    root = Path(__file__).resolve().parent.parent
    deploy = os.environ["GRAIL_DEPLOY"]
    words = [service, environment, commit, deploy, os.environ["ACME_FRONT"], str(0.8 * PACE)]
    with open(root / "service.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-B", "-m", "services.serving", *words],
            cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    print(f"starting {service} {commit[:7]} for {environment}", flush=True)
    began = time.monotonic()
    end, why = began + STARTING, ""
    while time.monotonic() < end:
        if process.poll() is not None:
            print((root / "service.log").read_text()[-2000:])
            sys.exit(f"{service} ended while it was starting")
        answer = ask(f"/-/candidate/{environment}/{service}/{deploy}/health")
        if answer.get("healthy") is True:
            print(f"healthy after {time.monotonic() - began:.1f} s on port {answer['port']}", flush=True)
            return
        if "healthy" in answer:
            end = end if why else time.monotonic() + PATIENCE
            why = str(answer["why"])
        time.sleep(0.05)
    sys.exit(f"{service} {commit[:7]} is not healthy: {why or 'it does not begin to listen'}")
