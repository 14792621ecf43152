#!/usr/bin/env python3
"""Write a realistic Prisma project (PostgreSQL) of a chosen size, for benchmarks.

    make_schema.py --size S --out DIR          one size   (S, M, L or XL)
    make_schema.py --size all --out DIR        DIR/S, DIR/M, DIR/L, DIR/XL
    make_schema.py --models 40 --lines 600 --migrations 30 --out DIR

        models    lines   small migrations (beside the init one)
    S       10      150      10
    M       80    1,200     100
    L      300    5,000     500
    XL   1,500   25,000   2,000

DIR gets  prisma/schema.prisma,  prisma/migrations/<stamp>_<name>/migration.sql,
prisma/migrations/migration_lock.toml  and  prisma.config.ts.

How it works: a set of models is drawn, its init migration is written, then the
small migrations are drawn one after the other as changes of that set (add or
drop a column, an index, a unique, a model with its foreign key, an enum value,
make a column required or optional, widen a type, add a default...), each written in
the SQL that `prisma migrate` writes. The schema is printed from the last state,
so replaying the whole folder gives that schema. The line count is exact (doc
comments fill what is missing). Same arguments and seed, same bytes. Standard
library only.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

SIZES = {
    "S": (10, 150, 10),
    "M": (80, 1_200, 100),
    "L": (300, 5_000, 500),
    "XL": (1_500, 25_000, 2_000),
}

NOUNS = (
    "User Organization Project Invoice Payment Order Product Customer Ticket Comment "
    "Session Account Address Shipment Coupon Review Category Message Channel Document "
    "Folder Report Webhook Event Task Team Role Policy Plan Subscription Device Asset "
    "Campaign Lead Contract Quote Refund Ledger Batch Snapshot"
).split()
PREFIXES = (
    "Billing Sales Support Catalog Internal Partner Vendor Archive Mobile Public "
    "Shared Legacy Regional Market Store Finance Audit Growth Content Media "
    "Search Logistics Warehouse Travel Health School Energy Retail Fleet Game "
    "Studio Legal People Cloud Edge Data Model Signal Open Core"
).split()

# (name, Prisma type, native attribute, SQL type, defaults to draw from)
SCALARS = [
    ("name", "String", "", "TEXT", []),
    ("title", "String", "", "TEXT", []),
    ("description", "String?", "", "TEXT", []),
    ("slug", "String", "@db.VarChar(191)", "VARCHAR(191)", []),
    ("status", "String", "", "TEXT", [('"active"', "'active'")]),
    ("note", "String?", "", "TEXT", []),
    ("position", "Int", "", "INTEGER", [("0", "0")]),
    ("quantity", "Int", "", "INTEGER", [("1", "1")]),
    ("amount", "Decimal", "@db.Decimal(12, 2)", "DECIMAL(12,2)", [("0", "0")]),
    ("total", "Decimal?", "", "DECIMAL(65,30)", []),
    ("rate", "Float", "", "DOUBLE PRECISION", [("1.5", "1.5")]),
    ("isActive", "Boolean", "", "BOOLEAN", [("true", "true")]),
    ("isDeleted", "Boolean", "", "BOOLEAN", [("false", "false")]),
    ("metadata", "Json?", "", "JSONB", []),
    ("settings", "Json", "", "JSONB", [('"{}"', "'{}'")]),
    ("startsAt", "DateTime?", "", "TIMESTAMP(3)", []),
    ("endsAt", "DateTime?", "@db.Timestamptz(6)", "TIMESTAMPTZ(6)", []),
    ("externalId", "String?", "@db.Uuid", "UUID", []),
    ("tags", "String[]", "", "TEXT[]", []),
    ("labels", "String[]", "", "TEXT[]", [("[]", "ARRAY[]::TEXT[]")]),
    ("viewCount", "BigInt", "", "BIGINT", [("0", "0")]),
    ("country", "String", "@db.Char(2)", "CHAR(2)", []),
    ("locale", "String", "", "TEXT", [('"en"', "'en'")]),
    ("checksum", "Bytes?", "", "BYTEA", []),
    ("score", "Int?", "", "INTEGER", []),
    ("weight", "Float?", "", "DOUBLE PRECISION", []),
    ("phone", "String?", "@db.VarChar(32)", "VARCHAR(32)", []),
    ("color", "String?", "", "TEXT", []),
    ("rank", "Int", "@db.SmallInt", "SMALLINT", [("0", "0")]),
    ("reference", "String", "", "TEXT", []),
]
DOCS = [
    "Kept for the yearly export; do not drop without telling finance.",
    "Filled by the nightly job.",
    "Shown on the dashboard.",
    "See ADR 14 on naming.",
    "Soft delete only: rows are purged after 90 days.",
    "Mirrors the value held by the payment provider.",
    "Indexed because the search page sorts on it.",
    "Legacy column name kept with a map.",
    "Written by the importer, read by the API.",
    "Personal data: mask it in logs.",
]
ENUM_WORDS = "DRAFT ACTIVE PENDING PAUSED DONE FAILED CANCELLED ARCHIVED OPEN CLOSED NEW HIDDEN".split()


def snake(name: str) -> str:
    out = []
    for i, c in enumerate(name):
        if c.isupper() and i:
            out.append("_")
        out.append(c.lower())
    return "".join(out)


def plural_snake(name: str) -> str:
    s = snake(name)
    return s[:-1] + "ies" if s.endswith("y") else s + "s"


def lower_first(name: str) -> str:
    return name[0].lower() + name[1:]


@dataclass
class Enum:
    name: str
    values: list[str]


@dataclass
class Field:
    name: str
    type: str  # with ? or []
    native: str = ""
    sql: str = ""
    default: tuple[str, str] | None = None  # (Prisma, SQL)
    column: str = ""
    unique: bool = False
    is_id: bool = False
    updated: bool = False
    doc: str = ""
    fk: bool = False

    @property
    def optional(self) -> bool:
        return self.type.endswith("?")

    @property
    def is_list(self) -> bool:
        return self.type.endswith("[]")

    @property
    def col(self) -> str:
        return self.column or self.name


@dataclass
class Relation:
    """`name` (a model field) through the scalar `fk` to `target.id`."""

    name: str
    fk: str
    target: Model
    back: str
    label: str = ""
    on_delete: str = ""  # Cascade, SetNull or empty
    one_to_one: bool = False


@dataclass
class Model:
    name: str
    table: str = ""
    id_kind: str = "cuid"
    fields: list[Field] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    backs: list[tuple[str, str, str]] = field(default_factory=list)  # name, type, label
    indexes: list[list[str]] = field(default_factory=list)
    uniques: list[list[str]] = field(default_factory=list)
    m2m: list[tuple[str, str]] = field(default_factory=list)  # name, other model
    doc: str = ""

    @property
    def db(self) -> str:
        return self.table or self.name

    def get(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)

    def taken(self) -> set[str]:
        return (
            {f.name for f in self.fields}
            | {r.name for r in self.relations}
            | {b[0] for b in self.backs}
            | {m[0] for m in self.m2m}
        )

    @property
    def id_sql(self) -> str:
        return {"int": "INTEGER", "bigint": "BIGINT", "uuid": "UUID"}.get(self.id_kind, "TEXT")

    @property
    def id_type(self) -> tuple[str, str]:
        return {
            "int": ("Int", ""),
            "bigint": ("BigInt", ""),
            "uuid": ("String", "@db.Uuid"),
        }.get(self.id_kind, ("String", ""))


class World:
    def __init__(self, rnd: random.Random, total: int, mean_scalars: float):
        self.rnd = rnd
        self.total = total
        self.mean = mean_scalars
        self.models: list[Model] = []
        self.enums: list[Enum] = []
        names = list(NOUNS)
        names += [p + n for p in PREFIXES for n in NOUNS]
        head = names[: min(10, total)]
        tail = names[10:]
        rnd.shuffle(tail)
        self.names = (head + tail)[:total]
        if len(self.names) < total:
            raise SystemExit("too many models asked for")
        self.next = 0

    # ---- drawing -----------------------------------------------------------

    def draw_scalar(self, m: Model, optional: bool = False) -> Field | None:
        r = self.rnd
        for _ in range(30):
            name, typ, native, sql, defaults = r.choice(SCALARS)
            if name in m.taken():
                name = name + r.choice(["Alt", "Old", "New", "Next", "Raw", "Code", "Two", "Base"])
                if name in m.taken():
                    continue
            if optional and not typ.endswith(("?", "[]")):
                typ += "?"
            f = Field(name, typ, native, sql)
            if defaults and not f.optional and r.random() < 0.7:
                f.default = r.choice(defaults)
            if self.enums and r.random() < 0.12 and not optional:
                e = r.choice(self.enums)
                f = Field(lower_first(e.name), e.name, "", f'"{e.name}"', (e.values[0], f"'{e.values[0]}'"))
                if f.name in m.taken():
                    continue
            if any(c.isupper() for c in f.name) and r.random() < 0.2:
                f.column = snake(f.name)
            return f
        return None

    def draw_relation(self, m: Model) -> Relation | None:
        r = self.rnd
        if not self.models:
            return None
        hubs = [h for h in self.models[:: max(1, min(40, len(self.models) // 3 or 1))] if len(h.backs) < 24]
        near = [n for n in self.models[-30:] if len(n.backs) < 8]
        pool = hubs if hubs and r.random() < 0.35 else near
        pool = [t for t in pool if t is not m]
        if not pool:
            return None
        t = r.choice(pool)
        base = lower_first(t.name)
        label = ""
        name = base
        if any(x.target is t for x in m.relations) or r.random() < 0.08:
            name = r.choice(["primary", "parent", "owner", "source", "reviewer"]) + t.name
            label = f"{m.name}_{name}"
        if any(x.target is t and not x.label for x in m.relations) and not label:
            return None
        if any(x.target is m for x in t.relations) and not label:
            label = f"{m.name}_{name}"
        if name in m.taken() or name + "Id" in m.taken():
            return None
        back = lower_first(m.name) + "s" if not label else lower_first(m.name) + "s" + name[0].upper() + name[1:]
        if back in t.taken():
            return None
        if len(f"{m.db}_{name}Id_fkey") > 60:
            return None
        rel = Relation(name, name + "Id", t, back, label)
        x = r.random()
        rel.on_delete = "Cascade" if x < 0.3 else ""
        rel.one_to_one = r.random() < 0.05
        return rel

    def attach(self, m: Model, rel: Relation, optional: bool) -> Field:
        t = rel.target
        typ, native = t.id_type
        f = Field(rel.fk, typ + ("?" if optional else ""), native, t.id_sql, fk=True, unique=rel.one_to_one)
        m.fields.append(f)
        m.relations.append(rel)
        t.backs.append((rel.back, m.name + ("?" if rel.one_to_one else "[]"), rel.label))
        return f

    def draw_enum(self) -> Enum:
        r = self.rnd
        base = self.rnd.choice(NOUNS) + r.choice(["Status", "Kind", "State", "Level", "Mode"])
        taken = {e.name for e in self.enums} | set(self.names)
        name, i = base, 2
        while name in taken:
            name, i = f"{base}{i}", i + 1
        e = Enum(name, r.sample(ENUM_WORDS, r.randint(3, 4)))
        self.enums.append(e)
        return e

    def draw_model(self) -> Model:
        r = self.rnd
        m = Model(self.names[self.next])
        self.next += 1
        if r.random() < 0.35:
            m.table = plural_snake(m.name)
        m.id_kind = r.choices(["cuid", "uuid", "int", "bigint"], [5, 3, 5, 1])[0]
        typ, native = m.id_type
        default = {
            "int": ("autoincrement()", "SERIAL"),
            "bigint": ("autoincrement()", "BIGSERIAL"),
            "uuid": ('dbgenerated("gen_random_uuid()")', "gen_random_uuid()"),
        }.get(m.id_kind, ("cuid()", ""))
        m.fields.append(Field("id", typ, native, m.id_sql, default, is_id=True))
        if m.name == "User":
            m.fields.append(Field("email", "String", "", "TEXT", unique=True))
        for _ in range(max(1, round(r.gauss(self.mean, 1.2)))):
            f = self.draw_scalar(m)
            if f:
                if f.name in ("slug", "externalId", "reference") and r.random() < 0.3:
                    f.unique = True
                m.fields.append(f)
        for _ in range(r.choices([0, 1, 2, 3], [2, 5, 3, 1])[0]):
            rel = self.draw_relation(m)
            if rel:
                opt = r.random() < 0.3
                if opt and rel.on_delete == "Cascade":
                    rel.on_delete = ""
                self.attach(m, rel, opt)
                if not rel.one_to_one and r.random() < 0.7:
                    m.indexes.append([rel.fk])
        if r.random() < 0.85:
            m.fields.append(Field("createdAt", "DateTime", "", "TIMESTAMP(3)", ("now()", "CURRENT_TIMESTAMP")))
        if r.random() < 0.7:
            m.fields.append(Field("updatedAt", "DateTime", "", "TIMESTAMP(3)", updated=True))
        if r.random() < 0.35:
            pick = [
                f.name
                for f in m.fields
                if not f.is_id and not f.is_list and not f.unique and not f.type.startswith(("Json", "Bytes"))
            ]
            if len(pick) >= 2:
                cols = r.sample(pick, 2)
                (m.uniques if r.random() < 0.3 else m.indexes).append(cols)
        if r.random() < 0.15:
            m.doc = r.choice(DOCS)
        self.models.append(m)
        return m

    def draw_m2m(self) -> tuple[Model, Model] | None:
        r = self.rnd
        near = self.models[-12:]
        if len(near) < 2:
            return None
        a, b = sorted(r.sample(near, 2), key=lambda x: x.name)
        na, nb = "linked" + b.name + "s", "linked" + a.name + "s"
        if na in a.taken() or nb in b.taken():
            return None
        if any(x.target is b for x in a.relations) or any(x.target is a for x in b.relations):
            return None
        if len(f"_{a.name}To{b.name}_AB_pkey") > 60:
            return None
        a.m2m.append((na, b.name))
        b.m2m.append((nb, a.name))
        return a, b


# ---- SQL, as `prisma migrate` writes it --------------------------------------


def q(s: str) -> str:
    return '"' + s + '"'


def column_sql(f: Field) -> str:
    out = f"{q(f.col)} "
    if f.is_id and f.default and f.default[1] in ("SERIAL", "BIGSERIAL"):
        return out + f.default[1] + " NOT NULL"
    out += f.sql
    if not f.optional and not f.is_list:
        out += " NOT NULL"
    if f.default and f.default[1]:
        out += f" DEFAULT {f.default[1]}"
    return out


def create_enum(e: Enum) -> str:
    vals = ", ".join(f"'{v}'" for v in e.values)
    return f'-- CreateEnum\nCREATE TYPE "{e.name}" AS ENUM ({vals});\n'


def create_table(m: Model) -> str:
    lines = [f"    {column_sql(f)}," for f in m.fields]
    return (
        f"-- CreateTable\nCREATE TABLE {q(m.db)} (\n"
        + "\n".join(lines)
        + f'\n\n    CONSTRAINT "{m.db}_pkey" PRIMARY KEY ("id")\n);\n'
    )


def index_name(m: Model, cols: list[str], suffix: str) -> str:
    name = f"{m.db}_{'_'.join(m.get(c).col for c in cols)}_{suffix}"
    if len(name) > 63:
        keep = 63 - len(suffix) - 1
        name = name[: len(name) - len(suffix) - 1][:keep] + "_" + suffix
    return name


def create_index(m: Model, cols: list[str], unique: bool) -> str:
    suffix = "key" if unique else "idx"
    cc = ", ".join(q(m.get(c).col) for c in cols)
    u = "UNIQUE " if unique else ""
    return f'-- CreateIndex\nCREATE {u}INDEX "{index_name(m, cols, suffix)}" ON {q(m.db)}({cc});\n'


def all_indexes(m: Model) -> list[str]:
    out = [create_index(m, [f.name], True) for f in m.fields if f.unique]
    out += [create_index(m, c, False) for c in m.indexes]
    out += [create_index(m, c, True) for c in m.uniques]
    return out


def add_fk(m: Model, r: Relation) -> str:
    f = m.get(r.fk)
    on_delete = "CASCADE" if r.on_delete == "Cascade" else ("SET NULL" if f.optional else "RESTRICT")
    return (
        f'-- AddForeignKey\nALTER TABLE {q(m.db)} ADD CONSTRAINT "{m.db}_{f.col}_fkey" FOREIGN KEY ({q(f.col)}) '
        f'REFERENCES {q(r.target.db)}("id") ON DELETE {on_delete} ON UPDATE CASCADE;\n'
    )


def m2m_sql(a: Model, b: Model) -> tuple[list[str], list[str], list[str]]:
    t = f"_{a.name}To{b.name}"
    table = [
        f'-- CreateTable\nCREATE TABLE "{t}" (\n    "A" {a.id_sql} NOT NULL,\n    "B" {b.id_sql} NOT NULL,\n\n'
        f'    CONSTRAINT "{t}_AB_pkey" PRIMARY KEY ("A","B")\n);\n'
    ]
    index = [f'-- CreateIndex\nCREATE INDEX "{t}_B_index" ON "{t}"("B");\n']
    fks = [
        f'-- AddForeignKey\nALTER TABLE "{t}" ADD CONSTRAINT "{t}_{k}_fkey" FOREIGN KEY ("{k}") REFERENCES '
        f'{q(x.db)}("id") ON DELETE CASCADE ON UPDATE CASCADE;\n'
        for k, x in (("A", a), ("B", b))
    ]
    return table, index, fks


def warn(lines: list[str]) -> str:
    return "/*\n  Warnings:\n\n" + "".join(f"  - {x}\n" for x in lines) + "\n*/\n"


# ---- the small migrations ----------------------------------------------------


def mutate(w: World, want_model: bool) -> tuple[str, str]:
    """One change of the world: (migration name, SQL)."""
    r = w.rnd
    if want_model:
        e = w.draw_enum() if r.random() < 0.12 else None
        m = w.draw_model()
        parts = ([create_enum(e)] if e else []) + [create_table(m)] + all_indexes(m)
        parts += [add_fk(m, x) for x in m.relations]
        return f"add_{snake(m.name)}", "\n".join(parts)
    for _ in range(200):
        m = r.choice(w.models)
        op = r.choices(
            [
                "add_optional",
                "add_default",
                "add_required",
                "index",
                "unique",
                "drop_index",
                "drop_column",
                "not_null",
                "nullable",
                "default",
                "widen",
                "enum_value",
                "relation",
                "two",
            ],
            [26, 14, 3, 14, 4, 4, 6, 4, 3, 5, 4, 5, 6, 4],
        )[0]
        if op == "add_optional":
            f = w.draw_scalar(m, optional=True)
            if not f:
                continue
            m.fields.append(f)
            return f"add_{snake(f.name)}_to_{snake(m.name)}", (
                f"-- AlterTable\nALTER TABLE {q(m.db)} ADD COLUMN     {column_sql(f)};\n"
            )
        if op == "add_default":
            f = w.draw_scalar(m)
            if not f or not f.default:
                continue
            m.fields.append(f)
            return f"add_{snake(f.name)}_to_{snake(m.name)}", (
                f"-- AlterTable\nALTER TABLE {q(m.db)} ADD COLUMN     {column_sql(f)};\n"
            )
        if op == "add_required":
            f = w.draw_scalar(m)
            if not f or f.default or f.optional or f.is_list:
                continue
            m.fields.append(f)
            return f"require_{snake(f.name)}_on_{snake(m.name)}", warn(
                [
                    f"Added the required column `{f.col}` to the `{m.db}` table without a default value. "
                    "This is not possible if the table is not empty.",
                ]
            ) + f"-- AlterTable\nALTER TABLE {q(m.db)} ADD COLUMN     {column_sql(f)};\n"
        if op == "two":
            a, b = w.draw_scalar(m, optional=True), w.draw_scalar(m, optional=True)
            if not a or not b or a.name == b.name:
                continue
            m.fields += [a, b]
            return f"extend_{snake(m.name)}", (
                f"-- AlterTable\nALTER TABLE {q(m.db)} ADD COLUMN     {column_sql(a)},\n"
                f"ADD COLUMN     {column_sql(b)};\n"
            )
        plain = [
            f
            for f in m.fields
            if not (f.is_id or f.fk or f.updated or f.is_list or f.unique)
            and f.name != "createdAt"
            and not f.type.startswith(("Json", "Bytes"))
        ]
        used = {c for cols in m.indexes + m.uniques for c in cols}
        if op in ("index", "unique"):
            free = [f for f in plain if f.name not in used]
            if not free or len(m.indexes) > 3:
                continue
            f = r.choice(free)
            if op == "index":
                m.indexes.append([f.name])
                return f"index_{snake(m.name)}_{snake(f.name)}", create_index(m, [f.name], False)
            f.unique = True
            return f"unique_{snake(m.name)}_{snake(f.name)}", warn(
                [
                    f"A unique constraint covering the columns `[{f.col}]` on the table `{m.db}` will be added. "
                    "If there are existing duplicate values, this will fail.",
                ]
            ) + create_index(m, [f.name], True)
        if op == "drop_index":
            if not m.indexes:
                continue
            cols = m.indexes.pop(r.randrange(len(m.indexes)))
            return f"drop_index_{snake(m.name)}", f'-- DropIndex\nDROP INDEX "{index_name(m, cols, "idx")}";\n'
        if op == "drop_column":
            free = [f for f in plain if f.name not in used]
            if len(plain) < 3 or not free:
                continue
            f = r.choice(free)
            m.fields.remove(f)
            return f"drop_{snake(f.name)}_from_{snake(m.name)}", warn(
                [
                    f"You are about to drop the column `{f.col}` on the `{m.db}` table. "
                    "All the data in the column will be lost.",
                ]
            ) + f"-- AlterTable\nALTER TABLE {q(m.db)} DROP COLUMN {q(f.col)};\n"
        if op == "not_null":
            opt = [f for f in plain if f.optional]
            if not opt:
                continue
            f = r.choice(opt)
            f.type = f.type[:-1]
            return f"require_{snake(f.name)}_on_{snake(m.name)}", warn(
                [
                    f"Made the column `{f.col}` on table `{m.db}` required, but there are existing NULL values.",
                ]
            ) + f"-- AlterTable\nALTER TABLE {q(m.db)} ALTER COLUMN {q(f.col)} SET NOT NULL;\n"
        if op == "nullable":
            req = [f for f in plain if not f.optional and not f.default]
            if not req:
                continue
            f = r.choice(req)
            f.type += "?"
            return f"optional_{snake(f.name)}_on_{snake(m.name)}", (
                f"-- AlterTable\nALTER TABLE {q(m.db)} ALTER COLUMN {q(f.col)} DROP NOT NULL;\n"
            )
        if op == "default":
            f = next((f for f in plain if f.sql == "INTEGER" and not f.default), None)
            if not f:
                continue
            f.default = ("7", "7")
            return f"default_{snake(m.name)}_{snake(f.name)}", (
                f"-- AlterTable\nALTER TABLE {q(m.db)} ALTER COLUMN {q(f.col)} SET DEFAULT 7;\n"
            )
        if op == "widen":
            f = next((f for f in plain if f.sql == "INTEGER"), None)
            if not f:
                continue
            f.sql, f.type = "BIGINT", "BigInt" + ("?" if f.optional else "")
            return f"widen_{snake(m.name)}_{snake(f.name)}", (
                f"-- AlterTable\nALTER TABLE {q(m.db)} ALTER COLUMN {q(f.col)} SET DATA TYPE BIGINT;\n"
            )
        if op == "enum_value":
            if not w.enums:
                continue
            e = r.choice(w.enums)
            v = next((v for v in ENUM_WORDS if v not in e.values), None)
            if not v or len(e.values) > 6:
                continue
            e.values.append(v)
            return f"extend_{snake(e.name)}", f"-- AlterEnum\nALTER TYPE \"{e.name}\" ADD VALUE '{v}';\n"
        if op == "relation":
            rel = w.draw_relation(m)
            if not rel or len(m.relations) > 4:
                continue
            rel.one_to_one, rel.on_delete = False, ""
            f = w.attach(m, rel, True)
            m.indexes.append([f.name])
            return f"link_{snake(m.name)}_to_{snake(rel.target.name)}", (
                f"-- AlterTable\nALTER TABLE {q(m.db)} ADD COLUMN     {column_sql(f)};\n\n"
                + create_index(m, [f.name], False)
                + "\n"
                + add_fk(m, rel)
            )
    raise RuntimeError("no change could be drawn")


# ---- schema.prisma -----------------------------------------------------------

HEADER = """// This file was written by make_schema.py: a benchmark schema, not a product.

