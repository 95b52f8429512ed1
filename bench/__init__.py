"""What Grail costs, measured against named peers in the same run: `make bench`. Nothing here is a test.

A module beside this one has `def run() -> list[Figure]`. Machines differ, so what counts is the ratio to the peer
that was measured a moment before on the same one.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measurement.

    ratio_to: the peer, measured in the same run; None where the value stands for itself.
    bound: what the ratio (or, without a peer, the value) should be, as `<= 2` or `>= 0.6`; None where it is only told.
    """

    name: str
    value: float
    unit: str
    ratio_to: "Figure | None" = None
    bound: str | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.ratio_to.value if self.ratio_to and self.ratio_to.value else None

    @property
    def kept(self) -> bool | None:
        """Whether the bound is kept; None without one."""
        if self.bound is None:
            return None
        measured = self.value if self.ratio is None else self.ratio
        sign, _, limit = self.bound.partition(" ")
        return measured <= float(limit) if sign == "<=" else measured >= float(limit)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
