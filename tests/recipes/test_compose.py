"""docs/recipes/compose.md with the real Docker Compose, on Podman."""

from tests.recipes.conftest import BACK, Shop
from tests.recipes.page import Page
from tests.recipes.podman import Podman


async def test_docker_compose_deploys_and_a_version_that_fails_its_check_goes_back(
    podman: Podman, shop: Shop
) -> None:
    page = Page("compose")
    broken = {"www/health": "", "Dockerfile": page.files["Dockerfile"].replace("/srv/www", "/srv/ops")}
    await shop.open(page, podman.environ, broken=broken)

    def images(project: str = "shop-staging") -> list[str]:
        ours = f"label=com.docker.compose.project={project}"
        return (
            podman.docker("ps", "--filter", ours, "--format", "{{.Image}}")
            .replace("docker.io/library/", "")
            .split()
        )

    await shop.say("deploy shop to staging", "succeeded")
    assert images() == [f"shop:{shop.head()}"]
    card = await shop.say("deploy shop to staging broken", "failed")
    assert "Step `check` failed with exit status 1." in card
    assert BACK in card
    assert images() == [f"shop:{shop.head()}"]
    web = ("compose", "--project-name", "shop-staging", "exec", "-T", "web")
    assert podman.docker(*web, "cat", "/srv/www/health") == "well"

    for action in ("restart", "migrate", "logs"):
        await shop.say(f"run shop {action} staging", "succeeded")
    assert images() == [f"shop:{shop.head()}"]  # the migration ended, and the service did not

    shop.commit("Break the migration", {"ops/migrate.sh": "exit 3\n"})
    await shop.say("deploy shop to local", "succeeded")
    assert images("shop-local") == [f"shop:{shop.head()}"]
    assert "Step `migrate` failed with exit status 3." in await shop.say("run shop migrate local", "failed")
