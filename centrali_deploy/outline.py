"""Whether a name may be declared twice in one block, as far as the text alone tells: of most code, it quickly tells that none is.

It knows brackets, texts, comments and what declares a name, and nothing of what the code means. Whatever it does not
know for certain counts as doubt: the syntax tree decides then. It takes for granted that the parser takes the source.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_STRANGE = re.compile(r"<\s*/|/\s*>|<!--|-->|#!|\r|\u2028|\u2029")
"""What may make a text or a comment end elsewhere: tags, old comments, other ends of a line."""
_MATTERS = r"""
      /(?: (?: /[^\n]* | \*(?:[^*]++|\*(?!/))*+\*/ )\s* (?P<hidden> \{ | => )?
        | (?:(?<=[(,=:\[!&|?]/)|(?<=[(,=:\[!&|?][ ]/)) (?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/
        | (?=[^/\n]*$)
        | (?P<slash>) )
    | '(?: (?:[^'\\\n]++|\\[\s\S])*+' | (?P<apostrophe>) )
    | "(?: (?:[^"\\\n]++|\\[\s\S])*+" | (?P<quote>) )
    | `(?: (?:[^`\\$]++|\\[\s\S]|\$(?!\{)|\$\{[^`{}'"/=\\]*+\})*+` | (?P<backtick>) )
    | \((?: [\w$]*\)\s*=>(?!\s*\{)
        | (?!\s*(?:const|let|var)\b) (?: [^(){}\[\]'"`/;]++ | '[^'\\\n]*+' | "[^"\\\n]*+" | \([\w$.\s]*+\) )*+ \)
            (?: \s* (?P<head> \{ | =>\s*\{? ) )?
        | (?P<round>) )
    | \[(?: (?: [^(){}\[\]'"`/;]++ | '[^'\\\n]*+' | "[^"\\\n]*+" )*+ \] | (?P<square>) )
    | \{(?P<curly>)
    | \)(?: \s* (?P<body> \{ | =>\s*\{? ) | (?P<closed_round>) )
    | \](?P<closed_square>)
    | \}(?P<closed_curly>)
    | ,(?P<comma>)
    | ;(?P<end>)
    | =>\s*\{(?P<arrow>)
    | const(?: \s+(?P<constant> [\w$]+ | \{[^{}\[\]]*\} | \[[^{}\[\]]*\] )\s*(?: =(?![=>]) | (?:of|in)(?![\w$]) )
        | (?![\w$])(?P<const>) )
    | let(?: \s+(?P<variable> [\w$]+ | \{[^{}\[\]]*\} | \[[^{}\[\]]*\] )\s*(?: =(?![=>]) | (?:of|in)(?![\w$]) | (?=;) )
        | (?![\w$])(?P<let>) )
    | class(?![\w$])\s* (?: (?P<class> [\w$]+ ) | (?=[({:=,;.?)\]}]) | (?P<hidden_class>) )
    | function(?![\w$])\s*\*?\s* (?: (?P<function> [\w$]+ ) | (?=[({:=,;.?)\]}]) | (?P<hidden_function>) )
    | import(?![\w$])(?P<import>)
    | var(?![\w$])(?P<var>)
    """
"""What matters of a text; every kind begins with a letter or sign of its own, by which the next one is found quickly.

A division has no other slash behind it in its line, which a pattern has.
"""
_WORD = re.compile(r"[^\s\x00-#%-/:-@\[-^`{-~]+")
_CLOSED = {"curly": "closed_curly", "round": "closed_round", "source": "", "square": "closed_square"}
_LONGEST = 80
_LIST = ","
"""Stands among the names of a frame as long as a list of declarations may go on in it."""
_Frame = tuple[str, int, set[str]]
"""What stands between two brackets: its sort, where it begins, and the names declared there."""


def twice(source: str) -> bool:
    """Whether a name may be declared twice in one block, or a constant have no value; False is certain."""
    if _STRANGE.search(source):
        return True
    frames: list[_Frame] = [("source", 0, set())]
    for found in _tokens().finditer(source):
        kind = found.lastgroup
        if kind == "end":
            frames[-1][2].discard(_LIST)
        elif kind is not None and (kind not in _READ or _READ[kind](frames, found)):
            return True
    return len(frames) > 1


@cache
def _tokens() -> re.Pattern[str]:
    return re.compile(_MATTERS, re.VERBOSE | re.MULTILINE)  # takes several milliseconds


def _open(frames: list[_Frame], found: re.Match[str]) -> bool:
    frames.append((found.lastgroup or "", found.end(), set()))
    return False


def _close(frames: list[_Frame], found: re.Match[str]) -> bool:
    """A loop without a block of its own leaves doubt, for what stands in it is not seen."""
    sort, _, names = frames.pop()
    return _CLOSED[sort] != found.lastgroup or (sort == "round" and bool(names))


def _body(frames: list[_Frame], found: re.Match[str]) -> bool:
    sort, start, _ = frames.pop()
    return sort != "round" or _begin(frames, found, start)


def _head(frames: list[_Frame], found: re.Match[str]) -> bool:
    return _begin(frames, found, found.start())


def _begin(frames: list[_Frame], found: re.Match[str], start: int) -> bool:
    """Open what a head in brackets stands before; whatever words are in it may be parameters."""
    head = found.string[start : found.end()]
    words = _WORD.findall(head)
    names = set(words)
    if head[-1] == "{":
        frames.append(("curly", start, names))
    return len(names) < len(words) and "," in head


def _arrow(frames: list[_Frame], found: re.Match[str]) -> bool:
    """The body of a function whose only parameter has no brackets."""
    start = found.start()
    words = _WORD.findall(found.string, max(0, start - _LONGEST), start)[-1:]
    frames.append(("curly", start, set(words)))
    return not words or len(words[0]) >= _LONGEST - 1


def _declare(frames: list[_Frame], found: re.Match[str]) -> bool:
    """Declare a name, or the words of a pattern."""
    names = frames[-1][2]
    names.add(_LIST)
    return _add(names, found[found.lastgroup or 0])


def _named(frames: list[_Frame], found: re.Match[str]) -> bool:
    return _add(frames[-1][2], found[found.lastgroup or 0])


def _add(names: set[str], text: str) -> bool:
    """Add the words of a text to names; there is doubt if one of them is there already."""
    words = _WORD.findall(text) if text[0] in "{[" else [text]
    count = len(names) + len(words)
    names.update(words)
    return len(names) < count


def _comma(frames: list[_Frame], _: re.Match[str]) -> bool:
    return _LIST in frames[-1][2]


_READ: dict[str, Callable[[list[_Frame], re.Match[str]], bool]] = {
    "arrow": _arrow,
    "body": _body,
    "class": _named,
    "closed_curly": _close,
    "closed_round": _close,
    "closed_square": _close,
    "comma": _comma,
    "constant": _declare,
    "curly": _open,
    "function": _named,
    "head": _head,
    "round": _open,
    "square": _open,
    "variable": _declare,
}
"""How each kind is read, and whether it leaves doubt; all others are nothing but doubt."""
