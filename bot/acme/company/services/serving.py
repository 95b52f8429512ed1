"""Serves one service over HTTP on a free port, for as long as the front wants it.

python3 -m services.serving SERVICE ENVIRONMENT COMMIT DEPLOY FRONT SECONDS-TO-WARM-UP
"""

import http.client
import importlib
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


def healthy(started: float, warm_up: float) -> tuple[bool, str]:
    left = started + warm_up - time.monotonic()
    return (False, "warming up") if left > 0 else (True, "well")


def serve(service: str, environment: str, commit: str, deploy: str, front: str, warm_up: float) -> None:
    app = importlib.import_module(f"services.{service}.app")
    started = time.monotonic()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = 200, None
            if self.path == "/health":
                good, why = healthy(started, warm_up)
                status, body = (200 if good else 503), {"healthy": good, "why": why}
            elif self.path == "/version":
                body = {"service": service, "environment": environment, "commit": commit}
            else:
                body = app.answer(self.path)
                if body is None:
                    status, body = 404, {"why": f"there is nothing at {self.path}"}
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
    os.chdir("/")  # the checkout is taken away behind us
    told = {"service": service, "environment": environment, "commit": commit, "deploy": deploy}
    line = http.client.HTTPConnection(urlsplit(front).netloc)
    line.request("POST", "/-/join", json.dumps({**told, "port": server.server_port}), {"X-Acme": "1"})
    line.getresponse().read()  # ends when the front has no more use for us, or is gone itself
    server.shutdown()


if __name__ == "__main__":
    service, environment, commit, deploy, front = sys.argv[1:6]
    serve(service, environment, commit, deploy, front, float(sys.argv[6]))
