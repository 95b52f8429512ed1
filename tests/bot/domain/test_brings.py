"""What a deploy brings, in short: the beginning of each list, and the numbers of all."""

from bot.domain.brings import AUTHORS, COMMITS, FILES, MIGRATIONS, Brings, Change, brings


def test_what_is_short_is_whole_and_what_is_long_is_cut_with_its_numbers() -> None:
    few = brings("a", "b", [Change("b", "Sell hats", "Dana")], 0, ["hats"], [])
    assert (few.commits, few.authors, few.files, few.cut) == (1, ("Dana",), ("hats",), False)
    coming = [Change(str(n), "s", f"p{n % 9}") for n in range(50)] + [Change("x", "s", "p0")]
    files = [f"migrations/{n}.sql" for n in range(30)]
    many = brings("a", "b", coming, 0, files, files)
    assert [len(each) for each in (many.coming, many.authors, many.files, many.migrations)] == [
        COMMITS, AUTHORS, FILES, MIGRATIONS,
    ]  # fmt: skip
    assert (many.commits, many.author_count, many.file_count, many.migration_count) == (51, 9, 30, 30)
    assert many.authors[0] == "p0"  # who has most of it
    assert many.cut


def test_what_is_taken_back_stands_nowhere_but_in_the_whole_text() -> None:
    assert brings("a", "b", [], 2, [], []).cut


def test_it_is_of_one_change_only() -> None:
    found = Brings("a", "b")
    assert found.fits("a", "b")
    assert not found.fits("c", "b")
    assert not found.fits("a", "c")
