"""How the SQL of each database differs, as far as reading it is concerned."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from refract.schema.model import ReferentialAction


@frozen
class KeptNames:
    """How names are kept. `folds`: unquoted ones in lower case, so that case matters; `most_bytes`: what is longer is cut."""

    folds: bool = False
    most_bytes: int | None = None

    def unquoted(self, name: str) -> str:
        """A name that is written without quotes. Only letters of ASCII have a lower case there."""
        return self.quoted("".join(x.lower() if x.isascii() else x for x in name) if self.folds else name)

    def quoted(self, name: str) -> str:
        """A name that is written in quotes; never cut inside a character."""
        if (
            self.most_bytes is None
            or len(name) * 4 <= self.most_bytes
            or len(name.encode(errors="replace")) <= self.most_bytes
        ):
            return name
        return name.encode(errors="replace")[: self.most_bytes].decode(errors="ignore")


@frozen
class ReaderTraits:
    """One database.

    `kept_names`: how it keeps names.
    `is_transact_sql`: GO ends a batch, a statement needs no semicolon, ALTER TABLE writes its verb once for several actions.
    `changes_delimiter`: DELIMITER sets what ends a statement. `bodies_have_statements`: so does a semicolon in the body of
    a trigger or function; if `bodies_are_strings`, only in one that begins with ATOMIC.
    `do_runs_block`: DO runs a block of statements. `drops_triggers_on_table`: a trigger is dropped ON its table, and a
    function with its parentheses. `names_unique_after_column`: an index without a name is named like its first column, and
    keys without one are numbered. `foreign_keys_make_indexes`: so that each key has one.
    `selects_into_tables`: SELECT INTO makes a table. `rolls_back_definitions`: ROLLBACK undoes CREATE, ALTER and DROP.
    `sets_defaults_last`: ALTER TABLE changes types before it sets defaults, in whatever order both are written.
    `keeps_numbering`: how a column counts is part of Prisma's schema.
    `keeps_collations`: the collation of a column is read. `is_sqlite`: its grammar is small, and what it lacks is an error.
    `names_ignore_case`: those of columns and indexes, which a change may not make twice.
    `numbers_names`: the database makes up names that are free, with a number if need be. `keeps_conditions`: what it has
    besides a standard column or key is kept: collations, identities, MATCH FULL.
    `no_action` is the action of a foreign key that names none.
    """

    kept_names: KeptNames = KeptNames()
    is_transact_sql: bool = False
    changes_delimiter: bool = False
    bodies_have_statements: bool = False
    bodies_are_strings: bool = False
    do_runs_block: bool = True
    drops_triggers_on_table: bool = False
    names_unique_after_column: bool = False
    rolls_back_definitions: bool = False
    selects_into_tables: bool = False
    foreign_keys_make_indexes: bool = False
    sets_defaults_last: bool = False
    keeps_numbering: bool = False
    is_sqlite: bool = False
    keeps_collations: bool = False
    numbers_names: bool = False
    names_ignore_case: bool = False
    keeps_conditions: bool = False
    no_action: ReferentialAction = ReferentialAction.NO_ACTION

    @property
    def folds_names(self) -> bool:
        """Whether unquoted names are in lower case, so that the case of names matters."""
        return self.kept_names.folds


_TRAITS: Mapping[str, ReaderTraits] = {
    "postgresql": ReaderTraits(
        sets_defaults_last=True,
        kept_names=KeptNames(folds=True, most_bytes=63),
        bodies_have_statements=True,
        bodies_are_strings=True,
        drops_triggers_on_table=True,
        rolls_back_definitions=True,
        selects_into_tables=True,
        numbers_names=True,
        keeps_conditions=True,
    ),
    "cockroachdb": ReaderTraits(
        kept_names=KeptNames(folds=True),
        drops_triggers_on_table=True,
        rolls_back_definitions=True,
        keeps_numbering=True,
    ),
    "mysql": ReaderTraits(
        changes_delimiter=True,
        bodies_have_statements=True,
        do_runs_block=False,
        names_unique_after_column=True,
        names_ignore_case=True,
        keeps_collations=True,
        foreign_keys_make_indexes=True,
        no_action=ReferentialAction.RESTRICT,
    ),
    "sqlite": ReaderTraits(
        bodies_have_statements=True,
        rolls_back_definitions=True,
        is_sqlite=True,
        keeps_collations=True,
        names_ignore_case=True,
    ),
    "sqlserver": ReaderTraits(selects_into_tables=True, is_transact_sql=True),
}
_OTHER = ReaderTraits()


def reader_traits(provider: str) -> ReaderTraits:
    """The traits of a provider's database; those of standard SQL for any other."""
    return _TRAITS.get(provider, _OTHER)
