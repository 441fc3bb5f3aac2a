"""Whether a text is a regular expression of JavaScript, told like its own engine tells it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centrali_deploy.patterns import fault

TAKEN = [
    *("", "a", "^a$", "a$b", "$", "^", "|", "a|", "()", "(|)", "(?:)", ".", "\n", "\U0001f600"),
    *("(?<name>x)", r"(?<name>x)\k<name>", "(?<$_a1>x)", r"(?<\u0061>x)\k<a>", "(?<a>x)|(?<a>y)", "(?:(?<a>x)|(?<a>y))"),
    *("(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(?=a)*", "(?!a){2}", "(?i:a)", "(?im-s:a)", "(?-i:a)"),
    *("[]", "[^]", "[a-z]", "[^a-z]", "[-a]", "[a-]", "[a-b-c]", r"[\w-a]", r"[a-\d]", r"[\]]", "[[]", "[(]", "[*]", r"[\b]", "[{,3}-~]"),
    *(r"[\x41-\x5a]", r"[\u0041-\u005a]", r"[\u{41}-\u{5a}]", r"[\ca-z]", r"[\t-\r]", r"[\1-\0]", "[\U0001f600-\U0001f64f]"),
    *("a*", "a+?", "a??", "a{2}", r"\d{2,}", "a{2,3}?", "a{2,2}", "(a)*", "[a]+", r"\u{41}{2}", r"\p{L}{2}", "a{01,1}"),
    *("{", "}", "]", "a{", "a{,3}", "a{b}", "{,3}", "a{1", r"\{2}"),
    *(r"\p{L}", r"\P{Lu}", r"\p{Script=Greek}", r"\cA", r"\c", r"\x", r"\x41", r"\u", r"\u0041", r"\u{1F600}", r"\0", r"\1", r"\9"),
    *(r"\/", r"\-", r"\@", r"\k", r"\k<a>", r"\A", r"\Z", r"\bfoo\B", "(" * 500 + ")" * 500, "a{" + "9" * 5000 + "}"),
]
REFUSED = [
    ("(?P<x>a)", "A group with a name begins with (?<x>, without the P."),
    ("a(?P=x)", r"What a group matched is written \k<x>."),
    ("(?i)abc", "Flags cannot stand inside: write both cases, for example [Aa]."),
    ("(?#x)", "Comments cannot stand inside: take it out."),
    ("(?>a)", '"(?>" is not known.'),
    ("(?", '"(?" is not known.'),
    ("(?<", '"(?<" is not known.'),
    ("(?z:a)", '"(?z:" is not known.'),
    ("(?ii:a)", '"(?ii:" is not known.'),
    ("(?i-i:a)", '"(?i-i:" is not known.'),
    ("(?-:a)", '"(?-:" is not known.'),
    ("(?(1)a|b)", '"(?(" is not known.'),
    ("(?<1>a)", '"1" is not the name of a group.'),
    ("(?<>a)", '"" is not the name of a group.'),
    ("(?<a>x)(?<a>y)", 'The group "a" is there twice.'),
    ("(?<a>(?<a>x))", 'The group "a" is there twice.'),
    ("(?<a>x)(?:b|(?<a>y))", 'The group "a" is there twice.'),
    ("(?:b|(?<a>y))(?<a>x)", 'The group "a" is there twice.'),
    ("(?:(?<a>x))(?:(?<a>y))", 'The group "a" is there twice.'),
    (r"(?<a>x)\k<b>", 'There is no group "b".'),
    (r"(?<a>x)\k", 'There is no group "".'),
    ("(", "A ( is never closed."),
    ("(?:a", "A ( is never closed."),
    (")", "A ) closes nothing."),
    ("a)(b", "A ) closes nothing."),
    ("[a-z", "A [ is never closed."),
    (r"[\]", "A [ is never closed."),
    ("a\\", "It ends in a backslash."),
    ("*", '"*" repeats nothing.'),
    ("a**", '"*" repeats nothing.'),
    ("a++", '"+" repeats nothing.'),
    ("a{2}{3}", '"{3}" repeats nothing.'),
    ("|+", '"+" repeats nothing.'),
    ("(*)", '"*" repeats nothing.'),
    ("^*", '"*" repeats nothing.'),
    (r"\b+", '"+" repeats nothing.'),
    ("{1}", '"{1}" repeats nothing.'),
    ("(?<=a)*", '"*" repeats nothing.'),
    ("(?<!a)?", '"?" repeats nothing.'),
    ("a{2,1}", '"{2,1}" goes backwards.'),
    ("a{10,9}", '"{10,9}" goes backwards.'),
    ("[z-a]", '"z-a" goes backwards.'),
    ("[^az-a]", '"z-a" goes backwards.'),
    ("[a-cz-a]", '"z-a" goes backwards.'),
    (r"[\x5a-A]", r'"\x5a-A" goes backwards.'),
    (r"[\u{5a}-A]", r'"\u{5a}-A" goes backwards.'),
    (r"[a-\n]", r'"a-\n" goes backwards.'),
    (r"[!-\cA]", r'"!-\cA" goes backwards.'),
    (r"[z-\-]", r'"z-\-" goes backwards.'),
]


@pytest.mark.parametrize("pattern", TAKEN)
def test_what_javascript_takes_is_taken(pattern: str) -> None:
    assert fault(pattern) is None


@pytest.mark.parametrize(("pattern", "said"), REFUSED)
def test_what_it_does_not_take_is_told(pattern: str, said: str) -> None:
    assert fault(pattern) == said


def test_a_long_class_does_not_take_long() -> None:
    assert fault("[" + "a-z" * 100_000 + "]") is None


@given(st.text("()[]{}?<>=!:*+|^$\\-,.kPpuxci0123ab\n", max_size=30))
def test_it_never_fails(pattern: str) -> None:
    assert fault(pattern) is None or str(fault(pattern)).endswith(".")
