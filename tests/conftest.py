"""Names where the fixtures live, one file for each thing that the tests stand on; and in CI a skip is a failure."""

import os
from typing import Any

import pytest

pytest_plugins = [
    "tests.fixtures.store",
    "tests.fixtures.workspace",
    "tests.fixtures.grail",
    "tests.fixtures.github",
    "tests.fixtures.pagerduty",
    "tests.fixtures.browser",
    "tests.fixtures.acme",
]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} was skipped, and CI has everything that a test needs: {report.longrepr}"
        )
