"""What config.yaml can say, as frozen models. Each class is one kind of block, with what it is for.

`name` is never written: it is the key that the block stands under. load() puts it in.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)

from bot.config.base import Model
from bot.config.gates import Gates
from bot.config.rotations import Rotation
from bot.config.values import (
    Argument,
    Arguments,
    Channel,
    Duration,
    Email,
    Frozen,
    Name,
    PassedVariable,
    Rung,
    Url,
    Variable,
    Zone,
    frozen,
    shown,
)

V = TypeVar("V")
Named = Annotated[Mapping[Name, V], AfterValidator(frozen)]
Variables = Annotated[Mapping[Variable, Argument], AfterValidator(frozen)]


class Step(Model):
    """One command of a recipe."""

    name: str = Field(min_length=1, max_length=60)
    """What people see while it runs."""
    run: Arguments
    """The command, one word an item. No shell: what a person typed is always one whole word."""
    timeout: Duration = 600.0
    """How long it may take; then it is ended and has failed."""
    env: Variables = Field(default_factory=Frozen)
    """Further environment variables. No secrets here: see the recipe's `pass_env`."""
    cwd: str | None = None
    """The folder it runs in, below the checkout."""


class Question(Model):
    """A short command that asks how an environment is, and changes nothing. It gets what the steps get."""

    run: Arguments
    """The command, one word an item; no shell."""
    timeout: Annotated[Duration, Field(le=8)] = 5.0
    """How long it may take, 8 s at most; then it is ended and has not answered."""
    env: Variables = Field(default_factory=Frozen)
    cwd: str | None = None
    """The folder of the repository that it runs in; only that one is taken along, and all where none is named."""


class Recipe(Model):
    """How a deploy runs: lists of steps. When one fails the rest is not begun."""

    name: Name
    prepare: tuple[Step, ...] = ()
    """Runs in the checkout before anything is touched: build, test."""
    deploy: tuple[Step, ...] = ()
    check: tuple[Step, ...] = ()
    """Says whether what was deployed is well."""
    rollback: tuple[Step, ...] = ()
    """Runs by itself when `deploy` or `check` failed."""
    actions: Named[tuple[Step, ...]] = Field(default_factory=Frozen)
    """Named ones besides deploy: restart, migrate, flush …"""
    standing: Question | None = None
    """Prints the commit that really runs there (40 hexadecimal digits on one line), or `none`. For `status`."""
    health: Question | None = None
    """Ends well as long as what runs there is well; with 75 where it cannot tell. For `watch`."""
    env: Variables = Field(default_factory=Frozen)
    pass_env: tuple[PassedVariable, ...] = ()
    """Variables of Grail's own environment that the commands get too. All others are kept from them."""
    user: str | None = None
    """The system user it runs as, where Grail may switch."""


def _recipe(value: Any, info: ValidationInfo) -> Any:
    """A recipe by its name. One that is named but itself at fault was reported where it stands."""
    if isinstance(value, Recipe) or info.context is None:
        return value
    if value not in info.context["names"]:
        allowed = ", ".join(sorted(info.context["names"])) or "none, because there are no recipes yet"
        raise ValueError(f"{shown(value)} is not a recipe; allowed: {allowed}")
    return info.context["recipes"].get(value)


def _keep(value: Mapping[str, Recipe], info: ValidationInfo) -> Mapping[str, Recipe]:
    if info.context is not None:
        info.context["recipes"].update(value)
    return value


INPUTS = Frozen({"deploy": "{deploy}", "commit": "{commit}", "environment": "{environment}"})


class Workflow(Model):
    """A workflow of GitHub Actions with `on: workflow_dispatch`, whose `run-name` shows the input with `{deploy}`."""

    workflow: str = Field(pattern=r"^[A-Za-z0-9._-]+\.ya?ml$")
    """The name of its file in .github/workflows."""
    inputs: Annotated[Mapping[Variable, Argument], AfterValidator(frozen)] = Field(
        default_factory=lambda: INPUTS
    )
    """What it is given, all of it declared in the workflow. The same words in { } as in a recipe are filled in."""


