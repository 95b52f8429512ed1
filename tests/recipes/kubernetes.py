"""A Kubernetes that is an API alone: it keeps what kubectl and Helm bring, and says of each Deployment how it went.

What stands for the cluster behind it is one rule: a pod is ready when its readiness probe asks for /health, the only
path that any image answers here. A Deployment whose pod is not ready has passed its progress deadline at once. It
knows nothing of quotas, schedulers, who owns which field, or rights.
"""

import asyncio
import copy
import hashlib
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import yaml
from aiohttp import web

from tests.fixtures.ports import free_port
from tests.recipes.protobuf import secret_in

Json = dict[str, Any]
# What there is: plural -> (group and version, kind).
KINDS = {
    "namespaces": ("v1", "Namespace"),
    "services": ("v1", "Service"),
    "configmaps": ("v1", "ConfigMap"),
    "secrets": ("v1", "Secret"),
    "deployments": ("apps/v1", "Deployment"),
    "replicasets": ("apps/v1", "ReplicaSet"),
}
GROUPS = ("api/v1", "apis/apps/v1")
REVISION = "deployment.kubernetes.io/revision"


class Kubernetes:
    """objects: (plural, namespace, name) -> the object. asked: method and path of every request."""

    def __init__(self) -> None:
        self.port = free_port()
        self.objects: dict[tuple[str, str, str], Json] = {}
        self.asked: list[str] = []
        self._version = 1
        for namespace in ("staging", "production"):
            self._keep(("namespaces", "", namespace), {})

    def kubeconfig(self) -> str:
        return yaml.safe_dump(
            {
                "apiVersion": "v1", "kind": "Config", "current-context": "here",
                "clusters": [{"name": "here", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}],
                "contexts": [{"name": "here", "context": {"cluster": "here", "user": "grail"}}],
                "users": [{"name": "grail", "user": {"token": "a-token-of-this-test"}}],
            }
        )  # fmt: skip

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Kubernetes"]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.strip("/")
        self.asked.append(f"{request.method} /{path}")
        if path == "version":
            return web.json_response({"major": "1", "minor": "37", "gitVersion": "v1.37.0"})
        if path == "api":
            return web.json_response({"kind": "APIVersions", "versions": ["v1"]})
        if path == "apis":
            versions = [{"groupVersion": "apps/v1", "version": "v1"}]
            group = {"name": "apps", "versions": versions, "preferredVersion": versions[0]}
            return web.json_response({"kind": "APIGroupList", "apiVersion": "v1", "groups": [group]})
        if path in GROUPS:
            return web.json_response(_resources(path.partition("/")[2]))
        if path == "openapi/v3":
            where = {group: {"serverRelativeURL": f"/openapi/v3/{group}"} for group in GROUPS}
            return web.json_response({"paths": where})
        if path.startswith("openapi/v3/"):
            return web.json_response(_described(path.removeprefix("openapi/v3/")))
        words = path.split("/")[2 if path.startswith("api/") else 3 :]
        namespace = ""
        if words[:1] == ["namespaces"] and len(words) > 2:
            namespace, words = words[1], words[2:]
        if not words or words[0] not in KINDS or len(words) > 2:
            return _refusal(404, "NotFound", f"/{path} is not here")
        if len(words) == 1:
            if request.method == "POST":
                return await self._create(request, words[0], namespace)
            return await self._list(request, words[0], namespace)
        return await self._one(request, (words[0], namespace, words[1]))

    async def _create(self, request: web.Request, plural: str, namespace: str) -> web.Response:
        given = await _body(request)
        key = (plural, namespace, given["metadata"]["name"])
        if key in self.objects:
            return _refusal(409, "AlreadyExists", f"{plural} {key[2]!r} already exists")
        return web.json_response(self._keep(key, given), status=201)

    async def _one(self, request: web.Request, key: tuple[str, str, str]) -> web.Response:
        there = self.objects.get(key)
        applied = request.content_type == "application/apply-patch+yaml"
        if there is None and not applied:
            return _refusal(404, "NotFound", f'{key[0]} "{key[2]}" not found')
        if request.method == "DELETE":
            del self.objects[key]
            return web.json_response({"kind": "Status", "apiVersion": "v1", "status": "Success"})
        if request.method in ("PUT", "PATCH"):
            given = await _body(request)
            if request.method == "PATCH" and there is not None:
                given = _patched(there, given, applied=applied)
            there = self._keep(key, given)
        return web.json_response(there)

    async def _list(self, request: web.Request, plural: str, namespace: str) -> web.StreamResponse:
        def found() -> list[Json]:
            return [
                each
                for key, each in self.objects.items()
                if key[0] == plural and namespace in ("", key[1]) and _selected(each, request.query)
            ]

        version, kind = KINDS[plural]
        if request.query.get("watch") not in ("1", "true"):
            meta = {"resourceVersion": str(self._version)}
            whole = {"kind": f"{kind}List", "apiVersion": version, "metadata": meta, "items": found()}
            return web.json_response(whole)
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)

        async def tell(what: str, thing: Json) -> None:
            await answer.write(json.dumps({"type": what, "object": thing}).encode() + b"\n")

        since = int(request.query.get("resourceVersion") or 0)
        first = request.query.get("sendInitialEvents") == "true"
        try:
            async with asyncio.timeout(60):
                while True:
                    for each in found():
                        if first or int(each["metadata"]["resourceVersion"]) > since:
                            await tell("ADDED" if first else "MODIFIED", each)
                    since = self._version
                    if first:
                        end = {
                            "resourceVersion": str(since),
                            "annotations": {"k8s.io/initial-events-end": "true"},
                        }
                        await tell("BOOKMARK", {"kind": kind, "apiVersion": version, "metadata": end})
                        first = False
                    await asyncio.sleep(0.05)
        except (TimeoutError, ConnectionError):
            return answer

    def _keep(self, key: tuple[str, str, str], given: Json) -> Json:
        """Write it down as a server does, and let the controller of Deployments do its part."""
        plural, namespace, name = key
        there = self.objects.get(key, {})
        self._version += 1
        version, kind = KINDS[plural]
        meta = given.setdefault("metadata", {})
        was = there.get("metadata", {})
        meta |= {
            "name": name, "namespace": namespace, "resourceVersion": str(self._version),
            "uid": was.get("uid") or str(uuid.uuid4()),
            "creationTimestamp": was.get("creationTimestamp") or _now(),
            "generation": was.get("generation", 0) + (given.get("spec") != there.get("spec")),
        }  # fmt: skip
        self.objects[key] = given | {"apiVersion": version, "kind": kind}
        if plural == "deployments":
            self._roll_out(self.objects[key])
        return self.objects[key]

    def _roll_out(self, deployment: Json) -> None:
        """One ReplicaSet for each pod template, numbered in the order in which they were wanted."""
        meta, spec = deployment["metadata"], deployment["spec"]
        own = {
            key: each
            for key, each in self.objects.items()
            if key[:2] == ("replicasets", meta["namespace"])
            and each["metadata"]["ownerReferences"][0]["uid"] == meta["uid"]
        }
        numbers = [int(each["metadata"]["annotations"][REVISION]) for each in own.values()]
        template = copy.deepcopy(spec["template"])
        short = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]
        key = ("replicasets", meta["namespace"], f"{meta['name']}-{short}")
        number = max(numbers, default=0)
        if key not in own or int(own[key]["metadata"]["annotations"][REVISION]) != number:
            number += 1
        labels = template.setdefault("metadata", {}).setdefault("labels", {})
        labels["pod-template-hash"] = short
        owner = {
            "apiVersion": "apps/v1", "kind": "Deployment", "name": meta["name"], "uid": meta["uid"],
            "controller": True,
        }  # fmt: skip
        about = {"labels": dict(labels), "annotations": {REVISION: str(number)}, "ownerReferences": [owner]}
        wanted = spec.setdefault("replicas", 1)
        is_wanted = {"replicas": wanted, "template": template, "selector": spec["selector"]}
        self._keep(key, {"metadata": about, "spec": is_wanted})
        meta.setdefault("annotations", {})[REVISION] = str(number)
        well = all(
            c.get("readinessProbe", {}).get("httpGet", {}).get("path") == "/health"
            for c in template["spec"]["containers"]
        )
        ready = wanted if well else 0
        reason = "NewReplicaSetAvailable" if well else "ProgressDeadlineExceeded"
        progress = {"type": "Progressing", "status": "True" if well else "False", "reason": reason}
        deployment["status"] = {
            "observedGeneration": meta["generation"], "replicas": wanted, "updatedReplicas": wanted,
            "readyReplicas": ready, "availableReplicas": ready, "conditions": [progress],
        }  # fmt: skip


