"""What is written where: nothing that steers the terminal, one line that is written over, colour where it is wanted."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import struct
import sys
import termios
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
import pytest

from centrali_deploy.cli.terminal import Answer, answering, fitting, harmless
from centrali_deploy.errors import ExitCode, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Generator


class Screen(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


def looked_at(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Standard error as a terminal; only for the test that calls this, because pytest sets it anew after the fixtures."""
    found = Screen()
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    return found


class Asked:
    """What a client says about itself while it is read from."""

    def __init__(self, *waits: float, warnings: tuple[str, ...] = ()) -> None:
        self._waits, self.requests_used, self.warnings = list(waits), 3, list(warnings)
        self.pace = self

    @property
    def asked(self) -> float:
        return self._waits.pop(0) if self._waits else 0.0


class Read:
    """One step of reading."""

    def __init__(self, section: str, read: int = 0) -> None:
        self.section, self.read = section, read


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("plain text, tabs\tand ünïcode ✓", "plain text, tabs\tand ünïcode ✓"),
        ("\033[32mgreen\033[0m", "\033[32mgreen\033[0m"),
        ("\033[2J", "\\x1b[2J"),
        ("\033[31;1m", "\\x1b[31;1m"),
        ("\033]0;title\a", "\\x1b]0;title\\x07"),
        ("a\rb\nc\bd", "a\\rb\\nc\\x08d"),
        ("\x7f\x9b31m", "\\x7f\\x9b31m"),
        ("\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066"),
        ("\033\033[0m", "\\x1b\033[0m"),
    ],
)
def test_nothing_but_our_own_colours_steers_the_terminal(line: str, seen: str) -> None:
    assert harmless(line) == seen
    assert harmless(seen) == seen


@pytest.mark.parametrize("code", [*range(9), *range(10, 32), *range(0x7F, 0xA0)])
def test_every_control_character_is_escaped(code: int) -> None:
    assert harmless(f"a{chr(code)}b").isprintable()


