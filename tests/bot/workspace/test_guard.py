"""Nobody else's: loopback, the own Host and Origin, JSON alone, and a token."""

import asyncio
import http.client
from collections.abc import Mapping

import pytest

from tests.bot.workspace.inside import Workspace

TYPED = b'{"as": "dana@example.com", "in": "#ops", "text": "hello"}'
OTHER_SITE = "This workspace takes nothing from pages of other sites."


def asked(
    workspace: Workspace, verb: str, path: str, headers: Mapping[str, str], body: bytes | None = None
) -> tuple[int, Mapping[str, str], bytes]:
    """One request with exactly these headers, as no well-behaved client would send them."""
    address = workspace.url.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=5)
    connection.putrequest(verb, path, skip_host=True, skip_accept_encoding=True)
    for name, value in {"Host": address, **headers, "Content-Length": str(len(body or b""))}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


async def request(
    workspace: Workspace, verb: str, path: str, body: bytes | None = None, /, **headers: str
) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    status, _, content = await asyncio.to_thread(asked, workspace, verb, path, named, body)
    return status, content.decode()


async def test_a_program_with_the_token_may_act(workspace: Workspace) -> None:
    headers = {"Authorization": f"Bearer {workspace.token}", "Content_Type": "application/json"}
    assert (await request(workspace, "POST", "/control/type", TYPED, **headers))[0] == 200


async def test_without_the_token_nothing_is_seen_or_done(workspace: Workspace) -> None:
    for verb, path in (
        ("POST", "/control/type"),
        ("GET", "/control/messages?in=%23ops"),
        ("GET", "/control/stream"),
    ):
        status, body = await request(workspace, verb, path, TYPED, Content_Type="application/json")
        assert status == 401
        assert "Show the workspace's token: Authorization: Bearer …, as printed at start." in body
        wrong = {
            "Content_Type": "application/json",
            "Authorization": "Bearer guess",
            "Cookie": "grail_workspace=x",
        }
        assert (await request(workspace, verb, path, TYPED, **wrong))[0] == 401
    assert await workspace.messages("#ops") == []


@pytest.mark.parametrize("path", ["/", "/control/state", "/api/auth.test", "/link/", "/respond/x"])
async def test_another_host_name_is_refused_everywhere(workspace: Workspace, path: str) -> None:
    """DNS rebinding: the browser believes that evil.example is us, and says so."""
    port = workspace.url.rpartition(":")[2]
    # one WebSocket client leaves the port out, and has no Origin
    bare = ["localhost"] if path != "/link/" else []
    for host in (f"evil.example:{port}", *bare, "127.0.0.1:1", f"127.0.0.1.evil.example:{port}"):
        status, body = await request(
            workspace, "GET", path, Host=host, Authorization=f"Bearer {workspace.token}"
        )
        assert status == 403
        assert "answers only as localhost, 127.0.0.1 or [::1] with its own port." in body
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        allowed = {"Host": host, "Authorization": f"Bearer {workspace.token}"}
        assert (await request(workspace, "GET", "/control/state", None, **allowed))[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
async def test_another_origin_is_refused(workspace: Workspace, origin: str) -> None:
    headers = {
        "Cookie": f"grail_workspace={workspace.token}",
        "Content_Type": "application/json",
        "Origin": origin,
    }
    status, body = await request(workspace, "POST", "/control/type", TYPED, **headers)
    assert status == 403
    assert OTHER_SITE in body
    own = headers | {"Origin": workspace.url}
    assert (await request(workspace, "POST", "/control/type", TYPED, **own))[0] == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_request_that_the_browser_calls_cross_site_is_refused(
    workspace: Workspace, site: str
) -> None:
    headers = {"Cookie": f"grail_workspace={workspace.token}", "Sec_Fetch_Site": site}
    assert (await request(workspace, "GET", "/control/state", None, **headers))[0] == 403
    framed = {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}
    assert (await request(workspace, "GET", "/", None, **framed))[0] == 403
    followed = framed | {"Sec_Fetch_Dest": "document"}
    assert (await request(workspace, "GET", "/", None, **followed))[0] != 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_form_can_send_is_refused(workspace: Workspace, kind: str) -> None:
    headers = {"Cookie": f"grail_workspace={workspace.token}", "Content_Type": kind}
    status, body = await request(workspace, "POST", "/control/type", TYPED, **headers)
    assert status == 415
    assert "Send JSON, with Content-Type: application/json." in body


async def test_the_page_gives_its_cookie_to_itself_alone(workspace: Workspace) -> None:
    _, headers, _ = await asyncio.to_thread(asked, workspace, "GET", "/", {})
    cookie = headers["Set-Cookie"]
    assert cookie == f"grail_workspace={workspace.token}; HttpOnly; Path=/; SameSite=Strict"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in headers


async def test_files_outside_of_the_page_are_not_served(workspace: Workspace) -> None:
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static//etc/passwd"):
        assert (await request(workspace, "GET", path))[0] == 404


async def test_a_body_that_is_no_object_is_refused(workspace: Workspace) -> None:
    headers = {"Authorization": f"Bearer {workspace.token}", "Content_Type": "application/json"}
    status, body = await request(workspace, "POST", "/control/type", b"[]", **headers)
    assert (status, "The body must be a JSON object." in body) == (400, True)
    status, body = await request(workspace, "POST", "/control/dance", b"{}", **headers)
    assert (status, "There is no /control/dance." in body) == (404, True)
