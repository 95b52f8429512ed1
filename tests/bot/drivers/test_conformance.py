"""Every file in bot/drivers keeps the contract of bot/drivers/__init__.py, those that come later too."""

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from bot.config import Environment
from bot.drivers import Driver, Phase, RunState, StepPhase
from bot.services.deploys import Deploys
from bot.slack.views.steps import STEP_MARK

FOLDER = Path(__file__).parents[3] / "bot" / "drivers"
FILES = sorted(file.stem for file in FOLDER.glob("*.py") if not file.name.startswith("_"))
METHODS = ("start", "state", "runs", "cancel", "output", "standing", "health")
CONTRACT = {name: getattr(Driver, name) for name in METHODS}
each_driver = pytest.mark.parametrize("file", FILES)


def driver(file: str) -> type[Any]:
    """The one class of the file that says which driver it is."""
    module = import_module(f"bot.drivers.{file}")
    [found] = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and value.__module__ == module.__name__ and "name" in vars(value)
    ]
    return found


def test_there_is_a_driver() -> None:
    assert "recipe" in FILES


@each_driver
def test_a_driver_is_called_as_its_file_and_says_what_it_is_for(file: str) -> None:
    found = driver(file)
    assert found.name == file
    assert found.__doc__
    assert import_module(f"bot.drivers.{file}").__doc__


@each_driver
@pytest.mark.parametrize("method", CONTRACT)
def test_its_methods_take_and_answer_what_the_contract_says(file: str, method: str) -> None:
    found, wanted = getattr(driver(file), method), CONTRACT[method]
    assert inspect.iscoroutinefunction(found)
    assert list(inspect.signature(found).parameters) == list(inspect.signature(wanted).parameters)
    assert get_type_hints(found) == get_type_hints(wanted)


@each_driver
def test_it_names_a_run_before_it_is_started_and_says_whose_process_it_is(file: str) -> None:
    found = driver(file)
    assert get_type_hints(found.run_of) == get_type_hints(Driver.run_of)
    assert not inspect.iscoroutinefunction(found.run_of)  # it asks nobody
    assert isinstance(found.local, bool)


@each_driver
def test_config_yaml_knows_it(file: str) -> None:
    assert file in get_args(get_type_hints(Environment)["driver"])


@each_driver
def test_it_has_a_test_of_its_own(file: str) -> None:
    assert (Path(__file__).parent / f"test_{file}.py").exists()


def test_every_phase_of_a_step_has_a_mark_on_the_card() -> None:
    assert set(STEP_MARK) == set(get_args(StepPhase))


def test_a_run_says_its_phase_and_the_rest_may_be_left_out() -> None:
    for phase in get_args(Phase):
        assert RunState(phase).steps == ()


def test_the_services_know_drivers_by_this_contract_alone() -> None:
    assert "Driver" in str(inspect.signature(Deploys).parameters["drivers"].annotation)
