"""Accounts of the local workspace: each good for its own workspace alone, and the same after a restart."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from centrali_deploy.local.accounts import LIFETIME, Accounts
from centrali_deploy.local.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def store() -> Iterator[Store]:
    found = Store(":memory:")
    yield found
    found.close()


def test_an_account_is_made_once_and_kept(store: Store) -> None:
    first = Accounts(store, ["acme", "other"])
    again = Accounts(store, ["acme"])
    assert again.by_workspace["acme"] == first.by_workspace["acme"]
    assert first.by_workspace["acme"].client_secret != first.by_workspace["other"].client_secret
    assert set(again.by_workspace) == {"acme"}


def test_a_token_says_whose_it_is_and_for_how_long_and_is_known_after_a_restart(store: Store) -> None:
    account = Accounts(store, ["other", "acme"]).by_workspace["acme"]
    token = Accounts(store, ["other", "acme"]).token(account.client_id, account.client_secret, 100.9)
    assert token is not None
    said = Accounts(store, ["acme"]).claims(token)
    assert said == {"workspace": "acme", "client_id": account.client_id, "iat": 100, "exp": 100 + LIFETIME}


def test_only_the_id_and_the_secret_of_one_account_together_give_a_token(store: Store) -> None:
    accounts = Accounts(store, ["acme", "other"])
    acme, other = accounts.by_workspace["acme"], accounts.by_workspace["other"]
    for client_id, secret in [(acme.client_id, other.client_secret), (acme.client_id, ""), ("", acme.client_secret), ("é", "é")]:
        assert accounts.token(client_id, secret, 0) is None


def test_a_token_that_somebody_else_made_or_changed_says_nothing(store: Store) -> None:
    accounts = Accounts(store, ["acme"])
    account = accounts.by_workspace["acme"]
    token = str(accounts.token(account.client_id, account.client_secret, 0))
    head, claims, signature = token.split(".")
    more = base64.urlsafe_b64encode(json.dumps({"workspace": "other", "exp": 10**9}).encode()).rstrip(b"=").decode()
    for forged in ("", "x", "..", f"{head}.{more}.{signature}", f"{head}.{claims}.", f"{token}é", token[:-1]):
        assert accounts.claims(forged) is None
    foreign = Store(":memory:")
    assert Accounts(foreign, ["acme"]).claims(token) is None
    foreign.close()


def test_the_secret_of_an_account_is_not_in_its_words(store: Store) -> None:
    account = Accounts(store, ["acme"]).by_workspace["acme"]
    assert account.client_id in repr(account)
    assert account.client_secret not in repr(account)
