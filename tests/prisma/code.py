"""The code of an application, in TypeScript, as a person writes it for a schema: it names all that Prisma Client shows.

The code is strict about types: a field that is missing, that became required in a `create`, or that became nullable in
what is read, is an error of the compiler.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import evolve, frozen

from recipes.plans import Case, plan_of, situation
from refract.lowering.arguments import field_references
from refract.recipes.acts import Deploy, Start
from refract.recipes.base import Step
from refract.syntax import SchemaTree
from refract.syntax.tree import Arity, Block, Field, Keyword

_TYPES = {
    "Int": ("number", "1"),
    "BigInt": ("bigint", "BigInt(1)"),
    "Float": ("number", "1.5"),
    "Decimal": ("object", "'1.5'"),
    "Boolean": ("boolean", "true"),
    "DateTime": ("Date", "new Date()"),
    "String": ("string", "'x'"),
    "Bytes": ("Uint8Array", "new Uint8Array()"),
    "Json": ("unknown", "{}"),
}
_FLAGS = ("--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext", "--types", "")


@frozen(eq=False)
class Code:
    """What a person has written when so many steps are taken: for `schema`, without reading `unread`, always writing
    `written`, never values that are `retired`.
    """

    schema: SchemaTree
    unread: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    retired: frozenset[str] = frozenset()


def codes(case: Case) -> list[tuple[SchemaTree, Code]]:
    """The schema before the plan and after each step, with the code at that time: it changes only if the step asks for it."""
    code = Code(situation(case, "postgresql").tree)
    found = [(code.schema, code)]
    for planned in plan_of(case, "postgresql"):
        code = _changed(code, planned.step, planned.tree)
        found.append((planned.tree, code))
    return found


def _changed(code: Code, step: Step, schema: SchemaTree) -> Code:
    retired = code.retired | frozenset(step.ends_use)
    for act in step.acts:
        if isinstance(act, Deploy | Start):
            return _deployed(act, schema, retired)
    return evolve(code, retired=retired)


def _deployed(act: Deploy | Start, schema: SchemaTree, retired: frozenset[str]) -> Code:
    if isinstance(act, Start):
        return Code(schema, retired=retired)
    unread = frozenset(act.writes) - frozenset(act.reads) if act.reads else frozenset[str]()
    return Code(schema, unread, frozenset((*act.writes, *act.always_sets, *act.never_null)), retired)


def compile_errors(programs: Sequence[tuple[Code, Path]], install: Path) -> str:
    """What the compiler says about programs, each of the code and the client that it is built with."""
    with tempfile.TemporaryDirectory(prefix="code-", dir=install) as folder:
        files = [Path(folder) / f"program{number}.mts" for number, _ in enumerate(programs)]
        for file, (code, client) in zip(files, programs, strict=True):
            file.write_text(program(code, client))
        command = ["node_modules/.bin/tsc", *_FLAGS, *map(str, files)]
        ran = subprocess.run(command, cwd=install, capture_output=True, text=True, check=False)
    return ran.stdout


def program(code: Code, client: Path) -> str:
    """The text of the code."""
    models = [b for b in code.schema.named().values() if b.keyword is Keyword.MODEL and not b.attribute("ignore")]
    lines = (line for model in models for line in _model(code, model))
    return (
        f"import {{ PrismaClient }} from '{client}/index.js'\n"
        "export async function work(prisma: PrismaClient): Promise<void> {\n"
        + "".join(f"  {line}\n" for line in lines)
        + "}\n"
    )


def _model(code: Code, model: Block) -> Iterator[str]:
    visible = [f for f in model.fields if not f.attribute("ignore") and not _is_hidden_there(code, model, f)]
    scalars = [f for f in visible if not _target(code, f)]
    holders = [f for f in visible if _target(code, f) and _keys(f)]
    name = f"prisma.{model.name.text[:1].lower()}{model.name.text[1:]}"
    needed = [f for f in scalars if _is_needed(f) or _is_written(code, model, f)]
    yield f"await {name}.create({{ data: {{ {_data(code, needed)} }} }})"
    yield f"await {name}.create({{ data: {{ {_data(code, scalars)} }} }})"
    keys = {key for holder in holders for key in _keys(holder)}
    if holders:
        own = [f for f in needed if f.name.text not in keys]
        connected = (f"{h.name.text}: {{ connect: {_where(code, h)} }}" for h in holders)
        yield f"await {name}.create({{ data: {{ {', '.join(filter(None, (_data(code, own), *connected)))} }} }})"
    yield f"await {name}.updateMany({{ data: {{ {_data(code, [f for f in scalars if f.name.text not in keys])} }} }})"
    read = [f for f in scalars if f.name.text not in code.unread]
    types = "; ".join(f"{f.name.text}: {_type(f)}" for f in read)
    yield f"const read{model.name.text}: {{ {types} }} = await {name}.findFirstOrThrow()"
    for relation in (f for f in visible if _target(code, f)):
        kind = {Arity.LIST: "object[]", Arity.OPTIONAL: "object | null"}.get(relation.type.arity, "object")
        yield (
            f"const {relation.name.text}Of{model.name.text}: {{ {relation.name.text}: {kind} }} = "
            f"await {name}.findFirstOrThrow({{ include: {{ {relation.name.text}: true }} }})"
        )


def _is_written(code: Code, model: Block, field: Field) -> bool:
    """Whether the code always writes a field, which is named alone or with its model."""
    return not code.written.isdisjoint({field.name.text, f"{model.name.text}.{field.name.text}"})


def _target(code: Code, field: Field) -> Block | None:
    """The model that a field points to."""
    found = code.schema.block(field.type.name.text)
    return found if found and found.keyword is Keyword.MODEL else None


def _is_hidden_there(code: Code, model: Block, field: Field) -> bool:
    """Whether the other side of a relation is ignored: Prisma Client then shows none of the two."""
    target = _target(code, field)
    if target is None or target is model:
        return False
    others = [f for f in target.fields if f.type.name.text == model.name.text and _label(f) == _label(field)]
    return any(f.attribute("ignore") for f in others)


def _label(field: Field) -> str:
    relation = field.attribute("relation")
    return str(getattr(relation.argument("name", 0), "value", "")) if relation else ""


def _keys(field: Field) -> list[str]:
    relation = field.attribute("relation")
    return [r.field for r in field_references(relation.argument("fields"))] if relation else []


def _where(code: Code, holder: Field) -> str:
    target, relation = _target(code, holder), holder.attribute("relation")
    assert target is not None and relation is not None, "a relation that holds a key"
    fields = [target.field(r.field) for r in field_references(relation.argument("references"))]
    return f"{{ {_data(code, [f for f in fields if f])} }}"


def _is_needed(field: Field) -> bool:
    return field.type.arity is Arity.REQUIRED and not field.attribute("default") and not field.attribute("updatedAt")


def _data(code: Code, fields: Sequence[Field]) -> str:
    return ", ".join(f"{field.name.text}: {_value(code, field)}" for field in fields)


def _value(code: Code, field: Field) -> str:
    name = field.type.name.text
    value = _TYPES[name][1] if name in _TYPES else _enum_value(code, name)
    return f"[{value}]" if field.type.arity is Arity.LIST else value


def _enum_value(code: Code, name: str) -> str:
    enum = code.schema.block(name)
    assert enum is not None, name
    return next(f"'{v.name.text}'" for v in enum.values if f"{name}.{v.name.text}" not in code.retired)


def _type(field: Field) -> str:
    kind = _TYPES.get(field.type.name.text, ("string", ""))[0]
    return {Arity.LIST: f"{kind}[]", Arity.OPTIONAL: f"{kind} | null"}.get(field.type.arity, kind)
