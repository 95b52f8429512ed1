"""What Slack sends becomes plain words."""

import pytest

from bot.slack.words import Word, split


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("deploy shop to staging", ["deploy", "shop", "to", "staging"]),
        ("  deploy \t shop\u00a0 to\n staging ", ["deploy", "shop", "to", "staging"]),
        ('note "a b" c', ["note", "a b", "c"]),
        ("note “a b” ‘c d’", ["note", "a b", "c d"]),
        ("note „a b“", ["note", "a b"]),
        ('deploy "shop', ["deploy", "shop"]),
        ("deploy shop — plan", ["deploy", "shop", "—", "plan"]),
        ("deploy shop staging —plan", ["deploy", "shop", "staging", "--plan"]),
        ("deploy `shop` *staging*", ["deploy", "shop", "staging"]),
        ("note R&amp;D &lt;b&gt;", ["note", "R&D", "<b>"]),
        ("deploy <http://main.py|main.py>", ["deploy", "main.py"]),
        (", status ?", ["status"]),
        ("why d-12, please!", ["why", "d-12,", "please!"]),
        ("...", []),
        ("", []),
        ("   ", []),
        ('""', []),
    ],
)
def test_a_line_is_split_as_a_person_means_it(sent: str, words: list[str]) -> None:
    assert [word.text for word in split(sent)] == words


def test_people_channels_and_links_keep_what_they_name() -> None:
    sent = "page <@U123|dana> in <#C9|ops> see <https://x.example/a?b=1|the page> <!here> <mailto:a@b.example|a@b>"
    assert split(sent)[1:] == [
        Word("U123", "person"),
        Word("in"),
        Word("C9", "channel"),
        Word("see"),
        Word("https://x.example/a?b=1", "link"),
        Word("!here"),
        Word("a@b.example"),
    ]


def test_case_is_kept_for_refs_and_folded_for_words() -> None:
    assert split("Deploy SHOP Feature/X")[2] == Word("Feature/X")
    assert split("DEPLOY")[0].low == "deploy"
