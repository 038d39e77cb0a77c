"""Links of the Markdown files lead to files of the repository, and to headings that stand there.

What git ignores is no file of the repository: it is there on one machine alone. What lies elsewhere
on the web is not asked for.
"""

from __future__ import annotations

import posixpath
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import pytest
from support import REPOSITORY

_FENCED = re.compile(r"^[ \t>]*(`{3,}|~{3,})[^\n]*\n(?:.*?^[ \t>]*\1[`~]*[ \t]*$|.*)", re.M | re.S)
_CODE = re.compile(r"(?<![`\\])(`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_INLINE = re.compile(
    r"""(?<!\\)\]\(\s*
        (?P<to> <[^<>\n]*> | (?:[^\s()<] | \([^\s()]*\)) (?:[^\s()] | \([^\s()]*\))* )
        (?:\s+ (?:"[^"]*" | '[^']*' | \([^()]*\)))? \s*\)""",
    re.X,
)
_DEFINED = re.compile(
    r"^ {0,3}\[(?P<label>[^\]^][^\]]*)\]:[ \t]*\n?[ \t]*(?P<to><[^<>]*>|\S+)", re.M
)
_HTML = re.compile(r"""<[a-z][^<>]*?\s(?:src|href)\s*=\s*(["'])(?P<to>.*?)\1""", re.I)
_USED = re.compile(
    r"(?<!\\)\[(?P<text>[^\[\]]*)\]\[(?P<label>[^\[\]]*)\]|\]\[(?P<other>[^\[\]]+)\]"
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)

_HEADING = re.compile(
    r"^ {0,3}#{1,6}[ \t]+(?P<atx>.*?)(?:[ \t]+#+)?[ \t]*$"
    r"|^ {0,3}(?P<setext>[^\s>#|*+-][^\n]*)\n {0,3}(?:=+|-+)[ \t]*$",
    re.M,
)
_ANCHOR = re.compile(r"""<[a-z][^<>]*?\s(?:id|name)\s*=\s*(["'])(?P<id>.*?)\1""", re.I)


def _blank(match: re.Match[str]) -> str:
    """As many characters and lines, and nothing that could be a link."""
    return re.sub(r"[^\n]", " ", match[0])


def _veil(match: re.Match[str]) -> str:
    """A piece of code without what could be a link; two that are alike stay alike."""
    return re.sub(r"[\[\]()<>]", ".", match[0])


def headings(text: str) -> set[str]:
    """The anchors of a document, by GitHub's rule: lower case, without punctuation, hyphens for
    spaces, and a number for each later heading of the same words."""
    text = _COMMENT.sub(_blank, _FENCED.sub(_blank, text))
    anchors = {match["id"] for match in _ANCHOR.finditer(_CODE.sub(_veil, text))}
    seen: Counter[str] = Counter()
    for match in _HEADING.finditer(text):
        title = match["atx"] if match["setext"] is None else match["setext"]
        title = re.sub(r"!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])", "", title)
        title = re.sub(r"\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])", r"\1", title)
        # Of code every word counts; around it are tags, and underscores that emphasise.
        parts = re.split(r"(`+[^`]*`+)", title)
        parts[::2] = [
            re.sub(r"(?<!\w)_+(.+?)_+(?!\w)", r"\1", re.sub(r"<[^<>]*>", "", part))
            for part in parts[::2]
        ]
        slug = re.sub(r"[^\w\- ]", "", "".join(parts).strip().lower()).replace(" ", "-")
        anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return anchors


def faults(name: str, files: frozenset[str], read: Callable[[str], str]) -> Iterator[str]:
    """What is wrong with the links of a document, a line each.

    Args:
        name: of the document, as in `files`: paths below the root of all, with slashes.
        read: gives a file's text.
    """
    text = _COMMENT.sub(_blank, _CODE.sub(_veil, _FENCED.sub(_blank, read(name))))
    labels = {_label(match["label"]) for match in _DEFINED.finditer(text)}
    found: list[tuple[int, str]] = []
    for pattern in (_INLINE, _DEFINED, _HTML):
        for match in pattern.finditer(text):
            fault = _fault(match["to"].strip("<>"), name, files, read)
            if fault:
                found.append((match.start("to"), fault))
    for match in _USED.finditer(text):
        label = match["other"] or match["label"] or match["text"]
        if _label(label) not in labels:
            found.append((match.end(), f"[{label}] is defined nowhere"))
    for at, fault in sorted(found):
        yield f"{name}:{text.count(chr(10), 0, at) + 1}: {fault}"


def _label(label: str) -> str:
    return " ".join(label.split()).casefold()


