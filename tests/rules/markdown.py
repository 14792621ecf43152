"""Runs the rules on what Markdown gives them, and writes findings the way the fixtures show them.

What is judged is given in fenced blocks, by their info strings:
- `prisma before` and `prisma after`: a schema before and after an edit; `sql history` the statements of merged migrations,
  if those matter;
- `sql before` (may be missing) and `sql migration`: a database, and a migration that is new on a branch; `sql down` where a
  file beside it is to undo it;
- `prisma before`, any number of `plan RECIPE SUBJECT ANSWER=VALUE...`, and a `prisma after` where the schema was edited then:
  plans made from a schema, with what was done, a word a line (`rules.plan_scripts` knows them);
- with any of these but the next, `ts PATH` and `ts base PATH`: code of the application, as it is and as it was at the base;
- `sql base NAME`, `sql here NAME`, `sql theirs NAME`: the migrations that a branch began with, those that it has or
  has edited (an empty one is deleted), and those that the base got meanwhile;
- with a schema, `owners`: the table of that name in the settings;
- with a schema or with such migrations, `sql open BRANCH NAME`: a migration of another branch that is not merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from attrs import evolve

from refract.analysis.branch import NewMigration, read_new, with_rollback
from refract.analysis.result import deployed_together
from refract.analysis.squash import with_squash
from refract.baseline import Migration, MigrationFolder, compare_histories, replay
from refract.config.owners import Owners, read_owners
from refract.diff import Diff, diff
from refract.lowering import lower
from refract.positions import PlainText
from refract.providers import Provider, provider
from refract.providers.versions import Versions, default_versions
from refract.rendering.advice import action_sentence
from refract.rendering.findings import related_sentence
from refract.rendering.harm import harm_sentence
from refract.rules.kit.context import OpenBranch, RuleContext
from refract.rules.kit.finding import Finding, Judged
from refract.rules.kit.owners import Owned, owned
from refract.rules.kit.rule import check_all
from refract.rules.kit.touched import touched
from refract.schema.model import Database, QualifiedName
from refract.source import CodeUses, Target, client_of, completed, find_uses
from refract.sql.reader import read_migration
from refract.syntax import SchemaTree, parse_schema
from refract.text import Location, Origin
from refract.toml import parse_toml
from rules.plan_scripts import Followed, follow

BEFORE = "before.prisma"
AFTER = "schema.prisma"
FOLDER = "migrations"
NEW = "20250201000000_new"


class Code(NamedTuple):
    """Files of code by path: as they are, and as they were at the base."""

    here: Mapping[str, str]
    base: Mapping[str, str]


NO_CODE = Code({}, {})


class Sides(NamedTuple):
    """A schema before and after an edit, and statements of merged migrations."""

    before: str
    after: str
    code: Code = NO_CODE
    history: str = ""
    open: Mapping[str, str] = {}
    owners: str = ""


class Sql(NamedTuple):
    """The SQL that built a database, and a migration that is new."""

    before: str
    migration: str
    down: str = ""
    code: Code = NO_CODE


class Team(NamedTuple):
    """Migrations by name: those that a branch began with, those it has itself, those that its base got meanwhile, and those
    of other branches, by the branch.
    """

    base: Mapping[str, str]
    here: Mapping[str, str]
    theirs: Mapping[str, str]
    open: Mapping[str, str] = {}


Given = Sides | Sql | Team | Followed


class Found(NamedTuple):
    """The findings, and the texts that they stand in, by path."""

    findings: tuple[Finding, ...]
    texts: Mapping[str, str]
    trees: tuple[SchemaTree, ...] = ()


def given(found: Mapping[str, str]) -> Given:
    """What blocks give to judge."""
    code = Code(*({i.removeprefix(k): t for i, t in found.items() if i.startswith(k) and i != k} for k in _CODE))
    code = Code({path: text for path, text in code.here.items() if not path.startswith("base ")}, code.base)
    scripts = {info.removeprefix("plan "): text for info, text in found.items() if info.startswith("plan ")}
    if scripts:
        return Followed(found["prisma before"], scripts, found.get("prisma after", ""), code)
    others = {info.split()[2]: text for info, text in found.items() if info.startswith("sql open ")}
    if "prisma after" in found:
        return Sides(
            found["prisma before"],
            found["prisma after"],
            code,
            found.get("sql history", ""),
            others,
            found.get("owners", ""),
        )
    if "sql migration" in found:
        return Sql(found.get("sql before", ""), found["sql migration"], found.get("sql down", ""), code)
    base, here, theirs = (
        {n.split()[2]: t for n, t in found.items() if n.startswith(f"sql {kind} ")} for kind in _KINDS
    )
    return Team(base, here, theirs, others)


_KINDS = ("base", "here", "theirs")
_CODE = ("ts ", "ts base ")


def unchanged(what: Given) -> list[Given]:
    """The same without any change, in as many ways as there are."""
    match what:
        case Sides():
            return [Sides(schema, schema, what.code) for schema in (what.before, what.after)]
        case Sql():
            return [Sql(what.before, "", code=what.code)]
        case Team():
            return [Team(what.base, {}, {})]
        case Followed():
            return [Followed(what.before, {}, "", what.code)]


def moved(what: Given) -> Given:
    """The same with everything further down."""
    match what:
        case Sides():
            return Sides(
                "// moved\n\n" + what.before,
                "// moved\n\n" + what.after,
                what.code,
                what.history,
                what.open,
                what.owners,
            )
        case Sql():
            return Sql(what.before, "-- moved\n\n" + what.migration, what.down, what.code)
        case Team():
            return what
        case Followed():
            after = what.after and "// moved\n\n" + what.after
            return Followed("// moved\n\n" + what.before, what.scripts, after, what.code)


def find(what: Given, target: str, rule: str = "") -> Found:
    """What the rules that are on, and `rule`, find.

    `target` is a provider, if need be with a flavour, the server's version and Prisma's: `mysql+mariadb@10.6/prisma6.2`.
    """
    match what:
        case Sides():
            return _in_schema(what, target, rule)
        case Sql():
            return _in_sql(what, target, rule)
        case Team():
            return _in_history(what, target, rule)
        case Followed():
            return _in_plans(what, target, rule)


def parse_target(target: str) -> tuple[str, str, tuple[int, ...], tuple[int, ...]]:
    """Provider, flavour, server version and Prisma version of a target; what it does not name is empty."""
    named, _, prisma = target.partition("/prisma")
    named, _, version = named.partition("@")
    name, _, flavour = named.partition("+")
    return name, flavour, _numbers(version), _numbers(prisma)


def render(what: Given, target: str, rule: str) -> str:
    """The findings of one rule: severity and headline, the line they stand on, harm, actions, and related places."""
    found = find(what, target, rule)
    shown = [_show(f, found) for f in found.findings if f.rule == rule]
    return "\n".join(shown) or "none\n"


def fixtures() -> list[Path]:
    """The fixture files, by name."""
    return sorted(Path(__file__).parent.glob("*.md"), key=lambda path: path.stem)


def _in_schema(sides: Sides, target: str, rule: str) -> Found:
    name = parse_target(target)[0]
    before, after = (schema_tree(path, text, name) for path, text in zip((BEFORE, AFTER), sides[:2], strict=True))
    old, new = lower(before), lower(after)
    assert old.problems == () and new.problems == (), (old.problems, new.problems)
    changes = diff(old.database, new.database)
    history = read_migration(sides.history, _path("20250101000000_init"), old.database, old.provider)
    context = RuleContext(
        evolve(old.database, views=history.database.views, objects=history.database.objects),
        new.database,
        new.provider,
        changes,
        not_followed=history.not_followed,
        read_deployed=lambda: old.database,
        read_open_branches=partial(_open_branches, sides.open, old.database, old.provider),
        owned=owned_in(sides, new.database),
    )
    findings = _check(with_code(context, sides.code, before, after), target, rule)
    texts = {BEFORE: sides.before, AFTER: sides.after, _path("20250101000000_init"): sides.history}
    return Found(findings, {**texts, **sides.code.here}, (before, after))


def _in_sql(sql: Sql, target: str, rule: str) -> Found:
    chosen = provider(parse_target(target)[0])
    nothing = Database(chosen.name, chosen.default_schema)
    built = read_migration(sql.before, _path("20250101000000_init"), nothing, chosen)
    new = read_new(_migration(NEW, sql.migration), built.database, chosen)
    new = with_rollback(new, [(f"{FOLDER}/{NEW}/down.sql", sql.down)] if sql.down else [], chosen)
    context = RuleContext(
        new.before,
        new.after,
        chosen,
        new.diff,
        judged=Judged.MIGRATION,
        migration=new.judged,
        fresh=new.fresh,
        not_followed=built.not_followed,
    )
    texts = {_path("20250101000000_init"): sql.before, _path(NEW): sql.migration, **sql.code.here}
    return Found(_check(with_code(context, sql.code), target, rule), texts)


def _in_history(team: Team, target: str, rule: str) -> Found:
    context = history_in(team, target)
    texts = {_path(name): text for name, text in {**team.base, **team.here}.items() if text.strip()}
    base = {_path(name): text for name, text in team.base.items()}
    return Found(_check(context, target, rule), {**base, **texts})


def history_in(team: Team, target: str, read_deployed: Callable[[], Database | None] = lambda: None) -> RuleContext:
    """What rules look at when they judge a team's history; `read_deployed` is the database of the schema at the base."""
    chosen = provider(parse_target(target)[0])
    here = {name: text for name, text in {**team.base, **team.here}.items() if text.strip()}
    folders = [_folder(migrations) for migrations in (here, team.base, {**team.base, **team.theirs})]
    history = with_squash(compare_histories(*folders, "origin/main"), folders[1], folders[0], chosen)
    changes = _changes(folders[0], chosen) | _changes(folders[2], chosen)
    empty = Database(chosen.name, chosen.default_schema)
    return RuleContext(
        empty,
        empty,
        chosen,
        Diff(()),
        judged=Judged.HISTORY,
        history=evolve(history, changes=changes),
        read_open_branches=partial(_open_branches, team.open, replay(folders[1], chosen).database, chosen),
        deploy=deployed_together(m for m in _read(folders[0], chosen) if history.is_new(m.judged.name)),
        read_deployed=read_deployed,
    )