class GitHubActions(Workflow):
    """How a deploy runs by GitHub Actions."""

    repository: str = Field(pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$")
    """owner/name."""
    ref: str | None = None
    """The branch whose workflow file is taken; else the service's main branch. What is deployed is the `commit`."""
    actions: Named[Workflow] = Field(default_factory=Frozen)
    """Named ones besides deploy, each a workflow of its own."""
    starts_within: Duration = 600.0
    """How long a run may wait for a machine; then it is ended and has failed."""
    silent_for: Duration = 3600.0
    """How long a run may show no sign of life; then it is ended and has failed."""


class Watch(Model):
    """Look after a deploy that succeeded: when its health check fails, Grail rolls it back by itself."""

    lasts: Annotated[Duration, Field(ge=10, le=86400)] = 600.0
    """For how long, from its success."""
    every: Annotated[Duration, Field(ge=1, le=600)] = 30.0
    """How often its health is asked for."""
    fails: int = Field(3, ge=2, le=20)
    """How many times in a row it has to fail: one bad answer does nothing."""
    url: Url | None = None
    """Is well as long as it answers with 200 to 299 within 5 s, filled in as the environment's own `url` is. Without it
    the recipe's `health` is asked."""


class Environment(Model):
    """One place where a service runs."""

    name: Name
    driver: Literal["recipe", "github_actions"] = "recipe"
    """How a deploy runs here."""
    recipe: Annotated[Recipe, PlainValidator(_recipe), WithJsonSchema({"type": "string"})] = Field(
        default_factory=lambda: Recipe(name="none")
    )
    """Which of the `recipes`, for the driver recipe."""
    github: GitHubActions | None = None
    """The workflow, for the driver github_actions."""
    ref: str | None = None
    """What is deployed when nobody says what; else the head of the main branch."""
    url: Url | None = None
    """Where people find it once it stands: the card and `status` link to it. {service} and {environment} are filled
    in, and so are {VARIABLES} of Grail's environment that the recipe's `pass_env` names."""
    gates: Gates = Gates()
    watch: Watch | None = None
    """What is done after a deploy that succeeded; nothing where it is left out."""

    @property
    def actions(self) -> tuple[str, ...]:
        """The named ones besides deploy, however they run here."""
        return tuple(
            self.recipe.actions if self.driver == "recipe" else self.github.actions if self.github else ()
        )


class Service(Model):
    """One thing that is deployed."""

    name: Name
    team: str
    """Whose it is."""
    repository: str = Field(min_length=1)
    """What git clones from. `{data}` stands for Grail's data folder."""
    main: str = Field("main", min_length=1)
    """The main branch."""
    environments: Named[Environment] = Field(min_length=1)
    depends_on: tuple[str, ...] = ()
    """Services that this one needs."""
    pagerduty: str | None = Field(None, pattern=r"^[A-Z0-9]{5,20}$")
    """Its service at PagerDuty, by the id that its address there ends with, such as PSHOP01."""
    runbook: Url | None = None
    """What to do when it is not well: a page's card links to it. {service} is filled in."""
    dashboard: Url | None = None
    """Where its figures are seen: a page's card links to it. {service} is filled in."""


class Team(Model):
    """Some people and the services that are theirs."""

    name: Name
    channel: Channel
    rotation: str | None = None
    """Who is on call for its services."""


class Person(Model):
    """Someone of the company, known by the e-mail that stands as the key."""

    email: Email
    name: str = Field(min_length=1, max_length=80)
    roles: tuple[str, ...] = ()
    team: str | None = None
    rung: Rung | None = None
    """How far up the ladder; nothing for who is new."""
    zone: Zone = "UTC"


class Grant(Model):
    """Words that may be used, and where. All four take wildcards; what is left out means everywhere."""

    words: tuple[str, ...] = Field(min_length=1)
    teams: tuple[str, ...] = ("*",)
    """Names of teams; `own` is the person's team, `on-call` the teams that the person is on call for now."""
    services: tuple[str, ...] = ("*",)
    environments: tuple[str, ...] = ("*",)


class HeldBy(Model):
    """Who holds a role besides the people who have it under `people`."""

    everyone: bool = False
    """Every full member of the Slack workspace. For reading words."""
    groups: tuple[str, ...] = ()
    """Slack user groups, by handle (without the @) or id."""
    on_call: tuple[str, ...] = ()
    """Whoever is on call now, on these rotations; `*` for any."""
    rungs: tuple[Rung, ...] = ()


class Role(Model):
    """A name for rights."""

    name: Name
    grants: tuple[Grant, ...] = ()
    held_by: HeldBy = HeldBy()


class Channels(Model):
    """Where Grail speaks when nothing else says where."""

    operations: Channel
    unsorted: Channel
    """For what belongs nowhere."""


class AuditHead(Model):
    """When the head of the audit is posted to the operations channel, once a day."""

    at: str = Field("09:00", pattern=r"^(never|([01]\d|2[0-3]):[0-5]\d)$")
    """Time of day, "09:00", or never."""
    zone: Zone = "UTC"

    @property
    def cron(self) -> str | None:
        hour, _, minute = self.at.partition(":")
        return f"{int(minute)} {int(hour)} * * *" if minute else None


class Config(Model):
    """config.yaml. `version` is short and changes with the content."""

    company: str = Field(min_length=1, max_length=80)
    channels: Channels
    audit: AuditHead = AuditHead()
    recipes: Annotated[Named[Recipe], AfterValidator(_keep)] = Field(default_factory=Frozen)
    teams: Named[Team]
    services: Named[Service]
    roles: Named[Role]
    people: Annotated[Mapping[Email, Person], AfterValidator(frozen)] = Field(default_factory=Frozen)
    rotations: Named[Rotation] = Field(default_factory=Frozen)
    version: str = ""
