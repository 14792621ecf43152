"""Splits a field into several, such as a full name into first and last name.

## What it does
Adds the new columns and fills existing rows, while all columns are kept in sync in both directions.
You then deploy a version that uses the new fields, and the old column is dropped.
Test on all rows first that the split values merge into the original: values that do not are changed.

## When to use it
Prisma drops the old column with its values and adds empty ones.
Split this way if old and new versions of the app run during the deploy.

## Example
```prisma before
model User {
  id   Int    @id
  full String
}
```
```console
refract plan new split-field User.full into=first,last
```
```prisma after
model User {
  id    Int    @id
  first String
  last  String
}
```

## Going back
With `how=trigger`, every step can be undone.
With `how=application`, the last step cannot be undone: the old column is no longer up to date.

## Providers
`how=trigger`: PostgreSQL, MySQL, MariaDB.
`how=application`: every SQL database. Pass `forward` and `backward` on SQLite and SQL Server.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.recipes._sql import row
from refract.recipes._twin import APPLICATION, TRIGGER, NewField, Twin, refuse_keys, refuse_triggers, twin_steps
from refract.recipes.base import CannotPlan, Question, Situation, Step, SubjectKind, recipe


@recipe(
    SubjectKind.FIELD,
    Question("into", "The names of the new fields, parted by commas"),
    Question("how", "What keeps the columns in step", TRIGGER, (TRIGGER, APPLICATION)),
    Question(
        "forward", "An SQL expression for each new value, parted by ` ; ` (empty: at the first space)", "", sql=True
    ),
    Question("backward", "The SQL expression for the old value (empty: with a space between)", "", sql=True),
)
def split_field(s: Situation) -> Iterator[Step]:
    """A twin of several fields."""
    refuse_triggers(s)
    old = s.field(s.answer("model"), s.answer("field"))
    refuse_keys(s, old)
    assert old.column is not None, "a field without a column is refused above"
    names = [s.new_name(old.model, n.strip()) for n in s.answer("into").split(",") if n.strip()]
    if len(names) < 2:
        raise CannotPlan("into names two fields or more, parted by commas.")
    given = [e.strip() for e in s.answer("forward").split(" ; ") if e.strip()]
    if given and len(given) != len(names):
        raise CannotPlan(f"forward has {len(given)} expressions for {len(names)} fields.")
    if not given and (len(names) != 2 or old.type_name != "String"):
        raise CannotPlan("how the value is taken apart is for you to say: give `forward` and `backward`.")
    whole = row(s, old.column.name)
    forward = given or list(at_the_first_space(s, whole))
    parts = [row(s, n) for n in names]
    backward = s.answer("backward") or with_a_space(s, parts)
    attributes = old.without("unique", "map", "default")
    news = tuple(NewField(n, old.plain_type, n, attributes, required=old.is_required) for n in names)
    yield from twin_steps(
        s,
        Twin(
            model=old.model,
            table=s.table(old.model),
            olds=(old,),
            news=news,
            forward=tuple(zip(names, forward, strict=True)),
            backward=((old.column.name, backward),),
        ),
        s.answer("how"),
    )


def at_the_first_space(s: Situation, whole: str) -> tuple[str, str]:
    """What stands before the first space of a text, and behind it. Raises CannotPlan where SQL has no common way."""
    match s.provider.name:
        case "mysql":
            first = f"SUBSTRING_INDEX({whole}, ' ', 1)"
            return first, f"SUBSTRING({whole}, CHAR_LENGTH({first}) + 2)"
        case "postgresql" | "cockroachdb":
            return (
                f"split_part({whole}, ' ', 1)",
                f"CASE WHEN position(' ' in {whole}) > 0 THEN substr({whole}, position(' ' in {whole}) + 1) "
                f"WHEN {whole} IS NOT NULL THEN '' END",
            )
        case _:
            raise CannotPlan(f"give `forward` and `backward`: the SQL of {s.provider.name} is for you to say.")


def with_a_space(s: Situation, parts: list[str]) -> str:
    """Texts with a space between; empty ones leave none. Raises CannotPlan where SQL has no common way."""
    if s.provider.name not in ("postgresql", "cockroachdb", "mysql"):
        raise CannotPlan(f"give `forward` and `backward`: the SQL of {s.provider.name} is for you to say.")
    filled = ", ".join(f"NULLIF({part}, '')" for part in parts[1:])
    return f"CASE WHEN {parts[0]} IS NOT NULL THEN concat_ws(' ', {parts[0]}, {filled}) END"
