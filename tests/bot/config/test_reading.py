"""Each way in which a file can fail to be config.yaml is one plain sentence, and comes soon."""

import os
from pathlib import Path

import pytest

from bot.config.reading import MOST_BYTES, parse, read
from bot.errors import ConfigFault


def fault(text: str) -> str:
    with pytest.raises(ConfigFault) as raised:
        parse(text)
    assert len(raised.value.faults) == 1
    return raised.value.faults[0]


def fault_of(file: Path) -> str:
    with pytest.raises(ConfigFault) as raised:
        read(file)
    assert len(raised.value.faults) == 1
    return raised.value.faults[0]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "none.yaml"
    assert fault_of(file) == f"{file}: there is no such file; name one with --config or GRAIL_CONFIG"


def test_a_folder(tmp_path: Path) -> None:
    assert fault_of(tmp_path) == f"{tmp_path}: is a folder; name the config.yaml in it"


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.touch(mode=0o000)
    root = os.geteuid() == 0  # may read everything, so it is somebody else for a moment
    try:
        if root:
            os.seteuid(65534)
        found = fault_of(file)
    finally:
        if root:
            os.seteuid(0)
    assert found == f"{file}: may not be read by this user; give it the right to read the file"


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes("company: Acme\n# Größe\n".encode("latin-1"))
    assert fault_of(file) == "config.yaml, line 2: is not UTF-8; save the file as UTF-8"


def test_a_mark_of_byte_order_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(b"\xef\xbb\xbfcompany: Acme\n")
    assert read(file) == {"company": "Acme"}


def test_a_file_that_is_too_big(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(b"#" * (MOST_BYTES + 1))
    assert fault_of(file) == "config.yaml: is too big; allowed: 2 MiB"


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file(text: str) -> None:
    expected = "config.yaml: is empty; config.yaml of the example company shows what belongs in it"
    assert fault(text) in (
        expected,
        "config.yaml: is not a mapping; it begins with lines such as `company: Acme`",
    )


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words\n", "7\n", "null\n"])
def test_something_that_is_no_mapping(text: str) -> None:
    assert fault(text) == "config.yaml: is not a mapping; it begins with lines such as `company: Acme`"


def test_text_that_is_no_yaml_is_named_with_line_and_column() -> None:
    assert fault("a: 1\nb: [1, 2\nc: 3\n").startswith("config.yaml, line 3, column 2: is not YAML: ")
    assert fault("a: 1\n\tb: 2\n").startswith("config.yaml, line 2, column 1: is not YAML: ")
    assert fault("a: \x00\n").startswith("config.yaml: is not YAML: ")
    assert fault("a: 1\n---\nb: 2\n").startswith("config.yaml, line 2, column 1: is not YAML: ")


def test_a_key_that_stands_twice_is_named_with_both_lines() -> None:
    assert fault("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n") == "b.c: stands twice, in lines 3 and 5; keep one"
    assert fault("a: 1\na: 1\n") == "a: stands twice, in lines 1 and 2; keep one"


def test_a_key_that_is_not_text_is_named() -> None:
    assert fault("a:\n  on: 1\n") == "a.on: is not text (line 2); write the key in quotes"
    assert fault("1: 1\n") == "1: is not text (line 1); write the key in quotes"
    assert fault("? [a, b]\n: 1\n") == "this: is not text (line 1); write the key in quotes"


def test_anchors_and_merges_are_read() -> None:
    text = "x-base: &base {a: 1, b: 2}\none:\n  <<: *base\n  b: 3\ntwo: *base\n"
    assert parse(text) == {"x-base": {"a": 1, "b": 2}, "one": {"a": 1, "b": 3}, "two": {"a": 1, "b": 2}}


def test_days_stay_text() -> None:
    assert parse("first: 2026-01-05\n") == {"first": "2026-01-05"}


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system ['true']", "!!python/name:os.system", "!custom 1", "!!binary //"]
)
def test_nothing_but_plain_data_is_made_of_yaml(tag: str) -> None:
    assert "is not YAML" in fault(f"a: {tag}\n") or "cannot be read" in fault(f"a: {tag}\n")


def test_a_few_lines_that_unfold_to_billions_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert fault("\n".join(lines)).endswith("its anchors unfold to too much; allowed: 100,000 values")


def test_merges_that_unfold_to_billions_are_refused() -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 30)]
    assert fault("\n".join(lines)).endswith("its anchors unfold to too much; allowed: 100,000 values")


def test_an_anchor_inside_itself_is_refused() -> None:
    assert (
        fault("a: &a [*a]\n") == "config.yaml, line 1: holds itself; an anchor cannot be used inside itself"
    )


def test_what_is_nested_too_deeply_is_refused() -> None:
    assert fault("a: " + "[" * 60 + "]" * 60 + "\n") == (
        "config.yaml, line 1: is nested too deeply; allowed: 40 levels"
    )
    assert "too deeply" in fault("a: " + "[" * 100_000 + "]" * 100_000 + "\n")


def test_what_its_anchors_nest_too_deeply_is_refused() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 300))]
    assert fault("\n".join(lines)).endswith("is nested too deeply; allowed: 40 levels")


def test_a_number_of_ten_thousand_digits_is_refused() -> None:
    assert fault(f"a: {'9' * 10_000}\n").startswith("config.yaml: holds a value that cannot be read: ")
