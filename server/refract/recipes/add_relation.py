"""Adds a foreign key to columns that already have values.

## What it does
Builds an index on the columns, unless they have one.
You then fix the rows that refer to missing rows.
Last, the foreign key is added and validated.

## When to use it
Existing rows may refer to rows that do not exist; `ADD FOREIGN KEY` fails on the first of them.
While it scans the table, writes to both tables wait.
Without an index, each delete in the other table scans this one.

## Example
```prisma before
model User {
  id Int @id
}

model Note {
  id     Int @id
  userId Int
}
```
```console
refract plan new add-relation Note field=user to=User fields=userId back=notes
```
```prisma after
model User {
  id    Int    @id
  notes Note[]
}

model Note {
  id     Int  @id
  userId Int
  user   User @relation(fields: [userId], references: [id])

  @@index([userId])
}
```

## Going back
Every step can be undone.
Rows that you changed or deleted to fit the foreign key are not restored.

## Providers
Every SQL database.
PostgreSQL adds the foreign key as `NOT VALID` and validates it in a separate migration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from refract.escaping import prisma_string
from refract.lowering.arguments import field_references
from refract.recipes.acts import Decide, Deploy, Trouble
from refract.recipes.base import CannotPlan, ModelField, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.dialects import dialect
from refract.recipes.schema_edits import AddBlockAttribute, AddField, SchemaEdit
from refract.wording import listed

_NAME = re.compile(r'(?:\A\s*|,\s*|name:\s*)"(?P<name>[^"]*)"')


@recipe(
    SubjectKind.MODEL,
    Question("field", "Name of the new relation field"),
    Question("to", "Model that the relation refers to"),
    Question("fields", "Fields with the foreign key, separated by commas"),
    Question("references", "Fields that the foreign key refers to, separated by commas", "id"),
    Question("back", "Name of the field on the other side"),
    Question("arguments", "More arguments of @relation, such as onDelete: Cascade", ""),
)
def add_relation(s: Situation) -> Iterator[Step]:
    """Index, rows, constraint."""
    relation = _relation(s)
    names = tuple(f.name for f in relation.fields)
    if not _is_indexed(s, relation.model, list(names)):
        yield Step(
            id="index",
            phase=Phase.EXPAND,
            title=f"Build the index on {listed(names)}",
            edits=(AddBlockAttribute(relation.model, f"@@index([{', '.join(names)}])"),),
        )
    yield Step(
        id="orphans",
        phase=Phase.BACKFILL,
        title=f"Fix rows that point to no {listed([relation.other])}",
        after=(
            Deploy(no_orphans=names),
            Decide(Trouble.ORPHANS, _orphans(s, relation), relation.model, names, relation.other),
        ),
    )
    yield Step(
        id="constrain",
        phase=Phase.VALIDATE,
        title=f"Add and validate the foreign key to {listed([relation.other])}",
        edits=_relation_fields(s, relation),
        after=(Deploy(connects=(relation.name,)),) if _has_other_keys(s, relation) else (),
    )


def _has_other_keys(s: Situation, relation: _Relation) -> bool:
    """Whether code may connect another relation when it creates a row, and set the new relation's fields as they are."""
    return bool(s.table(relation.model).foreign_keys)


@frozen
class _Relation:
    """The new relation: the field `name` of `model`, `back` of the `other`; `fields` refer to `targets`."""

    model: str
    other: str
    name: str
    back: str
    fields: tuple[ModelField, ...]
    targets: tuple[ModelField, ...]


def _relation(s: Situation) -> _Relation:
    model, other = s.answer("model"), s.answer("to")
    name, back = s.new_name(model, s.answer("field")), s.new_name(other, s.answer("back"))
    fields = tuple(s.field(model, f) for f in s.names("fields"))
    targets = tuple(s.field(other, f) for f in s.names("references"))
    if len(fields) != len(targets) or any(f.column is None for f in (*fields, *targets)):
        raise CannotPlan("`fields` and `references` must list the same number of columns.")
    return _Relation(model, other, name, back, fields, targets)


def _orphans(s: Situation, relation: _Relation) -> str:
    """The query that counts the rows that refer to no row."""
    sql = dialect(s.provider.name)
    table, target = sql.table(s.table(relation.model).name), sql.table(s.table(relation.other).name)
    both = zip(relation.fields, relation.targets, strict=True)
    pairs = [(sql.quote(f.column.name), sql.quote(t.column.name)) for f, t in both if f.column and t.column]
    joined = " AND ".join(f"parent.{t} = child.{c}" for c, t in pairs)
    filled = " AND ".join(f"child.{c} IS NOT NULL" for c, _ in pairs)
    missing = f"NOT EXISTS (SELECT 1 FROM {target} AS parent WHERE {joined})"
    return f"SELECT count(*) FROM {table} AS child WHERE {filled} AND {missing}"


def _relation_fields(s: Situation, relation: _Relation) -> tuple[SchemaEdit, ...]:
    """The fields of the relation in both models."""
    model, other, fields = relation.model, relation.other, relation.fields
    label, arguments = _label_and_arguments(s, relation)
    ends = (f"fields: [{_names(fields)}]", f"references: [{_names(relation.targets)}]", *arguments)
    is_optional = not all(f.is_required for f in fields)
    is_single = len(fields) == 1 and bool(fields[0].attribute("unique") or fields[0].attribute("id"))
    return (
        AddField(model, relation.name, f"{other}{'?' if is_optional else ''}", (f"@relation({', '.join(ends)})",)),
        AddField(
            other, relation.back, f"{model}{'?' if is_single else '[]'}", (f'@relation("{label}")',) if label else ()
        ),
    )


def _label_and_arguments(s: Situation, relation: _Relation) -> tuple[str, tuple[str, ...]]:
    """The name of the relation, if it needs one, and the other arguments of @relation, except its fields."""
    answer = s.answer("arguments")
    named = _NAME.search(answer)
    is_second = relation.model == relation.other or _are_related(s, relation.model, relation.other)
    label = named["name"] if named else relation.name if is_second else ""
    name = f"name: {prisma_string(label)}" if label and not named else ""
    # Prisma refuses two ways by which a deletion could reach a table there.
    needs_no_action = label and dialect(s.provider.name).refuses_second_cascade and "onDelete" not in answer
    actions = "onDelete: NoAction, onUpdate: NoAction" if needs_no_action else ""
    return label, tuple(filter(None, (name, answer, actions)))


def _names(fields: Iterable[ModelField]) -> str:
    return ", ".join(field.name for field in fields)


def _are_related(s: Situation, model: str, other: str) -> bool:
    """Whether the models already have a relation: Prisma distinguishes two of them by their names."""
    return any(f.type_name == to for one, to in ((model, other), (other, model)) for f in s.fields(one))


def _is_indexed(s: Situation, model: str, fields: list[str]) -> bool:
    block = s.block(model)
    lists = (*block.attributes_named("index"), *block.attributes_named("unique"), *block.attributes_named("id"))
    first = [[r.field for r in field_references(a.argument("fields", 0))][: len(fields)] for a in lists]
    single = [[f.name.text] for f in block.fields if f.attribute("unique") or f.attribute("id")]
    return fields in first or fields in single
