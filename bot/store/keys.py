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
        return PREFIX + self.name.format(
            **{k: v.replace("{", "(").replace("}", ")") for k, v in holes.items()}
        )


# deploys.py
DEPLOY = Key("deploy:{id}", "hash", 400 * DAY, "deploys.py")
DEPLOY_NUMBER = Key("deploy-number", "string", None, "deploys.py", "ids are never given twice")
_LISTED = "what is older than any record can be leaves"
DEPLOYS = Key("deploys:{service}", "zset", None, "deploys.py", _LISTED)
DEPLOYS_AT = Key(
    "deploys:{service}:{environment}", "zset", None, "deploys.py", _LISTED
)  # named by _listed.lua
CLAIM = Key("claim:{service}:{environment}", "hash", None, "deploys.py", "ends with its deploy")
FENCE = Key("fence:{service}:{environment}", "string", None, "deploys.py", "fencing numbers only grow")
DEPLOY_REQUEST = Key("deploy-request:{id}", "string", DAY, "deploys.py")
STANDING = Key("standing:{service}", "hash", None, "deploys.py", "what runs where: one field an environment")

HEARD = Key("heard:{service}", "hash", 30 * DAY, "heard.py")  # what the systems said last of each environment
REACHED = Key(
    "reached:{service}:{environment}", "string", 7 * DAY, "deploys.py"
)  # when its address answered last

# admission.py and locks.py: what keeps a deploy waiting
HELD = Key(
    "held", "zset", None, "admission.py", "deploys that wait before they begin; ends with their waiting"
)
DEPLOY_QUEUE = Key(
    "deploy-queue:{service}:{environment}",
    "zset",
    None,
    "admission.py",
    "a place ends with its deploy's waiting",
)
LOCKS = Key("locks", "hash", None, "locks.py", "one field a scope; a timer ends each")
FREEZES = Key("freezes", "hash", None, "locks.py", "one field a scope; a timer ends each")
LOCK_NUMBER = Key("lock-number", "string", None, "locks.py", "numbers are never given twice")

QUARANTINE = Key(
    "quarantine:{service}:{environment}",
    "hash",
    None,
    "deploys.py",
    "one field a roll-back, until it is cleared",
)

# gates.py
GATE_MODES = Key("gate-modes", "hash", None, "gates.py", "one field a gate that somebody has set by hand")
GATE_RECORD = Key("gate:{service}:{environment}:{gate}", "zset", 400 * DAY, "gates.py")
FOLLOW_UPS = Key("follow-ups", "zset", None, "gates.py", "trimmed to the newest 1,000 waivers")

# reported.py: deploys that other systems did
REPORT = Key(
    "report:{service}:{id}", "string", 90 * DAY, "reported.py"
)  # what it became, so that it is taken once
REPORTS_ODD = Key("reports-odd:{service}", "zset", 30 * DAY, "reported.py")

# coverage.py: a report as it came until it was read, then what it says, and which ones came
COVERAGE_CAME = Key("coverage-came:{digest}", "string", 7 * DAY, "coverage.py")
COVERAGE = Key("coverage:{service}:{commit}", "hash", 90 * DAY, "coverage.py")
COVERAGE_HEARD = Key("coverage-heard:{service}", "zset", 90 * DAY, "coverage.py")

# pace.py: how fast GitHub is written to
GITHUB_USED = Key("github:used", "zset", HOUR, "pace.py")  # writes, by when they were sent
GITHUB_LINE = Key("github:line", "zset", DAY, "pace.py")  # who waits for their turn, by when they asked
GITHUB_DUE = Key("github:due", "zset", DAY, "pace.py")  # the same, by when it is to come
GITHUB_GATE = Key("github:gate", "string", 2 * HOUR, "pace.py")  # nobody may before then
GITHUB_OWED = Key("github:owed", "hash", 7 * DAY, "pace.py")  # how deploys ended, still to be told

