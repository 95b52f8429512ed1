"""Everything that can be refused is one tree, and the docstring draws it."""

import inspect
import re

from bot import errors
from bot.errors import ConfigFault, Conflict, GrailError, NotAllowed, Reason, Refusal, Stale

CLASSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, Exception)]


def test_the_tree_is_drawn_as_it_is() -> None:
    assert errors.__doc__
    drawn: dict[str, str] = {}
    parents = {0: "GrailError"}
    for line in errors.__doc__.splitlines():
        found = re.match(r"^    ((?:│   |    )*)(?:├── |└── )(\w+)", line)
        if found:
            depth = len(found[1]) // 4
            drawn[found[2]] = parents[depth]
            parents[depth + 1] = found[2]
    true = {c.__name__: c.__mro__[1].__name__ for c in CLASSES if c is not GrailError}
    assert drawn == true


def test_every_error_says_when_it_is_raised() -> None:
    drawn = errors.__doc__ or ""
    for each in CLASSES:
        assert re.search(rf"\b{each.__name__}\b +\w+|^    {each.__name__}$", drawn, re.MULTILINE), (
            each.__name__
        )


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [c.default_code for c in CLASSES if issubclass(c, Refusal)]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_a_refusal_carries_its_sentence_its_code_and_what_to_do() -> None:
    refusal = NotAllowed("You may not.", code="no-right", hint="Ask Omar.")
    assert (str(refusal), refusal.code, refusal.hint) == ("You may not.", "no-right", "Ask Omar.")
    assert refusal.reasons == (Reason("no-right", "You may not."),)
    assert Stale("Old.").code == "stale"
    assert Conflict("Busy.").hint is None


def test_several_reasons_are_kept_all() -> None:
    reasons = [Reason("frozen", "It is frozen."), Reason("locked", "It is locked.")]
    assert Refusal("Not now.", reasons=reasons).reasons == tuple(reasons)


def test_a_fault_of_the_configuration_holds_all_its_lines() -> None:
    fault = ConfigFault(["a: wrong", "b: wrong too"])
    assert fault.faults == ("a: wrong", "b: wrong too")
    assert str(fault) == "a: wrong\nb: wrong too"
