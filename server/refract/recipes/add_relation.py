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
from collections.abc import Iterator

from refract.lowering.arguments import field_references
from refract.recipes.acts import Decide, Deploy, Trouble
from refract.recipes.base import CannotPlan, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.dialects import dialect
from refract.recipes.schema_edits import AddBlockAttribute, AddField, SchemaEdit
from refract.wording import listed

_NAME = re.compile(r'name:\s*"(?P<name>[^"]*)"')


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
    model, other = s.answer("model"), s.answer("to")
    name, back = s.new_name(model, s.answer("field")), s.new_name(other, s.answer("back"))
    fields = [s.field(model, f) for f in s.names("fields")]
    targets = [s.field(other, f) for f in s.names("references")]
    if len(fields) != len(targets) or any(f.column is None for f in (*fields, *targets)):
        raise CannotPlan("`fields` and `references` must list the same number of columns.")
    if not _is_indexed(s, model, [f.name for f in fields]):
        yield Step(
            id="index",
            phase=Phase.EXPAND,
            title=f"Build the index on {listed(f.name for f in fields)}",
            edits=(AddBlockAttribute(model, f"@@index([{', '.join(f.name for f in fields)}])"),),
        )
    sql = dialect(s.provider.name)
    table, target = sql.table(s.table(model).name), sql.table(s.table(other).name)
    pairs = [(f.column.name, t.column.name) for f, t in zip(fields, targets, strict=True) if f.column and t.column]
    joined = " AND ".join(f"parent.{sql.quote(t)} = child.{sql.quote(c)}" for c, t in pairs)
    filled = " AND ".join(f"child.{sql.quote(c)} IS NOT NULL" for c, _ in pairs)
    orphans = (
        f"SELECT count(*) FROM {table} AS child WHERE {filled} "
        f"AND NOT EXISTS (SELECT 1 FROM {target} AS parent WHERE {joined})"
    )
    yield Step(
        id="orphans",
        phase=Phase.BACKFILL,
        title=f"Fix rows that point to no {listed([other])}",
        after=(
            Deploy(no_orphans=tuple(f.name for f in fields)),
            Decide(Trouble.ORPHANS, orphans, model, tuple(f.name for f in fields), other),
        ),
    )
    optional = "" if all(f.is_required for f in fields) else "?"
    given = s.answer("arguments")
    named = _NAME.search(given)
    label = named["name"] if named else name if _are_related(s, model, other) else ""
    if label and s.provider.name == "sqlserver" and "onDelete" not in given:
        # Prisma refuses two ways by which a deletion could reach a table there.
        given = ", ".join(filter(None, (given, "onDelete: NoAction, onUpdate: NoAction")))
    if label and not named:
        given = ", ".join(filter(None, (f'name: "{label}"', given)))
    arguments = f", {given}" if given else ""
    relation = f"@relation(fields: [{', '.join(f.name for f in fields)}], references: [{', '.join(t.name for t in targets)}]{arguments})"
    one = len(fields) == 1 and (fields[0].attribute("unique") or fields[0].attribute("id"))
    edits: tuple[SchemaEdit, ...] = (
        AddField(model, name, f"{other}{optional}", (relation,)),
        AddField(other, back, f"{model}{'?' if one else '[]'}", (f'@relation("{label}")',) if label else ()),
    )
    yield Step(
        id="constrain",
        phase=Phase.VALIDATE,
        title=f"Add and validate the foreign key to {listed([other])}",
        edits=edits,
    )


def _are_related(s: Situation, model: str, other: str) -> bool:
    """Whether there is a relation between the models already: Prisma tells two of them apart by their names."""
    return any(f.type_name == to for one, to in ((model, other), (other, model)) for f in s.fields(one))


def _is_indexed(s: Situation, model: str, fields: list[str]) -> bool:
    block = s.block(model)
    lists = (*block.attributes_named("index"), *block.attributes_named("unique"), *block.attributes_named("id"))
    first = [[r.field for r in field_references(a.argument("fields", 0))][: len(fields)] for a in lists]
    single = [[f.name.text] for f in block.fields if f.attribute("unique") or f.attribute("id")]
    return fields in first or fields in single
