"""docs/recipes/kubectl.md with the real kubectl, against an API that stands for a cluster."""

from pathlib import Path

from tests.recipes.conftest import BACK, Shop
from tests.recipes.kubernetes import Kubernetes
from tests.recipes.page import Page

IMAGE = "jsonpath={.spec.template.spec.containers[0].image}"
FILE = "kubernetes/deployment.yaml"


async def test_kubectl_deploys_and_a_version_that_does_not_become_ready_goes_back(
    kubernetes: Kubernetes, shop: Shop, tmp_path: Path
) -> None:
    page = Page("kubectl")
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(kubernetes.kubeconfig())
    broken = {FILE: page.files[FILE].replace("path: /health", "path: /nowhere")}
    await shop.open(page, {"KUBECONFIG": str(kubeconfig)}, broken=broken)
    where = ("--namespace", "staging")

    await shop.say("deploy shop to staging", "succeeded")
    image = f"registry.example.com/shop:{shop.head()}"
    assert await shop.ask("kubectl", "get", "deployment", "shop", *where, "-o", IMAGE) == image
    kubernetes.asked.clear()
    card = await shop.say("deploy shop to staging broken", "failed")
    assert "Step `roll out` failed with exit status 1." in card
    assert BACK in card
    assert await shop.ask("kubectl", "get", "deployment", "shop", *where, "-o", IMAGE) == image
    assert 'deployment "shop" successfully rolled out' in await shop.ask(
        "kubectl", "rollout", "status", "deployment", "shop", *where
    )
    patches = [
        each for each in kubernetes.asked if each.endswith("/staging/deployments/shop") and "PATCH" in each
    ]
    assert len(patches) == 2  # the broken one came, and went
    for action in ("restart", "history"):
        await shop.say(f"run shop {action} staging", "succeeded")
    assert await shop.ask("kubectl", "get", "deployment", "shop", *where, "-o", IMAGE) == image
