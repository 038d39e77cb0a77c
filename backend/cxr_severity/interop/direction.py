"""Words that are written from right to left, as they are seen: joined and turned.

PDF draws glyphs from left to right and joins none. Arabic letters take the forms that Unicode lists
for old systems (Arabic Presentation Forms), which fonts have beside those that a shaper would find.
What stands between such words, numbers above all, stays from left to right as it was stored: the
parts of a Patient ID are read in their order, which Unicode's own rules (UAX 9) would change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from unicodedata import category, decomposition

# Hebrew, Arabic and Thaana without their digits, which run from left to right.
_LETTERS = "\u0590-\u065f\u066e-\u06ef\u06fa-\u06ff\u0750-\u07bf\u0860-\u08ff"
_FORMS = "\ufb1d-\ufdff\ufe70-\ufefc"
_INVISIBLE = "\u200c-\u200f\u061c"
_WORD = f"[{_LETTERS}{_FORMS}][{_LETTERS}{_FORMS}{_INVISIBLE}]*"
_WORDS = re.compile(f"{_WORD}(?: +{_WORD})*")
_TATWEEL, _JOINER, _LAM = "\u0640", "\u200d", "\u0644"


def _forms() -> dict[tuple[str, str], str]:
    """Each form by its kind and its one letter, or lam with an alef."""
    found = {}
    for code in (*range(0xFB50, 0xFBB2), *range(0xFBD3, 0xFC00), *range(0xFE80, 0xFEFD)):
        kind, *bases = decomposition(chr(code)).split() or ("",)
        found[kind.strip("<>"), "".join(chr(int(base, 16)) for base in bases)] = chr(code)
    return found


_FORM = _forms()


def joined(text: str, has: Callable[[str], bool]) -> str:
    """`text` with its Arabic letters in the forms that they take beside each other.

    The invisible marks that part, join or direct such words have done their work then, and go.

    Args:
        has: whether a form can be drawn; a letter without its form stays as it is.
    """
    return _WORDS.sub(lambda words: "".join(_joined(words[0], has)), text)


def turned(line: str) -> str:
    """`line` with each sequence of words from right to left in the order of the page."""
    # Vowel signs have no width and lie over what comes behind them: they are turned as well.
    return _WORDS.sub(lambda words: words[0][::-1], line)


def _joined(words: str, has: Callable[[str], bool]) -> Iterator[str]:
    done = 0
    for place, letter in enumerate(words):
        if place < done or re.match(f"[{_INVISIBLE}]", letter):
            continue
        before = _leads(next(filter(_solid, reversed(words[:place])), ""))
        pair = words[place : place + 2] if letter == _LAM else ""
        form = _FORM.get(("final" if before else "isolated", pair), "")
        if form and has(form):
            done = place + 2
            yield form
            continue
        after = _leads(letter) and _follows(next(filter(_solid, words[place + 1 :]), ""))
        kind = ("medial" if after else "final") if before else ("initial" if after else "isolated")
        form = _FORM.get((kind, letter), letter)
        yield form if has(form) else letter


def _solid(letter: str) -> bool:
    """Whether it parts or joins its neighbours; vowel signs stand above them."""
    return category(letter) != "Mn"


def _leads(letter: str) -> bool:
    return letter in (_TATWEEL, _JOINER) or ("initial", letter) in _FORM


def _follows(letter: str) -> bool:
    return letter in (_TATWEEL, _JOINER) or ("final", letter) in _FORM
