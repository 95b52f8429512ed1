"""What must hold between the parts of config.yaml.

Looks at what is written, so that it finds its faults also when the models have found others.
"""

from collections.abc import Collection
from typing import Any


def cross_faults(data: dict[str, Any], words: Collection[str] | None) -> list[str]:
    return []
