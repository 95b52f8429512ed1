"""The files of a report are found in the repository, however its tool names them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.report_paths import found

TREE = {"setup.py", "shop/__init__.py", "shop/cart.py", "shop/pay/card.py", "api/src/main/java/com/acme/App.java",
        "web/src/main/java/com/acme/Page.java", "tests/test_cart.py", "__init__.py"}  # fmt: skip


@pytest.mark.parametrize(
    ("names", "sources", "paths"),
    [
        (["shop/cart.py", "setup.py"], [], ["shop/cart.py", "setup.py"]),
        (["./shop//cart.py"], [], ["shop/cart.py"]),
        (["cart.py", "pay/card.py"], ["/build/shop/shop"], ["shop/cart.py", "shop/pay/card.py"]),
        (["/build/shop/shop/cart.py"], [], ["shop/cart.py"]),
        (["C:\\agent\\shop\\cart.py"], [], ["shop/cart.py"]),
        (["com/acme/App.java"], ["/build/api/src/main/java"], ["api/src/main/java/com/acme/App.java"]),
        (["com/acme/App.java"], [], ["api/src/main/java/com/acme/App.java"]),
        (["com/acme/App.java", "com/acme/Page.java"], ["/b/api/src/main/java", "/b/web/src/main/java"],
         ["api/src/main/java/com/acme/App.java", "web/src/main/java/com/acme/Page.java"]),
        (["example.org/acme/shop/pay/card.py"], [], ["shop/pay/card.py"]),
        (["../shop/cart.py"], ["/build/tests"], [None]),
        (["tests/../shop/cart.py"], [], ["shop/cart.py"]),
        (["../../../etc/passwd", "/etc/passwd", "..", "", "/"], [], [None] * 5),
        # Two files end so: nobody can say which.
        (["acme/unknown.py"], [], [None]),
    ],
)  # fmt: skip
def test_a_name_is_found(names: list[str], sources: list[str], paths: list[str | None]) -> None:
    result = found(names, sources, TREE)
    assert [result.get(name) for name in names] == paths


def test_what_explains_most_names_wins_over_a_file_that_happens_to_be_called_so() -> None:
    # The folder of the repository is called like the package in it.
    names = ["__init__.py", "setup.py", "shop/__init__.py", "shop/cart.py"]
    assert found(names, ["/build/shop"], TREE) == {name: name for name in names}
    inside = ["__init__.py", "cart.py", "pay/card.py"]
    assert found(inside, ["/build/shop/shop"], TREE) == {name: f"shop/{name}" for name in inside}


def test_a_name_that_several_files_end_with_is_left_out() -> None:
    tree = {"a/x/one.py", "b/x/one.py", "c/two.py"}
    assert found(["x/one.py", "two.py"], [], tree) == {"two.py": "c/two.py"}


@given(
    st.lists(st.text("ab./\\", max_size=12), max_size=6), st.lists(st.text("ab./", max_size=8), max_size=3)
)
def test_whatever_it_is_called_only_the_repository_s_own_files_are_named(
    names: list[str], sources: list[str]
) -> None:
    tree = {"a", "b/a", "a/b/a", "b/b"}
    result = found(names, sources, tree)
    assert set(result) <= set(names)
    assert set(result.values()) <= tree
    assert all(path.rsplit("/", 1)[-1] in name for name, path in result.items())
