"""The file of a plan: TOML that reads well in a pull request, and that people may edit.

What is not valid is refused with the place and the reason. Changes are made in the file as it is, comments included.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

import cattrs
import tomlkit
from attrs import evolve
from cattrs.strategies import configure_tagged_union
from tomlkit.items import Item, String

from refract.plans.model import FORMAT, Plan, PlanStep
from refract.recipes.base import Phase
from refract.recipes.schema_edits import SchemaEdit

_HEAD = """\
A plan of Refract: one risky change as a sequence of safe steps.
`refract plan next` takes the next step, `refract plan show` says where it stands.
Steps of the database are done when the migrations have built them; what people do is confirmed below.
"""


_CONFLICT = re.compile(r"^(?:<{7} |>{7} |={7}\r?$)", re.MULTILINE)
_SQL = ("migrations", "scripts", "undo")
"""The parts of a step that hold SQL, each as a table of its own."""


class NotAPlan(Exception):
    """A file that is not a plan. The message says what is wrong, and where in the file; `offset` is that place, as far
    as it is known.
    """

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


def read_plan(text: str, name: str, path: str = "") -> Plan:
    """The plan that a file holds. Raises NotAPlan."""
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        raise NotAPlan("it holds conflict markers of git: resolve the conflict.", conflict.start())
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotAPlan(f"it is not valid TOML: {error}") from error
    written = raw.get("format", FORMAT)
    if isinstance(written, int) and written > FORMAT:
        raise NotAPlan(
            f"it was written by a newer Refract (format {written}; this one reads {FORMAT}): update Refract."
        )
    try:
        plan = _converter().structure(raw, Plan)
    except (cattrs.BaseValidationError, cattrs.ForbiddenExtraKeysError) as error:
        raise NotAPlan("; ".join(_told(message) for message in cattrs.transform_error(error, path="plan"))) from error
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise NotAPlan(f"a value in it is of the wrong kind: {error}") from error
    if not plan.steps:
        raise NotAPlan("it has no steps.")
    if _is_out_of_order([step.phase for step in plan.steps]):
        raise NotAPlan("its steps are out of order: put them back, the order is what makes them safe.")
    return evolve(plan, name=name, path=path)


def _is_out_of_order(phases: list[Phase]) -> bool:
    """What holds for every recipe: nothing is filled, held or dropped before something was added, and nothing comes after
    the last thing that goes.
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
        table.update({key: _item(value[key]) for key in sorted(value, key=lambda key: key != "edit")})
        return table
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        array.extend([_item(inner) for inner in value])
        array.multiline(any(isinstance(inner, dict) for inner in value))
        return array
    item: Item = tomlkit.item(value)
    return item


def _string(text: str) -> String:
    """Text of several lines as it is, where TOML can hold it so."""
    if "\n" not in text:
        return tomlkit.string(text)
    if "'''" in text or re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        return tomlkit.string(text, multiline=True)
    return tomlkit.string(text, literal=True, multiline=True)


def _told(message: str) -> str:
    """What cattrs says, with the place as the file has it: `steps[1].phase`."""
    what, _, where = message.rpartition(" @ ")
    what = re.sub(r"^invalid type, expected (\w+)", r"a value of the kind \1 is expected", what or message)
    what = what.replace("invalid value for type, expected Phase", f"one of {', '.join(Phase)} is expected")
    return f"{where.removeprefix('plan.')}: {what}" if where else message


def _as_text(value: Any, _: type) -> str:
    """A text as it is; cattrs would make one of a number."""
    if not isinstance(value, str):
        raise TypeError("invalid type, expected str")
    return value


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True, omit_if_default=True)
    converter.register_structure_hook(str, _as_text)
    converter.register_structure_hook(Phase, lambda value, _: Phase(value))
    configure_tagged_union(
        SchemaEdit,
        converter,
        tag_name="edit",
        tag_generator=lambda kind: re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower(),
    )
    return converter
