"""Every key in Redis once: its name, type, life and owner.

All of them carry one hash tag, so that Redis Cluster can hold an installation (on one shard). A key has a life,
which whoever writes it sets as its TTL, or is permanent and says why. tests/bot/store/test_keys.py fails on any
key that is found in Redis and not here, or that lives longer than it should.
"""

from dataclasses import dataclass

PREFIX = "{grail}:"

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True)
class Key:
    """One kind of key. `name` has {holes}; `life` is in seconds, None for the permanent ones, which say `why`."""

    name: str
    type: str  # string, hash, list, set, zset, stream
    life: int | None
    owner: str  # the file that writes it
    why: str = ""

    def __call__(self, **holes: str) -> str:
        """The full name of one key. Values may hold anything but are kept from looking like a hash tag."""
        return PREFIX + self.name.format(**{k: v.replace("{", "(").replace("}", ")") for k, v in holes.items()})


# deploys.py
DEPLOY = Key("deploy:{id}", "hash", 400 * DAY, "deploys.py")
DEPLOY_NUMBER = Key("deploy-number", "string", None, "deploys.py", "ids are never given twice")
DEPLOYS = Key("deploys:{service}", "zset", None, "deploys.py", "trimmed to the newest 1,000 of a service")
CLAIM = Key("claim:{service}:{environment}", "hash", None, "deploys.py", "ends with its deploy")
FENCE = Key("fence:{service}:{environment}", "string", None, "deploys.py", "fencing numbers only grow")
STANDING = Key("standing:{service}", "hash", None, "deploys.py", "what runs where: one field an environment")
