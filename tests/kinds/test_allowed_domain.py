"""Allowed domains: a name and nothing else, told in full when it is more or less than a domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.errors import ManifestError
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable

DOMAIN = KINDS["allowed-domain"]


def told(name: str) -> list[tuple[str, str, str]]:
    return [(finding.severity, finding.message, finding.hint) for finding in DOMAIN.check(name, {})]


@pytest.mark.parametrize(
    "name", ["api.stripe.com", "a.b", "x-1.example.co.uk", "xn--mnchen-3ya.de", "_dmarc.acme.io", "10.0.0.1", "a" * 63 + ".de"]
)
def test_a_domain_is_taken(name: str) -> None:
    assert told(name) == []


@pytest.mark.parametrize(
    ("name", "what", "domain"),
    [
        ("https://api.stripe.com/v1", "a scheme and a path", "api.stripe.com"),
        ("http://api.stripe.com", "a scheme", "api.stripe.com"),
        ("//api.stripe.com", "a scheme", "api.stripe.com"),
        ("api.stripe.com/v1/charges?a=1", "a path", "api.stripe.com"),
        ("api.stripe.com?a=1", "a path", "api.stripe.com"),
        ("api.stripe.com:8443", "a port", "api.stripe.com"),
        ("me@api.stripe.com", "a user", "api.stripe.com"),
        ("api.stripe.com.", "a dot at its end", "api.stripe.com"),
        ("API.Stripe.com", "letters that a domain is not written with", "api.stripe.com"),
        ("münchen.de", "letters that a domain is not written with", "xn--mnchen-3ya.de"),
        (
            "HTTPS://me:pw@API.Stripe.com:443/v1#x",
            "a scheme, a path, a user, a port and letters that a domain is not written with",
            "api.stripe.com",
        ),
    ],
)
def test_what_stands_around_a_domain_is_named_and_the_domain_given(name: str, what: str, domain: str) -> None:
    assert told(name) == [("error", f'"{name}" is not a domain alone: it has {what}.', f"Write {domain}.")]
    assert told(domain) == []


@pytest.mark.parametrize(
    "name", ["", " ", "a b.de", "-a.de", "a-.de", "a..de", ".de", "https://", "a" * 64 + ".de", "a." * 130 + "de", "[::1]", "a_ä\n.de"]
)
def test_what_is_no_domain_is_told(name: str) -> None:
    assert told(name) == [("error", f'"{name}" is not a domain.', "Write it as in api.stripe.com.")]


@pytest.mark.parametrize("name", ["*.stripe.com", "*", "https://*.stripe.com/"])
def test_a_wildcard_is_told(name: str) -> None:
    said = f'"{name}" has a wildcard, which is not known to work.'
    assert told(name) == [("error", said, "Name each domain by itself: api.stripe.com.")]


def test_one_word_is_probably_not_meant() -> None:
    assert told("stripe") == [("warning", '"stripe" has no dot.', "A domain is written in full, as in api.stripe.com.")]


@pytest.mark.parametrize("value", ["", " {}", " null", " ~"])
def test_nothing_needs_to_be_written_behind_the_colon(value: str, manifest: Callable[..., str]) -> None:
    path = manifest(f"version: 1\nworkspace: acme-dev\nallowedDomains:\n  api.stripe.com:{value}\n")
    assert {str(address): resource.spec for address, resource in load([path], {}).desired.items()} == {"allowed-domain/api.stripe.com": {}}


@pytest.mark.parametrize(
    ("value", "place", "said"),
    [
        (
            "true",
            (4, 3),
            "allowed-domain/api.stripe.com must be a mapping, not true or false. Write the name and its colon, and nothing more.",
        ),
        ("[a]", (4, 3), "allowed-domain/api.stripe.com must be a mapping, not a list. Write the name and its colon, and nothing more."),
        ("{port: 1}", (4, 20), '"port" is not a member of an allowed-domain. Write the name and its colon, and nothing more.'),
        (
            "{renamedFrom: a.b}",
            (4, 20),
            '"renamedFrom" is not a member of an allowed-domain. Write the name and its colon, and nothing more.',
        ),
        ("{domain: a.b}", (4, 20), '"domain" does not belong here. The name is the mapping key.'),
    ],
)
def test_more_than_nothing_is_told(value: str, place: Any, said: str, manifest: Callable[..., str]) -> None:
    path = manifest(f"version: 1\nworkspace: acme-dev\nallowedDomains:\n  api.stripe.com: {value}\n")
    with pytest.raises(ManifestError) as caught:
        load([path], {})
    (problem,) = caught.value.problems
    assert ((problem.position.line, problem.position.column), f"{problem.message} {problem.hint}") == (place, said)


def test_it_is_created_after_structures_and_before_functions() -> None:
    assert KINDS["structure"].rank < DOMAIN.rank < KINDS["function"].rank
    assert str(Address.parse("allowed-domain/api.stripe.com")) == "allowed-domain/api.stripe.com"


def test_lists_are_refused_with_the_way_out(manifest: Callable[..., str]) -> None:
    with pytest.raises(ManifestError) as caught:
        load([manifest("version: 1\nallowedDomains: [api.stripe.com]\n")], {})
    assert [f"{problem.message} {problem.hint}" for problem in caught.value.problems] == [
        "allowedDomains must be a mapping by domain. Put the name before a colon."
    ]
