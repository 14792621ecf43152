"""Lowers a whole schema, and after an edit only what the edit touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import compress
from operator import is_not
from typing import TypeVar

from attrs import field, frozen

from refract.lowering.arguments import mapped_name, setting_texts, text_of
from refract.lowering.fault import did_you_mean, doubts_of, problems_of
from refract.lowering.faults import enum_faults
from refract.lowering.model import LoweredModel, Scope, lower_model
from refract.lowering.visible import change_between
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
    problems of others are about. They may have names that no block has. `standing` are the tables that rules may judge
    although they have not changed: those with ignored columns or with the name of a join table.
    """

    database: Database
    problems: tuple[Problem, ...]
    doubtful: frozenset[str]
    standing: tuple[Table, ...]
    provider: Provider
    preview_features: frozenset[str]
    _settings: _Settings = field(repr=False)
    _blocks: Mapping[str, Block] = field(repr=False)
    _parts: _Parts = field(repr=False)
    _clashing: frozenset[QualifiedName] = field(repr=False)


@frozen
class _LoweredEnum:
    """An enum, with what Prisma refuses in it."""

    enum: Enum
    problems: tuple[Problem, ...]
    doubtful: frozenset[str]


@frozen
class _Parts:
    """The lowered parts of each block, by its name in the schema and in its order.

    `readers` are the models that read a block, by its name. `faulty` names the models and enums with problems,
    `standing` the models that have standing tables.
    """

    models: Mapping[str, LoweredModel]
    enums: Mapping[str, _LoweredEnum]
    views: Mapping[str, View]
    readers: Mapping[str, frozenset[str]]
    faulty: frozenset[str]
    standing: frozenset[str]


_NO_PARTS = _Parts({}, {}, {}, {}, frozenset(), frozenset())


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
    if stale or known is None:
        parts = _lowered_parts(tree, scope, stale, known._parts if known else _NO_PARTS)
        tables = _replaced_tables(known, parts, stale) if known else None
        clashing = known._clashing if known and tables is not None else _clashing(parts)
        tables = _tables(parts.models.values()) if tables is None else tables
        database = _database(known, parts, tables, settings, scope)
    else:
        parts, database, clashing = known._parts, known.database, known._clashing
    problems += _clashes(tree, parts, clashing)
    doubtful = {p.origin.block for p in problems if p.origin.block}
    for part in _faulty(tree, parts):
        problems += part.problems
        doubtful |= part.doubtful
    features = settings.preview_features
    return Lowered(
        database,
        tuple(problems),
        frozenset(doubtful),
        _standing_tables(tree, parts),
        scope.provider,
        features,
        settings,
        scope.blocks,
        parts,
        clashing,
    )


def _stale(blocks: Mapping[str, Block], previous: Lowered | None) -> set[str]:
    """The names of changed, added and removed blocks, and of models that see the change. All, without `previous`."""
    if previous is None:
        return set(blocks)
    known = previous._blocks
    if blocks is known:
        return set()
    changed = _changed(blocks, known)
    if changed is None:
        return {*blocks, *known}
    stale = set(changed)
    for name in changed:
        readers = previous._parts.readers.get(name, frozenset()) - stale
        change = change_between(known.get(name), blocks.get(name)) if readers else None
        stale.update(reader for reader in readers if change is not None and change.is_seen_by(blocks[reader]))
    return stale


def _changed(blocks: Mapping[str, Block], known: Mapping[str, Block]) -> set[str] | None:
    """The names of changed, added and removed blocks; None if the others are in another order."""
    if tuple(blocks) == tuple(known):
        return set(compress(blocks, map(is_not, blocks.values(), known.values())))
    if blocks.keys() == known.keys():
        return None
    changed = {name for name, block in blocks.items() if known.get(name) is not block}
    return changed | (known.keys() - blocks.keys())


def _lowered_parts(tree: SchemaTree, scope: Scope, stale: set[str], known: _Parts) -> _Parts:
    """The parts of all blocks, with those of stale ones lowered again."""
    placed = [(name, found) for name in stale if (found := tree.placed(name))]
    fresh_models = {n: lower_model(p, scope) for n, p in placed if p.block.keyword is Keyword.MODEL}
    fresh_enums = {n: _enum(p, scope) for n, p in placed if p.block.keyword is Keyword.ENUM}
    fresh_views = {n: _view(p, scope) for n, p in placed if p.block.keyword is Keyword.VIEW}
    fresh: dict[str, LoweredModel | _LoweredEnum] = {**fresh_models, **fresh_enums}
    return _Parts(
        _replaced(known.models, fresh_models, stale, scope),
        _replaced(known.enums, fresh_enums, stale, scope),
        _replaced(known.views, fresh_views, stale, scope),
        _readers(known, fresh_models, stale),
        (known.faulty - stale).union(name for name, part in fresh.items() if part.problems),
        (known.standing - stale).union(name for name, part in fresh_models.items() if any(_standing(part))),
    )


