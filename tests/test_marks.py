from __future__ import annotations

import pytest

from centrali_deploy.javascript import watched
from centrali_deploy.marks import markable

SAVE = "async function save() {}\n"


def body(text: str) -> str:
    """What becomes of a text that stands in the second line."""
    code = watched(f"{SAVE}async function run() {{ {text}\n}}").code
    return code.removeprefix(f"{SAVE}async function run() {{ ").removesuffix("\n}")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("save(1);", "mark$(save(1),2);"),
        ("save(save(1))", "mark$(save(mark$(save(1),2)),2)"),
        ("a\n  .b(save(1))\n  .c()", "a\n  .b(mark$(save(1),3))\n  .c()"),
        ("const p = save(1)", "const p = mark$(save(1),2)"),
        ("save(1).then(f)", "mark$(save(1),2).then(f)"),
        ("t?.save(1).then(f)", "mark$(t?.save(1).then(f),2)"),
        ("t[name](1)", "mark$(t[name](1),2)"),
        ("list.forEach(save)", "list.forEach(mark$(save,2,1))"),
        ("list.map(async (x) => x)", "list.map(mark$(async (x) => x,2,1))"),
        ("(async () => {})()", "mark$((async () => {})(),2)"),
        ("keep(async () => {})", "mark$(keep(mark$(async () => {},2,1)),2)"),
        ("await new Promise(f)", "await mark$(new Promise(f),2,2)"),
        ("Promise.reject(1)", "mark$(Promise.reject(1),2)"),
        ("await Promise.race(all)", "await mark$(Promise.race(all),2,2)"),
        ("const f = () => save(1)", "const f = () => mark$(save(1),2)"),
        ("work(1)", "mark$(work(1),2)"),
        ("return `${save(1)}é`", "return `${mark$(save(1),2)}é`"),
    ],
)
def test_what_makes_a_promise_that_could_be_dropped_is_marked(text: str, marked: str) -> None:
    assert body(text) == marked


@pytest.mark.parametrize(
    "text",
    [
        "await save(1)",
        "await (save(1))",
        "return save(1)",
        "const f = async () => save(1)",
        "await Promise.all([save(1), save(2)])",
        "await Promise.all(list.map(async (x) => x))",
        "await Promise.all(list.map(save))",
        "list.push(1); list.forEach((x) => x)",
        "const put = (x) => x; put(1)",
        "function put(x) {} put(1)",
        "const said = 'save(1)' // save(1)",
        "const t = {go: async () => 1}, f = async function () {}",
        "new Map(list)",
    ],
)
def test_what_is_waited_for_and_what_makes_no_promise_is_not_marked(text: str) -> None:
    assert body(text) == text


@pytest.mark.parametrize(
    ("source", "could"),
    [
        ("async function run() { await api.log(1) }", False),
        ("function run() {}", True),
        ("async function run() { run() }", True),
        ("async function run() { f(async () => 1) }", True),
        ("async function run() { new Promise(f) }", True),
    ],
)
def test_most_code_is_not_even_parsed(source: str, could: bool) -> None:
    assert markable(source) is could


def test_code_that_is_none_and_code_without_promises_stays_as_it_is() -> None:
    for source in ("async function run() { save(1 }; async () => 1", "", "async function run() {}"):
        assert watched(source) == (source, "", {})


def test_a_name_that_the_source_has_is_not_taken() -> None:
    made = watched(f"{SAVE}const mark$ = 1; const f = () => save()")
    assert (made.mark, made.code.count("mark$$(save(),2)")) == ("mark$$", 1)


def test_places_are_told_as_if_there_were_no_marks() -> None:
    source = f"{SAVE}async function run() {{ ä(); save(save(1)); b() }}"
    made = watched(source)
    line, own = made.code.split("\n")[1], source.split("\n")[1]
    for word in ("ä()", "save(", "save(1)", "1)", "b()"):
        assert made.unmarked(f"at run (<input>:2:{line.index(word) + 1})") == f"at run (<input>:2:{own.index(word) + 1})"
    assert made.unmarked("at save (<input>:1:7)") == "at save (<input>:1:7)"
    assert watched("async function run() {}").unmarked("at run (<input>:2:9)") == "at run (<input>:2:9)"
