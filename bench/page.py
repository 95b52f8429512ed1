"""From the click on "send" to the deploy's first card before the person's eyes: Acme, its workspace, Chromium.

Each deploy has ended before the next begins, as on a machine where one person deploys.
"""

import os
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench import Figure, percentile
from bench._served import free_port, grail

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server"]  # fmt: skip
PLACES = [
    (service, where) for service in ("shop", "search", "gateway") for where in ("staging", "production")
]
TIMES = 16  # the first warms up and is left out

# Milliseconds from the click to the frame after the one in which a card of that name was drawn.
TIMED = """title => new Promise(resolve => {
  const send = document.querySelector('#main .send');
  const before = new Set([...document.querySelectorAll('#main .message')].map(each => each.dataset.ts));
  let clicked;
  send.addEventListener('click', () => { clicked = performance.now(); }, {capture: true, once: true});
  const watch = new MutationObserver(() => {
    const card = [...document.querySelectorAll('#main .message')].find(each =>
      !before.has(each.dataset.ts) && each.innerText.includes(title) && each.getClientRects().length);
    if (!card) return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - clicked)));
  });
  watch.observe(document.querySelector('#main'), {subtree: true, childList: true, characterData: true});
  send.click();
})"""


def run() -> list[Figure]:
    if not CHROMIUM.exists():
        print(f"  not measured: there is no {CHROMIUM} here", flush=True)
        return []
    port, page_port = free_port(), free_port()
    address = f"http://localhost:{page_port}/"
    with tempfile.TemporaryDirectory(prefix="grail-", ignore_cleanup_errors=True) as folder:
        environment = {"GRAIL_DATA": folder, "GRAIL_WORKSPACE_PORT": str(page_port)}
        with grail(["run", "--port", str(port)], address, environment), sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=FLAGS, env={"PATH": os.environ["PATH"]}
            )
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(f"{address}#as=omar&in=ops")
            page.wait_for_selector("body[data-connection=live]")
            took = [_deploy(page, *PLACES[number % len(PLACES)]) for number in range(TIMES)][1:]
            browser.close()
    return [
        Figure("from send to the deploy's card, median", percentile(took, 0.5), "ms", None, "<= 300"),
        Figure("from send to the deploy's card, the slowest", max(took), "ms"),
    ]


def _deploy(page: Page, service: str, environment: str) -> float:
    """Milliseconds until the card stood; returns when the deploy is over."""
    page.fill("#composer-text", f"/grail deploy {service} to {environment} main")
    page.press("#composer-text", "Escape")
    title = f"{service} → {environment}"
    took: float = page.evaluate(TIMED, title)
    page.locator("#main .message", has_text=title).last.get_by_text("succeeded").wait_for(timeout=30_000)
    return took
