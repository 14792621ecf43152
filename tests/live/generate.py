"""Random pairs of MySQL schemas: one, and the same after some edits. One seed gives one pair."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random

from attrs import define, field

# Prisma's type and native type, and the defaults that fit it.
TYPES: dict[tuple[str, str], tuple[str, ...]] = {
    ("Int", ""): ("1", "42"),
    ("Int", "@db.SmallInt"): ("7",),
    ("Int", "@db.TinyInt"): ("3",),
    ("Int", "@db.UnsignedInt"): ("8",),
    ("Int", "@db.MediumInt"): (),
    ("BigInt", ""): ("5",),
    ("BigInt", "@db.UnsignedBigInt"): ("9",),
    ("String", ""): ('"a"', '"it\'s"', '"C:\\\\x"', 'dbgenerated("(uuid())")'),
    ("String", "@db.VarChar(50)"): ('"b"', '"%"'),
    ("String", "@db.Char(10)"): ('"c"',),
    ("String", "@db.Text"): (),
    ("String", "@db.LongText"): (),
    ("Boolean", ""): ("true", "false"),
    ("Boolean", "@db.Bit(1)"): (),
    ("Float", ""): ("0.5", "2"),
    ("Float", "@db.Float"): ("1.25",),
    ("Decimal", ""): ("1.50", "-3"),
    ("Decimal", "@db.Decimal(10, 2)"): ("2.75",),
    ("DateTime", ""): ("now()",),
    ("DateTime", "@db.DateTime(0)"): ("now()",),
    ("DateTime", "@db.Timestamp(6)"): ("now()",),
    ("DateTime", "@db.Date"): (),
    ("DateTime", "@db.Time(0)"): (),
    ("Int", "@db.Year"): (),
    ("Json", ""): ('"{}"',),
    ("Bytes", ""): (),
    ("Bytes", "@db.VarBinary(20)"): ('"aGk="',),
    ("Kind", ""): ("A",),
    ("Kind?", ""): (),
}
UNINDEXABLE = {("String", "@db.Text"), ("String", "@db.LongText"), ("Json", ""), ("Bytes", "")}
KEYS = (
    "Int @id @default(autoincrement())",
    "Int @id",
    "BigInt @id @default(autoincrement())",
    "String @id @default(cuid())",
)
ACTIONS = ("", ", onDelete: Cascade", ", onDelete: Restrict", ", onDelete: NoAction, onUpdate: NoAction")
FIELD_NAMES = tuple("abcdefgh")
MODEL_NAMES = ("User", "Post", "Tag", "order", "Team")


@define
class Field:
    type: tuple[str, str]
    optional: bool = False
    default: str = ""


@define
class Relation:
    target: str
    optional: bool
    action: str


@define
class Model:
    key: str
    fields: dict[str, Field] = field(factory=dict)
    indexes: dict[tuple[str, ...], str] = field(factory=dict)
    relations: dict[str, Relation] = field(factory=dict)
    composite: bool = False


@define
class Schema:
    models: dict[str, Model] = field(factory=dict)
    values: list[str] = field(factory=lambda: ["A", "B"])


def random_pair(seed: int) -> tuple[str, str]:
    """Two schemas without their datasource."""
    random = Random(seed)
    before = Schema()
    for _ in range(random.randint(4, 40)):
        random.choice(EDITS)(before, random)
    after = deepcopy(before)
    for _ in range(random.randint(1, 8)):
        random.choice(EDITS)(after, random)
    return render(before), render(after)


def add_model(schema: Schema, random: Random) -> None:
    name = random.choice(MODEL_NAMES)
    schema.models.setdefault(name, Model(key=random.choice(KEYS), composite=random.random() < 0.15))


def drop_model(schema: Schema, random: Random) -> None:
    if len(schema.models) > 2:
        del schema.models[random.choice(list(schema.models))]


def set_field(schema: Schema, random: Random) -> None:
    model = some_model(schema, random)
    type_ = random.choice(list(TYPES))
    default = random.choice(("", *TYPES[type_]))
    model.fields[random.choice(FIELD_NAMES)] = Field(type_, random.random() < 0.4, default)


def change_default(schema: Schema, random: Random) -> None:
    for column in some_model(schema, random).fields.values():
        if random.random() < 0.5:
            column.default = random.choice(("", *TYPES[column.type]))


def change_arity(schema: Schema, random: Random) -> None:
    for column in some_model(schema, random).fields.values():
        if random.random() < 0.5:
            column.optional = not column.optional


def drop_field(schema: Schema, random: Random) -> None:
    model = some_model(schema, random)
    if model.fields:
        del model.fields[random.choice(list(model.fields))]


def set_index(schema: Schema, random: Random) -> None:
    model = some_model(schema, random)
    names = [*model.fields, *(f"{r}Id" for r in model.relations)]
    if names:
        columns = tuple(random.sample(names, random.randint(1, min(3, len(names)))))
        own = f'@@index([{{}}], map: "own_{"-".join(columns)}")'
        kind = random.choice(("@@index([{}])", "@@unique([{}])", own))
        model.indexes[columns] = kind


def drop_index(schema: Schema, random: Random) -> None:
    model = some_model(schema, random)
    if model.indexes:
        del model.indexes[random.choice(list(model.indexes))]


def set_relation(schema: Schema, random: Random) -> None:
    model = some_model(schema, random)
    target = random.choice(list(schema.models))
    model.relations[random.choice(("owner", "parent"))] = Relation(
        target, random.random() < 0.5, random.choice(ACTIONS)
    )


def drop_relation(schema: Schema, random: Random) -> None:
    model = some_model(schema, random)
    if model.relations:
        del model.relations[random.choice(list(model.relations))]


def change_key(schema: Schema, random: Random) -> None:
    model = some_model(schema, random)
    model.key, model.composite = random.choice(KEYS), random.random() < 0.2


def change_values(schema: Schema, random: Random) -> None:
    schema.values = ["A", *random.sample(["B", "C", "D"], random.randint(0, 3))]


Edit = Callable[[Schema, Random], None]
EDITS: tuple[Edit, ...] = (
    add_model,
    add_model,
    drop_model,
    *[set_field] * 6,
    change_default,
    change_arity,
    drop_field,
    *[set_index] * 3,
    drop_index,
    *[set_relation] * 2,
    drop_relation,
    change_key,
    change_values,
)


def some_model(schema: Schema, random: Random) -> Model:
    if not schema.models:
        add_model(schema, random)
    return schema.models[random.choice(list(schema.models))]


def render(schema: Schema) -> str:
    """The schema's text; what an earlier edit has left without its counterpart is left out."""
    models = (f"model {name} {{\n  " + "\n  ".join(_lines(schema, name)) + "\n}\n" for name in schema.models)
    return "".join(models) + "enum Kind {\n  " + "\n  ".join(schema.values) + "\n}\n"


