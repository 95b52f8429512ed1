"""What a gate has shown: what it would have stopped while it only told, what was waived since it stops, and how that
went. A gate stops people only after somebody has seen this; one whose waivers mostly went well should tell again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

ENOUGH = 5  # deploys after which there is something to judge


@dataclass(frozen=True)
class Earned:
    told: int = 0
    told_well: int = 0
    waived: int = 0
    waived_well: int = 0

    @classmethod
    def of(cls, rows: Iterable[tuple[str, bool]]) -> "Earned":
        """From (told or waived, whether it went well) of each deploy."""
        each = list(rows)
        told = [well for how, well in each if how == "told"]
        waived = [well for how, well in each if how == "waived"]
        return cls(len(told), sum(told), len(waived), sum(waived))

    @property
    def can_be_judged(self) -> bool:
        """Whether it told often enough that somebody can say whether it should stop."""
        return self.told >= ENOUGH

    @property
    def should_tell(self) -> bool:
        """Whether so many waivers went well that it should only tell again."""
        return self.waived >= ENOUGH and 2 * self.waived_well > self.waived

    @property
    def words(self) -> str:
        """As the end of a sentence that begins with the gate."""
        parts = []
        if self.told or not self.waived:
            parts.append(f"would have stopped {_many(self.told, self.told_well)}")
        if self.waived:
            parts.append(f"was waived for {_many(self.waived, self.waived_well)}")
        return " and ".join(parts)


def _many(count: int, well: int) -> str:
    if count == 0:
        return "nothing so far"
    if count == 1:
        return f"1, which {'went' if well else 'did not go'} well"
    return f"{count}, of which {well or 'none'} went well"
