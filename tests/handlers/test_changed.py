"""what changed, as people use it."""

from typing import Any

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.stories.steps import card_says, refused, told, words_of

PLACE = "#storefront"


async def test_one_line_of_time_shows_deploys_locks_and_config_of_a_service_and_of_what_it_needs(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail what changed shop")
    empty = "Nothing changed in shop in the last 2h. `what changed shop 24h` looks further back."
    await told(workspace, DANA, PLACE, empty)
    text = grail.config.read_text()
    with_it = text.replace(
        "  shop:\n    team: storefront\n", "  shop:\n    depends_on: [search]\n    team: storefront\n"
    )
    assert with_it != text
    grail.config.write_text(with_it)
    await workspace.wait_for("#ops", lambda ms: any("config.yaml" in m["text"] for m in ms))
    sha = grail.repository.commit("Sell *hats* <!channel>", {"hats": "many"})
    await workspace.type(DANA, PLACE, "/grail deploy search to staging")
    await card_says(workspace, PLACE, "search → staging: succeeded")
    await workspace.type(
        DANA, PLACE, "/grail deploy gateway to staging"
    )  # not hers, and nothing that shop needs
    await told(workspace, DANA, PLACE, "You may not")
    await workspace.type(OMAR, PLACE, "/grail deploy gateway to staging")
    await card_says(workspace, PLACE, "gateway → staging: succeeded")
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging fails-health")
    await card_says(workspace, PLACE, "shop → staging: failed")
    await workspace.type(OMAR, PLACE, "/grail lock shop staging for 1h <!here> looking into it")
    await workspace.wait_for(PLACE, lambda ms: any("shop staging is locked" in m["text"] for m in ms))
    await workspace.type(OMAR, PLACE, "/grail freeze production for 2h the fair begins")
    await workspace.wait_for(PLACE, lambda ms: any("is frozen" in m["text"] for m in ms))
    await workspace.clock(forward=3700)
    await workspace.wait_for(PLACE, lambda ms: any("its time is over" in m["text"] for m in ms))

    async def whole() -> list[str]:
        """What it says, once it says all: the audit may come a moment later than the card."""
        await workspace.type(DANA, PLACE, "/grail what changed in shop last 2h")
        await told(workspace, DANA, PLACE, "What changed")
        newest = [
            words_of(m) for m in await workspace.messages(PLACE, as_=DANA) if "What changed" in m["text"]
        ]
        return newest[-1].splitlines() if "its time is over" in newest[-1] else []

    lines = await workspace.wait_until(whole)
    title = "What changed in shop and what it needs (search), the last 2h"
    assert lines[0] == f"{title}: the newest lock of shop staging: its time is over"
    assert lines[1] == "*What changed* in shop and what it needs (search), the last 2h"
    assert "gateway" not in "\n".join(lines)
    moments = [line for line in lines if line.startswith("• <!date^")]
    assert len(moments) == 6
    assert moments[0].endswith("> :lock: lock of shop staging: its time is over")
    assert " :snowflake: Omar: freeze production for 2h the fair begins" in moments[1]
    assert " :lock: Omar: lock shop staging for 1h &lt;!here&gt; looking into it" in moments[2]
    assert " *shop staging* d-3: `" in moments[3]
    assert "Work on fails-health — failed, rolled back by itself after " in moments[3]
    assert f" *search staging* d-1: `{sha[:7]}` Sell ∗hats∗ &lt;!channel&gt; — succeeded after " in moments[4]
    assert moments[4].endswith(", Dana")
    assert ": services.shop.depends_on: was nothing, is search." in moments[5]
    assert "> :memo: config.yaml, version " in moments[5]
    assert lines[-1] == "Newest first, 1 to 6 of 6."


async def test_a_long_line_comes_a_page_at_a_time_and_what_is_odd_is_refused(
    workspace: Workspace, grail: GrailProcess
) -> None:
    for number in range(17):
        await workspace.type(OMAR, PLACE, f"/grail lock shop staging for {number + 1}h")
        await workspace.wait_for(PLACE, lambda ms, n=number: sum("is locked" in m["text"] for m in ms) > n)  # type: ignore[misc]

    async def whole() -> dict[str, Any] | None:
        await workspace.type(DANA, PLACE, "/grail what changed 24h")
        await told(workspace, DANA, PLACE, "What changed")
        seen = await workspace.messages(PLACE, as_=DANA)
        return next((m for m in seen if "Newest first, 1 to 16 of 17." in words_of(m)), None)

    first = await workspace.wait_until(whole)
    assert "for 17h" in words_of(first)
    assert "Omar: lock shop staging for 1h" not in words_of(first)
    await workspace.press(DANA, "what.page", message=first["ts"])
    rest = await refused(workspace, DANA, PLACE, "17 to 17 of 17")
    assert "Omar: lock shop staging for 1h" in words_of(rest)
    assert "what.page" not in str(rest["blocks"])

    await workspace.type(DANA, PLACE, "/grail what changed shpo")
    words = await told(workspace, DANA, PLACE, "neither")
    assert "`shpo` is neither a service nor a length of time." in words
    assert "Did you mean `what changed shop`?" in words
    await workspace.type(DANA, PLACE, "/grail what changed shop yesterday")
    words = await told(workspace, DANA, PLACE, "`yesterday` is neither")
    assert "Say it as `what changed shop 2h`; `m`, `h`, `d` and `w` can be used." in words
    await workspace.type(DANA, PLACE, "/grail what changed shop 31d")
    words = await told(workspace, DANA, PLACE, "30 days")
    assert "I look back 30 days at most." in words
    assert "Say `what changed shop 30d`; `deploys` and `audit` go back further." in words
