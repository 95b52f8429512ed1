"""Typed text on its way to an app."""

import pytest

from bot.workspace.clock import Clock
from bot.workspace.hub import Hub
from bot.workspace.journal import Journal
from bot.workspace.markup import sent
from bot.workspace.world import World


@pytest.fixture
def world() -> World:
    return World("Grail", Journal(None), Hub(), Clock())


@pytest.mark.parametrize(
    ("typed", "arrives"),
    [
        ("hello", "hello"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("@dana, look", "<@U0DANA00000>, look"),
        ("@Dana. Look", "<@U0DANA00000>. Look"),
        ("@Grail help", "<@U0GRAIL0000> help"),
        ("@nobody here", "@nobody here"),
        ("see #ops!", "see <#C0OPS000000|ops>!"),
        ("#812 is no channel", "#812 is no channel"),
        ("@here @channel", "<!here> <!channel>"),
        ("https://a.example/x?y=1&z=2.", "<https://a.example/x?y=1&amp;z=2>."),
        ("(see http://a.example)", "(see <http://a.example>)"),
        ("mail dana@example.com now", "mail <mailto:dana@example.com|dana@example.com> now"),
        ("<@U0DANA00000> and <@U404>", "<@U0DANA00000> and &lt;@U404&gt;"),
        (
            "<https://a.example|a link> <!here> <!date^1^x|y>",
            "<https://a.example|a link> <!here> &lt;!date^1^x|y&gt;",
        ),
        ("`@dana <b>` @dana", "`@dana &lt;b&gt;` <@U0DANA00000>"),
        ("```\n@dana\n``` @dana", "```\n@dana\n``` <@U0DANA00000>"),
        ("deploy shop fix/a@b", "deploy shop fix/a@b"),
    ],
)
def test_people_channels_and_addresses_become_entities(world: World, typed: str, arrives: str) -> None:
    assert sent(world, typed) == arrives


def test_a_command_names_people_and_may_ask_for_plain_text(world: World) -> None:
    assert sent(world, "ask @dana & co", named=True) == "ask <@U0DANA00000|dana> &amp; co"
    assert sent(world, "ask @dana & co", named=True, entities=False) == "ask @dana &amp; co"