def owned_in(sides: Sides, schema: Database) -> Callable[[QualifiedName], Owned]:
    """Who owns the models of a schema."""
    return partial(owned, Owners(read_owners(parse_toml(sides.owners))), schema)


def _open_branches(texts: Mapping[str, str], start: Database, chosen: Provider) -> tuple[OpenBranch, ...]:
    """The branches with a migration each, by name, that follows the database `start`."""
    read = {name: read_migration(text, _path(NEW), start, chosen) for name, text in texts.items()}
    return tuple(OpenBranch(name, touched(reading.changes)) for name, reading in read.items())


def _in_plans(followed: Followed, target: str, rule: str) -> Found:
    name = parse_target(target)[0]
    before = schema_tree(AFTER, followed.before, name)
    made = follow(before, followed.scripts, provider(name))
    tree = schema_tree(AFTER, followed.after, name) if followed.after else made.tree
    database = lower(before).database
    view = made.seen_beside(tree, database)
    context = RuleContext(database, lower(tree).database, provider(name), Diff(()), judged=Judged.PLANS, plans=view)
    texts = {AFTER: followed.after or made.schema(AFTER), **made.texts, **followed.code.here}
    return Found(_check(with_code(context, followed.code, before, tree), target, rule), texts, (tree,))


def with_code(context: RuleContext, code: tuple[Mapping[str, str], ...], *trees: SchemaTree) -> RuleContext:
    """The context with code (as it is, as it was) of programs that know these schemas."""
    here, base = (partial(_uses, files, trees) for files in code)
    return evolve(context, uses=here, former_uses=base)


