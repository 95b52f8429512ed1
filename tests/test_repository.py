"""What holds for the repository as a whole: no long file without a reason, no address, no secret, tests as a mirror."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONG = 300  # lines
# Files whose text is not ours, or is data.
GENERATED = {
    ".ci/requirements.txt",
    ".ci/requirements-dev.txt",
    ".ci/requirements-tools.txt",
    "docs/config.schema.json",
    "tests/bot/workspace/third_party/package-lock.json",
    "LICENSE",
}
WHY_LONG = re.compile(r"\b(one file|longer)\b", re.IGNORECASE)
# Files without a test file of their own name: what they do is seen only from outside. A folder stands for all in it.
TESTED_ELSEWHERE = {
    "bot/chores.py": "tests/bot/test_main.py and tests/stories/test_record.py, from the command line",
    "bot/domain/history.py": "what is looked for, in tests/bot/store/test_history.py",
    "bot/services/wanted.py": "what is asked for, in tests/bot/services/test_deploys.py",
    "bot/jobs/_kinds.py": "a type: tests/bot/jobs/test_answers.py",
    "bot/jobs/deploys.py": "tests/stories/test_kills.py and tests/handlers/test_deploy.py",
    "bot/jobs/locks.py": "tests/handlers/test_lock.py",
    "bot/domain/covers.py": "a request: tests/bot/services/test_covers.py",
    "bot/jobs/oncall.py": "tests/handlers/test_override.py",
    "bot/slack/teams.py": "tests/handlers/test_override.py, from the line to the refusal",
    "bot/slack/paging.py": "tests/handlers/test_page_forms.py, from the word to what PagerDuty is asked",
    "bot/jobs/heard.py": "tests/stories/test_github.py, test_coverage.py and test_record.py",
    "bot/slack/recorded.py": "an ask in the audit: tests/stories/test_record.py and tests/bot/slack/test_router.py",
    "bot/acme/repository.py": "tests/bot/acme/test_acme.py makes the repository and deploys from it",
    "bot/clients/_github_": "the parts of github.py, in tests/bot/clients/test_github.py",
    "bot/clients/http.py": "under github.py: tests/bot/clients/test_github.py lets each call end in each way",
    "bot/clients/_git_program.py": "the program under git.py: tests/bot/clients/test_git.py",
    "bot/domain/gates/": "tests/bot/domain/gates/ judges all families together",
    "bot/config/": "one reader in parts: tests/bot/config/test_config.py has a row for each fault",
    "bot/domain/_granted.py": "the halves of rights.py, in tests/bot/domain/test_rights.py",
    "bot/domain/_refused.py": "the halves of rights.py, in tests/bot/domain/test_rights.py",
    "bot/domain/gates/_words.py": "the words of all families: tests/bot/domain/gates/test_gates.py",
    "bot/drivers/_github_": "the parts of github_actions.py, in tests/bot/drivers/test_github_actions.py",
    "bot/drivers/_ordering.py": "tests/bot/drivers/test_recipe.py looks at what a step is told",
    "bot/services/_profiles.py": "what Slack says of people: tests/bot/services/test_people.py",
    "bot/services/places.py": "tests/bot/services/test_deploys.py, where config.yaml changes under a deploy",
    "bot/services/decisions.py": "tests/handlers/test_waiting.py and tests/bot/services/test_waivers.py",
    "bot/services/differences.py": "tests/handlers/test_diff.py",
    "bot/services/rollbacks.py": "tests/handlers/test_rollback.py, over real git",
    "bot/services/guards.py": "tests/bot/services/test_runs.py and test_deploys.py: a machine that is gone",
    "bot/services/locks.py": "tests/handlers/test_lock.py, as people lock",
    "bot/services/offers.py": "tests/handlers/test_lock.py, as people deploy branches",
    "bot/services/_held.py": "for waiting.py: tests/bot/services/test_waiting.py, tests/handlers/test_waiting.py",
    "bot/services/records.py": "tests/handlers/test_audit.py",
    "bot/services/operations.py": "tests/stories/test_operations.py",
    "bot/slack/asking.py": "tests/handlers/test_asking.py, from the refusal to the deploy",
    "bot/slack/begun.py": "tests/handlers/test_deploy.py and test_deploy_form.py: by words, by a form, by a press",
    "bot/slack/more.py": "tests/handlers/test_page_forms.py chooses from such menus",
    "bot/slack/powers.py": "tests/handlers/test_mend.py: what is drawn for whom",
    "bot/slack/effects.py": "tests/handlers/test_lock.py and tests/stories/test_operations.py",
    "bot/slack/wanted.py": "tests/handlers/test_deploy.py",
    "bot/slack/lookup.py": "tests/bot/slack/test_grammar.py, from the line to the refusal",
    "bot/slack/looking.py": "part of the sender: tests/bot/slack/test_sending.py",
    "bot/slack/outcomes.py": "part of the sender: tests/bot/slack/test_sending.py",
    "bot/slack/operations.py": "tests/stories/test_operations.py",
    "bot/slack/registry.py": "tests/handlers/test_conformance.py",
    "bot/slack/terminal.py": "tests/stories/test_terminal.py",
    "bot/slack/views/": "tests/bot/slack/views/test_limits.py calls every view; tests/stories/ reads them",
    "bot/store/deploys.py": "tests/bot/services/test_deploys.py and tests/bot/services/test_claims.py, over real Redis",
    "bot/store/gathered.py": "calls that are put together: tests/bot/store/test_inbox.py makes many at once",
    "bot/workspace/": "a program of its own: tests/bot/workspace/ looks at it over its HTTP",
    "bot/sources/_": "the parts of the sources, in tests/bot/sources/test_coverage.py",
    "handlers/uncovered.py": "tests/stories/test_coverage.py",
    "handlers/checks.py": "tests/stories/test_checks.py presses it",
    "handlers/can.py": "tests/stories/test_gates.py",
    "handlers/gates.py": "tests/stories/test_gates.py",
    "handlers/notify.py": "tests/handlers/test_home.py",
    "handlers/queue.py": "tests/handlers/test_status.py, beside what status shows",
    "bot/slack/views/queue.py": "tests/handlers/test_status.py has the words of the line",
    "bot/store/board.py": "tests/handlers/test_status.py and bench: what status and queue read",
    "handlers/operations.py": "tests/stories/test_operations.py",
    "handlers/pause.py": "tests/handlers/test_home.py",
}


@cache
def files() -> list[Path]:
    """All that git keeps or would keep, as relative paths."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip("this is no checkout of git, so nobody knows which files belong to it")
    return [Path(name) for name in done.stdout.splitlines() if (ROOT / name).is_file()]


