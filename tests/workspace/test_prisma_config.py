"""`prisma.config.*` read as data: source in, paths out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refract.workspace.prisma_config import PrismaConfig, configured_folder, read_prisma_config

CASES = {
    "plain": ('export default { schema: "a.prisma" }', PrismaConfig("a.prisma")),
    "defineConfig": ("export default defineConfig({ schema: 'a.prisma' });", PrismaConfig("a.prisma")),
    "satisfies": ('export default { schema: "a" } satisfies PrismaConfig', PrismaConfig("a")),
    "commonjs": ('module.exports = defineConfig({ "schema": "a" })', PrismaConfig("a")),
    "exports": ("module.exports = { schema: `a` }", PrismaConfig("a")),
    "json": ('{ "schema": "a", "migrations": { "path": "m" } }', PrismaConfig("a", "m")),
    "migrations": (
        'export default defineConfig({ migrations: { seed: "x", path: "db/m" }, schema: "db" })',
        PrismaConfig("db", "db/m"),
    ),
    "joined": ('export default { schema: path.join(__dirname, "..", "db") }', PrismaConfig("../db")),
    "resolved": ('export default { schema: resolve(import.meta.dirname, "db") }', PrismaConfig("db")),
    "current folder": ('export default { schema: path.join(process.cwd(), "db") }', PrismaConfig("db")),
    "added": ('const root = "db/";\nexport default { schema: root + "a.prisma" }', PrismaConfig("db/a.prisma")),
    "named object": ('const config = { schema: "a" };\nexport default config;', PrismaConfig("a")),
    "typed object": ('const c: PrismaConfig = { schema: "a" }\nexport default c', PrismaConfig("a")),
    "shorthand": ('const schema = "a"\nexport default { schema }', PrismaConfig("a")),
    "comments": (
        'export default {\n  // schema: "no"\n  /* schema: "no" */\n  schema: "yes", // so\n}',
        PrismaConfig("yes"),
    ),
    "nested names do not count": ('export default { views: { schema: "no" } }', PrismaConfig()),
    "escapes": ("export default { schema: 'it\\'s.prisma' }", PrismaConfig("it's.prisma")),
    "computed": (
        "export default { schema: process.env.SCHEMA, migrations: { path: pick() } }",
        PrismaConfig(computed=("schema", "migrations.path")),
    ),
    "a template with a hole": ("export default { schema: `${root}/a` }", PrismaConfig(computed=("schema",))),
    "a constant of itself": ("const a = a\nexport default { schema: a }", PrismaConfig(computed=("schema",))),
    "a word called join": ('export default { schema: strings.join("a") }', PrismaConfig(computed=("schema",))),
    "empty": ("", PrismaConfig()),
    "unclosed": ('export default { schema: "a"', PrismaConfig("a")),
    "huge": ("export default { schema: 'a' }" + " " * 300_000, PrismaConfig()),
}


@pytest.mark.parametrize("name", CASES)
def test_read(name: str) -> None:
    text, expected = CASES[name]
    assert read_prisma_config(text) == expected


SOURCE = st.lists(
    st.sampled_from(
        ["export default", "{", "}", "(", ")", "[", "]", ",", ":", "schema", "migrations", "path", '"a"', "const x =",
         "defineConfig", "join", "`", "'", "${", "/*", "//", "\n", "+", "\\", "é"]
    )
).map(" ".join)  # fmt: skip


@given(SOURCE | st.text())
def test_any_text_is_read(text: str) -> None:
    assert isinstance(read_prisma_config(text), PrismaConfig)


@pytest.mark.parametrize(
    ("file", "folder"),
    [
        ("app/prisma.config.ts", "app"),
        ("app/prisma7.config.mjs", "app"),
        ("app/.config/prisma7.ts", "app"),
        ("app/.config/prisma.cjs", "app"),
        ("app/.config/prisma.config.js", "app"),
        ("app/prisma.config/index.ts", "app"),
        ("app/.config/prisma/index.mts", "app"),
        ("app/.config/prisma.config/index.ts", "app"),
        ("app/prisma7.config/index.ts", None),
        ("app/prisma/index.ts", None),
        ("app/index.ts", None),
        ("app/prisma.config.py", None),
    ],
)
def test_what_a_file_configures(file: str, folder: str | None) -> None:
    assert configured_folder(Path(file)) == (Path(folder) if folder else None)
