"""Block Kit as Slack judges it: what a message, a modal or a Home tab may hold, and where the fault is.

Pure functions over plain JSON, written from Slack's own description of each block; nothing here is shared
with a bot that is being judged. The rooms, from the bottom up:

    rules.py     the little language of checks, in Slack's words
    objects.py   text, option, confirm … what elements are made of
    elements.py  buttons, menus, inputs
    rich.py      rich_text and everything inside it
    blocks.py    the base blocks
    newer.py     plan, card, table, chart … what not every workspace has yet
    surfaces.py  which block may stand where, how many, and no id twice
"""

from .objects import offered, offered_groups
from .rules import Fault
from .surfaces import Surface, faults, message_faults, view_faults

__all__ = ["Fault", "Surface", "faults", "message_faults", "offered", "offered_groups", "view_faults"]