def _fault(target: str, name: str, files: frozenset[str], read: Callable[[str], str]) -> str | None:
    if _ELSEWHERE.match(target):
        return None
    path, _, anchor = target.partition("#")
    folder = "" if path.startswith("/") else posixpath.dirname(name)
    path = unquote(path.partition("?")[0])
    there = posixpath.normpath(posixpath.join(folder, path.lstrip("/"))) if path else name
    is_folder = there == "." or any(file.startswith(f"{there}/") for file in files)
    if there not in files and not is_folder:
        return f"{target}: there is no such file"
    if not anchor:
        return None
    if there in files and not there.endswith(".md"):
        lines = re.fullmatch(r"L(\d+)(?:-L(\d+))?", anchor)
        last = int(lines[2] or lines[1]) if lines else 0
        return None if 0 < last <= read(there).count("\n") + 1 else f"{target}: no such line"
    page = posixpath.normpath(posixpath.join(there, "README.md")) if is_folder else there
    if page not in files or unquote(anchor) not in headings(read(page)):
        return f"{target}: there is no such heading"
    return None


def test_every_link_leads_somewhere() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY, check=True, capture_output=True, text=True,
    )  # fmt: skip
    files = frozenset(name for name in listed.stdout.split("\0") if (REPOSITORY / name).is_file())
    documents = sorted(name for name in files if name.endswith(".md"))
    assert len(documents) > 20

    def read(name: str) -> str:
        return (REPOSITORY / name).read_text(encoding="utf-8")

    found = [fault for name in documents for fault in faults(name, files, read)]
    assert not found, "\n".join(found)


OTHER = """# Other
## How it's judged: `max_size`, 2.0
## Twice
### Twice
Setext
------
<a name="by-hand"></a>
```
# no heading
```
"""


def _faults(text: str) -> list[str]:
    tree = {
        "README.md": "# Root\n", "docs/at.md": text, "docs/other.md": OTHER,
        "docs/a (1).png": "", "code/x.py": "1\n2\n",
    }  # fmt: skip
    return list(faults("docs/at.md", frozenset(tree), tree.__getitem__))


@pytest.mark.parametrize(
    "text",
    [
        "[a](other.md), [a\nb](<other.md> 'title'), [a](/README.md) and [a](../code/x.py#L2)",
        "[a](other.md#how-its-judged-max_size-20) [a](other.md#twice-1) [a](other.md#setext)",
        "# Here\n[a](#here) [a](other.md#by-hand) [a](../#root) [a](../code) [a](https://none/x)",
        "![a](a%20(1).png) [![a](<a (1).png>)](other.md) <img width=1 src='a (1).png'>",
        "[a][The  one], [the one][], [the one] and ![a][the one]\n\n[The one]: other.md#other",
        "`[a](none)` ``[`a`][none]`` [a\\](none)\n```\n[a](none)\n```\n<!-- [a](none) --> [ ] [a]",
        "[`a[0]`][b]\n\n[b]: other.md\n[^1]: none, which is a footnote",
    ],
)
def test_a_sound_link_is_let_be(text: str) -> None:
    assert not _faults(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("\n[a](none.md)", "docs/at.md:2: none.md: there is no such file"),
        ("![a](b.png 'title')", "docs/at.md:1: b.png: there is no such file"),
        ("[![a](b.png)](other.md)", "docs/at.md:1: b.png: there is no such file"),
        ("[![a](a%20(1).png)](none.md)", "docs/at.md:1: none.md: there is no such file"),
        ("[a](Other.md)", "docs/at.md:1: Other.md: there is no such file"),
        ("[a](../../at.md)", "docs/at.md:1: ../../at.md: there is no such file"),
        ('<img\nsrc="b.png">', "docs/at.md:2: b.png: there is no such file"),
        ("[a]\n\n[a]: none.md", "docs/at.md:3: none.md: there is no such file"),
        ("[a](#none)", "docs/at.md:1: #none: there is no such heading"),
        ("[a](other.md#no-heading)", "docs/at.md:1: other.md#no-heading: there is no such heading"),
        ("[a](other.md#twice-2)", "docs/at.md:1: other.md#twice-2: there is no such heading"),
        ("[a]\n\n[a]: other.md#none", "docs/at.md:3: other.md#none: there is no such heading"),
        ("[a](../code/#none)", "docs/at.md:1: ../code/#none: there is no such heading"),
        ("[a](../code/x.py#L4)", "docs/at.md:1: ../code/x.py#L4: no such line"),
        ("[a][b]", "docs/at.md:1: [b] is defined nowhere"),
        ("[b][]", "docs/at.md:1: [b] is defined nowhere"),
        ("[![a](a%20(1).png)][b]", "docs/at.md:1: [b] is defined nowhere"),
        ("[a][`b`]\n\n```\n[`b`]: other.md\n```", "docs/at.md:1: [`b`] is defined nowhere"),
    ],
)
def test_a_broken_link_is_found(text: str, fault: str) -> None:
    assert _faults(text) == [fault]
