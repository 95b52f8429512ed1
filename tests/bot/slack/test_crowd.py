"""Two hundred deploys at once: what Slack gets of them, judged by the workspace, in seconds of the moved clock."""

from pathlib import Path

from redis.asyncio import Redis

from bench._crowd import Crowd
from tests.fixtures.workspace import DANA, Workspace

DEPLOYS = 200
TIER_3 = 50  # calls a minute, in the whole workspace
SOON = 15.0  # seconds until a result is shown


async def test_of_two_hundred_deploys_each_result_is_shown_in_fifteen_seconds_and_no_tier_is_exceeded(
    redis: Redis, workspace: Workspace, clock_file: Path
) -> None:
    found = (await workspace.api("conversations.list", {"limit": 200}))["channels"]
    ids = {channel["name"]: channel["id"] for channel in found}
    user = (await workspace.api("users.lookupByEmail", {"email": DANA}))["user"]["id"]
    channels = [ids[name] for name in ("storefront", "platform", "ops", "general")]
    crowd = Crowd(
        redis, token=workspace.settings.bot_token, base_url=workspace.api_url, clock_file=clock_file,
        channels=channels, user=user, size=DEPLOYS,
    )  # fmt: skip
    story = await crowd.live()

    # Slack has refused no call, and none was one too many: the workspace lists those, and the end of a test asks it.
    assert story.busiest("chat.update") <= TIER_3
    late = story.late()
    assert len(late) == DEPLOYS
    assert max(late) <= SOON, sorted(late)[-5:]
    begun = min(story.ended.values())
    edits = [seen for cards in story.cards.values() for seen in cards if seen.method == "chat.update"]
    progress = [seen for seen in edits if ": running" in seen.text and seen.at > begun]
    assert len(progress) >= 10  # what is left of the minute is theirs
    # Nothing is lost, doubled or out of order.
    assert story.reported == []
    assert await crowd.outbox.waiting() == 0
    for cards in story.cards.values():
        revs = [seen.rev for seen in cards]
        assert revs == sorted(set(revs))
    standing: dict[str, tuple[str, list[str]]] = {}
    for channel in channels:
        messages = await workspace.messages(channel)
        tops = {
            m["ts"]: m["text"].partition(" ")[0] for m in messages if m.get("thread_ts", m["ts"]) == m["ts"]
        }
        for message in messages:
            if message["ts"] in tops:
                assert tops[message["ts"]] not in standing
                standing[tops[message["ts"]]] = (message["text"].partition(" · ")[0], [])
        for message in messages:
            if message["ts"] not in tops:
                standing[tops[message["thread_ts"]]][1].append(message["text"].partition(": ")[2])
    assert len(standing) == DEPLOYS
    for n in range(DEPLOYS):
        said, below = standing[f"s{n}"]
        failed = n % 10 == 9
        assert said == f"s{n} → staging: {'failed' if failed else 'succeeded'}"
        assert [("no answer" in line, "checkout succeeded" in line) for line in below] == [
            (failed, not failed)
        ]
    direct = await workspace.messages("@Grail", as_=DANA)
    assert len(direct) == len({message["text"] for message in direct}) == DEPLOYS // 10
