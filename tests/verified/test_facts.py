"""The list of facts is honest: each names the scenario that would confirm it or says why there is none, and both lead somewhere."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from facts import FACTS, Fact

import centrali_deploy

PACKAGE = Path(str(centrali_deploy.__file__)).parent
PAGES = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*verified.py")]
SCENARIOS = {name for page in PAGES for name in re.findall(r"^def (test_\w+)\(", page, re.MULTILINE)}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.fact)
def test_a_fact_stands_where_it_says_and_is_confirmed_by_what_there_is(fact: Fact) -> None:
    module, _, member = fact.where.partition(".")
    assert (PACKAGE / fact.where).is_file() if "/" in fact.where else hasattr(import_module(f"centrali_deploy.{module}"), member)
    assert not fact.scenario or fact.scenario in SCENARIOS
    assert bool(fact.scenario) != bool(fact.unseen)


def test_every_scenario_confirms_a_fact() -> None:
    assert {fact.scenario for fact in FACTS} - {""} == SCENARIOS
