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
    "a template of constants": (
        "const r = 'db'; export default { schema: `${r}/a.prisma` }",
        PrismaConfig("db/a.prisma"),
    ),
    "a template of the folder": ("export default { schema: `${__dirname}/db` }", PrismaConfig("./db")),
    "templates before": (
        "const url = `x://${user}:${pick({ a: `}` })}@host`\nexport default { schema: 'a' }",
        PrismaConfig("a"),
    ),
    "a regular expression before": (
        "const local = /[`'\"]{/.test(url)\nexport default { schema: 'a' }",
        PrismaConfig("a"),
    ),
    "the folder of an ES module": (
        "import { dirname, join } from 'node:path'\nimport { fileURLToPath } from 'node:url'\n"
        "const here = dirname(fileURLToPath(import.meta.url))\n"
        "export default defineConfig({ schema: join(here,'db','s.prisma'), migrations: { path: join(here,'db','m') } })",
        PrismaConfig("db/s.prisma", "db/m"),
    ),
    "the file, then its folder": (
        "const __filename = fileURLToPath(import.meta.url);\nconst __dirname = path.dirname(__filename);\n"
        "export default { schema: path.resolve(__dirname, '../db') }",
        PrismaConfig("../db"),
    ),
    "the folder above": ("export default { schema: path.join(path.dirname(__dirname), 'db') }", PrismaConfig("../db")),
    "new URL": (
        "const root = new URL('.', import.meta.url).pathname\nexport default { schema: `${root}db` }",
        PrismaConfig("./db"),
    ),
    "new URL of a file": (
        "export default { schema: fileURLToPath(new URL('./db/s.prisma', import.meta.url)) }",
        PrismaConfig("db/s.prisma"),
    ),
    "path.posix": ("import p from 'path'\nexport default { schema: p.posix.join('a', 'b') }", PrismaConfig("a/b")),
    "all of path": (
        "import * as p from 'node:path'\nexport default { schema: p.join('a', '/b') }",
        PrismaConfig("a/b"),
    ),
    "an alias": ("import { join as j } from 'path'\nexport default { schema: j('a', 'b') }", PrismaConfig("a/b")),
    "required": ("const { join: j } = require('path')\nmodule.exports = { schema: j('a', 'b') }", PrismaConfig("a/b")),
    "an environment variable with a default": (
        "export default { schema: process.env.SCHEMA ?? 'db/s.prisma', migrations: { path: env('M') || 'db/m' } }",
        PrismaConfig("db/s.prisma", "db/m"),
    ),
    "one inside a path": (
        "export default { migrations: { path: path.join('db', process.env['STAGE'] ?? 'main', 'migrations') } }",
        PrismaConfig(None, "db/main/migrations"),
    ),
    "a choice by the environment": (
        "const { SCHEMA } = process.env\nexport default { schema: SCHEMA ? SCHEMA : 'a' }",
        PrismaConfig("a"),
    ),
    "a choice between two": (
        "export default { schema: process.env.NODE_ENV === 'test' ? 'a' : 'b' }",
        PrismaConfig(computed=("schema",)),
    ),
    "a spread constant": (
        "const base = { schema: 'a' } as const\nexport default defineConfig({ ...base, migrations: { path: 'm' } })",
        PrismaConfig("a", "m"),
    ),
    "a spread over another": ("const b = { schema: 'b' }\nexport default { schema: 'a', ...b }", PrismaConfig("b")),
    "a spread of another file": (
        "import { base } from './base'\nexport default { ...base, migrations: { path: 'm' } }",
        PrismaConfig(None, "m", ("schema",)),
    ),
    "a spread that may be": (
        "export default { schema: 'a', ...(process.env.CI ? { engine: 'js' } : {}) }",
        PrismaConfig("a", computed=()),
    ),
    "members of a constant": (
        "const at = { schema: 'a', all: { m: 'm' } }\nexport default { schema: at.schema, migrations: { path: at.all['m'] } }",
        PrismaConfig("a", "m"),
    ),
    "typed": (
        "type P = { a: string }\nconst a = <const>'x'\nconst s: string = 'a'!\n"
        "export default ({ schema: s as string }) satisfies PrismaConfig",
        PrismaConfig("a"),
    ),
    "defineConfig under another name": (
        "import { defineConfig as prisma } from 'prisma/config'\nexport default prisma({ schema: 'a' })",
        PrismaConfig("a"),
    ),
    "compiled": (
        "const config_1 = require('prisma/config');\nexports.default = (0, config_1.defineConfig)({ schema: 'a' });",
        PrismaConfig("a"),
    ),
    "exported by name": ("const config = { schema: 'a' }\nexport { config as default }", PrismaConfig("a")),
    "export =": ("export = { schema: 'a' }", PrismaConfig("a")),
    "a function": ("export default () => ({ schema: 'a' })", PrismaConfig("a")),
    "a function with a body": (
        "const load = async () => { const dir = 'db'; return { schema: `${dir}/a` } }\nexport default await load()",
        PrismaConfig("db/a"),
    ),
    "a declared function": (
        "function config() {\n  return defineConfig({ schema: 'a' })\n}\nexport default config()",
        PrismaConfig("a"),
    ),
    "a function for one path": ("const at = () => 'a'\nexport default { schema: at() }", PrismaConfig("a")),
    "a getter of the database": (
        "export default { schema: 'a', migrate: { async url() { return 'x' } } }",
        PrismaConfig("a"),
    ),
    "another file": (
        "export { default } from './packages/db/prisma.config'",
        PrismaConfig(computed=("schema", "migrations.path")),
    ),
    "a package": (
        "import { base } from 'x'\nexport default base('db')",
        PrismaConfig(computed=("schema", "migrations.path")),
    ),
    "a variable that gets another value": (
        "let schema = 'a'\nif (process.env.CI) { schema = 'b' }\nexport default { schema }",
        PrismaConfig(computed=("schema",)),
    ),
    "no semicolons": ("const a = 'x'\nconst b = a\nconst c = 1\nexport default { schema: b }", PrismaConfig("x")),
    "kind of a file": (
        "export default { earlyAccess: true, schema: { kind: 'single', filePath: 'a' } }",
        PrismaConfig("a"),
    ),
    "of Prisma 8": (
        "import { definePrismaConfig } from 'prisma/config'\nimport { defineConfig as orm } from '@prisma/orm-postgres/config'\n"
        "export default definePrismaConfig({ orm: orm({ contract: './contract.prisma' }) })",
        PrismaConfig(is_prisma_8=True),
    ),
    "of Prisma 8, its section": ("export default { orm: {} }", PrismaConfig(is_prisma_8=True)),
    "of Prisma 8, with the schema of 7": (
        "export default defineConfig({ contract: prisma7Schema('prisma/schema.prisma') })",
        PrismaConfig(is_prisma_8=True),
    ),
    "a constant of itself": ("const a = a\nexport default { schema: a }", PrismaConfig(computed=("schema",))),
    "a word called join": ('export default { schema: strings.join("a") }', PrismaConfig(computed=("schema",))),
    "empty": ("", PrismaConfig()),
    "unclosed": ('export default { schema: "a"', PrismaConfig("a")),
    "huge": (
        "export default { schema: 'a' }" + " " * 300_000,
        PrismaConfig(computed=("schema", "migrations.path")),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_read(name: str) -> None:
    text, expected = CASES[name]
    assert read_prisma_config(text) == expected


SOURCE = st.lists(
    st.sampled_from(
        ["export default", "{", "}", "(", ")", "[", "]", ",", ":", "schema", "migrations", "path", '"a"', "const x =",
         "defineConfig", "join", "`", "'", "${", "/*", "//", "\n", "+", "\\", "é", "...", "x", "?", "??", "=>",
         "return", "function x", "as", "new URL", "import", "from", "require", "=", ".", "!", "const {", "exports."]
    ),
    max_size=40,
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
        ("prisma.config.ts", "."),
        (".config/prisma.ts", "."),
        ("index.ts", None),
    ],
)
def test_what_a_file_configures(file: str, folder: str | None) -> None:
    assert configured_folder(Path(file)) == (Path(folder) if folder else None)
