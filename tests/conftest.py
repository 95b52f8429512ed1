"""Only names where the fixtures live: one file for each thing that the tests stand on."""

pytest_plugins = ["tests.fixtures.store", "tests.fixtures.workspace", "tests.fixtures.grail"]
