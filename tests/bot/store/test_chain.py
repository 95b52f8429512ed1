"""The check of the chain: what was posted holds or not, and what it says of a beginning that is gone."""

from collections.abc import AsyncIterator, Sequence

import pytest

from bot.errors import NotUnderstood
from bot.store.chain import Head, Row, Verdict, checked, digest, entry, holds


def chain(entries: int, first: str = "") -> list[Row]:
    """first: the `what` of the first entry, to make another chain."""
    rows: list[Row] = []
    before = ""
    for number in range(1, entries + 1):
        fields = {
            "at": repr(float(number)), "who": "p-1", "word": "deploy", "what": first or "shop", "outcome": "done",
            "request": "r-1", "kind": "ask", "service": "shop", "environment": "", "deploy": "", "channel": "C1",
        }  # fmt: skip
        before = digest(before, number, fields)
        rows.append((f"{number}-0", {**fields, "hash": before}))
    return rows


def head(rows: Sequence[Row]) -> Head:
    return Head(int(rows[-1][0].partition("-")[0]), rows[-1][1]["hash"])


async def each(rows: Sequence[Row]) -> AsyncIterator[Row]:
    for row in rows:
        yield row


async def check(rows: Sequence[Row], to: Head) -> Verdict:
    return (await checked(each(rows), to))[0]


@pytest.mark.parametrize("field", ["kind", "service", "environment", "deploy", "channel"])
async def test_every_field_is_part_of_the_hash(field: str) -> None:
    rows = chain(3)
    assert await check(rows, head(rows)) == Verdict(3, None)
    rows[1] = (rows[1][0], {**rows[1][1], field: "other"})
    assert await check(rows, head(rows)) == Verdict(1, "Entry 2 was changed, or the one before it.")
    rows[1] = (rows[1][0], {name: value for name, value in rows[1][1].items() if name != field})
    if field != "environment" and field != "deploy":  # those are empty in this chain
        assert (await check(rows, head(rows))).fault is not None


async def test_an_entry_of_the_first_days_has_fewer_fields_and_stands_in_the_same_chain() -> None:
    old = {"at": "1.0", "who": "p-1", "word": "lock", "what": "lock shop", "outcome": "done", "request": "r"}
    hash = digest("", 1, old)
    assert await check([("1-0", {**old, "hash": hash})], Head(1, hash)) == Verdict(1, None)
    found = entry("1-0", old)
    assert found is not None
    assert (found.kind, found.service, found.what) == ("ask", "", "lock shop")
    assert entry("1-0", {"at": "soon"}) is None


async def test_a_chain_that_was_written_anew_does_not_end_in_the_head() -> None:
    rows, other = chain(3), chain(3, "search")
    assert await check(other, head(rows)) == Verdict(
        2, "Entry 3 is not the one that was written: all was written anew."
    )


async def test_a_beginning_that_is_gone_is_told_and_the_rest_is_checked_all_the_same() -> None:
    rows = chain(6)
    gone = "Entries 1 to 2 are missing, and Grail takes none away."
    assert await check(rows[2:], head(rows)) == Verdict(
        6, f"{gone} From there on none was changed, none is missing."
    )
    broken = [*rows[2:4], (rows[4][0], {**rows[4][1], "what": "nothing"}), rows[5]]
    assert await check(broken, head(rows)) == Verdict(4, f"{gone} Entry 5 was changed, or the one before it.")
    assert await check(rows[2:5], head(rows)) == Verdict(
        5, f"{gone} Entries after 5 are missing: there should be 6."
    )


async def test_a_posted_head_holds_as_long_as_the_chain_up_to_it_is_whole() -> None:
    rows = chain(6)
    posted = head(rows[:4])
    assert await holds(each(rows), posted) == Verdict(4, None)
    after = [*rows[:5], (rows[5][0], {**rows[5][1], "what": "nothing"})]
    assert await holds(each(after), posted) == Verdict(4, None)  # what came later is not what it speaks of
    before = [rows[0], (rows[1][0], {**rows[1][1], "what": "nothing"}), *rows[2:]]
    assert await holds(each(before), posted) == Verdict(1, "Entry 2 was changed, or the one before it.")
    assert await holds(each([rows[0], *rows[2:]]), posted) == Verdict(
        1, "Entry 2 is missing, which comes before that head."
    )


async def test_a_posted_head_that_is_not_in_the_chain_says_what_stands_there() -> None:
    rows, other = chain(6), chain(6, "search")
    fault = (await holds(each(other), head(rows[:4]))).fault
    assert fault == (
        f"Entry 4 is not the one whose head was posted: its hash is {other[3][1]['hash']}. All up to it may have been "
        "written anew."
    )
    assert (await holds(each(rows[:3]), head(rows[:4]))).fault == (
        "That head is entry 4, and the last one that stands is 3."
    )
    assert (
        await holds(each([]), head(rows))
    ).fault == "That head is entry 6, and the last one that stands is 0."


async def test_of_a_chain_without_its_beginning_a_later_head_holds_and_an_earlier_one_cannot_be_told() -> (
    None
):
    rows = chain(6)
    assert await holds(each(rows[3:]), head(rows[:5])) == Verdict(5, None)
    assert (await holds(each(rows[3:]), head(rows[:2]))).fault == (
        "That head is entry 2, and entries 1 to 3 are missing: nobody can say any more."
    )
    # The head of the last one that is gone proves the first one that is left.
    assert await holds(each(rows[3:]), head(rows[:3])) == Verdict(3, None)
    changed = [(rows[3][0], {**rows[3][1], "what": "nothing"}), *rows[4:]]
    assert await holds(each(changed), head(rows[:3])) == Verdict(
        0, "Entry 4, the first that stands, does not follow from that head: one of them is another."
    )
    later = [rows[3], (rows[4][0], {**rows[4][1], "what": "nothing"})]
    assert (await holds(each(later), head(rows[:5]))).fault == "Entry 5 was changed, or the one before it."


@pytest.mark.parametrize(
    "text",
    [
        "Audit of 2026-11-23: 1,234 entries, head {hash}",
        "Audit of 2026-11-23: 1234 entries, head `{hash}`\n",
        "1'234 entries … {hash}",
        "omar  09:00\nAudit of 2026-11-23: 1.234 entries, head {hash}",
    ],
)
def test_a_head_is_read_as_it_was_posted(text: str) -> None:
    hash = "0a" * 32
    assert Head.posted(text.format(hash=hash)) == (1234, hash)
    assert Head.posted(f"Audit of 2026-11-23: 1 entry, head {hash}").number == 1


@pytest.mark.parametrize("text", ["", "1,234 entries, head 0a0a", "0a" * 32, "entries, head " + "0a" * 32])
def test_what_is_no_head_says_what_is_wanted(text: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        Head.posted(text)
    assert str(refused.value) == (
        "This is no head of the audit: it needs the number of entries and the hash of 64 characters."
    )
