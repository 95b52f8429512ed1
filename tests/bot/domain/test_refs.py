"""What may be typed for a ref, and the words of each refusal."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.refs import check_ref, may_be_sha, pull_request
from bot.errors import NotUnderstood


@pytest.mark.parametrize(
    "ref", ["main", "feature/blue-button", "v1.2.3", "#812", "3f2a9c1", "größer", "a@b", "HEAD"]
)
def test_what_git_could_know_is_taken_as_typed(ref: str) -> None:
    assert check_ref(ref) == ref


@pytest.mark.parametrize(
    ("ref", "sentence"),
    [
        ("--upload-pack=touch", "`--upload-pack=touch` cannot be a ref: it begins with `-`."),
        ("- ~", "`- ~` cannot be a ref: it begins with `-`."),
        ("", "`` cannot be a ref: it is empty."),
        ("#", "`#` cannot be a ref: after `#` comes the number of a pull request."),
        ("#0", "`#0` cannot be a ref: after `#` comes the number of a pull request."),
        ("main; rm", "`main; rm` cannot be a ref: it has a space in it."),
        ("main~1", "`main~1` cannot be a ref: it has `~` in it."),
        ("a..b", "`a..b` cannot be a ref: it has `..` in it."),
        ("a@{1}", "`a@{1}` cannot be a ref: it has `@{` in it."),
        ("a//b", "`a//b` cannot be a ref: it has `//` in it."),
        ("/a", "`/a` cannot be a ref: it begins or ends with `/`."),
        ("a/", "`a/` cannot be a ref: it begins or ends with `/`."),
        ("a.", "`a.` cannot be a ref: it begins or ends with `.`."),
        ("a/.b", "`a/.b` cannot be a ref: a part of it begins with `.`."),
        ("a.lock/b", "`a.lock/b` cannot be a ref: a part of it ends with `.lock`."),
        ("@", "`@` cannot be a ref: git keeps `@` for itself."),
        ("a\x1b[31m", "`a�[31m` cannot be a ref: it has a character in it that cannot be seen."),
        ("a\u202eb", "`a�b` cannot be a ref: it has a character in it that cannot be seen."),
        ("x" * 201, f"`{'x' * 60}…` cannot be a ref: it is longer than 200 bytes."),
    ],
)
def test_a_refused_ref_says_what_is_wrong_with_it(ref: str, sentence: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        check_ref(ref)
    assert str(refused.value) == sentence
    assert refused.value.code == "bad-ref"
    assert refused.value.hint == "Name a branch, a tag, a commit or a pull request like `#812`."


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab./@{}~^:?*[\\ -_#\x7f\t.lock", min_size=1, max_size=8))
def test_nothing_is_taken_that_git_would_refuse(text: str) -> None:
    try:
        ref = check_ref(text)
    except NotUnderstood:
        return
    git = subprocess.run(["git", "check-ref-format", "--allow-onelevel", ref], check=False)
    assert git.returncode == 0


def test_a_pull_request_is_known_by_its_number_alone() -> None:
    assert pull_request("#812") == 812
    assert pull_request("812") is None
    assert pull_request("#8a") is None


def test_a_commit_is_known_by_seven_digits_at_least() -> None:
    assert may_be_sha("3f2a9c1")
    assert may_be_sha("A" * 40)
    assert not may_be_sha("3f2a9c")
    assert not may_be_sha("main")
