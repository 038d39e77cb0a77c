"""What a release is made of, as CycloneDX: `python scripts/materials.py 2.0.0 > sbom.cdx.json`.

The service's packages with all that they need, as they are installed here (`constraints.txt` pins
them), and those of the page's that `package-lock.json` does not call development. Each has its
version and licence; the page's also the checksum of its archive.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.requirements import Requirement

SERVICE = "cxr-severity"
ROOT = Path(__file__).parents[1]
LOCK = ROOT / "frontend" / "package-lock.json"
PROJECT = ROOT / "backend" / "pyproject.toml"
_EXTRAS = frozenset({"otel"})
"""As `backend/Dockerfile` installs the service."""
_CLASSIFIER = "License :: OSI Approved :: "
_LICENCES = LicenseFactory()


def needed_by(name: str) -> dict[str, Distribution]:
    """Every installed distribution that `name` needs, and theirs, by name; with the extras that the
    image has."""
    found: dict[str, Distribution] = {}
    left = [(name, _EXTRAS)]
    seen = set()
    while left:
        this = left.pop()
        if this in seen:
            continue
        seen.add(this)
        one, extras = this
        try:
            made = distribution(one)
        except PackageNotFoundError:
            continue  # of another system
        found[re.sub(r"[-_.]+", "-", made.name).lower()] = made
        for text in made.requires or ():
            asked = Requirement(text)
            marker = asked.marker
            if marker is None or any(marker.evaluate({"extra": e}) for e in ("", *extras)):
                left.append((asked.name, frozenset(asked.extras)))
    return found


def licence_of(made: Distribution) -> str:
    """Its expression, or its classifiers, or the first line of what it says in words."""
    said = made.metadata
    if "License-Expression" in said:
        return said["License-Expression"]
    named = [
        line.removeprefix(_CLASSIFIER)
        for line in said.get_all("Classifier") or ()
        if line.startswith(_CLASSIFIER)
    ]
    if named:
        return " AND ".join(named)
    return said["License"].strip().splitlines()[0] if "License" in said else ""


def python_components() -> Iterator[Component]:
    for name, made in sorted(needed_by(SERVICE).items()):
        if name != SERVICE:
            yield _component(PackageURL("pypi", None, name, made.version), licence_of(made))


def page_components() -> Iterator[Component]:
    packages = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    for path, package in sorted(packages.items()):
        if not path or package.get("dev") or package.get("optional") or package.get("peer"):
            continue
        scope, _, name = path.rpartition("node_modules/")[2].rpartition("/")
        url = PackageURL("npm", scope or None, name, package["version"])
        yield _component(url, package.get("license", ""), package.get("integrity", ""))


def _component(url: PackageURL, licence: str, integrity: str = "") -> Component:
    kind, _, digest = integrity.partition("-")
    hashes = []
    if kind == "sha512":
        content = base64.b64decode(digest).hex()
        hashes = [HashType(alg=HashAlgorithm.SHA_512, content=content)]
    return Component(
        type=ComponentType.LIBRARY,
        name=url.name,
        group=url.namespace,
        version=url.version,
        purl=url,
        bom_ref=str(url),
        licenses=[_LICENCES.make_from_string(licence)] if licence else [],
        hashes=hashes,
    )


def materials(version: str) -> str:
    """The document; the same for the same parts."""
    made = Bom(components=[*python_components(), *page_components()])
    licence = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["license"]
    whole = Component(
        type=ComponentType.APPLICATION, name=SERVICE, version=version, bom_ref=SERVICE,
        licenses=[_LICENCES.make_from_string(licence)],
    )  # fmt: skip
    made.metadata.component = whole
    made.register_dependency(whole, made.components)
    parts = json.loads(
        make_outputter(made, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    )
    # Neither the moment nor chance: the same commit gives the same bytes.
    parts["metadata"].pop("timestamp")
    parts["serialNumber"] = uuid5(NAMESPACE_URL, json.dumps(parts["components"])).urn
    return json.dumps(parts, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(materials(sys.argv[1]))
