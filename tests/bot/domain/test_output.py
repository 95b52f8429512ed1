"""Which lines of a failure are shown: those that say why, and not the tests that passed."""

from bot.domain.output import few, of_step, tail

UNITTEST = """\
── checkout ──
── test ──
6 tests of shop
test_a_commit (services.test_words.Words.test_a_commit) ... ok
test_a_price (services.test_words.Words.test_a_price) ... FAIL

======================================================================
FAIL: test_a_price (services.test_words.Words.test_a_price)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "services/test_words.py", line 8, in test_a_price
AssertionError: '12.5 EUR' != '12.50 EUR'
- 12.5 EUR
+ 12.50 EUR


----------------------------------------------------------------------
Ran 6 tests in 0.004s

FAILED (failures=1)
Step `test` failed with exit status 1.
── back ──
the old one answers
"""


def test_only_the_step_that_failed_is_looked_at_and_not_the_roll_back_behind_it() -> None:
    lines = of_step(UNITTEST, "test")
    assert (lines[0], lines[-1]) == ("6 tests of shop", "Step `test` failed with exit status 1.")
    assert of_step(UNITTEST, "back") == ["the old one answers"]
    assert len(of_step("the heading is gone\nerror: no space", "test")) == 2


def test_the_few_lines_that_tell_most_end_with_the_last_one() -> None:
    assert few(of_step(UNITTEST, "test")) == [
        "FAIL: test_a_price (services.test_words.Words.test_a_price)",
        "AssertionError: '12.5 EUR' != '12.50 EUR'",
        "FAILED (failures=1)",
    ]
    assert few(["pulling", "ERROR: no space left on device", "cleaning up"]) == [
        "ERROR: no space left on device",
        "cleaning up",
    ]
    assert few(["one", "two", "three", "four"]) == ["two", "three", "four"]
    assert few([]) == few(["=====", "  "]) == []


def test_the_tail_leaves_out_the_tests_that_passed_and_ends_with_the_error() -> None:
    shown = tail(of_step(UNITTEST, "test"))
    assert not [line for line in shown if line.endswith("... ok")]
    assert shown[-1] == "Step `test` failed with exit status 1."
    assert tail(["a PASSED [ 50%]", "✓ adds", "ok 12 - adds", "--- PASS: TestAdd", "not ok 13", "", ""]) == [
        "not ok 13"
    ]
    assert tail(["that is ok", "", "", "", "end"]) == ["that is ok", "", "end"]


def test_the_tail_is_forty_lines_long_at_most() -> None:
    assert tail([f"line {n}" for n in range(100)]) == [f"line {n}" for n in range(60, 100)]
