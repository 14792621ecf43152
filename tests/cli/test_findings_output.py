"""What `check` shows of a finding: headline, harm, actions, a few places; a line each, a summary by rule, fields."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from small_projects import HEAD, USER, write

Refract = Callable[..., Result]

RENAMED = HEAD + USER.replace("email String", "mail  String")
LINE = re.compile(r"^\S+:\d+:\d+: (error|warning|info) [a-z-]+: .+$")


def test_a_finding_is_read_from_top_to_bottom(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": RENAMED})
    first, source, carets, *rest = refract("check").stdout.splitlines()
    assert LINE.match(first)
    assert first.endswith("field-rename-as-drop-add: Renaming `email` to `mail` deletes its values")
    assert source.strip() == "7 |   mail  String"
    assert carets.strip().endswith("^^^^")
    notes = [line for line in rest if line.startswith("  = ")]
    assert notes[0].startswith("  = Prisma drops column `email` with its values")
    assert notes[1] == '  = help: Add `@map("email")` to `mail`.'
    assert "`refract plan new rename-field User.email to=mail" in notes[2]


def test_concise_is_a_line_each(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": RENAMED})
    for option in ("--format", "--output"):
        finding, summary, _ = refract("check", option, "concise").stdout.splitlines()
        assert LINE.match(finding)
        assert summary.startswith("1 error in ")


def test_many_findings_get_a_summary_by_rule(project: Path, refract: Refract) -> None:
    fields = "".join(f"  n{number} Int\n" for number in range(21))
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("}", f"{fields}}}")})
    lines = refract("check").stdout.splitlines()
    assert lines[-4] == "   21  error    add-required-column-without-default"
    assert lines[-2].startswith("21 errors in ")


def test_three_places_of_a_kind_are_shown(project: Path, refract: Refract) -> None:
    uses = "".join(
        f"export const f{n} = () => prisma.user.findMany({{ select: {{ email: true }} }});\n" for n in range(9)
    )
    write(project, {"prisma/schema.prisma": RENAMED, "app.ts": 'import { prisma } from "./client"\n' + uses})
    shown = refract("check").stdout
    assert "Your code still uses `User.email` in 9 places." in shown
    assert shown.count("`User.email` is used here") == 3
    assert "\n    and 6 more\n" in shown


def test_json_has_fields(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("}", "\n  @@index([email])\n}")})
    (found,) = json.loads(refract("check", "--format", "json").stdout)["projects"]
    (finding,) = found["findings"]
    assert finding["rule"] == "create-index-blocking"
    assert found["rules"]["create-index-blocking"]["short_description"].startswith("Writes wait")
    assert found["rules"]["create-index-blocking"]["full_description"]
    (harm,) = finding["harm"]
    assert (harm["kind"], harm["facts"]["lock"], harm["facts"]["blocks"]) == ("blocks", "SHARE", "writes")
    assert harm["facts"]["grows_with"] == "scan"
    (action,) = finding["now"]
    assert (action["kind"], action["facts"]) == ("write-sql", {"sql": "CREATE INDEX CONCURRENTLY"})
    assert finding["message"].splitlines() == [finding["what"], harm["text"], action["text"]]
    assert finding["help_uri"].endswith("/create-index-blocking.md")
