"""Sentences about locks and waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from refract.providers.operation import Blocks, Duration, Operation, Work
from refract.wording import joined

_WORK: Mapping[Work, str] = {
    Work.INDEX_BUILD: "the index is built",
    Work.CONSTRAINT_INDEX_BUILD: "the index is built",
    Work.KEY_INDEX_BUILD: "the new key's index is built",
    Work.ROW_CHECK: "every row is checked",
    Work.TABLE_SCAN: "the table is scanned",
    Work.CONVERSION: "the values are converted",
    Work.TABLE_COPY: "the table is copied",
    Work.PRISMA_COPY: "Prisma copies the table",
    Work.REWRITE: "the table is rewritten",
    Work.REWRITE_WITH_INDEXES: "the table and its indexes are rewritten",
    Work.ENUM_REWRITE: "every table with this enum is rewritten",
    Work.VALUE_FILL: "every row gets its value",
    Work.NUMBERING: "every row gets its number",
    Work.INDEX_DROP: "the index is dropped",
    Work.FOREIGN_KEY_DROP: "the foreign key is dropped",
    Work.FOREIGN_KEY_REPLACEMENT: "the foreign key is recreated and checked",
    Work.CATALOG_UPDATE: "the catalog is updated",
    Work.SCHEMA_UPDATE: "the schema is updated",
    Work.ROW_CHANGES: "the rows are changed",
    Work.ESCALATING_ROW_CHANGES: "the rows are changed",
    Work.TRIGGER_CREATION: "the trigger is created",
    Work.INDEX_REBUILD: "the indexes are rebuilt",
    Work.VIEW_QUERY: "the view's query runs",
    Work.SAMPLE: "some rows are read",
    Work.JOB: "a background job makes the change",
    Work.JOB_SCAN: "a background job scans the rows",
    Work.JOB_REWRITE: "a background job rewrites the rows",
}


BLOCKING = frozenset(Blocks) - {Blocks.NOTHING}
"""What makes queries wait."""


def work_phrase(operation: Operation) -> str:
    """What the database does while queries wait; completes "while ..."."""
    return _WORK[operation.work] if operation.work else "it runs"


def blocking_sentence(operation: Operation, tables: Sequence[str], held: Sequence[str] = ()) -> str:
    """What waits for an operation on `tables` (labels), and for how long. `held` are locked for reads already."""
    if operation.blocks is Blocks.DATABASE:
        return f"Locks the whole database file: all writes wait {_while(operation)}."
    lock = f"Locks {joined(tables)} ({operation.lock})" if operation.lock else f"Locks {joined(tables)}"
    if operation.blocks is Blocks.WRITES and held:
        kept = "the transaction keeps ACCESS EXCLUSIVE until it ends"
        return f"{lock}: writes wait {_while(operation)}. Reads of {joined(held)} wait too, because {kept}."
    if operation.blocks is Blocks.WRITES:
        return f"{lock}: writes wait {_while(operation)}; reads continue."
    return f"{lock}: all reads and writes wait {_while(operation)}."


def _while(operation: Operation) -> str:
    if operation.duration is Duration.INSTANT:
        return "briefly, after running transactions finish"
    return f"while {work_phrase(operation)}"