async def _body(request: web.Request) -> Any:
    data = await request.read()
    return secret_in(data) if data.startswith(b"k8s\0") else yaml.safe_load(data)


def _patched(there: Json, given: Any, *, applied: bool) -> Json:
    """JSON Patch where it is a list, else a merge; what is applied whole replaces what was applied before."""
    whole = copy.deepcopy(there)
    if isinstance(given, list):
        for each in given:
            *path, last = each["path"].strip("/").split("/")
            part = whole
            for word in path:
                part = part[word]
            part[last] = each["value"]
        return whole
    if applied:
        whole |= {part: value for part, value in given.items() if part != "metadata"}
        given = {"metadata": given["metadata"]}
    return _merged(whole, given)


def _merged(there: Json, given: Json) -> Json:
    for name, value in given.items():
        if value is None:
            there.pop(name, None)
        elif isinstance(value, dict) and isinstance(there.get(name), dict):
            _merged(there[name], value)
        else:
            there[name] = value
    return there


def _selected(thing: Json, query: Any) -> bool:
    meta = thing["metadata"]
    fields = dict(each.split("=", 1) for each in query.get("fieldSelector", "").split(",") if each)
    labels = dict(each.split("=", 1) for each in query.get("labelSelector", "").split(",") if "=" in each)
    has = meta.get("labels") or {}
    right = all(has.get(name) == value.lstrip("=") for name, value in labels.items())
    return fields.get("metadata.name", meta["name"]) == meta["name"] and right


def _resources(version: str) -> Json:
    verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]
    rows = [
        {"name": plural, "singularName": kind.lower(), "namespaced": kind != "Namespace", "kind": kind, "verbs": verbs}
        for plural, (where, kind) in KINDS.items()
        if where == version
    ]  # fmt: skip
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": rows}


def _described(group: str) -> Json:
    """That a patch is validated here, by us: else kubectl wants to validate by itself."""
    version = group.partition("/")[2]
    paths = {}
    for plural, (where, kind) in KINDS.items():
        if where == version:
            of, _, short = version.rpartition("/")
            gvk = {"group": of, "version": short, "kind": kind}
            patch = {
                "x-kubernetes-group-version-kind": gvk, "responses": {},
                "parameters": [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}],
            }  # fmt: skip
            paths[f"/{group}/namespaces/{{namespace}}/{plural}/{{name}}"] = {"patch": patch}
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.37.0"}, "paths": paths}


def _refusal(status: int, reason: str, message: str) -> web.Response:
    said = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    return web.json_response(said | {"reason": reason, "message": message, "code": status}, status=status)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
