"""A page of somebody else's, open in the same browser, gets nothing from the workspace and changes nothing in it.

Three hostile places: another site; another port of this very host, to which the browser does send our cookie; and a
name that the attacker's DNS has turned to 127.0.0.1 (rebinding), where the browser believes that we are theirs.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, Response, async_playwright

from .harness import Person, workspace_here

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP evil.example 127.0.0.1",
    # a guard of the browser's own, which not every browser has: ours has to do without it
    "--disable-features=LocalNetworkAccessChecks",
]
ORDER = {"as": "dana@example.com", "in": "#general", "text": "hacked"}

# each attempt answers what it could read, or null
ATTEMPTS = """
async ([target, order]) => {
  const said = JSON.stringify(order);
  const limit = (work) => Promise.race([work, new Promise((done) => setTimeout(() => done(null), 3000))]);
  const read = async (path, options) => {
    try {
      const answer = await fetch(target + path, { credentials: "include", ...options });
      return answer.ok ? await answer.text() : null;
    } catch { return null; }
  };
  const post = (type, mode) =>
    read("/control/type", { method: "POST", mode, body: said, headers: { "Content-Type": type } });
  const element = (name, set) => limit(new Promise((done) => {
    const made = document.createElement(name);
    made.onload = () => done(name);
    made.onerror = () => done(null);
    set(made);
    document.body.append(made);
  }));
  const form = () => limit(new Promise((done) => {
    const made = document.createElement("form");
    const cut = said.indexOf("hacked");
    made.method = "POST";
    made.enctype = "text/plain";
    made.action = target + "/control/type";
    made.target = "away";
    const field = document.createElement("input");
    field.name = said.slice(0, -1) + ', "more": "';
    field.value = '"}';
    made.append(field);
    const frame = document.createElement("iframe");
    frame.name = "away";
    document.body.append(frame, made);
    frame.onload = () => {
      try { done(frame.contentDocument.body.innerText.includes('"ok":true') || null); } catch { done(null); }
    };
    made.submit();
  }));
  return {
    "simple post": await post("text/plain", "no-cors"),
    "json post": await post("application/json", "cors"),
    "beacon": (navigator.sendBeacon(target + "/control/type", new Blob([said], { type: "text/plain" })), null),
    "form": await form(),
    "messages": await read("/control/messages?in=%23general", {}),
    "messages unread": await read("/control/messages?in=%23general", { mode: "no-cors" }),
    "state": await read("/control/state", {}),
    "api": await read("/api/auth.test", { method: "POST" , mode: "no-cors" }),
    "page": await read("/", {}),
    "stream": await limit(new Promise((done) => {
      const source = new EventSource(target + "/control/stream?as=dana@example.com", { withCredentials: true });
      source.onopen = () => done("open");
      source.addEventListener("hello", () => done("hello"));
      source.onerror = () => { source.close(); done(null); };
    })),
    "socket": await limit(new Promise((done) => {
      const socket = new WebSocket(target.replace("http", "ws") + "/link/?ticket=guess");
      socket.onopen = () => done("open");
      socket.onerror = () => done(null);
    })),
    "script": await element("script", (made) => { made.src = target + "/control/state"; }),
  };
}
"""


@pytest.fixture
async def dana() -> AsyncIterator[Person]:
    async with workspace_here("dana@example.com", "--socket") as someone:
        await someone.does("type", **{"in": "#general", "text": "a secret plan"})
        yield someone


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed: hostile pages are not tried")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def hostile_port() -> AsyncIterator[int]:
    """A server of the attacker's."""

    async def page(request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>win a prize</title><body>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def at_home(browser: Browser, dana: Person) -> BrowserContext:
    """A browser in which the workspace is open, so that it holds our cookie."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(dana.url)
    assert await context.cookies(dana.url)
    return context


async def attempts(page: Page, target: str) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate(ATTEMPTS, [target, ORDER])
    return found


async def said(dana: Person) -> list[str]:
    return [message["text"] for message in (await dana.asks("messages", **{"in": "#general"}))["messages"]]


async def test_the_attempts_work_from_our_own_page(dana: Person, browser: Browser) -> None:
    """Else the tests below would hold for nothing."""
    context = await at_home(browser, dana)
    found = await attempts(context.pages[0], dana.url)
    assert json.loads(found["json post"])["ok"]
    assert "a secret plan" in found["messages"]
    assert "dana@example.com" in found["state"]
    assert found["stream"] in ("open", "hello")
    # even at home, only JSON is an order
    assert found["simple post"] is None
    assert found["form"] is None
    assert (await said(dana)).count("hacked") == 1


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost"])
async def test_another_site_or_port_gets_nothing(
    dana: Person, browser: Browser, hostile_port: int, host: str
) -> None:
    context = await at_home(browser, dana)
    page = await context.new_page()
    answers = watched(page, dana.url)
    await page.goto(f"http://{host}:{hostile_port}/")
    found = await attempts(page, dana.url)
    assert {name: got for name, got in found.items() if got} == {}
    assert await said(dana) == ["a secret plan"]
    opened = [answer for answer in answers if "/control/" in answer.url and answer.status < 400]
    assert opened == []
    assert {answer.status for answer in answers if "/control/type" in answer.url} == {403}


async def test_another_site_cannot_frame_us(dana: Person, browser: Browser, hostile_port: int) -> None:
    context = await at_home(browser, dana)
    page = await context.new_page()
    answers = watched(page, dana.url)
    await page.goto(f"http://evil.example:{hostile_port}/")
    await page.evaluate(
        """(url) => new Promise((done) => {
          const frame = document.createElement("iframe");
          frame.src = url;
          frame.onload = done;
          document.body.append(frame);
        })""",
        dana.url,
    )
    (frame,) = [frame for frame in page.frames if frame is not page.main_frame]
    assert {answer.status for answer in answers} == {403}
    assert "takes nothing from pages of other sites" in await frame.content()


async def test_a_name_turned_to_our_address_gets_nothing(dana: Person, browser: Browser) -> None:
    context = await at_home(browser, dana)
    page = await context.new_page()
    turned = dana.url.replace("127.0.0.1", "evil.example")
    # the attacker's own page, served before the name was turned
    await page.route(
        f"{turned}/prize",
        lambda route: route.fulfill(content_type="text/html", body="<!doctype html><title>win</title><body>"),
    )
    answers = watched(page, turned)
    await page.goto(f"{turned}/prize")
    answers.clear()
    found = await attempts(page, turned)
    assert {name: got for name, got in found.items() if got} == {}
    assert {answer.status for answer in answers} == {403}
    assert await said(dana) == ["a secret plan"]
    front = await page.goto(f"{turned}/")
    assert front is not None
    assert front.status == 403
    assert await context.cookies(turned) == []


async def test_a_host_without_its_port_is_taken_for_socket_mode_alone(dana: Person) -> None:
    """The built-in client of Bolt for Python leaves the port out; no browser does."""
    bare = {"Host": "127.0.0.1"}
    for path, headers in (
        ("/control/state", bare),
        ("/api/auth.test", bare),
        ("/link/?ticket=guess", {**bare, "Origin": "http://127.0.0.1"}),
        ("/link/?ticket=guess", {"Host": "evil.example"}),
    ):
        async with dana.session.get(f"{dana.url}{path}", headers=headers) as response:
            assert response.status == 403, path
            assert (await response.json())["error"].startswith("This workspace")
    async with dana.session.get(f"{dana.url}/link/?ticket=guess", headers=bare) as response:
        assert (await response.json())["error"] == "link_disabled"


@pytest.mark.parametrize("header", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_either_mark_of_another_site_is_enough(dana: Person, header: dict[str, str]) -> None:
    """Not every browser sends both."""
    async with dana.session.post(f"{dana.url}/control/type", json=ORDER, headers=header) as response:
        assert response.status == 403
        assert (await response.json())["error"] == "This workspace takes nothing from pages of other sites."


def watched(page: Page, target: str) -> list[Response]:
    """Every answer that the workspace gives to this page from now on."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if answer.url.startswith(target) else None)
    return answers