# outbox.py
_SENT = "an entry leaves when it was sent or reported"
OUTBOX_ENTRIES = Key("outbox:entries", "hash", None, "outbox.py", _SENT)
OUTBOX_BODIES = Key("outbox:bodies", "hash", None, "outbox.py", _SENT)
OUTBOX_LANES = Key(
    "outbox:lanes", "zset", None, "outbox.py", "lane -> when to look at it; a lane leaves with its last entry"
)
OUTBOX_LANE = Key("outbox:lane:{lane}", "zset", None, "outbox.py", _SENT)
OUTBOX_FLIGHTS = Key(
    "outbox:flights", "hash", None, "outbox.py", "one field a lane, while a call to Slack runs"
)
OUTBOX_BUDGET = Key("outbox:budget", "hash", None, "outbox.py", "one field a method of Slack")
OUTBOX_NUMBER = Key("outbox:number", "string", None, "outbox.py", "fencing numbers only grow")
OUTBOX_UNDELIVERABLE = Key("outbox:undeliverable", "list", None, "outbox.py", "trimmed to the newest 1,000")
OUTBOX_PACE = Key("outbox:pace:{lane}", "hash", DAY, "outbox.py")  # what the lane may send when
OUTBOX_DONE = Key("outbox:done:{id}", "string", 7 * DAY, "outbox.py")  # sent once, and where
OUTBOX_NAME = Key("outbox:name:{name}", "string", DAY, "outbox.py")  # "#storefront" or "@U1" -> channel id
OUTBOX_WAKE = Key("outbox:wake", "list", HOUR, "outbox.py")
OUTBOX_BASE_BLOCKS = Key(
    "outbox:base-blocks", "string", DAY, "outbox.py"
)  # this workspace refused newer ones
CARD = Key("card:{card}", "hash", 400 * DAY, "outbox.py")  # channel, ts, version (newest known), sent, edited
HOME = Key("home:{user}", "hash", 400 * DAY, "outbox.py")  # the same of a home tab

# pages.py
PAGE = Key("page:{id}", "hash", 365 * DAY, "pages.py")
OPEN_PAGES = Key("open-pages", "zset", None, "pages.py", "a page leaves it when it is resolved")
PAGES = Key("pages", "zset", None, "pages.py", "what is older than any record can be leaves")
PAGE_NUMBER = Key("page-number:{number}", "string", 365 * DAY, "pages.py")

# overrides.py
OVERRIDES = Key("overrides", "zset", 400 * DAY, "overrides.py")
COVER = Key("cover:{id}", "string", 400 * DAY, "covers.py")

# inbox.py: what was received. A sender may ask for a longer memory than Slack's hour (PagerDuty: 50 hours).
SEEN = Key("seen:{id}", "string", 51 * HOUR, "inbox.py")
MEANING = Key("meaning:{meaning}", "string", 10 * MINUTE, "inbox.py")
ANSWER = Key("answer:{id}", "string", HOUR, "inbox.py")

# streams.py: what is to be done now
WORK = Key("work", "stream", None, "streams.py", "holds only what is not done yet")
WORK_OF = Key("work:{host}", "stream", None, "streams.py", "holds only what is not done yet on that host")
QUEUE = Key("queue:{thing}", "list", None, "streams.py", "ends with its last piece of work")
HOLDING = Key("holding:{thing}", "string", DAY, "streams.py")
FENCES = Key("fences", "string", None, "streams.py", "fencing numbers only grow")
WORKERS = Key(
    "workers", "hash", None, "streams.py", "one field a living worker; who adopts takes the dead one's out"
)
ADDED = Key("added:{id}", "string", HOUR + 10 * MINUTE, "streams.py")
DEAD = Key("dead", "stream", None, "dead.py", "the newest 10,000, until tried again or dropped")

# timers.py and schedules.py: what is to be done later
TIMERS = Key("timers", "zset", None, "timers.py", "firing takes a row out")
TIMER_ROWS = Key("timer-rows", "hash", None, "timers.py", "one field for each member of timers")
SCHEDULES = Key("schedules", "hash", None, "schedules.py", "one field a schedule of config.yaml")

# versions.py
CONFIG = Key("config", "hash", None, "versions.py", "the version of config.yaml in force, and its number")

# epoch.py
EPOCH = Key(
    "epoch", "hash", None, "epoch.py", "only grows: one more each time that the server is another one"
)

# people.py, grants.py, preferences.py: who is who, and what they want
PERSON = Key("person:{who}", "hash", None, "people.py", "a binding holds until the person is erased")
BOUND = Key("bound", "hash", None, "people.py", "e-mail -> whom it was first seen with; ends with the person")
GRANTS = Key("grants", "hash", None, "grants.py", "one field a grant; ended ones leave after a month")
PREFERENCES = Key("preferences:{who}", "hash", None, "preferences.py", "what a person chose, until erased")
PAUSED = Key("paused", "string", None, "preferences.py", "until somebody resumes")
TOKENS = Key("tokens", "hash", None, "people.py", "hashes of the terminal's tokens; one a person")

# audit.py: who did what. The names lie apart from it, so that they can be erased.
AUDIT = Key("audit", "stream", None, "audit.py", "append-only, each entry chained to the one before")
AUDIT_HEAD = Key("audit-head", "hash", None, "audit.py", "number and hash of the newest entry")
AUDIT_ONCE = Key("audit-once:{id}", "string", 2 * DAY, "audit.py")  # an entry that is written once
PSEUDONYMS = Key("pseudonyms", "hash", None, "audit.py", "person -> pseudonym; erased with the person")
NAMES = Key("names", "hash", None, "audit.py", "pseudonym -> name; erased with the person")
