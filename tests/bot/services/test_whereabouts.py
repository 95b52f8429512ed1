"""Where a commit is, over real git and real Redis."""

from pathlib import Path

import pytest

from bot.clients.git import Git
from bot.config import load
from bot.errors import NotFound, NotUnderstood, OutsideUnavailable
from bot.services.whereabouts import LOOKED_AT, Finder, Place, Whereabouts
from bot.store.board import BoardStore
from tests.bot.services.history import happened
from tests.bot.services.house import House


@pytest.fixture
def finder(house: House, tmp_path: Path) -> Finder:
    return Finder(lambda: house.config, house.store, BoardStore(house.redis), Git(tmp_path / "git"))


def places(found: Whereabouts, service: str = "shop") -> list[Place]:
    [one] = found.found
    return [place for place in one.places if place.service == service]


async def test_each_place_says_since_when_it_has_the_commit_and_what_brings_it(
    house: House, finder: Finder
) -> None:
    shop, redis = house.grail.repository, house.redis
    old, new = shop.head(), shop.commit("Sell hats", {"hats": "many"})
    later = shop.commit("Sell more hats", {"hats": "more"})
    await happened(redis, 1, old, 100.0)
    await happened(redis, 2, new, 200.0)
    await happened(redis, 3, later, 300.0)
    await happened(redis, 4, later, 400.0, action="restart")
    await happened(redis, 5, old, 150.0, environment="production")
    await happened(redis, 6, later, 500.0, environment="production", state="queued", place_in_line=1, run="")
    await happened(redis, 7, old, 450.0, environment="production", state="running")

    found = await finder.find(new[:9], ["shop", "search"])
    staging, production = places(found)
    assert staging.here
    assert staging.stay is not None
    assert (staging.stay.came.id, staging.stay.went, staging.stay.open) == ("d-2", None, False)
    assert (production.here, production.stay) == (False, None)
    assert [one.id for one in production.coming] == ["d-6"]  # d-7 brings the old one
    assert [place.stands for place in places(found, "search")] == [None, None]
    everywhere = await finder.find(old, ["shop"])
    stays = [(place.stay.came.id, place.stay.open) for place in places(everywhere) if place.stay]
    assert stays == [("d-1", False), ("d-5", False)]  # the first ones of all: nothing was there before


async def test_a_roll_back_beyond_it_ends_it_and_it_is_kept_away_until_it_is_cleared(
    house: House, finder: Finder
) -> None:
    shop = house.grail.repository
    old, new = shop.head(), shop.commit("Sell hats", {"hats": "many"})
    await happened(house.redis, 1, old, 100.0)
    await happened(house.redis, 2, new, 200.0)
    back = await happened(house.redis, 3, old, 300.0, undoes=new)
    await house.store.quarantine(back, [new])
    [staging, _] = places(await finder.find(new, ["shop"]))
    assert staging.here is False
    assert staging.stay is not None
    assert staging.stay.went is not None
    assert (staging.stay.came.id, staging.stay.went.id) == ("d-2", "d-3")
    assert staging.kept_away == "d-3"


async def test_a_pull_request_that_was_squashed_is_where_what_became_of_it_is(
    house: House, finder: Finder
) -> None:
    shop = house.grail.repository
    head = shop.branch("hats", {"hats": "many"})
    shop._git("update-ref", "refs/pull/12/head", head)
    shop.delete("hats")
    await happened(house.redis, 1, shop.head(), 100.0)
    [found] = (await finder.find("#12", ["shop"])).found
    assert (found.commit.sha, found.squashed) == (head, False)
    assert not found.places[0].here
    squashed = shop.commit("Sell hats (#12)", {"hats": "many"})
    later = shop.commit("Sell caps", {"caps": "few"})
    await happened(house.redis, 2, later, 200.0)
    [found] = (await finder.find("#12", ["shop"])).found
    assert (found.commit.sha, found.squashed) == (squashed, True)
    assert found.places[0].here


async def test_however_many_deploys_have_come_since_the_first_one_is_found(
    house: House, finder: Finder
) -> None:
    shop = house.grail.repository
    old, new = shop.head(), shop.commit("Sell hats", {"hats": "many"})
    await happened(house.redis, 1, old, 1.0)
    for number in range(2, LOOKED_AT[0] + 4):
        await happened(house.redis, number, new, float(number * 100))
    [staging, _] = places(await finder.find(new, ["shop"]))
    assert staging.stay is not None
    assert (staging.stay.came.id, staging.stay.open) == ("d-2", False)


async def test_what_no_repository_knows_is_refused_with_what_to_say(house: House, finder: Finder) -> None:
    async def refused(ref: str) -> tuple[str, str | None, str]:
        with pytest.raises((NotFound, NotUnderstood)) as caught:
            await finder.find(ref, ["shop", "search"])
        return str(caught.value), caught.value.hint, caught.value.code

    hint = "Name a pull request like `#812`, a commit by seven digits at least, or a branch."
    assert await refused("feature/gift-card") == (
        "There is no branch, tag or commit `feature/gift-card` in shop and search; did you mean `feature/gift-cards`?",
        hint,
        "no-such-ref",
    )
    assert await refused("#812") == ("There is no pull request #812 in shop and search.", hint, "no-such-ref")
    assert await refused("812") == (
        "There is no branch, tag or commit `812`.",
        "For the pull request say `where is #812`; of a commit give seven digits at least.",
        "no-such-ref",
    )
    assert (await refused("-x"))[2] == "bad-ref"


async def test_all_services_that_were_looked_at_are_named_and_of_many_the_first(
    house: House, finder: Finder
) -> None:
    shop = house.config.services["shop"]
    more = {f"s{n}": shop.model_copy(update={"name": f"s{n}"}) for n in range(4)}
    house.config = house.config.model_copy(update={"services": {**house.config.services, **more}})
    with pytest.raises(NotFound) as caught:
        await finder.find("#812", ["shop", "s0", "s1", "s2", "s3"])
    assert str(caught.value) == "There is no pull request #812 in shop, s0, s1 and 2 more."


async def test_a_repository_that_cannot_be_read_is_named_and_the_others_are_told_of(
    house: House, finder: Finder, tmp_path: Path
) -> None:
    text = house.grail.config.read_text()
    gone = f"  gateway:\n    team: platform\n    repository: {tmp_path / 'nowhere'}\n"
    with_it = text.replace(
        f"  gateway:\n    team: platform\n    repository: {house.grail.repository.path}\n", gone
    )
    assert with_it != text
    house.grail.config.write_text(with_it)
    house.config = load(house.grail.config)
    found = await finder.find("main", ["shop", "gateway"])
    [silent] = found.silent
    assert silent.startswith("The repository of gateway cannot be read: ")
    assert len(found.found) == 1
    with pytest.raises(OutsideUnavailable) as caught:
        await finder.find("main", ["gateway"])
    assert caught.value.system == "git"
    assert str(caught.value) == silent
