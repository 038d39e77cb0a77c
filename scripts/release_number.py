"""The release's number, in every place where it stands.

`python scripts/release_number.py` prints it; `--check 0.2.0` fails where a place names another;
`--set 0.2.0` writes it to all of them (`scripts/set-version.sh` does, and sees to CHANGELOG.md).
Needs nothing but Python, so that it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NUMBER = r"[0-9]+\.[0-9]+\.[0-9]+"
_HERE = f"(?P<number>{NUMBER})"

PLACES: dict[str, tuple[str, int]] = {
    "backend/cxr_severity/__init__.py": (rf'^__version__ = "{_HERE}"$', 1),
    "backend/openapi.json": (rf'\A\{{\n(?:  .*\n)*?    "version": "{_HERE}"$', 1),
    "clients/python/pyproject.toml": (rf'^version = "{_HERE}"$', 1),
    "training/pyproject.toml": (rf'^version = "{_HERE}"$', 1),
    "frontend/package.json": (rf'^  "version": "{_HERE}",$', 1),
    # Of the whole and of its package, before the first dependency.
    "frontend/package-lock.json": (
        rf'"name": "cxr-severity-frontend",\n +"version": "{_HERE}",$',
        2,
    ),
    "CITATION.cff": (rf'^version: "{_HERE}"$', 1),
    **{
        f"deploy/kustomize/overlays/{name}/kustomization.yaml": (
            rf"newName: registry\.example/cxr-severity-(?:api|page), newTag: {_HERE}(?:-cuda)?\}}$",
            2,
        )
        for name in ("cpu", "gpu", "queue")
    },
}
"""File to a pattern with the number in it, and how often it must be found there. The image with
CUDA has `-cuda` behind its number."""


def current(root: Path = ROOT) -> str:
    """The number that the service says of itself, to which the others are held."""
    return _found(root, "backend/cxr_severity/__init__.py")[0]


def faults(number: str, root: Path = ROOT) -> list[str]:
    """A line for each place that is not of `number`."""
    found = []
    for name, (_, times) in PLACES.items():
        said = _found(root, name)
        if said != [number] * times:
            found.append(f"{name} is not of {number}: it says {', '.join(said) or 'none'}")
    return found


def write(number: str, root: Path = ROOT) -> None:
    """Put `number` in every place. Where one is not as it is known here nothing is written.

    Raises:
        ValueError: it is no number of a release, or a place has changed its form.
    """
    if not re.fullmatch(NUMBER, number):
        raise ValueError(f"{number} is no number of a release, like 1.2.3")
    made = {}
    for name, (pattern, times) in PLACES.items():
        text = (root / name).read_text(encoding="utf-8")
        made[name], count = re.subn(
            pattern,
            lambda match: _with(match, number),
            text,
            flags=re.M,
        )
        if count != times:
            raise ValueError(f"{name} names the number {count} times, not {times}")
    for name, text in made.items():
        (root / name).write_text(text, encoding="utf-8")


def _found(root: Path, name: str) -> list[str]:
    text = (root / name).read_text(encoding="utf-8")
    return [match["number"] for match in re.finditer(PLACES[name][0], text, re.M)]


def _with(match: re.Match[str], number: str) -> str:
    start, end = (at - match.start() for at in match.span("number"))
    return f"{match[0][:start]}{number}{match[0][end:]}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description="The release's number, in every place where it stands."
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", metavar="NUMBER")
    what.add_argument("--set", metavar="NUMBER")
    asked = parser.parse_args()
    if asked.check:
        found = faults(asked.check)
        sys.stderr.writelines(f"{line}\n" for line in found)
        return int(bool(found))
    if asked.set:
        try:
            write(asked.set)
        except ValueError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    sys.stdout.write(f"{current()}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
