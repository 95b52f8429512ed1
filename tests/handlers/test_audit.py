"""audit, my data: who did what, and what is kept about oneself."""

import json
from typing import Any

import aiohttp

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, MIA, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of

PLACE = "#storefront"


async def test_the_audit_tells_who_did_what_of_a_service_and_of_everything(
    workspace: Workspace, grail: GrailProcess
) -> None:
    grail.shut_gate()
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "running")
    await workspace.type(OMAR, PLACE, "/grail cancel d-1")  # names no service, and is about shop all the same
    await card_says(workspace, PLACE, "cancelled")
    await workspace.type(DANA, PLACE, "/grail notify deploys never")
    await told(workspace, DANA, PLACE, "never")

    await workspace.type(OMAR, PLACE, "/grail audit shop")
    of_shop = await told(workspace, OMAR, PLACE, "Audit of shop")
    assert "*Audit* of shop, the last 7d · 1 to 5" in of_shop
    assert "*Dana* `deploy shop to staging` → d-1" in of_shop
    assert "*Omar* `cancel d-1` → d-1" in of_shop
    assert of_shop.index("cancel") < of_shop.index("deploy shop")
    head = grail.repository.head()
    states = ["cancelled", "running", "requested"]
    lines = [f"*grail* `shop to staging {head}` → {state}" for state in states]
    assert [of_shop.count(line) for line in lines] == [1, 1, 1]
    assert "passed: right" not in of_shop  # verdicts are in `why`
    await workspace.type(MIA, PLACE, "/grail audit 24h")
    of_all = await told(workspace, MIA, PLACE, "Audit of everything, the last 24h: 6 entries")
    assert "`notify deploys never` → done" in of_all
    await workspace.clock(forward=3600)
    await workspace.type(MIA, PLACE, "/grail audit search 30m")
    await told(workspace, MIA, PLACE, "Audit of search, the last 30m: nothing was done.")


async def test_a_long_audit_comes_a_page_at_a_time(workspace: Workspace, grail: GrailProcess) -> None:
    for number in range(22):
        await workspace.type(DANA, PLACE, f"/grail notify quiet 22:00 to 7:{number:02}")
        await told(workspace, DANA, PLACE, f"07:{number:02}")
    await workspace.type(OMAR, PLACE, "/grail audit")
    first = await workspace.wait_for(PLACE, lambda ms: "Audit of everything" in ms[-1]["text"], as_=OMAR)
    assert "1 to 20" in words_of(first[-1])
    await workspace.press(OMAR, "audit.page", message=first[-1]["ts"])
    rest = await workspace.wait_for(PLACE, lambda ms: "21 to 22" in words_of(ms[-1]), as_=OMAR)
    assert "audit.page" not in str(rest[-1]["blocks"])


async def test_who_may_not_read_the_audit_is_told_so_and_what_is_odd_is_refused(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail audit")
    refusal = await told(workspace, DANA, PLACE, "You may not")
    assert "can do it. It takes the role operator or the role manager." in refusal
    await workspace.type(OMAR, PLACE, "/grail audit shpo")
    refusal = await told(workspace, OMAR, PLACE, "neither")
    assert "`shpo` is neither a service nor a length of time." in refusal
    assert "Did you mean `audit shop`?" in refusal
    await workspace.type(OMAR, PLACE, "/grail audit shop 7 days")
    refusal = await told(workspace, OMAR, PLACE, "`7` is neither")
    assert "Say it as `audit shop 7d`; `m`, `h`, `d` and `w` can be used." in refusal
    await workspace.type(OMAR, PLACE, "/grail audit shop as xml")
    refusal = await told(workspace, OMAR, PLACE, "as `xml`")
    assert "I cannot write the audit as `xml`." in refusal
    assert "Say `audit 7d as csv`, or `as jsonl`." in refusal


async def test_the_audit_is_sent_as_a_file_to_who_may_read_it_and_to_nobody_else(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail audit shop as csv")
    await told(workspace, DANA, PLACE, "You may not audit shop.")
    await workspace.type(DANA, PLACE, "/grail lock shop staging for 2h =trying")
    await workspace.wait_for(PLACE, lambda ms: any("is locked" in m["text"] for m in ms))
    await workspace.type(OMAR, PLACE, "/grail audit shop as csv")
    await told(workspace, OMAR, PLACE, "I have sent it to you directly.")
    found = await workspace.wait_for("@Grail", lambda ms: any(m.get("files") for m in ms), as_=OMAR)
    message = next(m for m in found if m.get("files"))
    assert any("Audit of shop, the last 7d, is in the file, oldest first." in m["text"] for m in found)
    names, *rows = (await _content(workspace, message["files"][0])).splitlines()
    assert names.split(",")[:5] == ["number", "time", "kind", "by", "name"]
    assert [row.split(",")[4:7] for row in rows] == [["Dana", "lock", "lock shop staging for 2h =trying"]]


async def test_my_data_is_a_file_for_the_person_alone_wherever_it_is_asked(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    await workspace.type(DANA, PLACE, "/grail notify deploys always")
    await workspace.type(DANA, PLACE, "/grail whoami token")
    token = (await told(workspace, DANA, PLACE, "```")).split("```")[1]
    await workspace.type(OMAR, PLACE, "/grail cancel d-1")  # too late, and none of hers
    await workspace.type(DANA, PLACE, "@Grail my data")
    await workspace.wait_for(PLACE, lambda ms: "I have sent it to you directly." in ms[-1]["text"])
    found = await workspace.wait_for("@Grail", lambda ms: any(m.get("files") for m in ms), as_=DANA)
    assert any("What I keep about you, Dana, is in the file." in words_of(m) for m in found)
    [file] = [file for m in found for file in m.get("files", ())]
    about = json.loads(await _content(workspace, file))
    assert about["record"]["email"] == DANA
    assert about["in config.yaml"]["name"] == "Dana"
    assert about["what you want to hear"]["choices"] == {"deploys": "always"}
    assert [deploy["what"] for deploy in about["deploys"]] == ["shop to staging"]
    assert [each["word"] for each in about["audit"]] == ["notify", "deploy"]
    assert "token" not in about["record"]
    assert token not in str(about)


async def _content(workspace: Workspace, file: dict[str, Any]) -> str:
    headers = {"Authorization": f"Bearer {workspace.settings.bot_token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.get(file["url_private_download"]) as answer,
    ):
        assert answer.status == 200
        return await answer.text()
