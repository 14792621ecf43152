"""The file of a plan: TOML that reads well in a pull request, and that may be edited by hand.

What is not valid is refused with the place and the reason. Changes keep the rest of the file, comments included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from types import GenericAlias
from typing import Any, get_args, get_origin

import cattrs
import tomlkit
from attrs import evolve
from cattrs import IterableValidationNote
from cattrs.cols import list_structure_factory
from cattrs.strategies import configure_tagged_union
from tomlkit.items import Item, String

from refract.escaping import code_span
from refract.plans.model import FORMAT, Plan, PlanStep
from refract.plans.older import as_present_format
from refract.recipes.acts import Act, Trouble, Until
from refract.recipes.base import Phase
from refract.recipes.schema_edits import SchemaEdit
from refract.toml import TomlError, parse_toml

_HEAD = """\
A plan of Refract: one risky change in safe steps.
`refract plan next` takes the next step, `refract plan show` shows the progress.
A step with migrations is done once these exist. A step with a `deploy` or another act is confirmed below.
"""


_CONFLICT = re.compile(r"^(?:<{7} |>{7} |={7}\r?$)", re.MULTILINE)
_NAME = re.compile(r"[\w-]+")
_LONGEST_NAME = 200

_SQL = ("migrations", "scripts", "undo")
"""The parts of a step that hold SQL, each as a separate table."""


class NotAPlan(Exception):
    """A file that is not a plan. The message describes the mistake and its place in the file; `offset` is that place,
    if it is known.
    """

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


def read_plan(text: str, name: str, path: str = "") -> Plan:
    """The plan that a file holds. Raises NotAPlan."""
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        raise NotAPlan("it has git conflict markers. Resolve the conflict.", conflict.start())
    try:
        raw = parse_toml(text)
    except TomlError as error:
        raise NotAPlan(f"it is not valid TOML: {error}") from error
    written = raw.get("format", 1)
    if isinstance(written, int) and written > FORMAT:
        raise NotAPlan(
            f"it was written by a newer Refract (format {written}; this one reads {FORMAT}). Update Refract."
        )
    try:
        plan = _converter().structure(as_present_format(raw), Plan)
    except cattrs.BaseValidationError as error:
        raise NotAPlan("; ".join(_problems(error, ""))) from error
    for place, written_name in _names(plan):
        if not is_name(written_name):
            raise NotAPlan(f"{place}: expected letters, digits, `_` and `-`, not {written_name[:60]!r}.")
    if not plan.steps:
        raise NotAPlan("it has no steps.")
    if _is_out_of_order([step.phase for step in plan.steps]):
        raise NotAPlan("its steps are out of order. Restore their order, which makes them safe.")
    return evolve(plan, name=name, path=path)


def is_name(name: str) -> bool:
    """Whether a migration, a script or a plan may have the name: it becomes the name of a file."""
    return _NAME.fullmatch(name) is not None and len(name.encode()) <= _LONGEST_NAME


def act_values(act: Act) -> dict[str, Any]:
    """An act as a file has it, by the names of its parts."""
    values: dict[str, Any] = _converter().unstructure(act, unstructure_as=Act)
    return values


def _names(plan: Plan) -> Iterator[tuple[str, str]]:
    """The names of everything that a plan would write, each with its place in the file."""
    for number, step in enumerate(plan.steps):
        for key in _SQL:
            yield from ((f"steps[{number}].{key}[{at}].name", m.name) for at, m in enumerate(getattr(step, key)))


def _is_out_of_order(phases: list[Phase]) -> bool:
    """What holds for every recipe: nothing is filled, held or dropped before something was added, and nothing follows
    the last step that drops something.
    """
    added = phases.index(Phase.EXPAND) if Phase.EXPAND in phases else 0
    early = {Phase.BACKFILL, Phase.VALIDATE, Phase.CONTRACT}.intersection(phases[:added])
    return bool(early) or (Phase.CONTRACT in phases and phases[-1] is not Phase.CONTRACT)


def plan_text(plan: Plan) -> str:
    """The file of a plan."""
    raw = {"format": plan.format, **_converter().unstructure(evolve(plan, name="", path=""))}
    document = tomlkit.document()
    for line in _HEAD.splitlines():
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    steps = raw.pop("steps")
    for key, value in raw.items():
        document.add(key, _item(value))
    listed = tomlkit.aot()
    for step in steps:
        listed.append(_table(step))
    document.add("steps", listed)
    return tomlkit.dumps(document)


def with_changes(text: str, plan: Plan) -> str:
    """The text of a plan's file with what can change while it is followed: folders, confirmations, the end."""
    document = tomlkit.parse(text)
    if plan.abandoned:
        document["abandoned"] = plan.abandoned
    for table, step in zip(document["steps"], plan.steps, strict=True):
        _set_step(table, step)
    return tomlkit.dumps(document)


