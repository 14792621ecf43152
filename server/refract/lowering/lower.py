"""Lowers a whole schema, and after an edit only what the edit touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import field, frozen

from refract.lowering.arguments import mapped_name, setting_texts, text_of
from refract.lowering.model import LoweredModel, Scope, lower_model
from refract.providers import Provider, UnknownProvider, provider
from refract.schema.model import Database, Enum, EnumValue, Extension, QualifiedName, Table, View
from refract.syntax import PlacedBlock, SchemaTree
from refract.syntax.tree import Array, Call, Constant, Keyword
from refract.text import Origin, Problem, Span

_FALLBACK = "postgresql"
"""The provider that stands in when a schema names none that is known: its problems say so."""


@frozen(eq=False)
class Lowered:
    """A lowered schema. `models` holds what each model became, `dependents` which models read which block."""

    database: Database
    problems: tuple[Problem, ...]
    provider: Provider
    preview_features: frozenset[str]
    settings: _Settings = field(repr=False)
    blocks: Mapping[str, PlacedBlock] = field(repr=False)
    models: Mapping[str, LoweredModel] = field(repr=False)
    enums: Mapping[str, Enum] = field(repr=False)


@frozen
class _Settings:
    """What the datasource and the generators say. Any change here lowers everything anew."""

    provider: str
    relation_mode: str
    schemas: tuple[str, ...]
    extensions: tuple[Extension, ...]
    preview_features: frozenset[str]


def lower(tree: SchemaTree, previous: Lowered | None = None) -> Lowered:
    """The database of `tree`. Never raises: what cannot be lowered is left out and told in `problems`.

    Tables and enums whose blocks, and the blocks they name, are the same objects as in `previous` are taken from it.
    """
    problems: list[Problem] = []
    settings = _settings(tree, problems)
    blocks = {placed.block.name.text: placed for placed in tree.blocks() if placed.block.keyword in _LOWERED}
    reusable = previous if previous is not None and previous.settings == settings else None
    scope = _scope(settings, blocks)
    stale = _stale(blocks, reusable)
    models: dict[str, LoweredModel] = {}
    enums: dict[str, Enum] = {}
    views: dict[QualifiedName, View] = {}
    for name, placed in blocks.items():
        keyword = placed.block.keyword
        if keyword is Keyword.MODEL:
            known = reusable.models.get(name) if reusable and name not in stale else None
            models[name] = known or lower_model(placed, scope)
        elif keyword is Keyword.ENUM:
            kept = reusable.enums.get(name) if reusable and name not in stale else None
            enums[name] = kept or _enum(placed, scope)
        elif keyword is Keyword.VIEW:
            view = View(scope.qualified(placed.block), origin=_name_origin(placed))
            views[view.name] = view
    for model in models.values():
        problems += model.problems
    database = Database(
        provider=scope.provider.name,
        default_schema=scope.provider.default_schema,
        tables=_tables(models.values()),
        enums={e.name: e for e in enums.values()},
        views=views,
        extensions={e.name: e for e in settings.extensions},
        schemas=settings.schemas,
        qualified=bool(settings.schemas) or scope.provider.name == "sqlserver",
        relation_mode=settings.relation_mode,
    )
    return Lowered(
        database, tuple(problems), scope.provider, settings.preview_features, settings, blocks, models, enums
    )


_LOWERED = {Keyword.MODEL, Keyword.VIEW, Keyword.ENUM, Keyword.TYPE}


def _stale(blocks: Mapping[str, PlacedBlock], previous: Lowered | None) -> set[str]:
    """The names of blocks that changed, came or went, and of models that read one of those."""
    if previous is None:
        return set()
    known = previous.blocks
    changed = {
        name
        for name, placed in blocks.items()
        if (before := known.get(name)) is None or before.block is not placed.block or before.path != placed.path
    }
    changed.update(known.keys() - blocks.keys())
    if not changed:
        return changed
    readers = {name for name, model in previous.models.items() if not changed.isdisjoint(model.reads)}
    return changed | readers


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


def _scope(settings: _Settings, blocks: Mapping[str, PlacedBlock]) -> Scope:
    return Scope(
        provider(settings.provider),
        {name: placed.block for name, placed in blocks.items()},
        settings.relation_mode,
    )


def _enum(placed: PlacedBlock, scope: Scope) -> Enum:
    block = placed.block
    values = tuple(
        EnumValue(
            mapped_name(value.attribute("map")) or value.name.text,
            value.name.text,
            Origin(placed.path, block.name.text, value.name.span),
        )
        for value in block.values
    )
    return Enum(scope.qualified(block), values, block.name.text, _name_origin(placed))


def _name_origin(placed: PlacedBlock) -> Origin:
    return Origin(placed.path, placed.block.name.text, placed.block.name.span)


# --- settings -------------------------------------------------------------------------------------


def _settings(tree: SchemaTree, problems: list[Problem]) -> _Settings:
    source = tree.datasource
    name, relation_mode = _FALLBACK, "foreignKeys"
    schemas: tuple[str, ...] = ()
    extensions: tuple[Extension, ...] = ()
    if source is None:
        problems.append(_no_datasource(tree))
    else:
        name = _provider_name(source, problems)
        values = {p.name.text: p.value for p in source.block.properties}
        relation_mode = text_of(values.get("relationMode")) or text_of(values.get("referentialIntegrity")) or relation_mode
        schemas = setting_texts(values.get("schemas"))
        extensions = tuple(_extensions(source))
    return _Settings(name, relation_mode, schemas, extensions, frozenset(_preview_features(tree)))


def _provider_name(source: PlacedBlock, problems: list[Problem]) -> str:
    written = next((p for p in source.block.properties if p.name.text == "provider"), None)
    name = text_of(written.value) if written else None
    try:
        return provider(name or "").name
    except UnknownProvider:
        span = written.span if written else source.block.name.span
        said = f'does not know the provider "{name}"' if name else "finds no provider here"
        message = (
            f"Refract {said}: write provider = "
            '"postgresql", "mysql", "sqlite", "sqlserver", "cockroachdb" or "mongodb". Read as PostgreSQL until then.'
        )
        problems.append(Problem(message, Origin(source.path, f"datasource {source.block.name.text}", span)))
        return _FALLBACK


def _no_datasource(tree: SchemaTree) -> Problem:
    path = tree.documents[0].path if tree.documents else ""
    message = (
        "This schema has no datasource block, so its database is unknown (read as PostgreSQL): "
        'add datasource db { provider = "postgresql" }.'
    )
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
