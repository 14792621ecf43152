"""What others have written of the extension: their licences, which go into it, and a bill of materials beside it.

Run after `bundle.py` and `npm run build`. Writes `dist/THIRD_PARTY_NOTICES.txt` and `dist/prisma-refract.cdx.json` (CycloneDX).
"""

from __future__ import annotations

import base64
import email
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

CLIENT = Path(__file__).resolve().parents[1]
DIST = CLIENT / "dist"
OWN = "prisma-refract"
_LICENCE = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)
_HEAD = "The extension contains the work of others. This file has the licence of each.\n"


class Component(NamedTuple):
    """A package in the extension. `checksum` is the algorithm and the value of its archive, if that is known."""

    name: str
    version: str
    url: str
    licence: str
    text: str
    checksum: tuple[str, str] | None = None


def components() -> list[Component]:
    """All packages in the extension, by name. Raises SystemExit for one without the text of a licence."""
    found = sorted({*_libraries(CLIENT / "bundled" / "libs"), *_node_packages(DIST / "meta.json")})
    without = [component.name for component in found if not component.text.strip()]
    if without:
        raise SystemExit(f"No text of a licence: {', '.join(without)}")
    return found


def notices(found: list[Component]) -> str:
    """The text of every licence."""
    parts = (f"{c.name} {c.version} ({c.licence})\n{'-' * 40}\n{c.text.strip()}\n" for c in found)
    return "\n\n".join((_HEAD, *parts))


def materials(found: list[Component], version: str) -> dict[str, Any]:
    """The bill of materials as CycloneDX 1.6. The same packages give the same text."""
    own = {"type": "application", "name": OWN, "version": version, "bom-ref": OWN}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": [_material(component) for component in found],
        "dependencies": [{"ref": OWN, "dependsOn": [component.url for component in found]}],
    }


def _material(component: Component) -> dict[str, Any]:
    checksum = component.checksum
    return {
        "type": "library",
        "bom-ref": component.url,
        "name": component.name,
        "version": component.version,
        "purl": component.url,
        "licenses": [{"license": {"name": component.licence}}],
    } | ({"hashes": [{"alg": checksum[0], "content": checksum[1]}]} if checksum else {})


def _libraries(folder: Path) -> Iterator[Component]:
    """The Python libraries."""
    checksums = dict(re.findall(r"^(\S+)==\S+ --hash=sha256:(\w+)$", (CLIENT / "requirements.txt").read_text(), re.M))
    for info in folder.glob("*.dist-info"):
        metadata = email.message_from_string((info / "METADATA").read_text(encoding="utf-8"))
        name, version = metadata["Name"].lower().replace("_", "-"), metadata["Version"]
        if name == OWN:
            continue
        texts = _texts(info / "licenses") or _texts(info)
        licence = (
            metadata["License-Expression"] or _classified(metadata.get_all("Classifier") or []) or metadata["License"]
        )
        checksum = ("SHA-256", checksums[name]) if name in checksums else None
        yield Component(name, version, f"pkg:pypi/{name}@{version}", _short(licence), texts, checksum)


def _classified(classifiers: list[str]) -> str:
    return next((c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License ::")), "")


def _node_packages(meta: Path) -> Iterator[Component]:
    """The packages from npm of which esbuild has put something into the extension."""
    inputs: Mapping[str, object] = json.loads(meta.read_text(encoding="utf-8"))["inputs"]
    roots = {found[0] for path in inputs if (found := re.match(r".*node_modules/(?:@[^/]+/)?[^/]+", path))}
    locked = json.loads((CLIENT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for root in roots:
        package = json.loads((CLIENT / root / "package.json").read_text(encoding="utf-8"))
        name, version = package["name"], package["version"]
        url = f"pkg:npm/{quote(name, safe='/')}@{version}"
        checksum = _integrity(locked.get(root, {}).get("integrity", ""))
        yield Component(name, version, url, _short(package.get("license")), _texts(CLIENT / root), checksum)


def _integrity(written: str) -> tuple[str, str] | None:
    """The checksum of npm's lock file, which is in base 64."""
    algorithm, _, value = written.partition("-")
    return (f"SHA-{algorithm.removeprefix('sha')}", base64.b64decode(value).hex()) if value else None


def _texts(folder: Path) -> str:
    files = sorted(path for path in folder.glob("*") if path.is_file() and _LICENCE.search(path.name))
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


def _short(licence: object) -> str:
    return str(licence or "see the text").split("\n")[0]


def main() -> None:
    """Write both files."""
    found = components()
    version = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))["version"]
    (DIST / "THIRD_PARTY_NOTICES.txt").write_text(notices(found), encoding="utf-8")
    text = json.dumps(materials(found, version), indent=2) + "\n"
    (DIST / "prisma-refract.cdx.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
