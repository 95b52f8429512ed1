"""Grail as a GitHub App: its key signs, GitHub gives a token for an hour, and it is renewed before it ends."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from bot.clients.github import AppTokens, GitHub, GitHubRefused
from bot.clock import Clock
from bot.errors import StartFault
from tests.fixtures.github import GitHub as Played
from tests.fixtures.github import words_with_github

PEM = serialization.Encoding.PEM
SHOP = "acme/shop"


def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(PEM, form, serialization.NoEncryption()).decode()


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int, tmp_path: Path, key: rsa.RSAPrivateKey) -> list[str]:
    file = tmp_path / "app.pem"
    file.write_bytes(key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return [*words_with_github(app_port), "--github-app", f"77:{file}"]


@pytest.fixture
async def client(github: Played, clock_file: Path, key: rsa.RSAPrivateKey) -> AsyncIterator[GitHub]:
    clock = Clock(clock_file)
    made = GitHub(AppTokens("77", pem(key), clock, api_url=github.api_url), clock, api_url=github.api_url)
    yield made
    await made.close()


async def test_its_token_is_asked_for_once_and_renewed_before_it_ends(client: GitHub, github: Played) -> None:
    first = await client._tokens.token(SHOP) if client._tokens else ""
    assert (await client.commit(SHOP, "main")).subject == "Sell tea"
    assert client._tokens is not None
    assert await client._tokens.token(SHOP) == first
    await github.workspace.clock(forward=3600 - 200)
    assert await client._tokens.token(SHOP) != first
    assert (await client.commit(SHOP, "main")).subject == "Sell tea"


async def test_a_token_that_was_revoked_is_replaced_without_a_word(client: GitHub, github: Played) -> None:
    assert (await client.commit(SHOP, "main")).sha
    await github.fire(revoke=True)
    assert (await client.commit(SHOP, "feature/x")).sha


async def test_an_app_that_is_not_installed_or_not_known_says_what_to_do(
    client: GitHub, github: Played, clock_file: Path, key: rsa.RSAPrivateKey
) -> None:
    with pytest.raises(GitHubRefused) as refused:
        await client.commit("else/where", "main")
    assert str(refused.value) == "Grail's GitHub App is not installed for else/where."
    assert refused.value.hint == "An owner of it has to install the App there."
    clock = Clock(clock_file)
    tokens = AppTokens("78", pem(key), clock, api_url=github.api_url)
    with pytest.raises(GitHubRefused) as refused:
        await tokens.token(SHOP)
    await tokens.close()
    assert str(refused.value) == "GitHub does not take Grail's App."
    assert refused.value.hint == (
        "An admin has to look at GITHUB_APP_ID and GITHUB_APP_KEY, and at the clock of Grail's machine."
    )


def test_what_is_no_key_is_refused_at_the_start_and_not_repeated() -> None:
    for wrong in ("nonsense", pem(ed25519.Ed25519PrivateKey.generate())):
        with pytest.raises(StartFault) as fault:
            AppTokens("77", wrong, Clock(), api_url="http://127.0.0.1:9")
        assert str(fault.value) == (
            "GITHUB_APP_KEY is no private key: it has to be the text of the .pem file that GitHub made for the App."
        )
