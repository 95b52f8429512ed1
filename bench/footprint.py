"""What Grail takes when nobody asks for anything: memory and start of web and worker in one process.

Redis runs beside it, there is no page, and the Slack that it is to reach is not there: that is none of its memory.
"""

import asyncio
import re
import tempfile
import time
from pathlib import Path

from bench import Figure
from bench._served import ROOT, free_port, grail
from bot.store.embedded import EmbeddedRedis

STARTS = 3
IDLE = 5.0  # seconds that it is left alone before its memory is read


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="grail-", ignore_cleanup_errors=True) as folder:
        return asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> list[Figure]:
    redis = EmbeddedRedis(folder, lambda line: None)
    url = await redis.start()
    try:
        found = [await asyncio.to_thread(_once, folder, url, IDLE if last else 0) for last in range(STARTS)]
    finally:
        await redis.stop()
    seconds = sorted(seconds for seconds, _ in found)[STARTS // 2]
    return [
        Figure("start until ready, web and worker in one process", seconds, "s", None, "<= 3"),
        Figure("memory when idle, web and worker in one process", found[-1][1], "MiB", None, "<= 120"),
    ]


def _once(folder: Path, redis_url: str, idle: float) -> tuple[float, float]:
    """Start it: (seconds until it was ready, MiB that it held after so long)."""
    port = free_port()
    # Not called Acme: the example's services are no part of Grail.
    config = folder / "config.yaml"
    config.write_text((ROOT / "config.yaml").read_text().replace("company: Acme", "company: Bench"))
    environment = {
        "REDIS_URL": redis_url,
        "GRAIL_DATA": str(folder),
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": "bench-signing-secret",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
    }
    words = ["run", "--config", str(config), "--port", str(port)]
    with grail(words, f"http://127.0.0.1:{port}/readyz", environment) as (process, seconds):
        time.sleep(idle)
        status = Path(f"/proc/{process}/status").read_text()
    held = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert held is not None
    return seconds, int(held[1]) / 1024
