"""The addresses of a repository's commits, refs, checks and pull requests."""

from .finding import Answer, Asked, Finding, Refused, page


class Commits(Finding):
    def repository(self, asked: Asked) -> Answer:
        return 200, self.shapes().repository(self.one(asked))

    def ref(self, asked: Asked) -> Answer:
        one, ref = self.one(asked), asked.at["ref"]
        sha = one.git.ref(ref)
        if sha is None:
            raise Refused(404, "Not Found")
        url = f"{self.shapes().base}/repos/{one.name}/git"
        return 200, {
            "ref": f"refs/{ref}", "node_id": f"REF:{ref}", "url": f"{url}/refs/{ref}",
            "object": {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"},
        }  # fmt: skip

    def branch(self, asked: Asked) -> Answer:
        one, name = self.one(asked), asked.at["branch"]
        sha = one.git.branch(name)
        if sha is None:
            raise Refused(404, "Branch not found")
        url = f"{self.shapes().base}/repos/{one.name}/branches/{name}"
        return 200, {
            "name": name, "commit": self.shapes().commit(one, one.git.commit(sha)), "protected": False,
            "_links": {"html": url, "self": url}, "protection": {}, "protection_url": f"{url}/protection",
        }  # fmt: skip

    def commit(self, asked: Asked) -> Answer:
        one = self.one(asked)
        sha = self.sha(one, asked.at["ref"])
        commit = one.git.commit(sha)
        files = one.git.changed(commit.parents[0], sha) if commit.parents else []
        return 200, self.shapes().commit(one, commit, files)

    def status(self, asked: Asked) -> Answer:
        one = self.one(asked)
        sha = self.sha(one, asked.at["ref"])
        found = [
            c
            for c in self.things.checks.values()
            if (c.repository, c.sha, c.kind) == (one.name, sha, "status")
        ]
        states = {check.conclusion or "pending" for check in found}
        bad = states & {"failure", "error"}
        state = "failure" if bad else "success" if states == {"success"} else "pending"
        url = f"{self.shapes().base}/repos/{one.name}/commits/{sha}"
        return 200, {
            "state": state, "statuses": [self.shapes().commit_status(one, check) for check in found], "sha": sha,
            "total_count": len(found), "repository": self.shapes().repository(one), "commit_url": url,
            "url": f"{url}/status",
        }  # fmt: skip

    def check_runs(self, asked: Asked) -> Answer:
        one = self.one(asked)
        sha = self.sha(one, asked.at["ref"])
        found = [
            c for c in self.things.checks.values() if (c.repository, c.sha, c.kind) == (one.name, sha, "run")
        ]
        return 200, {
            "total_count": len(found),
            "check_runs": [self.shapes().check_run(one, check) for check in page(asked, found)],
        }

    def compare(self, asked: Asked) -> Answer:
        one = self.one(asked)
        base, dots, head = asked.at["basehead"].partition("...")
        if not dots:
            raise Refused(404, "Not Found")
        base, head = self.sha(one, base), self.sha(one, head)
        ahead, behind, common, commits = one.git.between(base, head)
        word = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
        shapes = self.shapes()
        url = f"{shapes.base}/repos/{one.name}/compare/{base}...{head}"
        first = int(asked.query.get("page", 1)) == 1
        files = one.git.changed(base, head)[:300] if first else []
        return 200, {
            "url": url, "html_url": url, "permalink_url": url, "diff_url": f"{url}.diff", "patch_url": f"{url}.patch",
            "base_commit": shapes.commit(one, one.git.commit(base)),
            "merge_base_commit": shapes.commit(one, one.git.commit(common)), "status": word, "ahead_by": ahead,
            "behind_by": behind, "total_commits": ahead,
            "commits": [shapes.commit(one, commit) for commit in page(asked, commits, 250)],
            "files": [shapes.file(one, head, changed) for changed in files],
        }  # fmt: skip

    def pull(self, asked: Asked) -> Answer:
        one = self.one(asked)
        number = asked.at["number"]
        pull = self.things.pulls.get((one.name, int(number))) if number.isdigit() else None
        if pull is None:
            raise Refused(404, "Not Found")
        return 200, self.shapes().pull(one, pull)