def _uses(files: Mapping[str, str], trees: tuple[SchemaTree, ...], target: Target) -> CodeUses:
    client = completed(client_of(*trees), (target,))
    found = [(path, use) for path, text in files.items() for use in find_uses(text, path, client, (target,))]
    sure, perhaps = (
        [Origin(path, "", use.span) for path, use in found if use.sure is wanted] for wanted in (True, False)
    )
    return CodeUses(tuple(sure), tuple(perhaps))


def _changes(folder: MigrationFolder, chosen: Provider) -> dict[str, tuple[object, ...]]:
    return {new.judged.name: new.diff.changes for new in _read(folder, chosen)}


def _read(folder: MigrationFolder, chosen: Provider) -> Iterator[NewMigration]:
    database = Database(chosen.name, chosen.default_schema)
    for migration in folder.migrations:
        new = read_new(migration, database, chosen)
        database = new.after
        yield new


def _check(context: RuleContext, target: str, rule: str) -> tuple[Finding, ...]:
    _, flavour, server, prisma = parse_target(target)
    usual = default_versions(context.provider.name, flavour)
    versions = Versions(server or usual.server, flavour, prisma or usual.prisma)
    return check_all(evolve(context, versions=versions), lambda r: r.on_by_default or r.name == rule)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in version.split(".") if n)