def _standing(model: LoweredModel) -> Iterator[Table]:
    return (t for t in _tables_of(model) if t.ignored_columns or t.name.name.startswith("_"))


def _standing_tables(tree: SchemaTree, parts: _Parts) -> tuple[Table, ...]:
    """In the order of the database: tables of models first, each in the order written."""
    found = [t for name in sorted(parts.standing, key=_place_in(tree)) for t in _standing(parts.models[name])]
    return tuple(sorted(found, key=lambda table: not table.model_name))


def _place_in(tree: SchemaTree) -> Callable[[str], tuple[int, int]]:
    return lambda name: tree.place(name) or (0, 0)


def _replaced(
    known: Mapping[str, _Part], fresh: Mapping[str, _Part], stale: set[str], scope: Scope
) -> Mapping[str, _Part]:
    """The parts of one kind, with those of stale blocks replaced; the same mapping if there are none of that kind."""
    gone = known.keys() & (stale - fresh.keys())
    if not fresh and not gone:
        return known
    parts = {**known, **fresh}
    if not gone and len(parts) == len(known):
        return parts
    return {name: parts[name] for name in scope.blocks if name in parts and name not in gone}


def _readers(known: _Parts, fresh: Mapping[str, LoweredModel], stale: set[str]) -> Mapping[str, frozenset[str]]:
    """Which models read each block, after the stale ones have been lowered again."""
    changed: dict[str, set[str]] = {}
    for name in stale:
        before, after = known.models.get(name), fresh.get(name)
        was, now = before.reads if before else frozenset[str](), after.reads if after else frozenset[str]()
        for read in was ^ now:
            changed.setdefault(read, set(known.readers.get(read, ()))).symmetric_difference_update((name,))
    if not changed:
        return known.readers
    return {**known.readers, **{read: frozenset(names) for read, names in changed.items()}}


def _faulty(tree: SchemaTree, parts: _Parts) -> Iterator[LoweredModel | _LoweredEnum]:
    """The parts with problems: models first, each in the order written."""
    names = sorted(parts.faulty, key=_place_in(tree))
    yield from (parts.models[name] for name in names if name in parts.models)
    yield from (parts.enums[name] for name in names if name in parts.enums)


def _database(
    known: Lowered | None, parts: _Parts, tables: Mapping[QualifiedName, Table], settings: _Settings, scope: Scope
) -> Database:
    same_enums = known is not None and known._parts.enums is parts.enums
    same_views = known is not None and known._parts.views is parts.views
    return Database(
        provider=scope.provider.name,
        default_schema=scope.provider.default_schema,
        tables=tables,
        enums=known.database.enums if known and same_enums else {p.enum.name: p.enum for p in parts.enums.values()},
        views=known.database.views if known and same_views else {v.name: v for v in parts.views.values()},
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


def _replaced_tables(known: Lowered, parts: _Parts, stale: set[str]) -> Mapping[QualifiedName, Table] | None:
    """The tables of `known` with those of re-lowered models replaced; None if that is not enough."""
    before = known.database.tables
    if parts.models is known._parts.models:
        return before
    if len(parts.models) != len(known._parts.models):
        return None
    changed: dict[QualifiedName, Table] = {}
    for name in stale & parts.models.keys():
        old, new = known._parts.models.get(name), parts.models[name]
        if old is None or _table_names(old) != _table_names(new):
            return None
        if any(before[table.name] is not table for table in _tables_of(old)):
            return None
        changed.update({table.name: table for table in _tables_of(new)})
    return {**before, **changed}


def _tables_of(model: LoweredModel) -> tuple[Table, ...]:
    return (model.table, *model.join_tables)


def _table_names(model: LoweredModel) -> list[QualifiedName]:
    return [table.name for table in _tables_of(model)]


def _view(placed: PlacedBlock, scope: Scope) -> View:
    return View(scope.qualified(placed.block), origin=_name_origin(placed))


def _clashing(parts: _Parts) -> frozenset[QualifiedName]:
    """The tables that several models have."""
    counted = Counter([model.table.name for model in parts.models.values()])
    return frozenset(name for name, count in counted.items() if count > 1)


def _clashes(tree: SchemaTree, parts: _Parts, clashing: frozenset[QualifiedName]) -> Iterator[Problem]:
    """Models that share a table."""
    for name, model in parts.models.items() if clashing else ():
        placed = tree.placed(name)
        if model.table.name in clashing and placed is not None:
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
