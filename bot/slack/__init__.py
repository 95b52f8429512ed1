"""How we speak. The words of this room: what a person asked, and what is said in answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """Something said. `text` always goes along: it is what the lock screen shows.

    base_blocks: the same in Slack's base blocks, where `blocks` uses newer ones that a workspace may not have.
    """

    text: str
    blocks: Sequence[Block] = ()
    base_blocks: Sequence[Block] | None = None
