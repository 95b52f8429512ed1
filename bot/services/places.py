"""Where something runs, as config.yaml says it now: it may say otherwise than when a deploy began."""

import os
from collections.abc import Callable, Mapping

from bot.config import Config, Environment, Service
from bot.config.addresses import filled
from bot.domain.deploys import Deploy
from bot.drivers import Driver
from bot.errors import NotFound


class Places:
    def __init__(self, config: Callable[[], Config], drivers: Mapping[str, Driver]) -> None:
        self._config = config
        self._drivers = drivers

    def at(self, service: str, environment: str) -> tuple[Service, Environment]:
        """Raises NotFound where there is no such place (any more)."""
        found = self._config().services.get(service)
        if found is None:
            raise NotFound(f"There is no service `{service}`.", code="no-such-service")
        if environment not in found.environments:
            raise NotFound(f"`{service}` has no environment `{environment}`.", code="no-such-environment")
        return found, found.environments[environment]

    def url(self, service: str, environment: str) -> str:
        """Where people find what stands there; "" where config.yaml does not say, or no longer knows the place."""
        try:
            found = self.at(service, environment)[1]
        except NotFound:
            return ""
        return filled(found.url, service, environment, found.recipe.pass_env, os.environ)

    def driver(self, deploy: Deploy) -> Driver:
        """What runs this deploy, whatever config.yaml says by now."""
        return self._drivers[deploy.driver]


def step_names(service: Service, environment: Environment, action: str | None) -> tuple[str, ...]:
    """As far as they are known before. Raises NotFound where there is no such action (any more)."""
    recipe = environment.recipe
    if action is not None and action not in environment.actions:
        raise NotFound(
            f"`{service.name}` has no action `{action}` in `{environment.name}`.", code="no-such-action"
        )
    if environment.driver != "recipe":
        return ()  # the system that runs it tells them
    if action is None:
        return ("checkout", *(step.name for step in (*recipe.prepare, *recipe.deploy, *recipe.check)))
    return ("checkout", *(step.name for step in recipe.actions[action]))
