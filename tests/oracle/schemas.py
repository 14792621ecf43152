"""A Prisma schema as values that can be edited, and its text."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field

from oracle.vocabulary import SCALARS


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
    label: str | None = None  # its name in the schema, empty for none; the default is `name`

    def attribute(self, *arguments: str) -> str:
        label = self.name if self.label is None else self.label
        inside = ", ".join((*([f'"{label}"'] if label else []), *arguments))
        return f" @relation({inside})" if inside else ""


@define
class Enum:
    name: str
    values: list[tuple[str, str]]
    map: str = ""
    schema: str = ""


@define
class View:
    name: str
    fields: list[Field]
    map: str = ""
    schema: str = ""


@define
class Schema:
    provider: str
    models: list[Model] = field(factory=list)
    enums: list[Enum] = field(factory=list)
    relations: list[Relation] = field(factory=list)
    views: list[View] = field(factory=list)
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
        features = ['"postgresqlExtensions"'] * bool(self.extensions) + ['"views"'] * bool(self.views)
        if features:
            yield f'generator client {{\n  provider = "prisma-client-js"\n  previewFeatures = [{", ".join(features)}]\n}}'
        for enum in self.enums:
            lines = [f"  {v}" + (f' @map("{m}")' if m else "") for v, m in enum.values]
            yield self._block("enum", enum.name, lines, enum.map, enum.schema)
        for view in self.views:
            yield self._block("view", view.name, [f.text() for f in view.fields], view.map, view.schema)
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
            yield f"  {r.name}_to {r.target}[]{r.attribute()}"
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
        yield f"  {r.name}_to {r.target}{question}{r.attribute(*arguments)}"
        if r.kind == "one" and len(columns) > 1:
            yield f"  @@unique([{', '.join(columns)}])"

    def _inverse(self, r: Relation) -> str:
        arity = "?" if r.kind == "one" else "[]"
        return f"  {r.name}_of {r.owner}{arity}{r.attribute()}"
