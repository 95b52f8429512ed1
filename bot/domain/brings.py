"""What a deploy would bring to a place, as much of it as one card holds, and how much that leaves out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

COMMITS = 8  # that are listed
AUTHORS = 5
FILES = 10
MIGRATIONS = 5
MANY = 250  # from here on nobody counts commits


@dataclass(frozen=True)
class Change:
    """One commit."""

    sha: str
    subject: str
    author: str


@dataclass(frozen=True)
class Brings:
    """Against `stands`, the commit there ("" for none). What is listed is the beginning; the numbers are of all.

    coming: what comes along, newest first; going: how many commits stand there that the other has not.
    by, since: the deploy that brought what stands, and when (seconds since the epoch).
    """

    stands: str
    commit: str
    coming: tuple[Change, ...] = ()
    commits: int = 0
    going: int = 0
    authors: tuple[str, ...] = ()
    author_count: int = 0
    files: tuple[str, ...] = ()
    file_count: int = 0
    migrations: tuple[str, ...] = ()
    migration_count: int = 0
    by: str = ""
    since: float | None = None

    @property
    def cut(self) -> bool:
        """Whether there is more than is listed."""
        return (
            self.commits > len(self.coming)
            or self.file_count > len(self.files)
            or self.migration_count > len(self.migrations)
            or self.going > 0
        )

    def fits(self, stands: str, commit: str) -> bool:
        """Whether it is of this very change."""
        return (self.stands, self.commit) == (stands, commit)


def brings(
    stands: str, commit: str, coming: Sequence[Change], going: int, files: Sequence[str], crossed: Sequence[str],
    *, by: str = "", since: float | None = None,
) -> Brings:  # fmt: skip
    """All of it in short. coming, files, crossed: all there are; crossed: those files that migrate a database."""
    authors = [name for name, _ in Counter(one.author for one in coming).most_common()]
    return Brings(
        stands=stands,
        commit=commit,
        coming=tuple(coming[:COMMITS]),
        commits=len(coming),
        going=going,
        authors=tuple(authors[:AUTHORS]),
        author_count=len(authors),
        files=tuple(files[:FILES]),
        file_count=len(files),
        migrations=tuple(crossed[:MIGRATIONS]),
        migration_count=len(crossed),
        by=by,
        since=since,
    )