def _lines(schema: Schema, name: str) -> list[str]:
    model = schema.models[name]
    lines = [f"id {model.key}"]
    if model.composite:
        lines = [f"id {model.key.split()[0]}", "part Int", "@@id([id, part])"]
    lines += (_field_line(field_name, model.fields[field_name]) for field_name in model.fields)
    columns = {n for n, f in model.fields.items() if f.type not in UNINDEXABLE}
    for relation_name, relation in model.relations.items():
        if _is_possible(schema, relation):
            lines += _relation_lines(schema, name, relation_name, relation)
            columns.add(f"{relation_name}Id")
    lines += (kind.format(", ".join(names)) for names, kind in model.indexes.items() if set(names) <= columns)
    for other, source in schema.models.items():
        lines += (
            f'{r}Of{other} {other}[] @relation("{other}_{r}")'
            for r, relation in source.relations.items()
            if relation.target == name and _is_possible(schema, relation)
        )
    return lines


def _is_possible(schema: Schema, relation: Relation) -> bool:
    return relation.target in schema.models and not schema.models[relation.target].composite


def _field_line(name: str, column: Field) -> str:
    type_, native = column.type
    optional = "?" if column.optional and not type_.endswith("?") else ""
    default = f"@default({column.default})" if column.default else ""
    return f"{name} {type_}{optional} {default} {native}"


def _relation_lines(schema: Schema, model: str, name: str, relation: Relation) -> list[str]:
    key = schema.models[relation.target].key.split()[0]
    optional = "?" if relation.optional else ""
    return [
        f"{name}Id {key}{optional}",
        f'{name} {relation.target}{optional} @relation("{model}_{name}", fields: [{name}Id], references: [id]{relation.action})',
    ]
