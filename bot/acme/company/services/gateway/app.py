"""The gateway: where visitors come in, and which service is meant."""

ROUTES = {"/things": "shop", "/find": "search"}


def route(path: str) -> str | None:
    return next((service for start, service in ROUTES.items() if path.startswith(start)), None)


def answer(path: str) -> dict[str, object] | None:
    if path == "/":
        return {"welcome": "to Acme", "routes": dict(ROUTES)}
    service = route(path)
    return {"goes to": service} if service else None
