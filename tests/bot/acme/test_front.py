"""The front's decisions, without a process: which version answers, which is ended, what can be gone back to."""

import json
from pathlib import Path

import pytest

from bot.acme.front import Front, Version


class Street:
    """Deploys to one place, as the scripts of a recipe make them."""

    def __init__(self, home: Path) -> None:
        self.front, self.home = Front(home), home

    def told(self, deploy: str) -> dict[str, str]:
        return {"service": "shop", "environment": "staging", "deploy": deploy}

    def join(self, deploy: str, commit: str) -> Version:
        return self.front.join({**self.told(deploy), "commit": commit * 40, "port": 1})

    def deploy(self, deploy: str, commit: str) -> Version:
        version = self.join(deploy, commit)
        self.front.switch(self.told(deploy))
        return version

    @property
    def live(self) -> Version | None:
        return self.front.place(self.told("")).live

    @property
    def kept(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads((self.home / "state.json").read_text())
        return kept


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return Street(tmp_path)


def test_the_old_version_lives_until_it_is_retired(street: Street) -> None:
    old, new = street.deploy("d-1", "a"), street.deploy("d-2", "b")
    assert street.live is new
    assert not old.over.is_set()
    assert street.front.retire(street.told("d-2")) == "ended the old version aaaaaaa"
    assert old.over.is_set()
    assert not new.over.is_set()
    assert street.kept == {"staging/shop": "b" * 40}


def test_back_before_the_switch_ends_the_new_version_alone(street: Street) -> None:
    old, new = street.deploy("d-1", "a"), street.join("d-2", "b")
    assert street.front.back(street.told("d-2")) == "ended the new version bbbbbbb; aaaaaaa answers"
    assert street.live is old
    assert new.over.is_set()
    assert not old.over.is_set()


def test_back_after_the_switch_makes_the_old_version_answer_again(street: Street) -> None:
    old, new = street.deploy("d-1", "a"), street.deploy("d-2", "b")
    assert street.front.back(street.told("d-2")) == "ended the new version bbbbbbb; aaaaaaa answers"
    assert street.live is old
    assert new.over.is_set()
    assert street.kept == {"staging/shop": "a" * 40}


def test_back_from_a_first_deploy_leaves_nothing_as_before(street: Street) -> None:
    new = street.deploy("d-1", "a")
    said = street.front.back(street.told("d-1"))
    assert said == "ended the new version aaaaaaa; nothing answers here, as before"
    assert street.live is None
    assert new.over.is_set()
    assert street.kept == {}


def test_back_when_the_old_version_has_ended_changes_nothing_and_says_so(street: Street) -> None:
    street.deploy("d-1", "a")
    new = street.deploy("d-2", "b")
    street.front.retire(street.told("d-2"))
    with pytest.raises(LookupError, match="the version before bbbbbbb has ended already"):
        street.front.back(street.told("d-2"))
    assert street.live is new


def test_back_of_another_deploy_changes_nothing(street: Street) -> None:
    live = street.deploy("d-1", "a")
    assert street.front.back(street.told("d-9")) == "nothing had changed; aaaaaaa answers"
    assert street.live is live


def test_a_version_of_another_deploy_is_never_switched_to(street: Street) -> None:
    street.join("d-1", "a")
    with pytest.raises(LookupError, match="no new version of staging/shop is waiting to be switched to"):
        street.front.switch(street.told("d-2"))


def test_a_newer_candidate_ends_the_one_before(street: Street) -> None:
    first, second = street.join("d-1", "a"), street.join("d-2", "b")
    assert first.over.is_set()
    assert not second.over.is_set()


def test_a_version_that_has_gone_cannot_be_gone_back_to(street: Street) -> None:
    old, _ = street.deploy("d-1", "a"), street.deploy("d-2", "b")
    street.front.left(old)
    with pytest.raises(LookupError, match="the version before bbbbbbb has ended already"):
        street.front.back(street.told("d-2"))