@pytest.mark.parametrize(
    ("flag", "environ", "looking", "colour"),
    [
        (False, {}, True, True),
        (False, {}, False, False),
        (False, {"TERM": "dumb"}, True, False),
        (False, {"FORCE_COLOR": "1"}, False, True),
        (False, {"FORCE_COLOR": "0"}, False, False),
        (False, {"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        (False, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        (False, {"NO_COLOR": ""}, True, True),
        (True, {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_is_a_flag_then_two_variables_then_whether_somebody_looks(
    flag: bool, environ: dict[str, str], looking: bool, colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", **environ}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Screen() if looking else io.StringIO())
    answer = Answer("plan", no_color=flag)
    assert answer.colour is colour
    assert answer.paint("x", "red") == ("\033[31mx\033[0m" if colour else "x")
    assert answer.paint("x", "") == "x"


def test_a_live_line_is_written_over_cut_to_the_width_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = looked_at(monkeypatch)
    answer = Answer("plan")
    answer.live("Reading \x1b[2J" + "x" * 60)
    answer.live("")
    answer.live("")
    assert screen.getvalue() == "\r\033[K" + ("Reading \\x1b[2J" + "x" * 60)[:39] + "\r\033[K"


def test_the_width_is_that_of_the_terminal_the_line_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 20, 0, 0))
    with os.fdopen(slave, "w", encoding="utf-8") as screen:
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "100")
        Answer("plan").live("Reading " + "x" * 60)
        assert os.read(master, 1024) == b"\r\033[KReading " + b"x" * 11
    os.close(master)


def test_lines_of_the_answer_take_the_live_one_away_first(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    screen = looked_at(monkeypatch)
    answer = Answer("plan")
    answer.live("Reading")
    answer.write(["one\x07", "two"])
    assert screen.getvalue() == "\r\033[KReading\r\033[K"
    assert capsys.readouterr().out == "one\\x07\ntwo\n"


@pytest.mark.parametrize("looking", [True, False])
def test_without_a_real_terminal_there_is_no_live_line(looking: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Screen() if looking else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "dumb")
    answer = Answer("plan")
    answer.live("Reading")
    answer.live("")
    assert stream.getvalue() == ""


def test_a_wait_is_told_once_where_nobody_looks_and_once_more_after_it_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    answer = Answer("plan")
    for waits in (0.0, 60.0, 59.0, 0.5, 30.4):
        answer.live("Reading", waits)
    assert stream.getvalue() == "The API asked to wait: 60 s left. Reading\nThe API asked to wait: 30 s left. Reading\n"


def test_a_wait_is_counted_down_where_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = looked_at(monkeypatch)
    answer = Answer("plan")
    for waits in (60.0, 59.0):
        answer.live("", waits)
    assert screen.getvalue() == "\r\033[KThe API asked to wait: 60 s left. \r\033[KThe API asked to wait: 59 s left. "


def test_what_is_read_is_followed_and_its_result_given(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = looked_at(monkeypatch)

    def steps() -> Generator[Any, None, str]:
        yield Read("structures")
        yield Read("functions", 7)
        return "the plan"

    client: Any = Asked()
    assert Answer("plan").follow(steps(), client) == "the plan"
    assert screen.getvalue() == "\r\033[KReading structures\r\033[KReading functions: 7\r\033[K"


def test_a_failure_while_reading_takes_the_live_line_away(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = looked_at(monkeypatch)

    def steps() -> Generator[Any, None, str]:
        yield Read("structures")
        raise UsageProblem("no")

    client: Any = Asked()
    with pytest.raises(UsageProblem):
        Answer("plan").follow(steps(), client)
    assert screen.getvalue().endswith("\r\033[K")


def test_at_the_end_requests_are_counted_and_warnings_told(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer("plan")
    client: Any = Asked(warnings=("GET /x is being retired",))
    answer.close(client)
    assert capsys.readouterr() == ("3 requests.\n", "Warning: GET /x is being retired\n")
    assert answer.parts == {"requests": 3, "warnings": ["GET /x is being retired"]}


def test_in_json_there_are_no_lines(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer("plan", "json")
    answer.write(["one"])
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("output", ["text", "json"])
def test_an_answer_that_cannot_be_written_is_told_beside_it(
    output: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = Answer("plan", output)
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 -- no file
        monkeypatch.setattr(sys, "stdout", full)
        answer.write(["one"])
        answer.write(["two"])
        answer.end(None)
    assert answer.exit_code == ExitCode.UNEXPECTED
    said = "Error: The answer cannot be written: No space left on device.\n  What was done is done: plan again to see.\n"
    assert capsys.readouterr().err == said


def test_an_error_matters_more_than_where_it_cannot_be_written(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answer, error = Answer("plan", "json"), UsageProblem("Wrong.", "Right.")
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 -- no file
        monkeypatch.setattr(sys, "stdout", full)
        answer.fail(error)
        answer.end(error)
    assert answer.exit_code == ExitCode.INVALID
    assert capsys.readouterr().err == "Error: Wrong.\n  Right.\n"


def test_where_nobody_can_be_told_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stderr", Full())
    Answer("plan").tell("line")


@pytest.mark.parametrize(("debug", "traced"), [(True, True), (False, False)])
def test_a_command_leaves_with_the_code_of_what_went_wrong(debug: bool, traced: bool, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with answering(Answer("plan"), debug=debug):
            raise UsageProblem("Wrong.", "Right.")

    with pytest.raises(click.exceptions.Exit) as caught:
        fail()
    out, err = capsys.readouterr()
    assert (caught.value.exit_code, out, err.endswith("Error: Wrong.\n  Right.\n")) == (3, "", True)
    assert ("Traceback" in err) is traced


def test_a_command_that_says_nothing_about_it_leaves_with_zero() -> None:
    with pytest.raises(click.exceptions.Exit) as caught, answering(Answer("plan")):
        pass
    assert caught.value.exit_code == 0


def test_a_wait_is_told_once_though_lines_are_written_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    answer = Answer("apply")
    answer.live("Writing f", 60)
    answer.write(["[1/2] + function/f  done"])
    answer.live("Writing g", 59)
    assert stream.getvalue().count("asked to wait") == 1


class Time:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2027, 1, 15, 8, tzinfo=UTC) + timedelta(seconds=self.seconds)


def test_after_ten_seconds_of_silence_it_is_told_what_is_being_done_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    time = Time()
    answer = Answer("apply", clock=time)
    told = []
    for second in range(35):
        time.seconds = second
        if second == 12:
            answer.write(["[1/2] done"])
        answer.live("Writing function/f")
        told += [second] * bool(capsys.readouterr().err)
    assert told == [10, 22, 32]


def test_where_somebody_looks_the_live_line_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, time = looked_at(monkeypatch), Time()
    answer = Answer("apply", clock=time)
    time.seconds = 60
    answer.live("Writing function/f")
    assert screen.getvalue() == "\r\033[KWriting function/f"


@pytest.mark.parametrize(
    ("text", "columns", "seen"),
    [("abc", 3, "abc"), ("abcd", 3, "abc"), ("日本語", 5, "日本"), ("e\u0301e\u0301e", 2, "e\u0301e\u0301"), ("", 5, "")],
)
def test_a_line_is_cut_to_the_columns_it_takes(text: str, columns: int, seen: str) -> None:
    assert fitting(text, columns) == seen


def streamed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out, err = capsys.readouterr()
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


def test_a_stream_has_a_line_for_each_event_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    time = Time()
    answer = Answer("apply", "json", stream=True, clock=time, now=time.now)
    answer.write(["one"])
    answer.event("started", address="function/f")
    answer.parts |= {"plan": {}, "outcomes": [], "requests": 3}
    time.seconds = 1.5
    answer.end(None)
    assert streamed(capsys) == [
        {"version": 1, "event": "started", "at": "2027-01-15T08:00:00.000+00:00", "address": "function/f"},
        {"version": 1, "event": "end", "at": "2027-01-15T08:00:01.500+00:00", "exitCode": 0, "reason": "done", "requests": 3},
    ]


def test_a_stream_tells_waits_and_silence_as_events(capsys: pytest.CaptureFixture[str]) -> None:
    time = Time()
    answer = Answer("apply", "json", stream=True, clock=time)
    for second, waits in enumerate([0.0, 20.0, *[15.0] * 12, *[0.0] * 12]):
        time.seconds = second
        answer.live("Writing", waits, done=1, of=2)
    found = [(event["event"], event.get("seconds"), event["done"], event["of"]) for event in streamed(capsys)]
    assert found == [("waiting", 20.0, 1, 2), ("waiting", 15.0, 1, 2), ("progress", None, 1, 2)]


def test_a_stream_ends_with_what_went_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with answering(Answer("plan", "json", stream=True)):
            raise UsageProblem("Wrong.", "Right.")

    with pytest.raises(click.exceptions.Exit):
        fail()
    begin, end = streamed(capsys)
    assert (begin["event"], begin["command"]) == ("begin", "plan")
    assert (end["event"], end["exitCode"], end["reason"], end["error"]["message"]) == ("end", 3, "invalid", "Wrong.")
