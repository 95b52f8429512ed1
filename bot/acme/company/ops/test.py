"""python3 ops/test.py SERVICE: its tests, and those of what all services share."""

import sys
import unittest
from pathlib import Path

root = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root))
names = ["services.test_words", f"services.{sys.argv[1]}.test_app"]
suite = unittest.defaultTestLoader.loadTestsFromNames(names)
print(f"{suite.countTestCases()} tests of {sys.argv[1]}", flush=True)
result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
sys.exit(0 if result.wasSuccessful() else 1)
