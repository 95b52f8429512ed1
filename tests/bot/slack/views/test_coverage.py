"""What is shown of coverage: the worst files first, what came and does not count, and nothing that Slack refuses."""

from bot.domain.coverage import OfChange, Uncovered
from bot.services.coverage import Covered
from bot.slack.views import coverage
from bot.store.coverage import Came
from tests.bot.slack.views.test_limits import NOW, SHA, a_deploy, check, each_text, texts

RANGES = tuple((n, n + n % 2) for n in range(1, 60, 3))


def shown_of(found: Covered, *latest: Came, least: tuple[float, float] | None = (70.0, 80.0)) -> str:
    deploy = a_deploy("Open the shop", previous=found.commit if found.change is None else SHA[::-1])
    return "\n".join(texts(coverage.covered(deploy, found, latest, least).blocks))


def test_the_files_with_most_uncovered_lines_are_named_with_their_lines() -> None:
    files = tuple(Uncovered(f"file-{n}.py", 20, 30, RANGES if n else ((7, 7),)) for n in range(13))
    shown = shown_of(
        Covered("shop", SHA, 79.96, 81.0, OfChange(390, 130, files), ((SHA, 82.0), (SHA, 81.0)), 2)
    )
    assert (
        "Its tests run 79.9 % of the lines (70 % is asked for); what stands there: 81.0 %. Before: 82.0, 81.0 %."
        in shown
    )
    assert "They run 33.3 % of the changed lines, 130 of 390 (80 % is asked for)." in shown
    assert "• `file-0.py` — lines 7 (20 of 30)" in shown
    assert "• `file-1.py` — lines 1–2, 4, 7–8, 10, 13–14, 16, 19–20, 22 and 12 more (20 of 30)" in shown
    assert "… and 3 more files" in shown
    assert "file-10.py" not in shown


def test_what_came_and_does_not_count_is_shown() -> None:
    odd = Came(SHA, NOW, 5, odd="It is empty.", counted=False)
    left = Came(SHA, NOW, 5, files=1, left_out=2)
    shown = shown_of(Covered("shop", SHA, None, came=(odd, left)))
    assert ":no_entry: Nobody has reported the coverage of this commit." in shown
    assert f"`{SHA[:7]}` · does not count :warning: It is empty." in shown
    assert f"`{SHA[:7]}` · 1 file, 2 more not in the repository" in shown
    other = shown_of(Covered("shop", SHA, None), Came("", NOW, 5, odd="It says no commit.", counted=False))
    assert "The last reports, of other commits:" in other
    assert "no commit · does not count :warning: It says no commit." in other


def test_a_change_without_code_or_without_a_base_says_so() -> None:
    assert "it stands there already" in shown_of(Covered("shop", SHA, 90.0), least=None)
    nothing = Covered("shop", SHA, 90.0, change=OfChange(0, 0, ()))
    assert "Of the lines that change, no report names any." in shown_of(nothing)
    assert "They run 100.0 % of the changed lines, 2 of 2" in shown_of(
        Covered("shop", SHA, 90.0, change=OfChange(2, 2, ()))
    )


@each_text
def test_whatever_a_report_names_it_fits(words: str) -> None:
    files = tuple(Uncovered(words, 1, 9, ((n, n + 3),)) for n in range(30))
    came = tuple(Came(SHA, NOW, 5, odd=words, counted=False) for _ in range(9))
    found = Covered("shop", SHA, 50.0, 60.0, OfChange(99, 9, files), ((SHA, 1.0),) * 9, 3, came)
    check(coverage.covered(a_deploy(words), found, came, (1.0, 2.0)))
    check(coverage.covered(a_deploy(words), Covered("shop", SHA, None), came, None))
    check(coverage.not_set_up(words, words))