def _path(name: str) -> str:
    return f"{FOLDER}/{name}/migration.sql"


def _migration(name: str, sql: str) -> Migration:
    data = sql.encode()
    return Migration(name, _path(name), data, sha256(data).hexdigest())


def _folder(migrations: Mapping[str, str]) -> MigrationFolder:
    return MigrationFolder(FOLDER, tuple(_migration(name, sql) for name, sql in sorted(migrations.items())))


def schema_tree(path: str, text: str, name: str) -> SchemaTree:
    """The schema in `text`; without a datasource of its own it gets one for the provider `name`."""
    files = [(path, text)]
    if "datasource " not in text:
        files.append(("datasource.prisma", f'datasource db {{\n  provider = "{name}"\n}}\n'))
    tree = parse_schema(files)
    assert tree.problems() == (), tree.problems()
    return tree


def _show(finding: Finding, found: Found) -> str:
    lines = [f"{finding.severity}: {finding.what}"]
    lines += _marked(finding.origin, found) if finding.origin else ["  (nowhere)"]
    lines += [f"  = {harm_sentence(harm)}" for harm in finding.harm]
    lines += [f"  = help: {action_sentence(action)}" for action in finding.now]
    for related in finding.related:
        lines += [f"  {related_sentence(related)}:", *_marked(related.origin, found)]
    return "\n".join(lines) + "\n"


def _marked(origin: Origin, found: Found) -> list[str]:
    """The line an origin stands on, and carets under the stretch it covers."""
    location = _located(origin, found)
    text = found.texts[location.path]
    index = PlainText("", text)
    line, start = index.position(location.span.start)
    end_line, end = index.position(location.span.end)
    source = text.splitlines()[line] if text else ""
    width = (end if end_line == line else len(source)) - start
    return [f"    {source}", f"    {' ' * start}{'^' * max(width, 1)}"]


def _located(origin: Origin, found: Found) -> Location:
    if not origin.block:
        return Location(origin.path, origin.span)
    places = (tree.location(origin) for tree in found.trees)
    location = next((place for place in places if place is not None and place.path == origin.path), None)
    assert location is not None, origin
    return location
