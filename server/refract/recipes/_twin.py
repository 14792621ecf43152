"""New columns in place of old ones: the steps that renaming, retyping, splitting and merging fields have in common.

New columns are added, kept in sync with the old ones, filled and validated. The app moves over, and the old columns are
dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import evolve, frozen

from refract.escaping import code_span, prisma_string
from refract.lowering import lower
from refract.recipes._hanging import Replaced, with_what_hangs
from refract.recipes._lists import lists_with, names_field, renamed_in, without_map
from refract.recipes._losses import NOTHING_LOST, Losses, checks_removed, copied_back, decision_step, review_step
from refract.recipes._sql import row, values_differ
from refract.recipes.acts import OLD_INSTANCES_STOPPED, SURE_TO_STAY, Act, Deploy
from refract.recipes.base import CannotPlan, Fill, ModelField, Phase, Situation, Step, Sync, Trigger
from refract.recipes.dialects import dialect
from refract.recipes.schema_edits import (
    AddAttribute,
    AddBlockAttribute,
    AddField,
    RemoveAttribute,
    RemoveBlockAttribute,
    RemoveField,
    RenameField,
    RetypeField,
    SchemaEdit,
    apply_schema_edits,
)
from refract.schema.model import Table
from refract.wording import listed

TRIGGER, APPLICATION = "trigger", "application"
_GENERATED = re.compile(r"@default\(\s*(cuid|uuid|ulid|nanoid)\s*\(")


@frozen
class NewField:
    """A future field: `type` without `?`, `column` its database name, `attributes` without `@unique`.

    `final` is its name after the old field has been moved out of the way.
    """

    name: str
    type: str
    column: str
    attributes: tuple[str, ...] = ()
    required: bool = True
    unique: bool = False
    final: str = ""

    @property
    def must_be_made_required(self) -> bool:
        """Whether it is optional until all rows are filled."""
        return self.required and not self.type.endswith("[]")


@frozen
class Twin:
    """New fields that replace old ones. `forward` and `backward` are the columns of each in terms of the others.

    `lossy` describes what the undo would lose, `losses` what does not survive the way forward; `note` is what that takes
    for granted, `unclear` what new versions cannot write until the old columns are dropped.
    `extra` are edits made together with the new fields (such as a new enum), `leftover` those made when the old fields
    are removed, `switching` those made when the app switches over, `restoring` bring back what `leftover` removed.
    `deployed` is the version that uses the new fields, if these alone do not identify it.
    `old_type` is the name of the old field's type after the app has switched over.
    """

    model: str
    table: Table
    olds: tuple[ModelField, ...]
    news: tuple[NewField, ...]
    forward: tuple[tuple[str, str], ...]
    backward: tuple[tuple[str, str], ...]
    silent: tuple[tuple[str, str], ...] = ()
    later: tuple[SchemaEdit, ...] = ()
    lossy: str = ""
    losses: Losses = NOTHING_LOST
    note: str = ""
    unclear: str = ""
    extra: tuple[SchemaEdit, ...] = ()
    leftover: tuple[SchemaEdit, ...] = ()
    switching: tuple[SchemaEdit, ...] = ()
    restoring: tuple[SchemaEdit, ...] = ()
    deployed: Deploy | None = None
    old_type: str = ""


def twin_steps(situation: Situation, twin: Twin, how: str) -> Iterator[Step]:
    """The steps; a trigger or the application keeps old and new fields in sync."""
    for old in twin.olds:
        refuse_keys(situation, old)
    yield from review_step(situation, twin.losses, twin.table, twin.olds, twin.forward, twin.backward)
    steps = _by_application(situation, twin) if how == APPLICATION else _by_trigger(situation, twin)
    olds = tuple(old.column.name for old in twin.olds if old.column is not None)
    copies = tuple((old, new) for new, value in twin.forward for old in olds if value == row(situation, old))
    replaced = Replaced(twin.table.name, olds, tuple(new.column for new in twin.news), copies)
    yield from with_what_hangs(situation, replaced, steps)


def refuse_triggers(situation: Situation, others: str = "Pass `how=application`") -> None:
    """Raises CannotPlan if the user chose triggers and the database has no suitable ones; `others` names the
    alternatives.
    """
    name, flavour = situation.provider.name, situation.versions.flavour
    if situation.answer("how") == TRIGGER and not dialect(name, flavour).syncs:
        raise CannotPlan(f"`how=trigger` is not available on {flavour or name}. {others}.")


def refuse_keys(situation: Situation, old: ModelField, instead: str = "Drop the foreign key first") -> None:
    """Raises CannotPlan for a field that is part of a key or a relation: other rows refer to it. `instead` is the
    advice for a relation.
    """
    block = situation.block(old.model)
    if old.column is None:
        raise CannotPlan(f"{code_span(f'{old.model}.{old.name}')} is a relation, which has no column.")
    if old.attribute("id") or any(names_field(situation, old.model, a, old.name) for a in block.attributes_named("id")):
        raise CannotPlan(
            f"{code_span(f'{old.model}.{old.name}')} is part of the primary key, which other tables may refer to."
        )
    if old.column.auto_increment:
        raise CannotPlan(
            f"{code_span(f'{old.model}.{old.name}')} is numbered by the database, and two columns cannot share a sequence."
        )
    relation = next(_keys_made_of(situation, old), "")
    if relation:
        raise CannotPlan(
            f"{code_span(f'{old.model}.{old.name}')} is part of the foreign key {code_span(relation)}. {instead}."
        )


def _keys_made_of(situation: Situation, old: ModelField) -> Iterator[str]:
    """The foreign keys that are made of a field, in its own table or towards it."""
    table = situation.table(old.model)
    column = old.column.name if old.column else ""
    yield from (key.name for key in table.foreign_keys if column in key.columns)
    for other in situation.database.tables.values():
        for key in other.foreign_keys:
            if key.referenced_table == table.name and column in key.referenced_columns:
                yield key.name


def _by_trigger(s: Situation, twin: Twin) -> Iterator[Step]:
    sync = Sync(
        name=s.provider.sync_name(twin.table.name.name, twin.news[0].column),
        table=twin.table.name,
        forward=twin.forward,
        backward=twin.backward,
        silent=twin.silent,
        folding=frozenset(c.name for c in _with_both(s, twin).columns if dialect(s.provider.name).folds(c.type)),
    )
    olds, news = listed(o.name for o in twin.olds), listed(n.name for n in twin.news)
    yield Step(
        id="expand",
        phase=Phase.EXPAND,
        title=f"Add {news}, synced with {olds} by a trigger",
        edits=(*twin.extra, *_hidden_fields(twin)),
        begins=(sync,),
        note=twin.note,
    )
    yield _fill_step(s, twin)
    yield from decision_step(s, twin.losses, twin.table, twin.olds, _required_columns(twin))
    yield from _require_steps(s, twin)
    yield from _index_steps(s, twin)
    switched = _switch_step(twin, (copied_back(_new_version(twin), twin.losses), OLD_INSTANCES_STOPPED, SURE_TO_STAY))
    shown = (RemoveAttribute(twin.model, new.final or new.name, "ignore") for new in twin.news)
    bridges = tuple(_bridges(twin))
    yield evolve(switched, edits=(*switched.edits, *shown, *bridges), note=twin.unclear)
    if not dialect(s.provider.name).transactional:
        yield from _relax_steps(s, twin, {o.name: _old_name(twin, o) for o in twin.olds}, Phase.CONTRACT)
    yield Step(
        id="contract",
        phase=Phase.CONTRACT,
        title=f"Drop {olds} and the trigger",
        edits=(
            *_removals(s, twin),
            *twin.leftover,
            *(RemoveAttribute(b.block, b.member, "default") for b in bridges if b not in twin.later),
            *(edit for edit in twin.later if edit not in bridges),
        ),
        ends=(sync,),
        point_of_no_return=bool(twin.lossy),
        loses=twin.lossy,
        undo=() if twin.lossy else tuple(_restore_steps(s, twin, sync)),
    )


def _bridges(twin: Twin) -> Iterator[AddAttribute]:
    """Lets the app leave out a new field whose default is added later. Before that, the trigger fills the field with
    the old field's default, which Prisma sees as a default known only to the database. A value that Prisma Client makes
    is no default of the database: nothing but the new field's own default makes it.
    """
    for edit in twin.later:
        if isinstance(edit, AddAttribute) and edit.attribute.startswith("@default("):
            is_made = _is_generated(edit.attribute)
            yield edit if is_made else AddAttribute(edit.block, edit.member, "@default(dbgenerated())")


def _by_application(s: Situation, twin: Twin) -> Iterator[Step]:
    old_names, new_names = tuple(o.name for o in twin.olds), tuple(n.name for n in twin.news)
    olds, news = listed(old_names), listed(new_names)
    yield Step(
        id="expand",
        phase=Phase.EXPAND,
        title=f"Add {news}",
        edits=(*twin.extra, *_new_fields(_without_generated_values(twin))),
        note=twin.note,
    )
    generated = tuple(o.name for o in twin.olds if _is_generated(o.attribute("default")))
    set_by_code = new_names if any(o.attribute("default") for o in twin.olds if o.name not in generated) else ()
    yield Step(
        id="dual-write",
        phase=Phase.DUAL_WRITE,
        title=f"Deploy code that writes both and reads {olds}",
        after=(
            Deploy(reads=old_names, writes=(*old_names, *new_names), always_sets=set_by_code, generates=generated),
            OLD_INSTANCES_STOPPED,
        ),
    )
    yield _fill_step(s, twin)
    yield from decision_step(s, twin.losses, twin.table, twin.olds, _required_columns(twin))
    yield from _index_steps(s, twin)
    yield _read_new_step(s, twin)
    yield from _require_steps(s, twin)
    switched = _switch_step(twin, (_new_version(twin), OLD_INSTANCES_STOPPED))
    made = (AddAttribute(twin.model, n.final or n.name, a) for n in twin.news for a in n.attributes if _is_generated(a))
    edits = (*switched.edits, *made, *twin.later)
    yield evolve(switched, edits=edits, oldest_version_that_may_return="read-new")
    yield Step(
        id="contract",
        phase=Phase.CONTRACT,
        title=f"Drop {olds}",
        edits=(*_removals(s, twin), *twin.leftover),
        point_of_no_return=True,
        loses=twin.lossy,
    )


def _read_new_step(s: Situation, twin: Twin) -> Step:
    """The old fields become optional with it: no version that takes them for required may be running when the last
    version leaves them out.
    """
    olds, news = tuple(o.name for o in twin.olds), tuple(n.name for n in twin.news)
    required = tuple(n.name for n in twin.news if n.must_be_made_required)
    deploy = Deploy(reads=news, writes=(*olds, *news), never_null_but_optional=required)
    step = Step(
        id="read-new",
        phase=Phase.DUAL_WRITE,
        title=f"Deploy code that reads {listed(news)} and writes both",
        after=(deploy, OLD_INSTANCES_STOPPED),
    )
    relaxed = next(_relax_steps(s, twin, {o: o for o in olds}, Phase.DUAL_WRITE), None)
    return evolve(step, edits=relaxed.edits, undo=relaxed.undo) if relaxed else step


def _relax_steps(s: Situation, twin: Twin, names: dict[str, str], phase: Phase) -> Iterator[Step]:
    """Old fields that the app may leave out; `names` are their names at that step."""
    relaxed = [o for o in twin.olds if o.is_required and o.column is not None and o.column.default is None]
    if not relaxed:
        return
    yield Step(
        id="relax",
        phase=phase,
        title=f"Make {listed(o.name for o in relaxed)} optional",
        edits=tuple(RetypeField(twin.model, names[o.name], f"{o.plain_type}?") for o in relaxed),
        undo=(
            Step(id="fill", phase=Phase.BACKFILL, title="", fills=(_refill(s, twin),)),
            Step(
                id="require",
                phase=Phase.VALIDATE,
                title="",
                edits=tuple(RetypeField(twin.model, names[o.name], o.type) for o in relaxed),
            ),
        ),
    )


def read_as_optional(field: str) -> tuple[Act, ...]:
    """What to deploy before a field that was required may be NULL: older versions fail on such rows."""
    return Deploy(accepts_null=(field,)), OLD_INSTANCES_STOPPED


def no_longer_copied_back(what: str, back: Trigger, fill: Fill, refill: Fill) -> Step:
    """After this, the old side may fall behind; the undo catches up. `what` are links, values. Up to this moment both sides
    hold the same, so it is proved here that `fill` has reached every row.
    """
    return Step(
        id="detach",
        phase=Phase.CONTRACT,
        title=f"Stop copying {what} back",
        ends=(back,),
        copied=(fill,),
        undo=(
            Step(id="attach", phase=Phase.DUAL_WRITE, title="", begins=(back,)),
            Step(id="refill", phase=Phase.BACKFILL, title="", fills=(refill,)),
        ),
    )


def _fill_step(s: Situation, twin: Twin) -> Step:
    return Step(
        id="backfill",
        phase=Phase.BACKFILL,
        title=f"Fill {listed(n.name for n in twin.news)} in existing rows",
        fills=(Fill(twin.table, twin.forward, _out_of_step(s, twin, twin.forward)),),
    )


def _required_columns(twin: Twin) -> list[str]:
    return [n.column for n in twin.news if n.must_be_made_required]


def _require_steps(s: Situation, twin: Twin) -> Iterator[Step]:
    required = [n for n in twin.news if n.must_be_made_required]
    if required:
        yield Step(
            id="validate",
            phase=Phase.VALIDATE,
            title=f"Make {listed(n.name for n in required)} required",
            edits=tuple(RetypeField(twin.model, n.name, n.type) for n in required),
            undo_first=checks_removed(s, twin.losses, twin.table, [n.column for n in required]),
        )


def _index_steps(s: Situation, twin: Twin) -> Iterator[Step]:
    indexes = tuple(_indexes(s, twin))
    if indexes:
        yield Step(
            id="index",
            phase=Phase.VALIDATE,
            title=f"Build the indexes for {listed(n.name for n in twin.news)}",
            edits=indexes,
        )


def _hidden_fields(twin: Twin) -> Iterator[SchemaEdit]:
    """The new fields, unknown to Prisma Client until the app switches over: triggers fill them. Code built in the
    meantime compiles, and writes no value that Prisma Client would make for them.
    """
    return (evolve(added, attributes=(*added.attributes, "@ignore")) for added in _new_fields(twin))


def _without_generated_values(twin: Twin) -> Twin:
    """Prisma Client would make another value for the new field than for the old one."""
    return evolve(
        twin,
        news=tuple(evolve(n, attributes=tuple(a for a in n.attributes if not _is_generated(a))) for n in twin.news),
    )


def _is_generated(attribute: str) -> bool:
    """Whether Prisma Client makes the value, a different one each time."""
    return _GENERATED.match(attribute) is not None


def _new_fields(twin: Twin) -> Iterator[AddField]:
    after = twin.olds[-1].name
    for new in twin.news:
        # Prisma takes `@map("name")` for a second field `name` if that one, mapped elsewhere, follows.
        before = twin.olds[0].name if new.final else ""
        mapped = () if new.column == new.name else (f"@map({prisma_string(new.column)})",)
        type_ = new.type if new.type.endswith("[]") else f"{new.type}?"
        yield AddField(twin.model, new.name, type_, (*new.attributes, *mapped), "" if before else after, before)
        after = new.name


def _indexes(s: Situation, twin: Twin) -> Iterator[SchemaEdit]:
    """`@unique` and the `@@index`es of an old field, for the new one that takes its place."""
    for new in twin.news:
        if new.unique:
            yield AddAttribute(twin.model, new.name, "@unique")
    if len(twin.olds) != 1 or len(twin.news) != 1:
        return
    old, new = twin.olds[0], twin.news[0]
    for attribute in lists_with(s, old):
        text = s.text(twin.model, *attribute.span)
        yield AddBlockAttribute(twin.model, without_map(renamed_in(text, old.name, new.name)))


def _switch_step(twin: Twin, acts: tuple[Act, ...]) -> Step:
    edits: list[SchemaEdit] = []
    renamed = {new.final for new in twin.news if new.final}
    for old in twin.olds:
        name = old.name
        if old.name in renamed:
            name = f"{old.name}Old"
            edits.append(RenameField(twin.model, old.name, name))
            if old.column is not None and not old.attribute("map"):
                edits.append(AddAttribute(twin.model, name, f"@map({prisma_string(old.column.name)})"))
        edits.append(AddAttribute(twin.model, name, "@ignore"))
    edits += [RenameField(twin.model, new.name, new.final) for new in twin.news if new.final]
    edits += twin.switching
    return Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that uses {_in_place(twin)}",
        edits=tuple(edits),
        after=acts,
        ends_use=tuple(f"{twin.model}.{old.name}" for old in twin.olds if old.name not in renamed),
    )


def _old_name(twin: Twin, old: ModelField) -> str:
    return f"{old.name}Old" if any(new.final == old.name for new in twin.news) else old.name


def _removals(s: Situation, twin: Twin) -> Iterator[SchemaEdit]:
    for old in twin.olds:
        name = _old_name(twin, old)
        for attribute in lists_with(s, old):
            yield RemoveBlockAttribute(twin.model, renamed_in(s.text(twin.model, *attribute.span), old.name, name))
        yield RemoveField(twin.model, name)


def _restore_steps(s: Situation, twin: Twin, sync: Sync) -> Iterator[Step]:
    """The undo of dropping the old columns: they are added again, kept in sync, filled and validated.

    A default is for future rows: in rows not yet filled it would look like a value that the app wrote. It is added
    together with the trigger, which uses it to recognise who inserts a row. If both cannot share one transaction, only
    values written to the new columns count before the default exists.
    """
    block = [f.name.text for f in s.block(twin.model).fields]
    added: list[SchemaEdit] = list(twin.restoring)
    for old in twin.olds:
        name, at = _old_name(twin, old), block.index(old.name)
        mapped = (
            (f"@map({prisma_string(old.column.name)})",)
            if name != old.name and old.column and not old.attribute("map")
            else ()
        )
        plain = twin.old_type or old.plain_type
        type_ = f"{plain}?" if not old.is_list else old.type
        above = next((new.final for new in twin.news if new.final), block[at - 1] if at else "")
        added.append(AddField(twin.model, name, type_, (*old.without("unique", "default"), *mapped, "@ignore"), above))
    came = (*_undone_later(twin), *added)
    defaults = tuple(
        AddAttribute(twin.model, _old_name(twin, o), o.attribute("default"))
        for o in twin.olds
        if o.attribute("default")
    )
    if not defaults:
        yield Step(id="restore", phase=Phase.EXPAND, title="", edits=came, begins=(sync,))
    elif dialect(s.provider.name).transactional:
        yield Step(id="restore", phase=Phase.EXPAND, title="", edits=came)
        yield Step(id="restore", phase=Phase.DUAL_WRITE, title="", edits=defaults, begins=(sync,))
    else:
        name = s.provider.sync_name(twin.table.name.name, f"{twin.news[0].column}_back")
        first = evolve(sync, name=name, forward=sync.backward, backward=(), silent=())
        yield Step(id="restore", phase=Phase.EXPAND, title="", edits=came, begins=(first,))
        yield Step(id="restore", phase=Phase.EXPAND, title="", edits=defaults)
        yield Step(id="restore", phase=Phase.DUAL_WRITE, title="", begins=(sync,))
        yield Step(id="restored", phase=Phase.DUAL_WRITE, title="", ends=(first,))
    yield Step(id="refill", phase=Phase.BACKFILL, title="", fills=(_refill(s, twin),))


def _refill(s: Situation, twin: Twin) -> Fill:
    return Fill(twin.table, twin.backward, _out_of_step(s, twin, twin.backward))


def _out_of_step(s: Situation, twin: Twin, columns: tuple[tuple[str, str], ...]) -> str:
    table = _with_both(s, twin)
    return " OR ".join(values_differ(s, table.column(name), row(s, name), value) for name, value in columns)


def _with_both(s: Situation, twin: Twin) -> Table:
    """The table with both the old columns and the new."""
    tree = apply_schema_edits(s.tree, (*twin.extra, *_new_fields(twin)))
    return lower(tree, s.lowered, s.versions.prisma).database.tables[twin.table.name]


def _undone_later(twin: Twin) -> Iterator[SchemaEdit]:
    for edit in twin.later:
        if isinstance(edit, AddAttribute) and not _is_generated(edit.attribute):
            yield RemoveAttribute(edit.block, edit.member, edit.attribute.lstrip("@").split("(")[0])


def _in_place(twin: Twin) -> str:
    """What code uses from the switch on."""
    deploy = _new_version(twin)
    return f"{listed(deploy.uses)}{f' as {code_span(deploy.as_type)}' if deploy.as_type else f' instead of {listed(deploy.instead_of)}'}"


def _new_version(twin: Twin) -> Deploy:
    """The version that uses the new fields only; if one keeps the old name, only its type differs."""
    if twin.deployed is not None:
        return twin.deployed
    uses = tuple(new.final or new.name for new in twin.news)
    retyped = next((new for new in twin.news if new.final), None)
    if retyped is None:
        return Deploy(uses=uses, instead_of=tuple(old.name for old in twin.olds))
    native = (attribute for attribute in retyped.attributes if attribute.startswith("@db."))
    return Deploy(uses=uses, as_type=" ".join((retyped.type, *native)))
