"""How we reach Redis: the address in all its forms, time-outs on everything, and a server that can be
trusted.

Addresses: `redis://`, `rediss://`, `unix://`, `redis+sentinel://h1,h2:26379/master/0`,
`redis+cluster://h1,h2`, and the last two with `rediss+`. The user and the password stand before the first
host, as in any URL. No call is sent twice: after a time-out nobody knows whether the first one counted, so
the callers decide.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from redis.asyncio import ConnectionPool, Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    RedisError,
    ResponseError,
)

from bot.errors import StartFault

CALL_SECONDS = 5.0  # a server that stands still must not hang us
BLOCK_SECONDS = 2.0  # how long a read may wait for work; well below CALL_SECONDS
LOADING_SECONDS = 300.0
OLDEST = (6, 2)

FORMS = (
    "redis://host:6379/0, rediss://…, unix:///path, redis+sentinel://host1,host2/master/0 or "
    "redis+cluster://host1,host2"
)


async def connect(url: str, *, say: Callable[[str], None]) -> Redis:
    """A client that answers text, for a server that was checked. StartFault says in one sentence what is
    wrong.

    Says by `say` when it has to wait for a server that is loading, and when the server keeps nothing on disk.
    Close it with `aclose()`.
    """
    redis = _client(url)
    try:
        facts = await _facts(redis, shown(url), say)
        _judge(facts, shown(url))
        await _say_what_is_kept(redis, facts, say)
    except BaseException:
        await redis.aclose()
        raise
    return redis


def shown(url: str) -> str:
    """The address without its password."""
    head, at, tail = url.rpartition("@")
    if not at:
        return url
    scheme, _, user = head.partition("://")
    return f"{scheme}://{user.partition(':')[0] + '@' if user.partition(':')[0] else ''}{tail}"


def _client(url: str) -> Redis:
    options: dict[str, Any] = {
        "decode_responses": True,
        "encoding_errors": "replace",  # garbage under one key must not make every answer unreadable
        "socket_timeout": CALL_SECONDS,
        "socket_connect_timeout": CALL_SECONDS,
        "protocol": 2,
        "retry": Retry(NoBackoff(), 0),
    }
    scheme, found, _ = url.partition("://")
    try:
        match scheme if found else "":
            case "redis" | "rediss" | "unix":
                return Redis.from_pool(ConnectionPool.from_url(url, max_connections=512, **options))
            case "redis+sentinel" | "rediss+sentinel":
                return _by_sentinel(url, options)
            case "redis+cluster" | "rediss+cluster":
                return _by_cluster(url, options)
    except (ValueError, TypeError) as error:
        raise StartFault(f"REDIS_URL cannot be read ({error}): write {FORMS}.") from error
    raise StartFault(f"REDIS_URL begins with {scheme!r}, which is no way to reach Redis: write {FORMS}.")


def _hosts(netloc: str, port: int) -> tuple[dict[str, str], list[tuple[str, int]]]:
    """The user and password, and each host with its port, of `user:password@h1:1,h2`."""
    who, _, where = netloc.rpartition("@")
    user, _, password = who.partition(":")
    login = {k: unquote(v) for k, v in (("username", user), ("password", password)) if v}
    hosts = []
    for one in where.split(","):
        host, colon, number = one.rpartition(":") if not one.endswith("]") else (one, "", "")
        hosts.append(((host if colon else one).strip("[]"), int(number) if colon else port))
    if not all(host for host, _ in hosts):
        raise ValueError("a host is missing")
    return login, hosts


def _by_sentinel(url: str, options: dict[str, Any]) -> Redis:
    parts = urlsplit(url)
    login, hosts = _hosts(parts.netloc, 26379)
    name, _, number = parts.path.strip("/").partition("/")
    if not name:
        raise ValueError("the name of the master is missing")
    ssl = {"ssl": True} if parts.scheme.startswith("rediss") else {}
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        hosts,
        sentinel_kwargs={**options, **ssl},
        max_connections=512,
        db=int(number or 0),
        **options,
        **ssl,
        **login,
    )
    return cast(Redis, sentinels.master_for(name, redis_class=_OfSentinels))


class _OfSentinels(Redis):
    """The client of a master, which closes what it asked the sentinels by, too."""

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        for sentinel in cast(SentinelConnectionPool, self.connection_pool).sentinel_manager.sentinels:
            await sentinel.aclose()
        await super().aclose(close_connection_pool)


def _by_cluster(url: str, options: dict[str, Any]) -> Redis:
    parts = urlsplit(url)
    login, hosts = _hosts(parts.netloc, 6379)
    nodes = [ClusterNode(host, port) for host, port in hosts]
    more: dict[str, Any] = {**options, **login, "ssl": parts.scheme.startswith("rediss")}
    # All our keys carry one hash tag, so that the cluster's client serves as well as the plain one.
    return cast(Redis, RedisCluster(startup_nodes=nodes, max_connections=512, **more))


async def _facts(redis: Redis, name: str, say: Callable[[str], None]) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    until = loop.time() + LOADING_SECONDS
    said = False
    while True:
        try:
            facts = _of_one_node(await redis.info())
            if not int(facts.get("loading", 0)):
                return facts
        except BusyLoadingError:
            pass
        except (AuthenticationError, NoPermissionError) as error:
            raise StartFault(f"Redis at {name} does not let us in: {error}.") from error
        except (RedisError, OSError, TimeoutError) as error:
            if "password" in str(error):  # a connection that could not be made hides what it was refused for
                raise StartFault(f"Redis at {name} does not let us in: {str(error).rstrip('.')}.") from error
            raise StartFault(
                f"Redis at {name} does not answer ({error}): start it, or set REDIS_URL to one that runs."
            ) from error
        if loop.time() > until:
            raise StartFault(
                f"Redis at {name} is still loading its data after {LOADING_SECONDS:.0f} s: look at its log."
            )
        if not said:
            say(f"Redis at {name} is loading its data; waiting for it.")
            said = True
        await asyncio.sleep(0.1)


def _of_one_node(info: dict[str, Any]) -> dict[str, Any]:
    """A cluster answers for each node: the faults of the first stand for all."""
    first = next(iter(info.values()))
    return first if isinstance(first, dict) and "redis_version" in first else info


def _judge(facts: dict[str, Any], name: str) -> None:
    version = str(facts.get("redis_version", "0"))
    if tuple(int(n) for n in version.split(".")[:2]) < OLDEST:
        raise StartFault(f"Redis at {name} is version {version}: Grail needs 6.2 or newer.")
    policy = facts.get("maxmemory_policy", "noeviction")
    if int(facts.get("maxmemory", 0)) and policy != "noeviction":
        raise StartFault(
            f"Redis at {name} may throw away what Grail stores (maxmemory-policy is {policy}): "
            "set maxmemory-policy to noeviction."
        )
    if facts.get("role") == "slave":
        raise StartFault(f"Redis at {name} is a replica and takes no writes: set REDIS_URL to its master.")


async def _say_what_is_kept(redis: Redis, facts: dict[str, Any], say: Callable[[str], None]) -> None:
    if int(facts.get("aof_enabled", 0)):
        return
    try:
        save = (await redis.config_get("save")).get("save", "")
    except ResponseError:
        say("Redis has no append-only file: what was stored last may be lost with it. Set appendonly to yes.")
        return
    if save:
        say("Redis keeps snapshots only: up to minutes of work are lost when it dies. Set appendonly to yes.")
    else:
        say("Redis keeps nothing on disk: everything is lost when it ends. Set appendonly to yes.")
