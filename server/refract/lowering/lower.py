"""Lowers a whole schema, and after an edit only what the edit touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from attrs import field, frozen

from refract.lowering.arguments import mapped_name, setting_texts, text_of
from refract.lowering.fault import did_you_mean, doubts_of, problems_of
from refract.lowering.faults import enum_faults
from refract.lowering.model import LoweredModel, Scope, lower_model
from refract.providers import Provider, UnknownProvider, provider
from refract.providers.versions import (
    DEFAULT_PRISMA,
    Version,
    creates_empty_schemas,
    is_since,
    qualifies_default_schema,
)
from refract.schema.model import Database, Enum, EnumValue, Extension, QualifiedName, Table, View
from refract.syntax import PlacedBlock, SchemaTree, block_key
from refract.syntax.tree import Array, Block, Call, Constant, Keyword
from refract.text import Origin, Problem, Span

_Part = TypeVar("_Part", LoweredModel, "_LoweredEnum", View)
_DATASOURCE_SETTINGS = frozenset(
    {
        "provider",
        "url",
        "directUrl",
        "shadowDatabaseUrl",
        "relationMode",
        "referentialIntegrity",
        "schemas",
        "extensions",
    }
)
_FALLBACK = "postgresql"
"""The provider used if a schema names no known one, which is then one of its problems."""


@frozen(eq=False)
class Lowered:
    """A lowered schema, with the parts that lowering the next state of the same schema can reuse.

    `doubtful` names the blocks that cannot be understood as they are now: those with problems, and those that the
    problems of others are about. They may have names that no block has.
    """

    database: Database
    problems: tuple[Problem, ...]
    doubtful: frozenset[str]
    provider: Provider
    preview_features: frozenset[str]
    _settings: _Settings = field(repr=False)
    _blocks: Mapping[str, Block] = field(repr=False)
    _parts: _Parts = field(repr=False)


@frozen
class _LoweredEnum:
    """An enum, with what Prisma refuses in it."""

    enum: Enum
    problems: tuple[Problem, ...]
    doubtful: frozenset[str]


@frozen
class _Parts:
    """The lowered parts of each block, by its name in the schema and in its order."""

    models: Mapping[str, LoweredModel]
    enums: Mapping[str, _LoweredEnum]
    views: Mapping[str, View]


@frozen
class _Settings:
    """The settings of the datasource and the generators. Any change here lowers everything again."""

    provider: str
    datasource: str
    relation_mode: str
    schemas: tuple[str, ...]
    extensions: tuple[Extension, ...]
    preview_features: frozenset[str]
    join_tables_have_keys: bool
    qualifies_default_schema: bool
    creates_empty_schemas: bool


def lower(tree: SchemaTree, previous: Lowered | None = None, prisma: Version | None = None) -> Lowered:
    """The database that the version `prisma` of Prisma (None: the newest) builds for `tree`.

    Never raises: blocks that cannot be lowered are left out and reported in `problems`.
    Tables and enums whose blocks, and the blocks they name, are the same objects as in `previous` are taken from it.
    """
    problems: list[Problem] = []
    settings = _settings(tree, prisma or DEFAULT_PRISMA, problems)
    scope = Scope(
        provider(settings.provider),
        tree.named(),
        settings.relation_mode,
        settings.join_tables_have_keys,
        settings.schemas,
        settings.datasource,
    )
    known = previous if previous is not None and previous._settings == settings else None
    stale = _stale(scope.blocks, known)
    parts, database = known._parts if known else _Parts({}, {}, {}), known.database if known else None
    if stale or database is None:
        lowered = _lowered_parts(tree, scope, stale, parts)
        tables = _replaced_tables(database, parts, lowered) if database else None
        database = _database(lowered, tables or _tables(lowered.models.values()), settings, scope)
        parts = lowered
    problems += _clashes(tree, parts)
    doubtful = {p.origin.block for p in problems if p.origin.block}
    read: tuple[LoweredModel | _LoweredEnum, ...] = (*parts.models.values(), *parts.enums.values())
    for part in read:
        if part.problems:
            problems += part.problems
            doubtful |= part.doubtful
    features = settings.preview_features
    return Lowered(
        database, tuple(problems), frozenset(doubtful), scope.provider, features, settings, scope.blocks, parts
    )


def _stale(blocks: Mapping[str, Block], previous: Lowered | None) -> set[str]:
    """The names of changed, added and removed blocks, and of models that read one of those. All, without `previous`."""
    known = previous._blocks if previous else {}
    if previous is None or (blocks.keys() == known.keys() and list(blocks) != list(known)):
        return {*blocks, *known}
    changed = {name for name, block in blocks.items() if known.get(name) is not block}
    changed |= known.keys() - blocks.keys()
    if not changed:
        return changed
    models = previous._parts.models
    return changed.union([name for name, model in models.items() if not changed.isdisjoint(model.reads)])


def _lowered_parts(tree: SchemaTree, scope: Scope, stale: set[str], known: _Parts) -> _Parts:
    """The parts of all blocks, with those of stale ones lowered again."""
    models, enums, views = dict(known.models), dict(known.enums), dict(known.views)
    for name in stale:
        placed = tree.placed(name)
        keyword = placed.block.keyword if placed else None
        _set(models, name, lower_model(placed, scope) if placed and keyword is Keyword.MODEL else None)
        _set(enums, name, _enum(placed, scope) if placed and keyword is Keyword.ENUM else None)
        _set(views, name, _view(placed, scope) if placed and keyword is Keyword.VIEW else None)
    if models.keys() == known.models.keys() and enums.keys() == known.enums.keys():
        return _Parts(models, enums, views)
    return _Parts(_in_order(models, scope), _in_order(enums, scope), _in_order(views, scope))


def _in_order(parts: dict[str, _Part], scope: Scope) -> dict[str, _Part]:
    return {name: parts[name] for name in scope.blocks if name in parts}


def _set(parts: dict[str, _Part], name: str, part: _Part | None) -> None:
    """Adds, replaces or (if `part` is None) removes the part called `name`."""
    if part is not None:
        parts[name] = part
    else:
        parts.pop(name, None)


def _database(parts: _Parts, tables: Mapping[QualifiedName, Table], settings: _Settings, scope: Scope) -> Database:
    return Database(
        provider=scope.provider.name,
        default_schema=scope.provider.default_schema,
        tables=tables,
        enums={lowered.enum.name: lowered.enum for lowered in parts.enums.values()},
        views={v.name: v for v in parts.views.values()},
        extensions={e.name: e for e in settings.extensions},
        schemas=settings.schemas,
        managed=settings.schemas or ((scope.provider.default_schema,) if scope.provider.default_schema else ()),
        qualified=settings.qualifies_default_schema,
        creates_empty_schemas=settings.creates_empty_schemas,
        relation_mode=settings.relation_mode,
        sees_partial_indexes="partialIndexes" in settings.preview_features,
    )


def _tables(models: Iterable[LoweredModel]) -> dict[QualifiedName, Table]:
    """Models first, join tables after them, each in the order written."""
    tables: dict[QualifiedName, Table] = {}
    joins: list[Table] = []
    for model in models:
        tables.setdefault(model.table.name, model.table)
        joins += model.join_tables
    for table in joins:
        tables.setdefault(table.name, table)
    return tables


def _replaced_tables(before: Database, old: _Parts, new: _Parts) -> dict[QualifiedName, Table] | None:
    """The tables of `before` with those of re-lowered models replaced; None if that is not enough."""
    if old.models.keys() != new.models.keys():
        return None
    tables = dict(before.tables)
    for name, model in new.models.items():
        known = old.models[name]
        if known is model:
            continue
        if _table_names(known) != _table_names(model) or tables[known.table.name] is not known.table:
            return None
        tables.update({table.name: table for table in (model.table, *model.join_tables)})
    return tables


def _table_names(model: LoweredModel) -> list[QualifiedName]:
    return [table.name for table in (model.table, *model.join_tables)]


def _view(placed: PlacedBlock, scope: Scope) -> View:
    return View(scope.qualified(placed.block), origin=_name_origin(placed))


def _clashes(tree: SchemaTree, parts: _Parts) -> Iterator[Problem]:
    """Models that share a table."""
    counted = Counter([model.table.name for model in parts.models.values()])
    if len(counted) == len(parts.models):
        return
    for name, model in parts.models.items():
        placed = tree.placed(name)
        if counted[model.table.name] > 1 and placed is not None:
            message = f'Two models have the table "{model.table.name.name}". Give one another @@map.'
            yield Problem(message, _name_origin(placed))


def _enum(placed: PlacedBlock, scope: Scope) -> _LoweredEnum:
    block = placed.block
    values = tuple(
        EnumValue(
            mapped_name(value.attribute("map")) or value.name.text,
            value.name.text,
            Origin(placed.path, block.name.text, value.name.span),
        )
        for value in block.values
    )
    enum = Enum(scope.qualified(block), values, block.name.text, _name_origin(placed))
    faults = tuple(enum_faults(block, scope))
    return _LoweredEnum(enum, problems_of(faults, placed), doubts_of(faults, placed))


def _name_origin(placed: PlacedBlock) -> Origin:
    return Origin(placed.path, placed.block.name.text, placed.block.name.span)


# --- settings -------------------------------------------------------------------------------------


def _settings(tree: SchemaTree, prisma: Version, problems: list[Problem]) -> _Settings:
    source = tree.datasource
    name, relation_mode = _FALLBACK, "foreignKeys"
    schemas: tuple[str, ...] = ()
    extensions: tuple[Extension, ...] = ()
    if source is None:
        problems.append(_no_datasource(tree))
    else:
        name = _provider_name(source, problems)
        values = {p.name.text: p.value for p in source.block.properties}
        relation_mode = (
            text_of(values.get("relationMode")) or text_of(values.get("referentialIntegrity")) or relation_mode
        )
        problems += _wrong_settings(source, relation_mode)
        schemas = setting_texts(values.get("schemas"))
        extensions = tuple(_extensions(source))
    problems += _without_provider(tree)
    chosen = provider(name)
    since = chosen.join_table_primary_key_since
    return _Settings(
        name,
        source.block.name.text if source else "db",
        relation_mode,
        schemas,
        extensions,
        frozenset(_preview_features(tree)),
        join_tables_have_keys=since is not None and is_since(prisma, since),
        qualifies_default_schema=chosen.always_qualified or qualifies_default_schema(prisma, bool(schemas)),
        creates_empty_schemas=creates_empty_schemas(prisma),
    )


def _provider_name(source: PlacedBlock, problems: list[Problem]) -> str:
    written = next((p for p in source.block.properties if p.name.text == "provider"), None)
    name = text_of(written.value) if written else None
    try:
        return provider(name or "").name
    except UnknownProvider:
        span = written.span if written else source.block.name.span
        fault = f'Unknown provider "{name}"' if name else "No provider"
        message = (
            f"{fault} (read as PostgreSQL). Write provider = "
            '"postgresql", "mysql", "sqlite", "sqlserver", "cockroachdb" or "mongodb".'
        )
        problems.append(Problem(message, Origin(source.path, block_key(source.block), span)))
        return _FALLBACK


def _wrong_settings(source: PlacedBlock, written: str) -> Iterator[Problem]:
    for setting in source.block.properties:
        if setting.name.text not in _DATASOURCE_SETTINGS:
            message = f'Unknown setting "{setting.name.text}".{did_you_mean(setting.name.text, _DATASOURCE_SETTINGS)}'
            yield Problem(message, Origin(source.path, block_key(source.block), setting.name.span))
    if written not in ("foreignKeys", "prisma"):
        message = f'Unknown relationMode "{written}". Write "foreignKeys" or "prisma".'
        yield Problem(message, _settings_origin(source))


def _without_provider(tree: SchemaTree) -> Iterator[Problem]:
    for generator in tree.generators:
        if not any(p.name.text == "provider" for p in generator.block.properties):
            message = f'The generator {generator.block.name.text} has no provider. Write provider = "prisma-client".'
            yield Problem(message, _settings_origin(generator))


def _settings_origin(placed: PlacedBlock) -> Origin:
    return Origin(placed.path, block_key(placed.block), placed.block.name.span)


def _no_datasource(tree: SchemaTree) -> Problem:
    path = tree.documents[0].path if tree.documents else ""
    message = 'This schema has no datasource block (read as PostgreSQL). Add datasource db { provider = "postgresql" }.'
    return Problem(message, Origin(path, "", Span(0, 0)))


def _preview_features(tree: SchemaTree) -> Iterator[str]:
    for generator in tree.generators:
        for setting in generator.block.properties:
            if setting.name.text == "previewFeatures":
                yield from setting_texts(setting.value)


def _extensions(source: PlacedBlock) -> Iterator[Extension]:
    value = next((p.value for p in source.block.properties if p.name.text == "extensions"), None)
    for item in value.items if isinstance(value, Array) else ():
        if isinstance(item, Constant):
            yield Extension(item.text)
        elif isinstance(item, Call):
            named = {a.name.text: text_of(a.value) for a in item.arguments if a.name}
            yield Extension(named.get("map") or item.name.text, named.get("schema"), named.get("version"))


__all__ = ["Lowered", "lower"]