@cache
def text(path: Path) -> str:
    try:
        return (ROOT / path).read_text()
    except UnicodeDecodeError:
        return ""


def named(*suffixes: str) -> list[Path]:
    return [path for path in files() if path.suffix in suffixes and str(path) not in GENERATED]


def test_a_file_of_more_than_300_lines_says_why() -> None:
    silent = []
    for path in named(".py", ".lua", ".js", ".cjs", ".css"):
        if text(path).count("\n") <= LONG:
            continue
        head = (ast.get_docstring(ast.parse(text(path))) or "") if path.suffix == ".py" else text(path)[:1500]
        if not WHY_LONG.search(head):
            silent.append(str(path))
    assert silent == [], "split it, or say why in its docstring ('one file', 'one table', 'longer because')"


def test_every_module_says_what_it_is_for() -> None:
    # What Acme deploys is an example of other people's code.
    ours = [p for p in named(".py") if p.parts[0] != "tests" and "company" not in p.parts and text(p).strip()]
    assert [str(p) for p in ours if not ast.get_docstring(ast.parse(text(p)))] == []


REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted|registry\.npmjs|registry\.yarnpkg|deb\.debian|proxy\.golang|file:///"
    r"|(?i:index-url|extra-index-url|find-links)\b"
)


def test_no_file_holds_the_address_of_a_package_registry() -> None:
    # `--no-emit-index-url` in the Makefile is what keeps them out.
    found = [
        f"{path}: {line.strip()[:100]}"
        for path in files()
        if path != Path("tests/test_repository.py")
        for line in text(path).replace("--no-emit-index-url", "").splitlines()
        if REGISTRIES.search(line)
    ]
    assert found == []


MACHINE = re.compile(r"(?<![\w.{}])/(?:home|work|root|Users|opt|mnt)/\w+")


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    found = [
        f"{path}: {match[0]}"
        for path in files()
        if path != Path("tests/test_repository.py")
        for match in MACHINE.finditer(text(path))
    ]
    assert found == []


# Slack's, GitHub's and AWS's tokens in their full length, keys, and passwords in addresses.
SECRETS = re.compile(
    r"xox[abpr]-\d{6,}-[\w-]{10,}|xapp-\d-[A-Z0-9]{6,}-\d{6,}-\w{10,}|gh[opsu]_\w{30,}|github_pat_\w{20,}"
    r"|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|hooks\.slack\.com/services/T\w{6,}"
)


def test_no_file_holds_what_looks_like_a_real_secret() -> None:
    found = [f"{path}: {match[0][:12]}…" for path in files() for match in SECRETS.finditer(text(path))]
    assert found == []


def untested() -> list[str]:
    """The files of bot/ and handlers/ that have no test file of their own name."""
    kept = set(files())
    ours = [
        path
        for path in named(".py")
        if path.parts[0] in ("bot", "handlers") and "company" not in path.parts and text(path).strip()
    ]
    return [
        str(path)
        for path in ours
        if path.name not in ("__init__.py", "__main__.py")
        and Path("tests", path.parent, f"test_{path.stem.lstrip('_')}.py") not in kept
    ]


def test_the_tests_mirror_the_tree() -> None:
    listed = tuple(TESTED_ELSEWHERE)
    assert [path for path in untested() if not path.startswith(listed)] == []


def test_what_is_tested_elsewhere_says_where_and_is_needed() -> None:
    for listed, where in TESTED_ELSEWHERE.items():
        named_there = re.findall(r"tests/[\w/]+\.py|tests/[\w/]+/", where)
        assert named_there, listed
        assert [name for name in named_there if not (ROOT / name).exists()] == [], listed
        assert [path for path in untested() if path.startswith(listed)], f"{listed} has a test of its own now"


def test_every_link_of_the_documents_leads_somewhere() -> None:
    broken = []
    for path in named(".md"):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text(path)):
            if "://" not in target and not (ROOT / path.parent / target).exists():
                broken.append(f"{path}: {target}")
    assert broken == []
