"""How Grail is put together: what is true before anything listens. The stories start it whole."""

from pathlib import Path

import pytest

from bot import logs
from bot.app import Grail, host_name
from bot.errors import ConfigFault
from bot.settings import Settings, SlackSettings

ROOT = Path(__file__).parents[2]


def settings(folder: Path, config: Path) -> Settings:
    slack = SlackSettings("xoxb-1-the-token", "the-signing-secret-of-slack", "xapp-1-the-app")
    return Settings(config, folder / "data", 0, 0, None, slack)


def test_its_own_secrets_are_masked_from_the_first_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_exact", [])
    Grail(settings(tmp_path, ROOT / "config.yaml"), say=print)
    assert logs.masked("it is the-signing-secret-of-slack") == "it is •••"


def test_a_faulty_config_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("company: Test\nservces: {}\n")
    with pytest.raises(ConfigFault):
        Grail(settings(tmp_path, config))
    assert not (tmp_path / "data").exists()


def test_a_machine_keeps_its_name_for_the_streams(tmp_path: Path) -> None:
    first = host_name(tmp_path / "host")
    assert first == host_name(tmp_path / "host")
    assert first != host_name(tmp_path / "other")


async def test_what_was_never_started_can_be_stopped(tmp_path: Path) -> None:
    await Grail(settings(tmp_path, ROOT / "config.yaml"), say=print).stop()
