"""docs/recipes/helm.md with the real Helm and kubectl, against an API that stands for a cluster."""

import json
from pathlib import Path

from tests.recipes.conftest import BACK, Shop
from tests.recipes.kubernetes import Kubernetes
from tests.recipes.page import Page

IMAGE = "jsonpath={.spec.template.spec.containers[0].image}"
FILE = "chart/templates/deployment.yaml"


async def test_helm_deploys_and_a_version_that_does_not_become_ready_goes_back(
    kubernetes: Kubernetes, shop: Shop, tmp_path: Path
) -> None:
    page = Page("helm")
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(kubernetes.kubeconfig())
    broken = {FILE: page.files[FILE].replace("path: /health", "path: /nowhere")}
    home = {
        "HELM_CACHE_HOME": str(tmp_path),
        "HELM_CONFIG_HOME": str(tmp_path),
        "HELM_DATA_HOME": str(tmp_path),
    }
    await shop.open(page, {"KUBECONFIG": str(kubeconfig), **home}, broken=broken)

    async def releases() -> list[tuple[str, str, str]]:
        """Number, state and commit of each, as Helm tells them."""
        history = await shop.ask("helm", "history", "shop", "--namespace", "staging", "--output", "json")
        return [(str(each["revision"]), each["status"], each["app_version"]) for each in json.loads(history)]

    main, other = shop.head(), shop.head("broken")
    await shop.say("deploy shop to staging", "succeeded")
    assert await releases() == [("1", "deployed", main)]
    card = await shop.say("deploy shop to staging broken", "failed")
    assert "Step `roll out` failed with exit status 1." in card
    assert BACK in card
    assert await releases() == [
        ("1", "superseded", main),
        ("2", "superseded", other),
        ("3", "deployed", main),
    ]
    runs = await shop.ask("kubectl", "get", "deployment", "shop", "--namespace", "staging", "-o", IMAGE)
    assert runs == f"registry.example.com/shop:{main}"
    for action in ("restart", "history"):
        await shop.say(f"run shop {action} staging", "succeeded")