def _set_step(table: Any, step: PlanStep) -> None:
    if step.confirmed is None:
        table.pop("confirmed", None)
    else:
        confirmed = tomlkit.inline_table()
        confirmed.update({"by": step.confirmed.by, "on": step.confirmed.on})
        if table.get("confirmed") != {"by": step.confirmed.by, "on": step.confirmed.on}:
            table["confirmed"] = confirmed
    for key in _SQL:
        migrations = getattr(step, key)
        for item, migration in zip(table.get(key, ()), migrations, strict=True):
            if migration.folder and item.get("folder") != migration.folder:
                item["folder"] = migration.folder
            elif not migration.folder:
                item.pop("folder", None)


def _table(values: Mapping[str, Any]) -> Item:
    table = tomlkit.table()
    for key, value in values.items():
        if key in _SQL:
            listed = tomlkit.aot()
            for migration in value:
                listed.append(_table(migration))
            table.add(key, listed)
        else:
            table.add(key, _item(value))
    return table


def _item(value: Any) -> Item:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update({key: _item(value[key]) for key in sorted(value, key=lambda key: key not in ("act", "edit"))})
        return table
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        array.extend([_item(inner) for inner in value])
        array.multiline(any(isinstance(inner, dict) for inner in value))
        return array
    item: Item = tomlkit.item(value)
    return item


def _string(text: str) -> String:
    """Text of several lines as a multi-line string, if TOML can hold it so."""
    if "\n" not in text:
        return tomlkit.string(text)
    if "'''" in text or re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        return tomlkit.string(text, multiline=True)
    return tomlkit.string(text, literal=True, multiline=True)


class _Expected(Exception):
    """A value that is not what it has to be. The message names what is expected."""


def _problems(error: BaseException, path: str) -> Iterator[str]:
    """What is wrong with a file, each with its place: `steps[1].phase`."""
    match error:
        case cattrs.ClassValidationError() | cattrs.IterableValidationError():
            noted, others = error.group_exceptions()
            for inner, note in noted:
                place = f"[{note.index}]" if isinstance(note, IterableValidationNote) else f".{note.name}"
                yield from _problems(inner, f"{path}{place}".removeprefix("."))
            for other in others:
                yield from _problems(other, path)
        case cattrs.ForbiddenExtraKeysError():
            unknown = ", ".join(code_span(name) for name in sorted(error.extra_fields))
            yield f"{path or 'the file'}: unknown {unknown}"
        case _Expected():
            yield f"{path}: expected {error}"
        case KeyError():
            yield f"{path}: missing"
        case _:
            yield f"{path}: this value has the wrong type"


def _exactly(kind: type, name: str) -> Callable[[Any, Any], Any]:
    """A value of the expected kind, unchanged; cattrs would convert a number to a text, and any text to true."""

    def structured(value: Any, _: Any) -> Any:
        if type(value) is not kind:
            raise _Expected(name)
        return value

    return structured


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _list_hook(kind: Any, converter: cattrs.BaseConverter) -> Callable[[Any, Any], Any]:
    """The values of a list; cattrs would take a text for a list of letters."""
    listed: Any = GenericAlias(list, get_args(kind)[:1])
    known = list_structure_factory(listed, converter)

    def structured(value: Any, _: Any) -> Any:
        if not isinstance(value, list):
            raise _Expected("a list")
        return tuple(known(value, listed))

    return structured


def _one_of(kind: type[StrEnum]) -> Callable[[Any, Any], Any]:
    def structured(value: Any, _: Any) -> Any:
        if value not in list(kind):
            raise _Expected(f"one of {', '.join(kind)}")
        return kind(value)

    return structured


def _add_union(converter: cattrs.Converter, union: Any, tag: str) -> None:
    """Read and write a union of values by their kind, which is under `tag`: `act = "stop-all"`."""
    kinds = {_tag(kind): kind for kind in get_args(union)}
    configure_tagged_union(union, converter, tag_name=tag, tag_generator=_tag)
    known = converter.get_structure_hook(union)

    def structured(value: Any, kind: Any) -> Any:
        if not isinstance(value, dict) or value.get(tag) not in kinds:
            raise _Expected(f"{code_span(tag)} to be one of {', '.join(kinds)}")
        return known(value, kind)

    converter.register_structure_hook(union, structured)


def _tag(kind: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True, omit_if_default=True)
    for kind, name in ((str, "a text"), (bool, "true or false"), (int, "a whole number")):
        converter.register_structure_hook(kind, _exactly(kind, name))
    converter.register_structure_hook_factory(_is_list, _list_hook)
    for choice in (Phase, Trouble, Until):
        converter.register_structure_hook(choice, _one_of(choice))
    _add_union(converter, Act, "act")
    _add_union(converter, SchemaEdit, "edit")
    return converter
