"""The names in Prisma Client: the models, fields and enums of a schema as code sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from attrs import evolve, field, frozen

from refract.lowering.arguments import column_name, database_name
from refract.syntax import SchemaTree
from refract.syntax.tree import Arity, Block, Field, Keyword


class Target(NamedTuple):
    """What is looked for: a field of a model or a value of an enum; with no `member`, the whole model or enum."""

    block: str
    member: str = ""

    def __str__(self) -> str:
        return f"{self.block}.{self.member}" if self.member else self.block


@frozen
class ClientField:
    """A field: its column, and the model or enum that it holds (empty for plain values)."""

    column: str
    type: str = ""
    is_list: bool = False


@frozen
class ClientModel:
    """A model. `accessor` is what it is called on the client: `prisma.user`."""

    name: str
    table: str
    fields: Mapping[str, ClientField]

    @property
    def accessor(self) -> str:
        """The client's property for this model."""
        return self.name[:1].lower() + self.name[1:]


@frozen(eq=False)
class Client:
    """All that code can name."""

    models: Mapping[str, ClientModel]
    enums: Mapping[str, frozenset[str]]
    accessors: Mapping[str, ClientModel] = field(init=False, repr=False)

    @accessors.default
    def _by_accessor(self) -> Mapping[str, ClientModel]:
        return {model.accessor: model for model in self.models.values()}

    def related(self, model: ClientModel, name: str) -> ClientModel | None:
        """The model that a relation field leads to."""
        found = model.fields.get(name)
        return self.models.get(found.type) if found and found.type else None

    def leading_to(self, name: str) -> frozenset[str]:
        """The relation fields through which code gets to a model, or to the fields that hold an enum."""
        fields = (pair for model in self.models.values() for pair in model.fields.items())
        return frozenset(field_name for field_name, known in fields if known.type == name)


def client_of(*trees: SchemaTree) -> Client:
    """The client of a schema; of several states of one, with all that any of them has. Later ones count first."""
    models: dict[str, ClientModel] = {}
    enums: dict[str, frozenset[str]] = {}
    for tree in trees:
        blocks = tree.named()
        for block in blocks.values():
            if block.keyword is Keyword.ENUM:
                values = frozenset(value.name.text for value in block.values)
                enums[block.name.text] = values | enums.get(block.name.text, frozenset())
            elif block.keyword in (Keyword.MODEL, Keyword.VIEW, Keyword.TYPE):
                models[block.name.text] = _with_fields(_model(block, blocks), models.get(block.name.text))
    return Client(models, enums)


def completed(client: Client, targets: Iterable[Target]) -> Client:
    """The client with searched names that no schema has any longer, each as a plain field of its model."""
    models = dict(client.models)
    for target in targets:
        if target.block in client.enums:
            continue
        model = models.get(target.block) or ClientModel(target.block, target.block, {})
        known = dict(model.fields)
        if target.member:
            known.setdefault(target.member, ClientField(target.member))
        models[target.block] = evolve(model, fields=known)
    return Client(models, client.enums)


def _with_fields(model: ClientModel, older: ClientModel | None) -> ClientModel:
    return evolve(model, fields={**older.fields, **model.fields}) if older else model


def _model(block: Block, blocks: Mapping[str, Block]) -> ClientModel:
    return ClientModel(block.name.text, database_name(block), dict(_fields(block, blocks)))


def _fields(block: Block, blocks: Mapping[str, Block]) -> Iterator[tuple[str, ClientField]]:
    for node in block.fields:
        yield node.name.text, _field(node, blocks)


def _field(node: Field, blocks: Mapping[str, Block]) -> ClientField:
    held = node.type.name.text if node.type.name.text in blocks else ""
    return ClientField(column_name(node), held, node.type.arity is Arity.LIST)
