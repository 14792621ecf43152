"""Writes the module and the fixture of a new rule or recipe: `make new-rule NAME=nullable-json`.

Both are a working example with the fixed headings: its tests pass once the expected output is accepted.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEMPLATES = Path(__file__).parent / "templates"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

NEXT = """\
Next:
1. Edit both files, which are a working example. CONTRIBUTING.md explains the parts of a {kind}.
2. Write the expected output and the page: make accept IN=tests/{kind}s K={name}
3. Read the fixture and docs/{kind}s/{name}.md.
4. Test it: .venv/bin/pytest tests/{kind}s -q -k {name}
5. Check style and types: make format check
"""


def written(kind: str, name: str, root: Path) -> list[Path]:
    """Write the two files below `root`. Raises ValueError for a name that cannot be used, FileExistsError."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a name: use lower-case words joined by '-', such as nullable-json")
    module = name.replace("-", "_")
    files = {
        root / "server" / "refract" / f"{kind}s" / f"{module}.py": f"{kind}.py.txt",
        root / "tests" / f"{kind}s" / f"{name}.md": f"{kind}.md.txt",
    }
    for file in files:
        if file.exists():
            raise FileExistsError(f"{file} already exists")
    for file, template in files.items():
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("{{name}}", name).replace("{{module}}", module), encoding="utf-8")
    return list(files)


def main(arguments: Sequence[str]) -> int:
    """Write the files and print what to do next."""
    parser = argparse.ArgumentParser(description="Writes the files of a new rule or recipe.")
    parser.add_argument("kind", choices=("rule", "recipe"))
    parser.add_argument("name", help="such as nullable-json")
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository (default: this one)")
    options = parser.parse_args(arguments)
    try:
        files = written(options.kind, options.name, options.root)
    except (ValueError, FileExistsError) as error:
        print(error, file=sys.stderr)
        return 1
    print(*(file.relative_to(options.root) for file in files), sep="\n")
    print(NEXT.format(kind=options.kind, name=options.name), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
