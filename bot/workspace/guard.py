"""Nobody else's: who may talk to the workspace at all. A page of another site gets nothing, whichever way it tries.

Every request must name this server as its Host (a rebound DNS name does not), must not come from another origin,
and /control wants the token made at start: as Bearer from a program, as the cookie of our own page.
"""

import hmac

from aiohttp import web

from .web_api import bearer

COOKIE = "grail_workspace"
NAMES = ("localhost", "127.0.0.1", "[::1]")
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """`port`: the own one, known once the server listens."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.port = 0

    def refusal(self, request: web.Request) -> tuple[int, str] | None:
        """The status and the sentence of a refusal; None where the request may go on."""
        own = {f"{name}:{self.port}" for name in NAMES}
        # Bolt for Python's built-in Socket Mode client leaves the port out; it brings a ticket that is good once
        bare = set(NAMES) if request.path == "/link/" and "Origin" not in request.headers else set()
        if request.headers.get("Host", "").lower() not in own | bare:
            return 403, "This workspace answers only as localhost, 127.0.0.1 or [::1] with its own port."
        origin = request.headers.get("Origin")
        if origin is not None and origin.lower() not in {f"http://{host}" for host in own}:
            return 403, "This workspace takes nothing from pages of other sites."
        site = request.headers.get("Sec-Fetch-Site", "none").lower()
        if site not in ("none", "same-origin") and not self._opened(request):
            return 403, "This workspace takes nothing from pages of other sites."
        if not request.path.startswith("/control"):
            return None
        if not self.known(request):
            return 401, "Show the workspace's token: Authorization: Bearer …, as printed at start."
        if request.method == "POST" and request.content_type != "application/json":
            return 415, "Send JSON, with Content-Type: application/json."
        return None

    def known(self, request: web.Request, *others: str) -> bool:
        """Whether the request shows our token, or one of these others."""
        shown = (bearer(request) or request.cookies.get(COOKIE, "")).encode()
        return any(hmac.compare_digest(shown, token.encode()) for token in (self._token, *others))

    def _opened(self, request: web.Request) -> bool:
        """A person followed a link to the page itself: the browser shows it, the other site learns nothing."""
        fetch = request.headers
        document = fetch.get("Sec-Fetch-Mode") == "navigate" and fetch.get("Sec-Fetch-Dest") == "document"
        return request.method == "GET" and request.path == "/" and document

    def seal(self, response: web.StreamResponse) -> None:
        """The cookie that lets our own page at /control."""
        response.set_cookie(COOKIE, self._token, httponly=True, samesite="Strict", path="/")
