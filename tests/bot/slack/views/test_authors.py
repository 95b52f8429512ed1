"""What somebody is told whose commits are in production."""

from bot.clients.git import Commit
from bot.domain.deploys import Deploy
from bot.services.authors import Arrived
from bot.services.people import Known
from bot.slack.views.authors import SHOWN, arrived

NOW = 1_795_446_000.0
ONE = Deploy(
    "d-4", "shop", "production", "main", "5" * 40, "Sell honey", "succeeded", "u", "U1", "Omar", "T1", "C1", NOW - 9,
    ended=NOW,
)  # fmt: skip


def commits(count: int, subject: str = "Sell honey") -> tuple[Commit, ...]:
    return tuple(Commit(f"{number:040}", subject, "Dana", "dana@example.com", NOW) for number in range(count))


def test_one_commit_is_one_and_many_are_cut() -> None:
    one = arrived(Arrived(Known("T1:U2", "dana@example.com"), ONE, commits(1)))
    assert one.text == "shop production: your commit is there"
    words = one.blocks[0]["text"]["text"]
    assert words.startswith(":ship: *Your commit is in production*: shop, since <!date^1795446000^{time}|")
    assert words.endswith("(d-4 by Omar)\n• `0000000` Sell honey")
    many = arrived(Arrived(Known("T1:U2", "dana@example.com"), ONE, commits(250, "<!here> " * 50)))
    words = many.blocks[0]["text"]["text"]
    assert words.count("• ") == SHOWN
    assert words.endswith("\nand 240 more")
    assert "<!here>" not in words
