"""The help that needs nothing loaded."""

from __future__ import annotations

from centrali_deploy.commands import COMMANDS, EXAMPLES, help_text


def test_the_help_has_every_command_with_what_it_does_in_line() -> None:
    lines = help_text().splitlines()
    shown = [line for line in lines if any(line.endswith(does) for does in COMMANDS.values())]
    assert [line.split()[0] for line in shown] == list(COMMANDS)
    assert len({line.index(does) for line, does in zip(shown, COMMANDS.values(), strict=True)}) == 1
    assert help_text().endswith("\n")
    assert not help_text().endswith("\n\n")


def test_every_example_begins_with_a_command_there_is() -> None:
    assert {example.split()[1] for example in EXAMPLES} <= COMMANDS.keys()
    assert all(f"\n  {example}\n" in help_text() for example in EXAMPLES)
    assert max(map(len, help_text().splitlines())) <= 80
