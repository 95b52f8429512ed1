"""The audit for other programs: each line whole, and no cell that a table would carry out."""

import csv
import io
import json
from collections.abc import AsyncIterator

import pytest

from bot.domain.deploys import Deploy
from bot.services.exports import FIELDS, exported, of_service
from bot.store.audit import Entry

ENTRY = Entry(
    7, 1_795_446_000.25, "p-1", "deploy", "deploy shop", "d-1", "r-1", "Dana", "ask", "shop", "staging", "d-1", "C1"
)  # fmt: skip


async def each(*entries: Entry) -> AsyncIterator[Entry]:
    for entry in entries:
        yield entry


async def test_json_lines_hold_every_field_of_an_entry() -> None:
    [line] = [line async for line in exported(each(ENTRY), "jsonl")]
    assert json.loads(line) == {
        "number": 7, "time": "2026-11-23T15:00:00.250+00:00", "kind": "ask", "by": "p-1", "name": "Dana",
        "word": "deploy", "what": "deploy shop", "outcome": "d-1", "service": "shop", "environment": "staging",
        "deploy": "d-1", "channel": "C1", "request": "r-1",
    }  # fmt: skip
    assert line.endswith("}\n")


async def test_csv_begins_with_the_names_of_the_fields_and_reads_back_as_it_was() -> None:
    odd = Entry(8, 1.0, "p-1", "lock", 'lock "shop", now\nor never', "done", "")
    text = "".join([line async for line in exported(each(ENTRY, odd), "csv")])
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert tuple(rows[0]) == FIELDS
    assert (rows[0]["name"], rows[1]["what"], rows[1]["name"]) == ("Dana", 'lock "shop", now\nor never', "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1", "＝1"])
async def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    odd = Entry(8, 1.0, "p-1", "note", text, "done", "", name=text)
    lines = [line async for line in exported(each(odd), "csv")]
    [row] = csv.DictReader(io.StringIO("".join(lines), newline=""))
    assert (row["what"], row["name"]) == ("'" + text, "'" + text)
    assert f'"what":{json.dumps(text, ensure_ascii=False)}' in "".join(
        [line async for line in exported(each(odd), "jsonl")]
    )


async def test_of_a_service_is_what_says_so_and_of_old_entries_what_names_it_or_its_deploys() -> None:
    looked: list[str] = []

    async def find(id: str) -> Deploy | None:
        looked.append(id)
        return Deploy(id, "shop", "s", "", "", "", "failed", "", "", "", "", "", 0.0) if id == "d-1" else None

    def old(number: int, what: str, outcome: str = "") -> Entry:
        return Entry(number, 1.0, "p-1", "deploy", what, outcome, "")

    other = Entry(2, 1.0, "p-1", "deploy", "deploy shop", "", "", service="search")
    entries = each(
        ENTRY, other, old(3, "deploy Shop to staging"), old(4, "cancel d-1"), old(5, "cancel d-2"), old(8, "x", "d-1"),
        old(9, "deploy workshop"),
    )  # fmt: skip
    assert [one.number async for one in of_service(entries, "shop", find)] == [7, 3, 4, 8]
    assert looked == ["d-1", "d-2"]  # each once
