"""Random pairs of Prisma schemas: a schema, and what a few edits make of it. The same seed gives the same pair.

Not every schema is valid: the oracle says which are.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from attrs import evolve

from oracle.schemas import Enum, Field, Index, Model, Relation, Schema, View
from oracle.vocabulary import (
    ACTIONS,
    DEFAULTS,
    ENUMS,
    LIST_DEFAULTS,
    LONGEST_INDEX_NAME,
    MODELS,
    NAMES,
    NATIVE_TYPES,
    SCALARS,
    SEQUENCES,
    STORED_VALUES,
    VALUES,
    long_name,
    wide_name,
)


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
            self.change_enum, self.rename_enum, self.change_views,
        ]  # fmt: skip
        self.edits = [*ordinary, self.move_schema, self.change_extensions] if self.rich else ordinary

    def few(self, most: int) -> range:
        return range(self.chance.randint(0, most))

    def likely(self, probability: float) -> bool:
        return self.chance.random() < probability

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    def index_name(self, stem: str) -> str:
        return self.stored_name(stem, LONGEST_INDEX_NAME)

    def new_name(self, stem: str) -> str:
        """A name for a block, now and then a long one."""
        return self.fresh(stem if self.likely(0.75) else long_name(self.chance, 27, 78))

    # --- whole schemas ---

    def schema(self) -> Schema:
        made = Schema(self.provider)
        if self.rich and self.likely(0.15):
            made.schemas = self.chance.choice(
                (("app", "audit"), ("public", "app"), ("app", "public", "empty"), ("public",))
            )
        if self.likely(0.06):
            made.relation_mode = "prisma"
        for _ in self.few(2):
            self.add_enum(made)
        for _ in range(self.chance.randint(1, 3)):
            self.add_model(made)
        for _ in self.few(3):
            self.add_relation(made)
        if self.likely(0.1):
            self.change_views(made)
        return made

    def stored_name(self, stem: str, most: int = 80) -> str:
        """A name for `map`, now and then a long one, or one of letters of several bytes."""
        if self.likely(0.75):
            return self.fresh(stem)
        name = (wide_name if self.likely(0.4) else long_name)(self.chance, 27, most - 3)
        return f"{name}{self.fresh('')}"

    def _schema_name(self, schema: Schema) -> str:
        return self.chance.choice(schema.schemas) if schema.schemas else ""

    # --- enums ---

    def add_enum(self, schema: Schema) -> None:
        free = [n for n in ENUMS if not any(e.name == n for e in schema.enums)]
        if free:
            values = self.chance.sample(VALUES, self.chance.randint(1, 4))
            mapped = [(v, self._stored_value(v) if self.likely(0.2) else "") for v in values]
            name = self.chance.choice(free)
            schema.enums.append(Enum(name, mapped, name.lower() if self.likely(0.1) else "", self._schema_name(schema)))

    def _stored_value(self, value: str) -> str:
        return f"{value.lower()} {self.chance.choice(STORED_VALUES)}" if self.likely(0.5) else f"{value.lower()}_db"

    def drop_enum(self, schema: Schema) -> None:
        if schema.enums:
            schema.enums.remove(self.chance.choice(schema.enums))

    def rename_enum(self, schema: Schema) -> None:
        if schema.enums:
            enum = self.chance.choice(schema.enums)
            old, enum.name = enum.name, self.new_name("Renamed")
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
                free = [v for v in VALUES if v not in {n for n, _ in enum.values}]
                if free:
                    enum.values.insert(self.chance.randint(0, len(enum.values)), (self.chance.choice(free), ""))
            elif what == "drop" and len(enum.values) > 1:
                enum.values.remove(self.chance.choice(enum.values))
            elif what == "rename":
                enum.values[self.chance.randrange(len(enum.values))] = (self.fresh("V"), "")
            elif what == "map":
                at = self.chance.randrange(len(enum.values))
                enum.values[at] = (enum.values[at][0], self._stored_value(self.fresh("mapped")))
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
            made.unique = self.chance.choice(("-", "-", f'(map: "{self.index_name("uq_")}")'))
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
            values = f"[{enum.values[0][0]}]" if enum else self.chance.choice(LIST_DEFAULTS.get(made.type, ("",)))
            made.default = values
        elif enum:
            made.default = self.chance.choice(enum.values)[0]
        else:
            made.default = self.chance.choice(DEFAULTS.get(made.type, ("",)))
        if self.provider == "cockroachdb" and made.type in ("Int", "BigInt") and not made.arity and self.likely(0.3):
            made.default = self.chance.choice(SEQUENCES)
        if made.default == "autoincrement()" and (made.arity or self.provider == "sqlite"):
            made.default = ""

    def _fields(self, schema: Schema) -> list[Field]:
        return [f for m in schema.models for f in m.fields]

    def add_field(self, schema: Schema) -> None:
        if schema.models:
            model = self.chance.choice(schema.models)
            used = {f.name for f in model.all_fields()}
            name = next((n for n in self.chance.sample(NAMES, len(NAMES)) if n not in used), self.fresh("f"))
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
            changed.map = self.stored_name("col_", 60) if self.likely(0.7) else ""

    def rename_field(self, schema: Schema) -> None:
        changed = self._any_field(schema)
        if changed is not None:
            old, changed.name = changed.name, self.fresh("renamed")
            if self.likely(0.4):
                changed.map = changed.map or old

    def toggle_unique(self, schema: Schema) -> None:
        changed = self._any_field(schema)
        if changed is not None:
            changed.unique = self.chance.choice(("", "-", f'(map: "{self.index_name("uq_")}")'))

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
            arguments.append(f'map: "{self.index_name("ix_")}"')
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
            found[0].indexes[found[1]] = evolve(old, arguments=(*kept, f'map: "{self.index_name("ix_")}"'))

    # --- models ---

    def add_model(self, schema: Schema) -> None:
        free = [n for n in MODELS if schema.model(n) is None]
        if not free:
            return
        name = self.chance.choice(free) if self.likely(0.75) else self.new_name("Model")
        model = Model(name, self._key(), schema=self._schema_name(schema))
        model.map = name.lower() + "s" if self.likely(0.15) else ""
        schema.models.insert(self.chance.randint(0, len(schema.models)), model)
        for n in self.chance.sample(NAMES, self.chance.randint(0, 5)):
            model.fields.append(self.field(schema, n))
        for _ in self.few(2):
            made = self._index(model)
            if made is not None:
                model.indexes.append(made)

    def _key(self) -> list[Field]:
        if self.likely(0.15):
            return [Field("a", "Int"), Field("b", self.chance.choice(("Int", "String"))), *self._third_key()]
        kinds = [
            Field("id", "Int", default="autoincrement()"),
            Field("id", "Int"),
            Field("id", "BigInt", default="autoincrement()"),
            Field("id", "String", default=self.chance.choice(("uuid()", "cuid()", ""))),
        ]
        if self.provider == "cockroachdb":
            kinds.append(Field("id", self.chance.choice(("Int", "BigInt")), default=self.chance.choice(SEQUENCES)))
        if self.rich:
            kinds.append(Field("id", "String", native="Uuid", default='dbgenerated("gen_random_uuid()")'))
        if self.provider == "sqlite":
            kinds = [k for k in kinds if k.type != "BigInt"] + [Field("id", "BigInt")]
        return [self.chance.choice(kinds)]

    def _third_key(self) -> list[Field]:
        native = {"postgresql": "VarChar(40)", "cockroachdb": "String(40)"}.get(self.provider, "")
        return [Field("c", "String", native=native, map=self.stored_name("c_", 60))] if self.likely(0.4) else []

    def drop_model(self, schema: Schema) -> None:
        if len(schema.models) > 1:
            schema.models.remove(self.chance.choice(schema.models))

    def rename_model(self, schema: Schema) -> None:
        if schema.models:
            model = self.chance.choice(schema.models)
            old, model.name = model.name, self.new_name("Renamed")
            if self.likely(0.5):
                model.map = model.map or old
            for r in schema.relations:
                r.owner = model.name if r.owner == old else r.owner
                r.target = model.name if r.target == old else r.target

    def map_model(self, schema: Schema) -> None:
        if schema.models:
            self.chance.choice(schema.models).map = self.stored_name("table_")

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
            self.chance.choice(schema.models).key_map = self.index_name("pk_")

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
        made.map = self.index_name("fk_") if self.rich and self.likely(0.15) else ""
        made.column_map = self.stored_name("fkcol_", 60) if self.likely(0.1) else ""
        uniques = [f.name for f in target.fields if f.unique and not f.arity]
        made.reference = self.chance.choice(uniques) if uniques and self.likely(0.3) else ""
        made.label = self._label(made, schema)
        schema.relations.append(made)

    def _label(self, made: Relation, schema: Schema) -> str | None:
        """How the relation is named in the schema: not at all if it is the only one of its models."""
        both = {made.owner, made.target}
        if len(both) == 2 and not any({r.owner, r.target} == both for r in schema.relations):
            return self.chance.choice(("", "", None))
        if self.likely(0.7):
            return None
        return (wide_name if self.likely(0.3) else long_name)(self.chance, 27, 80)

    def _actions(self, made: Relation) -> None:
        made.delete = self.chance.choice(("", "", *ACTIONS))
        made.update = self.chance.choice(("", "", "", *ACTIONS))
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
            changed.map = self.index_name("fk_")
        elif what == "name":
            changed.name, changed.label = self.fresh("rel"), self.chance.choice((None, long_name(self.chance)))
        elif what == "kind":
            changed.kind = self.chance.choice(("many", "one", "both"))
        elif changed.kind == "both":
            changed.owner, changed.target = changed.target, changed.owner

    # --- views ---

    def change_views(self, schema: Schema) -> None:
        if schema.views and self.likely(0.5):
            schema.views.pop()
            return
        fields = [Field("id", "Int", unique="-"), self.field(schema, "name")]
        mapped = self.stored_name("view_") if self.likely(0.3) else ""
        schema.views.append(View(self.fresh("View"), fields, mapped, self._schema_name(schema)))

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
