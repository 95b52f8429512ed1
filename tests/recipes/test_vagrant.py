"""docs/recipes/vagrant.md with the real Vagrant, whose machine is a folder."""

import shutil
from pathlib import Path

from tests.recipes.conftest import BACK, Shop
from tests.recipes.page import Page


async def test_vagrant_deploys_and_a_version_that_fails_its_check_goes_back(
    shop: Shop, tmp_path: Path
) -> None:
    page = Page("vagrant")
    home = tmp_path / "vagrant"
    home.mkdir()
    shutil.copy(
        Path(__file__).with_name("folder.rb"), home / "Vagrantfile"
    )  # Vagrant reads it before the page's
    environ = {
        "VAGRANT_HOME": str(home),
        "VAGRANT_DOTFILE_PATH": str(tmp_path / "machines"),
        "VAGRANT_DEFAULT_PROVIDER": "folder",
    }
    await shop.open(page, environ, broken={"app/health": None})
    current = home / "machines" / "shop-staging" / "shop" / "current"

    async def state(commit: str) -> str:
        told = {
            "GRAIL_SERVICE": "shop",
            "GRAIL_ENVIRONMENT": "staging",
            "GRAIL_COMMIT": commit,
            "HOME": str(tmp_path),
        }
        return await shop.ask("vagrant", "status", "--machine-readable", **told)

    await shop.say("deploy shop to staging", "succeeded")
    assert ",shop-staging,state,running" in await state(shop.head())
    assert current.readlink() == Path(shop.head())
    card = await shop.say("deploy shop to staging broken", "failed")
    assert "Step `check` failed with exit status 1." in card
    assert current.readlink() == Path(shop.head())
    assert ",shop-staging,state,running" in await state(shop.head())
    for action in ("restart", "state"):
        await shop.say(f"run shop {action} staging", "succeeded")
    assert BACK in card
