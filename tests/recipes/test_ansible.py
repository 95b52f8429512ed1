"""docs/recipes/ansible.md with the real Ansible, on this machine."""

from pathlib import Path

from tests.recipes.conftest import BACK, Shop
from tests.recipes.page import Page


async def test_ansible_deploys_and_a_version_that_fails_its_check_goes_back(
    shop: Shop, tmp_path: Path
) -> None:
    page = Page("ansible")
    environ = {"SHOP_HOME": str(tmp_path / "srv"), "SSH_AUTH_SOCK": ""}
    await shop.open(page, environ, broken={"app/health": None})
    current = tmp_path / "srv" / "shop-staging" / "current"

    await shop.say("deploy shop to staging", "succeeded")
    assert current.readlink() == Path("releases") / shop.head()
    card = await shop.say("deploy shop to staging broken", "failed")
    assert "Step `check` failed with exit status 2." in card
    assert current.readlink() == Path("releases") / shop.head()
    assert (current / "health").read_text() == "well\n"
    assert BACK in card
    await shop.say("run shop difference staging", "succeeded")
    assert current.readlink() == Path("releases") / shop.head()
