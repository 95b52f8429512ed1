"""As much of Kubernetes' protobuf as a Secret needs: Helm keeps its releases in Secrets, and sends them so."""

import base64
from collections.abc import Iterator
from typing import Any

MAGIC = b"k8s\0"
Fields = dict[int, list[bytes]]


def secret_in(data: bytes) -> dict[str, Any]:
    """The Secret of a request's body, as the JSON of the same API."""
    whole = fields(data.removeprefix(MAGIC))
    kind = fields(whole[1][0])
    assert kind[2] == [b"Secret"], kind
    secret = fields(whole[2][0])
    meta = fields(secret[1][0])
    return {
        "metadata": {
            "name": meta[1][0].decode(),
            "labels": {key.decode(): value.decode() for key, value in pairs(meta.get(11, []))},
        },
        "data": {key.decode(): base64.b64encode(value).decode() for key, value in pairs(secret.get(2, []))},
        "type": secret[3][0].decode(),
    }


def pairs(entries: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """A map: messages of a key and a value."""
    for entry in entries:
        each = fields(entry)
        yield each.get(1, [b""])[0], each.get(2, [b""])[0]


def fields(data: bytes) -> Fields:
    """number -> the values of that field, as bytes; numbers are left out."""
    found: Fields = {}
    at = 0
    while at < len(data):
        tag, at = number(data, at)
        match tag & 7:
            case 0:
                _, at = number(data, at)
            case 2:
                size, at = number(data, at)
                found.setdefault(tag >> 3, []).append(data[at : at + size])
                at += size
            case other:
                raise ValueError(f"wire type {other} is not used by a Secret")
    return found


def number(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where what follows begins."""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at
