"""A connection to Redis for what is called most and has to be quick: storing what Slack sends, and settling work.

redis-py makes the connection, so that all forms of an address, logins and sentinels are its matter; then this speaks
on it. The client takes longer over a call than Redis does, for what is not needed here: a connection taken and given
back, a stream, a time-out and a task's turn for each answer.

Nobody waits to be gathered, and yet what comes together goes together: a call that finds nothing on its way goes at
once, and those that come while it is away go with the next trip. Under load that spares most of the trips, and of the
writes to disk behind them.
"""

import asyncio
from collections import deque
from typing import Any

import hiredis
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ResponseError

from bot.store.scripts import Argument

AT_MOST = 64  # calls in one trip: Redis serves nobody else meanwhile


class NotSent(Exception):
    """The line broke before this call was sent: it may go on another one."""


class Line(asyncio.Protocol):
    """One connection. Answers come in the order of the calls: a line that misses one is at its end."""

    def __init__(self, pool: ConnectionPool, connection: AbstractConnection) -> None:
        self.open = True
        self._pool = pool
        self._connection = connection
        self._within = connection.socket_timeout or 0.0  # seconds; connection.py sets one on everything
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(encoding="utf-8", errors="replace")
        self._waiting: deque[tuple[bytes, asyncio.Future[Any]]] = deque()
        self._asked: deque[asyncio.Future[Any]] = deque()
        self._late: asyncio.TimerHandle | None = None
        writer = connection._writer
        assert writer is not None  # it is connected
        self._transport = writer.transport
        self._before = self._transport.get_protocol()
        self._transport.set_protocol(self)

    @classmethod
    async def to(cls, redis: Redis) -> "Line | None":
        """A line to the server of `redis`; None where that is a cluster. Raises what any call of it may raise."""
        pool = getattr(redis, "connection_pool", None)
        return cls(pool, await pool.get_connection()) if pool is not None else None

    async def call(self, *command: Argument) -> Any:
        """What Redis answers. ResponseError: what it says against it. NotSent: the call was not made.

        OSError: nobody knows whether it counted.
        """
        packed = hiredis.pack_command(command)  # type: ignore[arg-type] # its stub names a tuple of one
        if not self.open:
            raise NotSent
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append((packed, answer))
        if not self._asked:
            self._send()
        return await answer

    def close(self) -> None:
        """Take no more calls. For those that were sent it is as if the connection broke."""
        self.open = False
        self._transport.abort()

    async def give_back(self) -> None:
        """Leave the place of a line that is at its end to another connection."""
        await self._connection.disconnect(nowait=True)
        await self._pool.release(self._connection)

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while self._asked:
            said = self._reader.gets()
            if said is False:  # no whole answer yet
                return
            answer = self._asked.popleft()
            if answer.done():
                continue  # whoever asked has gone
            if isinstance(said, hiredis.ReplyError):
                answer.set_exception(ResponseError(str(said)))
            else:
                answer.set_result(said)
        if self._late is not None:
            self._late.cancel()
        if self._waiting and self.open:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(ConnectionError("the connection broke"), NotSent())
        self._before.connection_lost(exc)  # redis-py waits for it when it closes the connection

    def _send(self) -> None:
        trip = [self._waiting.popleft() for _ in range(min(AT_MOST, len(self._waiting)))]
        self._asked.extend(answer for _, answer in trip)
        self._transport.write(b"".join([packed for packed, _ in trip]))
        self._late = self._loop.call_later(self._within, self._too_late)

    def _too_late(self) -> None:
        why = TimeoutError(f"no answer within {self._within:.0f} s")
        self._end(why, why)  # another line would go to the same server, and nobody waits for twice as long
        self._transport.abort()

    def _end(self, asked: Exception, waiting: Exception) -> None:
        self.open = False
        if self._late is not None:
            self._late.cancel()
        for answers, error in ((self._asked, asked), (deque(each for _, each in self._waiting), waiting)):
            for answer in answers:
                if not answer.done():
                    answer.set_exception(error)
        self._asked.clear()
        self._waiting.clear()
