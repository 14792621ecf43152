"""Random pairs of Prisma schemas: a schema, and what a few edits make of it. The same seed gives the same pair.

Not every schema is valid: the oracle says which are.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from attrs import define, evolve, field

NATIVE_TYPES = {
    "postgresql": {
        "String": ["Text", "VarChar", "VarChar(255)", "VarChar(10)", "Char", "Char(10)", "Uuid", "Inet", "Xml", "Citext",
                   "Bit", "Bit(8)", "VarBit", "VarBit(8)"],
        "Boolean": ["Boolean"],
        "Int": ["Integer", "SmallInt", "Oid"],
        "BigInt": ["BigInt"],
        "Float": ["DoublePrecision", "Real"],
        "Decimal": ["Decimal", "Decimal(10,2)", "Decimal(8,0)", "Decimal(65,30)", "Money"],
        "DateTime": ["Timestamp(3)", "Timestamp(6)", "Timestamp", "Timestamptz(3)", "Timestamptz", "Date", "Time(3)",
                     "Time", "Timetz(6)"],
        "Json": ["JsonB", "Json"],
        "Bytes": ["ByteA"],
    },
    "cockroachdb": {
        "String": ["String", "String(255)", "String(10)", "Char(10)", "Uuid", "Inet", "Bit(8)", "VarBit", "VarBit(8)",
                   "CatalogSingleChar"],
        "Boolean": ["Bool"],
        "Int": ["Int4", "Int2", "Oid"],
        "BigInt": ["Int8"],
        "Float": ["Float8", "Float4"],
        "Decimal": ["Decimal", "Decimal(10,2)", "Decimal(65,30)"],
        "DateTime": ["Timestamp(3)", "Timestamp(6)", "Timestamp", "Timestamptz(3)", "Date", "Time(3)", "Time", "Timetz"],
        "Json": ["JsonB"],
        "Bytes": ["Bytes"],
    },
    "sqlite": {},
}  # fmt: skip
SCALARS = ("String", "Boolean", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes")
_NAMES = (
    "name",
    "title",
    "body",
    "email",
    "count",
    "price",
    "createdAt",
    "data",
    "state",
    "note",
    "code",
    "flag",
    "raw",
)
_MODELS = ("User", "Post", "Tag", "order_item", "Team", "Log", "Profile")
_ENUMS = ("Role", "Kind", "Status")
_VALUES = ("USER", "ADMIN", "MOD", "draft", "Live", "GONE")
_ACTIONS = ("Cascade", "Restrict", "NoAction", "SetNull", "SetDefault")
_DEFAULTS: dict[str, Sequence[str]] = {
    "String": ('"x"', '"it\'s"', '""', "uuid()", "cuid()", 'dbgenerated("gen_random_uuid()")', 'dbgenerated("upper(\'a\')")',
               "nanoid()", "ulid()"),
    "Boolean": ("true", "false"),
    "Int": ("0", "1", "-7", "autoincrement()", 'dbgenerated("1 + 1")'),
    "BigInt": ("0", "9007199254740993", "autoincrement()"),
    "Float": ("0", "1.5", "-2.25", "3"),
    "Decimal": ("0", "1.5", "12345678901234567890.5"),
    "DateTime": ("now()", '"2020-01-01T00:00:00+00:00"', 'dbgenerated("now()")'),
    "Json": ('"{}"', '"[1, 2]"', '"{\\"a\\": 1}"'),
    "Bytes": ('"aGVsbG8="', '""'),
}  # fmt: skip
_LIST_DEFAULTS: dict[str, Sequence[str]] = {
    "String": ("[]", '["a", "b"]'),
    "Int": ("[1, 2]", "[]"),
    "BigInt": ("[1]",),
    "Boolean": ("[true, false]",),
    "Float": ("[1.5]",),
    "Decimal": ("[1.5, 2]",),
    "DateTime": ('["2020-01-01T00:00:00+00:00"]',),
    "Json": ('["{}"]',),
    "Bytes": ('["aGVsbG8="]',),
}


@define
class Field:
    name: str
    type: str
    arity: str = ""
    native: str = ""
    default: str = ""
    map: str = ""
    unique: str = ""  # empty, or the attribute's arguments in parentheses
    updated: bool = False
    ignored: bool = False

    def text(self) -> str:
        parts = [self.name, self.type + self.arity]
        parts += [f"@default({self.default})"] if self.default else []
        parts += ["@updatedAt"] if self.updated else []
        parts += [f"@unique{self.unique.removesuffix('-')}"] if self.unique else []
        parts += [f'@map("{self.map}")'] if self.map else []
        parts += [f"@db.{self.native}"] if self.native else []
        parts += ["@ignore"] if self.ignored else []
        return "  " + " ".join(parts)


@define
class Index:
    kind: str  # index, unique
    fields: tuple[str, ...]  # with their arguments
    arguments: tuple[str, ...] = ()

    def text(self) -> str:
        fields = ", ".join(self.fields)
        return f"  @@{self.kind}({', '.join((f'[{fields}]', *self.arguments))})"

    def names(self) -> set[str]:
        return {f.split("(")[0] for f in self.fields}


@define
class Model:
    name: str
    key: list[Field]
    key_map: str = ""
    fields: list[Field] = field(factory=list)
    indexes: list[Index] = field(factory=list)
    map: str = ""
    schema: str = ""
    ignored: bool = False

    def all_fields(self) -> list[Field]:
        return [*self.key, *self.fields]


@define
class Relation:
    kind: str  # one, many, both (many to many)
    owner: str
    target: str
    name: str
    optional: bool = False
    delete: str = ""
    update: str = ""
    map: str = ""
    column_map: str = ""
    reference: str = ""  # a unique field of the target instead of its id


@define
class Enum:
    name: str
    values: list[tuple[str, str]]
    map: str = ""
    schema: str = ""


@define
class Schema:
    provider: str
    models: list[Model] = field(factory=list)
    enums: list[Enum] = field(factory=list)
    relations: list[Relation] = field(factory=list)
    relation_mode: str = ""
    schemas: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()

    def model(self, name: str) -> Model | None:
        return next((m for m in self.models if m.name == name), None)

    def text(self) -> str:
        return "\n\n".join(self._blocks()) + "\n"

    def _blocks(self) -> Iterator[str]:
        lines = [f'  provider = "{self.provider}"']
        lines += [f'  relationMode = "{self.relation_mode}"'] if self.relation_mode else []
        quoted = ", ".join(f'"{s}"' for s in self.schemas)
        lines += [f"  schemas = [{quoted}]"] if self.schemas else []
        lines += [f"  extensions = [{', '.join(self.extensions)}]"] if self.extensions else []
        yield "datasource db {\n" + "\n".join(lines) + "\n}"
        if self.extensions:
            yield 'generator client {\n  provider = "prisma-client-js"\n  previewFeatures = ["postgresqlExtensions"]\n}'
        for enum in self.enums:
            lines = [f"  {v}" + (f' @map("{m}")' if m else "") for v, m in enum.values]
            yield self._block("enum", enum.name, lines, enum.map, enum.schema)
        for model in self.models:
            yield self._model(model)

    def _block(self, kind: str, name: str, lines: list[str], mapped: str, schema: str) -> str:
        tail = [f'  @@map("{mapped}")'] if mapped else []
        tail += [f'  @@schema("{schema}")'] if self.schemas else []
        return f"{kind} {name} {{\n" + "\n".join([*lines, *tail]) + "\n}"

    def _model(self, model: Model) -> str:
        lines = []
        for one in model.key:
            text = one.text()
            if len(model.key) == 1:
                named = f'(map: "{model.key_map}")' if model.key_map else ""
                text = text.replace(f"{one.name} {one.type}", f"{one.name} {one.type} @id{named}", 1)
            lines.append(text)
        lines += [f.text() for f in model.fields if self._known(f.type)]
        lines += self._relation_fields(model)
        if len(model.key) > 1:
            named = f', map: "{model.key_map}"' if model.key_map else ""
            lines.append(f"  @@id([{', '.join(f.name for f in model.key)}]{named})")
        names = {f.name for f in model.all_fields() if self._known(f.type)}
        lines += [i.text() for i in model.indexes if i.names() <= names]
        lines += ["  @@ignore"] if model.ignored else []
        return self._block("model", model.name, lines, model.map, model.schema)

    def _known(self, type_: str) -> bool:
        return type_ in SCALARS or type_.startswith("Unsupported") or any(e.name == type_ for e in self.enums)

    def _relation_fields(self, model: Model) -> Iterator[str]:
        for r in self.relations:
            owner, target = self.model(r.owner), self.model(r.target)
            if owner is None or target is None:
                continue
            if owner is model:
                yield from self._owning(r, target)
            if target is model:
                yield self._inverse(r)

    def _owning(self, r: Relation, target: Model) -> Iterator[str]:
        if r.kind == "both":
            yield f'  {r.name}_to {r.target}[] @relation("{r.name}")'
            return
        keys = [f for f in target.fields if f.name == r.reference and f.unique] or target.key
        question = "?" if r.optional else ""
        columns = [f"{r.name}_{f.name}" for f in keys]
        for name, f in zip(columns, keys, strict=True):
            unique = " @unique" if r.kind == "one" and len(columns) == 1 else ""
            mapped = f' @map("{r.column_map}")' if r.column_map and len(columns) == 1 else ""
            yield f"  {name} {f.type}{question}{unique}{mapped}" + (f" @db.{f.native}" if f.native else "")
        arguments = [f"fields: [{', '.join(columns)}]", f"references: [{', '.join(f.name for f in keys)}]"]
        arguments += [f"onDelete: {r.delete}"] if r.delete else []
        arguments += [f"onUpdate: {r.update}"] if r.update else []
        arguments += [f'map: "{r.map}"'] if r.map else []
        yield f'  {r.name}_to {r.target}{question} @relation("{r.name}", {", ".join(arguments)})'
        if r.kind == "one" and len(columns) > 1:
            yield f"  @@unique([{', '.join(columns)}])"

    def _inverse(self, r: Relation) -> str:
        arity = "?" if r.kind == "one" else "[]"
        return f'  {r.name}_of {r.owner}{arity} @relation("{r.name}")'


def pair(seed: int, provider: str) -> tuple[str, str]:
    """Two schemas: the second is the first after one to six edits."""
    chance = random.Random(f"{provider} {seed}")
    maker = _Maker(chance, provider)
    before = maker.schema()
    text = before.text()
    for _ in range(chance.choice((1, 1, 2, 3, 4, 6))):
        chance.choice(maker.edits)(before)
    return text, before.text()


class _Maker:
    def __init__(self, chance: random.Random, provider: str) -> None:
        self.chance = chance
        self.provider = provider
        self.rich = provider != "sqlite"
        self.count = 0
        ordinary: list[Callable[[Schema], None]] = [
            self.add_field, self.add_field, self.drop_field, self.retype_field, self.retype_field, self.change_arity,
            self.change_default, self.change_default, self.map_field, self.rename_field, self.toggle_unique,
            self.add_index, self.add_index, self.change_index, self.drop_index, self.rename_index, self.add_model,
            self.drop_model, self.rename_model, self.map_model, self.change_key, self.change_key_type, self.map_key,
            self.add_relation, self.add_relation, self.drop_relation, self.change_relation, self.change_relation,
            self.reorder, self.ignore, self.switch_relation_mode, self.add_enum, self.drop_enum, self.change_enum,
            self.change_enum, self.rename_enum,
        ]  # fmt: skip
        self.edits = [*ordinary, self.move_schema, self.change_extensions] if self.rich else ordinary

    def few(self, most: int) -> range:
        return range(self.chance.randint(0, most))

    def likely(self, probability: float) -> bool:
        return self.chance.random() < probability

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    # --- whole schemas ---

    def schema(self) -> Schema:
        made = Schema(self.provider)
        if self.rich and self.likely(0.12):
            made.schemas = ("app", "audit")
        if self.likely(0.06):
            made.relation_mode = "prisma"
        for _ in self.few(2):
            self.add_enum(made)
        for _ in range(self.chance.randint(1, 3)):
            self.add_model(made)
        for _ in self.few(3):
            self.add_relation(made)
        return made

    def _schema_name(self, schema: Schema) -> str:
        return self.chance.choice(schema.schemas) if schema.schemas else ""

    # --- enums ---

    def add_enum(self, schema: Schema) -> None:
        free = [n for n in _ENUMS if not any(e.name == n for e in schema.enums)]
        if free:
            values = self.chance.sample(_VALUES, self.chance.randint(1, 4))
            mapped = [(v, v.lower() + "_db" if self.likely(0.15) else "") for v in values]
            name = self.chance.choice(free)
            schema.enums.append(Enum(name, mapped, name.lower() if self.likely(0.1) else "", self._schema_name(schema)))

    def drop_enum(self, schema: Schema) -> None:
        if schema.enums:
            schema.enums.remove(self.chance.choice(schema.enums))

    def rename_enum(self, schema: Schema) -> None:
        if schema.enums:
            enum = self.chance.choice(schema.enums)
            old, enum.name = enum.name, self.fresh("Renamed")
            if self.likely(0.4):
                enum.map = enum.map or old
            for f in self._fields(schema):
                f.type = enum.name if f.type == old else f.type

    def change_enum(self, schema: Schema) -> None:
        if not schema.enums:
            return
        enum = self.chance.choice(schema.enums)
        for _ in range(self.chance.randint(1, 3)):
            what = self.chance.choice(("add", "drop", "rename", "shuffle", "map"))
            if what == "add":
                free = [v for v in _VALUES if v not in {n for n, _ in enum.values}]
                if free:
                    enum.values.insert(self.chance.randint(0, len(enum.values)), (self.chance.choice(free), ""))
            elif what == "drop" and len(enum.values) > 1:
                enum.values.remove(self.chance.choice(enum.values))
            elif what == "rename":
                enum.values[self.chance.randrange(len(enum.values))] = (self.fresh("V"), "")
            elif what == "map":
                at = self.chance.randrange(len(enum.values))
                enum.values[at] = (enum.values[at][0], self.fresh("mapped"))
            else:
                self.chance.shuffle(enum.values)

    # --- fields ---

    def field(self, schema: Schema, name: str) -> Field:
        made = Field(name, self.chance.choice(SCALARS))
        if schema.enums and self.likely(0.25):
            made.type = self.chance.choice(schema.enums).name
        elif self.rich and self.likely(0.03):
            made.type = f'Unsupported("{self.chance.choice(("tsvector", "circle"))}")'
            made.arity = "?"
            return made
        made.arity = self.chance.choice(("", "", "?", "[]" if self.rich else "?"))
        self._native(made)
        self._default(schema, made)
        made.map = f"{name}_col" if self.likely(0.1) else ""
        if made.arity != "[]" and made.type in ("String", "Int", "BigInt", "DateTime") and self.likely(0.15):
            made.unique = self.chance.choice(("-", "-", f'(map: "{self.fresh("uq_")}")'))
        made.updated = made.type == "DateTime" and not made.arity and self.likely(0.2)
        return made

    def _native(self, made: Field) -> None:
        natives = NATIVE_TYPES[self.provider].get(made.type)
        made.native = self.chance.choice(natives) if natives and self.likely(0.45) else ""

    def _default(self, schema: Schema, made: Field) -> None:
        made.default = ""
        if not self.likely(0.45):
            return
        enum = next((e for e in schema.enums if e.name == made.type), None)
        if made.arity == "[]":
            values = f"[{enum.values[0][0]}]" if enum else self.chance.choice(_LIST_DEFAULTS.get(made.type, ("",)))
            made.default = values
        elif enum:
            made.default = self.chance.choice(enum.values)[0]
        else:
            made.default = self.chance.choice(_DEFAULTS.get(made.type, ("",)))
        if made.default == "autoincrement()" and (made.arity or self.provider == "sqlite"):
            made.default = ""

    def _fields(self, schema: Schema) -> list[Field]:
        return [f for m in schema.models for f in m.fields]

    def add_field(self, schema: Schema) -> None:
        if schema.models:
            model = self.chance.choice(schema.models)
            used = {f.name for f in model.all_fields()}
            name = next((n for n in self.chance.sample(_NAMES, len(_NAMES)) if n not in used), self.fresh("f"))
            model.fields.insert(self.chance.randint(0, len(model.fields)), self.field(schema, name))

    def _any_field(self, schema: Schema) -> Field | None:
        fields = self._fields(schema)
        return self.chance.choice(fields) if fields else None

    def drop_field(self, schema: Schema) -> None:
        for model in self.chance.sample(schema.models, len(schema.models)):
            if model.fields:
                model.fields.remove(self.chance.choice(model.fields))
                return

    def retype_field(self, schema: Schema) -> None:
        changed = self._any_field(schema)
        if changed is None or changed.type.startswith("Unsupported"):
            return
        if self.likely(0.5):
            self._native(changed)
        else:
            made = self.field(schema, changed.name)
            changed.type, changed.native, changed.default = made.type, made.native, made.default
            changed.updated = False
            if made.arity == "[]" or changed.arity == "[]":
                changed.arity = made.arity

    def change_arity(self, schema: Schema) -> None:
        changed = self._any_field(schema)
        if changed is not None:
            changed.arity = self.chance.choice(("", "?", "[]" if self.rich and self.likely(0.4) else "?"))
            if changed.arity == "[]" or changed.default.startswith("["):
                changed.default = ""

    def change_default(self, schema: Schema) -> None:
        changed = self._any_field(schema)
        if changed is not None and not changed.type.startswith("Unsupported"):
            self._default(schema, changed)

    def map_field(self, schema: Schema) -> None:
        changed = self._any_field(schema)
        if changed is not None:
            changed.map = self.fresh("col_") if self.likely(0.7) else ""

    def rename_field(self, schema: Schema) -> None:
        changed = self._any_field(schema)
        if changed is not None:
            old, changed.name = changed.name, self.fresh("renamed")
            if self.likely(0.4):
                changed.map = changed.map or old

    def toggle_unique(self, schema: Schema) -> None:
        changed = self._any_field(schema)
        if changed is not None:
            changed.unique = self.chance.choice(("", "-", f'(map: "{self.fresh("uq_")}")'))

    # --- indexes ---

    def _index(self, model: Model) -> Index | None:
        plain = [f for f in model.all_fields() if not f.type.startswith("Unsupported")]
        if not plain:
            return None
        chosen = self.chance.sample(plain, min(len(plain), self.chance.choice((1, 1, 2, 3))))
        kind = self.chance.choice(("index", "index", "unique"))
        arguments: list[str] = []
        sort = self.chance.choice(("", "", "(sort: Desc)", "(sort: Asc)"))
        if self.provider == "postgresql" and kind == "index" and self.likely(0.3):
            return self._special_index(chosen[0])
        if self.likely(0.25):
            arguments.append(f'map: "{self.fresh("ix_")}"')
        return Index(kind, tuple(f.name + (sort if n == 0 else "") for n, f in enumerate(chosen)), tuple(arguments))

    def _special_index(self, one: Field) -> Index:
        if one.arity == "[]":
            return Index("index", (one.name,), ("type: Gin",))
        if one.type == "Json":
            ops = self.chance.choice(("", "(ops: JsonbPathOps)", "(ops: JsonbOps)"))
            return Index("index", (one.name + ops,), ("type: Gin",))
        if one.type == "String":
            ops = self.chance.choice(("", '(ops: raw("text_pattern_ops"))', "(ops: TextMinMaxOps)"))
            return Index("index", (one.name + ops,), ("type: Brin",) if "MinMax" in ops else ())
        return Index("index", (one.name,), (f"type: {self.chance.choice(('Hash', 'Brin', 'BTree'))}",))

    def add_index(self, schema: Schema) -> None:
        if schema.models:
            model = self.chance.choice(schema.models)
            made = self._index(model)
            if made is not None:
                model.indexes.append(made)

    def _any_index(self, schema: Schema) -> tuple[Model, int] | None:
        found = [(m, n) for m in schema.models for n in range(len(m.indexes))]
        return self.chance.choice(found) if found else None

    def change_index(self, schema: Schema) -> None:
        found = self._any_index(schema)
        if found:
            model, at = found
            made = self._index(model)
            if made is not None:
                model.indexes[at] = made

    def drop_index(self, schema: Schema) -> None:
        found = self._any_index(schema)
        if found:
            del found[0].indexes[found[1]]

    def rename_index(self, schema: Schema) -> None:
        found = self._any_index(schema)
        if found:
            old = found[0].indexes[found[1]]
            kept = tuple(a for a in old.arguments if not a.startswith("map:"))
            found[0].indexes[found[1]] = evolve(old, arguments=(*kept, f'map: "{self.fresh("ix_")}"'))

    # --- models ---

    def add_model(self, schema: Schema) -> None:
        free = [n for n in _MODELS if schema.model(n) is None]
        if not free:
            return
        name = self.chance.choice(free)
        model = Model(name, self._key(), schema=self._schema_name(schema))
        model.map = name.lower() + "s" if self.likely(0.15) else ""
        schema.models.insert(self.chance.randint(0, len(schema.models)), model)
        for n in self.chance.sample(_NAMES, self.chance.randint(0, 5)):
            model.fields.append(self.field(schema, n))
        for _ in self.few(2):
            made = self._index(model)
            if made is not None:
                model.indexes.append(made)

    def _key(self) -> list[Field]:
        if self.likely(0.15):
            return [Field("a", "Int"), Field("b", self.chance.choice(("Int", "String")))]
        kinds = [
            Field("id", "Int", default="autoincrement()"),
            Field("id", "Int"),
            Field("id", "BigInt", default="autoincrement()"),
            Field("id", "String", default=self.chance.choice(("uuid()", "cuid()", ""))),
        ]
        if self.rich:
            kinds.append(Field("id", "String", native="Uuid", default='dbgenerated("gen_random_uuid()")'))
        if self.provider == "sqlite":
            kinds = [k for k in kinds if k.type != "BigInt"] + [Field("id", "BigInt")]
        return [self.chance.choice(kinds)]

    def drop_model(self, schema: Schema) -> None:
        if len(schema.models) > 1:
            schema.models.remove(self.chance.choice(schema.models))

    def rename_model(self, schema: Schema) -> None:
        if schema.models:
            model = self.chance.choice(schema.models)
            old, model.name = model.name, self.fresh("Renamed")
            if self.likely(0.5):
                model.map = model.map or old
            for r in schema.relations:
                r.owner = model.name if r.owner == old else r.owner
                r.target = model.name if r.target == old else r.target

    def map_model(self, schema: Schema) -> None:
        if schema.models:
            self.chance.choice(schema.models).map = self.fresh("table_")

    def change_key(self, schema: Schema) -> None:
        if schema.models:
            self.chance.choice(schema.models).key = self._key()

    def change_key_type(self, schema: Schema) -> None:
        if schema.models:
            key = self.chance.choice(schema.models).key
            if len(key) == 1 and key[0].type == "Int":
                key[0].type = "BigInt"
            elif len(key) == 1 and key[0].type == "BigInt":
                key[0].type = "Int"
            else:
                key.reverse()

    def map_key(self, schema: Schema) -> None:
        if schema.models:
            self.chance.choice(schema.models).key_map = self.fresh("pk_")

    def reorder(self, schema: Schema) -> None:
        for model in schema.models:
            self.chance.shuffle(model.fields)
        self.chance.shuffle(schema.models)

    def ignore(self, schema: Schema) -> None:
        changed = self._any_field(schema)
        if changed is not None:
            changed.ignored = not changed.ignored

    # --- relations ---

    def add_relation(self, schema: Schema) -> None:
        if not schema.models:
            return
        owner, target = self.chance.choice(schema.models), self.chance.choice(schema.models)
        kind = self.chance.choice(("many", "many", "one", "both"))
        made = Relation(kind, owner.name, target.name, self.fresh("rel"), optional=self.likely(0.5))
        if kind == "one" and owner is target:
            made.optional = True
        self._actions(made)
        made.map = self.fresh("fk_") if self.rich and self.likely(0.15) else ""
        made.column_map = self.fresh("fkcol_") if self.likely(0.1) else ""
        uniques = [f.name for f in target.fields if f.unique and not f.arity]
        made.reference = self.chance.choice(uniques) if uniques and self.likely(0.3) else ""
        schema.relations.append(made)

    def _actions(self, made: Relation) -> None:
        made.delete = self.chance.choice(("", "", *_ACTIONS))
        made.update = self.chance.choice(("", "", "", *_ACTIONS))
        if not made.optional and "SetNull" in (made.delete, made.update):
            made.delete = made.update = ""

    def drop_relation(self, schema: Schema) -> None:
        if schema.relations:
            schema.relations.remove(self.chance.choice(schema.relations))

    def change_relation(self, schema: Schema) -> None:
        if not schema.relations:
            return
        changed = self.chance.choice(schema.relations)
        what = self.chance.choice(("optional", "actions", "map", "name", "kind", "swap"))
        if what == "optional":
            changed.optional = not changed.optional
            self._actions(changed)
        elif what == "actions":
            self._actions(changed)
        elif what == "map" and self.rich:
            changed.map = self.fresh("fk_")
        elif what == "name":
            changed.name = self.fresh("rel")
        elif what == "kind":
            changed.kind = self.chance.choice(("many", "one", "both"))
        elif changed.kind == "both":
            changed.owner, changed.target = changed.target, changed.owner

    # --- the datasource ---

    def switch_relation_mode(self, schema: Schema) -> None:
        if self.likely(0.3):
            schema.relation_mode = self.chance.choice(("", "prisma", "foreignKeys"))

    def move_schema(self, schema: Schema) -> None:
        if schema.schemas:
            self.chance.choice([*schema.models, *schema.enums]).schema = self._schema_name(schema)

    def change_extensions(self, schema: Schema) -> None:
        if self.provider == "postgresql" and self.likely(0.4):
            choices = ("pgcrypto", 'uuid_ossp(map: "uuid-ossp")', 'hstore(schema: "public")')
            schema.extensions = tuple(self.chance.sample(choices, self.chance.randint(1, 2)))