generator client {
  provider = "prisma-client"
  output   = "../generated/prisma"
}

datasource db {
  provider = "postgresql"
}
"""


def field_row(f: Field) -> tuple[str, str, str]:
    attrs = []
    if f.is_id:
        attrs.append("@id")
    if f.unique:
        attrs.append("@unique")
    if f.default:
        attrs.append(f"@default({f.default[0]})")
    if f.updated:
        attrs.append("@updatedAt")
    if f.column:
        attrs.append(f'@map("{f.column}")')
    if f.native:
        attrs.append(f.native)
    return f.name, f.type, " ".join(attrs)


def print_model(m: Model) -> list[str]:
    rows: list[tuple[str, str, str] | str] = []
    for f in m.fields:
        if f.doc:
            rows.append(f"  /// {f.doc}")
        rows.append(field_row(f))
        if f.fk:
            r = next(x for x in m.relations if x.fk == f.name)
            args = ([f'"{r.label}"'] if r.label else []) + [f"fields: [{r.fk}]", "references: [id]"]
            if r.on_delete:
                args.append(f"onDelete: {r.on_delete}")
            rows.append((r.name, r.target.name + ("?" if f.optional else ""), f"@relation({', '.join(args)})"))
    for name, typ, label in m.backs:
        rows.append((name, typ, f'@relation("{label}")' if label else ""))
    for name, other in m.m2m:
        rows.append((name, other + "[]", ""))
    w0 = max(len(r[0]) for r in rows if not isinstance(r, str))
    w1 = max(len(r[1]) for r in rows if not isinstance(r, str))
    out = [f"/// {m.doc}"] if m.doc else []
    out.append(f"model {m.name} {{")
    for r in rows:
        out.append(r if isinstance(r, str) else f"  {r[0]:<{w0}} {r[1]:<{w1}} {r[2]}".rstrip())
    tail = [f"  @@unique([{', '.join(c)}])" for c in m.uniques]
    tail += [f"  @@index([{', '.join(c)}])" for c in m.indexes]
    if m.table:
        tail.append(f'  @@map("{m.table}")')
    if tail:
        out += ["", *tail]
    out += ["}", ""]
    return out


def print_schema(w: World) -> list[str]:
    out = [*HEADER.splitlines(), ""]
    enums = list(w.enums)
    step = max(1, len(w.models) // (len(enums) + 1))
    for i, m in enumerate(w.models):
        out += print_model(m)
        if i % step == step - 1 and enums:
            e = enums.pop(0)
            out += [f"enum {e.name} {{"] + [f"  {v}" for v in e.values] + ["}", ""]
    for e in enums:
        out += [f"enum {e.name} {{"] + [f"  {v}" for v in e.values] + ["}", ""]
    while out and not out[-1]:
        out.pop()
    return out


# ---- putting it together -----------------------------------------------------


def build(models: int, migrations: int, seed: int, mean: float):
    rnd = random.Random(f"{seed}/{models}/{migrations}/{mean:.3f}")
    w = World(rnd, models, mean)
    later = max(1, round(models * 0.15)) if migrations else 0
    later = min(later, migrations)
    for _ in range(max(1, (models - later) // 14)):
        w.draw_enum()
    for _ in range(models - later):
        w.draw_model()
    tables, index, fks = [], [], []
    pairs = []
    for _ in range(models // 30):
        p = w.draw_m2m()
        if p:
            pairs.append(p)
    parts = [create_enum(e) for e in w.enums]
    for m in w.models:
        tables.append(create_table(m))
        index += all_indexes(m)
        fks += [add_fk(m, x) for x in m.relations]
    for a, b in pairs:
        t, i, k = m2m_sql(a, b)
        tables += t
        index += i
        fks += k
    steps = [("init", "\n".join(parts + tables + index + fks))]
    at = set(rnd.sample(range(migrations), later)) if migrations else set()
    for i in range(migrations):
        steps.append(mutate(w, i in at))
    return w, steps


def pad(w: World, lines: int, rnd: random.Random) -> list[str]:
    out = print_schema(w)
    while len(out) < lines:
        free = [(m, f) for m in w.models for f in m.fields if not f.doc and not f.is_id]
        if not free or lines - len(out) < 1:
            out += ["// end of file"] * (lines - len(out))
            break
        for _, f in rnd.sample(free, min(len(free), lines - len(out))):
            f.doc = rnd.choice(DOCS)
        out = print_schema(w)
    return out


def generate(models: int, lines: int, migrations: int, seed: int):
    best = None
    lo, hi = 0.5, 14.0
    for _ in range(9):
        mid = (lo + hi) / 2
        w, steps = build(models, migrations, seed, mid)
        n = len(print_schema(w))
        if n <= lines:
            best, lo = (w, steps), mid
        else:
            hi = mid
    if best is None:
        raise SystemExit(f"{models} models do not fit in {lines} lines")
    w, steps = best
    return w, steps, pad(w, lines, random.Random(seed))


def write(out: Path, models: int, lines: int, migrations: int, seed: int) -> dict:
    w, steps, text = generate(models, lines, migrations, seed)
    prisma = out / "prisma"
    mig = prisma / "migrations"
    if mig.exists():
        shutil.rmtree(mig)
    mig.mkdir(parents=True)
    (prisma / "schema.prisma").write_text("\n".join(text) + "\n", encoding="utf-8")
    (mig / "migration_lock.toml").write_text(
        "# Please do not edit this file manually\n"
        "# It should be added in your version-control system (e.g., Git)\n"
        'provider = "postgresql"\n',
        encoding="utf-8",
    )
    (out / "prisma.config.ts").write_text(
        "export default {\n  schema: 'prisma/schema.prisma',\n  migrations: { path: 'prisma/migrations' },\n"
        "  datasource: { url: 'postgresql://user:password@localhost:5432/bench' },\n}\n",
        encoding="utf-8",
    )
    t = datetime(2023, 1, 9, 9, 0, 0)
    size = 0
    for name, sql in steps:
        d = mig / f"{t:%Y%m%d%H%M%S}_{name[:80]}"
        d.mkdir()
        (d / "migration.sql").write_text(sql, encoding="utf-8")
        size += len(sql.encode())
        t += timedelta(hours=7, minutes=13, seconds=11)
    return {
        "models": len(w.models),
        "enums": len(w.enums),
        "lines": len(text),
        "schema_bytes": len("\n".join(text).encode()) + 1,
        "relations": sum(len(m.relations) for m in w.models),
        "indexes": sum(len(all_indexes(m)) for m in w.models),
        "migrations": len(steps),
        "sql_bytes": size,
        "init_bytes": len(steps[0][1].encode()),
    }


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--size", choices=[*SIZES, "all"])
    p.add_argument("--models", type=int)
    p.add_argument("--lines", type=int)
    p.add_argument("--migrations", type=int)
    p.add_argument("--seed", type=int, default=7)
    p.add_argument("--out", type=Path, required=True)
    a = p.parse_args()
    if a.size == "all":
        for s, (m, n, k) in SIZES.items():
            print(s, json.dumps(write(a.out / s, m, n, k, a.seed)))
        return
    m, n, k = SIZES.get(a.size or "S")
    m, n = a.models or m, a.lines or n
    k = k if a.migrations is None else a.migrations
    print(json.dumps(write(a.out, m, n, k, a.seed)))


if __name__ == "__main__":
    main()
