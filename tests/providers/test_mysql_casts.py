"""Type changes on MySQL, as Prisma's engine judges them."""

import pytest

from refract.providers.mysql_casts import cast
from refract.schema.changes import Cast
from refract.schema.model import Column, ColumnType

NONE, SAFE, RISKY, NOT_CASTABLE = Cast.NONE, Cast.SAFE, Cast.RISKY, Cast.NOT_CASTABLE

VERDICTS = [
    # Integers.
    ("BIGINT", "BIGINT", NONE),
    ("BIGINT", "INTEGER", RISKY),
    ("BIGINT", "BIGINT UNSIGNED", RISKY),
    ("BIGINT", "LONGTEXT", SAFE),
    ("BIGINT", "VARCHAR(1)", SAFE),
    ("BIGINT", "DOUBLE", SAFE),
    ("BIGINT", "TIME(3)", SAFE),
    ("BIGINT", "DECIMAL(65,30)", SAFE),
    ("BIGINT", "DECIMAL(20,2)", NOT_CASTABLE),
    ("BIGINT", "DECIMAL", NOT_CASTABLE),
    ("BIGINT", "DATETIME(3)", NOT_CASTABLE),
    ("BIGINT", "JSON", NOT_CASTABLE),
    ("INTEGER", "BIGINT", SAFE),
    ("INTEGER", "VARCHAR(191)", SAFE),
    ("INTEGER", "BIT(32)", SAFE),
    ("INTEGER", "BIT(31)", RISKY),
    ("INTEGER", "DECIMAL(65,30)", RISKY),
    ("INTEGER", "DOUBLE", RISKY),
    ("INTEGER", "TINYINT", RISKY),
    ("INTEGER", "INTEGER UNSIGNED", RISKY),
    ("INTEGER", "TIME(0)", NOT_CASTABLE),
    ("INTEGER", "DATETIME(3)", NOT_CASTABLE),
    ("MEDIUMINT", "BIGINT", SAFE),
    ("MEDIUMINT", "INTEGER", RISKY),
    ("SMALLINT", "MEDIUMINT", SAFE),
    ("SMALLINT", "TINYINT", RISKY),
    ("SMALLINT", "VARCHAR(191)", RISKY),
    ("SMALLINT", "DECIMAL(65,30)", NOT_CASTABLE),
    ("TINYINT", "SMALLINT", SAFE),
    ("TINYINT", "LONGTEXT", RISKY),
    ("TINYINT", "DATETIME(3)", NOT_CASTABLE),
    ("BOOLEAN", "TINYINT", NONE),
    ("TINYINT", "BOOLEAN", NONE),
    ("BOOLEAN", "INTEGER", SAFE),
    ("BOOLEAN", "VARCHAR(191)", RISKY),
    ("BOOLEAN", "BIT(1)", RISKY),
    ("BIGINT UNSIGNED", "BIGINT", RISKY),
    ("BIGINT UNSIGNED", "DECIMAL(65,30)", NOT_CASTABLE),
    ("INTEGER UNSIGNED", "BIGINT UNSIGNED", RISKY),
    ("SMALLINT UNSIGNED", "INTEGER UNSIGNED", SAFE),
    ("SMALLINT UNSIGNED", "TINYINT UNSIGNED", RISKY),
    ("TINYINT UNSIGNED", "SMALLINT UNSIGNED", SAFE),
    ("TINYINT UNSIGNED", "INTEGER", RISKY),
    # Fractions.
    ("DECIMAL(65,30)", "DECIMAL(10,2)", RISKY),
    ("DECIMAL(10,2)", "DECIMAL(65,30)", RISKY),
    ("DECIMAL(10,2)", "DECIMAL(10,2)", NONE),
    ("DECIMAL(10,2)", "VARCHAR(2)", SAFE),
    ("DECIMAL(10,2)", "JSON", RISKY),
    ("DECIMAL(10,2)", "DATE", NOT_CASTABLE),
    ("DOUBLE", "FLOAT", SAFE),
    ("DOUBLE", "INTEGER", SAFE),
    ("DOUBLE", "VARCHAR(191)", RISKY),
    ("DOUBLE", "VARCHAR(31)", NOT_CASTABLE),
    ("DOUBLE", "BIT(63)", NOT_CASTABLE),
    ("DOUBLE", "LONGTEXT", SAFE),
    ("DOUBLE", "DATETIME(3)", NOT_CASTABLE),
    ("FLOAT", "BIT(32)", SAFE),
    ("FLOAT", "DOUBLE", SAFE),
    # Text.
    ("VARCHAR(191)", "VARCHAR(255)", SAFE),
    ("VARCHAR(191)", "VARCHAR(100)", RISKY),
    ("VARCHAR(191)", "CHAR(191)", SAFE),
    ("VARCHAR(191)", "BINARY(10)", RISKY),
    ("VARCHAR(191)", "TINYTEXT", SAFE),
    ("VARCHAR(191)", "INTEGER", RISKY),
    ("VARCHAR(191)", "JSON", RISKY),
    ("VARCHAR(191)", "DATETIME(3)", RISKY),
    ("CHAR(2)", "VARCHAR(1)", RISKY),
    ("LONGTEXT", "TEXT", SAFE),
    ("LONGTEXT", "TINYTEXT", RISKY),
    ("LONGTEXT", "VARCHAR(1)", SAFE),
    ("LONGTEXT", "BIT(1)", SAFE),
    ("LONGTEXT", "JSON", RISKY),
    ("TINYTEXT", "TEXT", SAFE),
    ("TINYTEXT", "TINYBLOB", RISKY),
    ("JSON", "LONGTEXT", SAFE),
    ("JSON", "VARCHAR(1)", SAFE),
    ("JSON", "INTEGER", NOT_CASTABLE),
    # Bytes.
    ("BINARY(2)", "BINARY(3)", SAFE),
    ("BINARY(2)", "BINARY(1)", RISKY),
    ("BINARY(2)", "BIT(16)", SAFE),
    ("BINARY(2)", "BIT(15)", RISKY),
    ("BINARY(2)", "MEDIUMINT", SAFE),
    ("BINARY(2)", "JSON", NOT_CASTABLE),
    ("VARBINARY(2)", "BINARY(2)", RISKY),
    ("VARBINARY(2)", "BINARY(3)", SAFE),
    ("VARBINARY(2)", "TINYBLOB", RISKY),
    ("VARBINARY(2)", "INTEGER", NOT_CASTABLE),
    ("LONGBLOB", "TINYBLOB", SAFE),
    ("LONGBLOB", "LONGTEXT", RISKY),
    ("LONGBLOB", "INTEGER", NOT_CASTABLE),
    ("BIT(1)", "BIT(2)", SAFE),
    ("BIT(2)", "BIT(1)", RISKY),
    ("BIT(64)", "BIGINT", SAFE),
    ("BIT(63)", "BIGINT", RISKY),
    ("BIT(8)", "BINARY(1)", SAFE),
    ("BIT(8)", "BINARY(2)", NOT_CASTABLE),
    ("BIT(1)", "BOOLEAN", SAFE),
    ("BIT(1)", "DECIMAL(65,30)", RISKY),
    # Dates and times.
    ("DATETIME(3)", "DATETIME(6)", SAFE),
    ("DATETIME(3)", "DATETIME(0)", RISKY),
    ("DATETIME", "DATETIME(0)", SAFE),
    ("DATETIME(3)", "TIMESTAMP(0)", SAFE),
    ("DATETIME(3)", "VARCHAR(1)", SAFE),
    ("DATETIME(3)", "BIT(64)", SAFE),
    ("DATETIME(3)", "BIT(63)", NOT_CASTABLE),
    ("DATETIME(3)", "INTEGER", NOT_CASTABLE),
    ("DATETIME(3)", "BIGINT", SAFE),
    ("TIMESTAMP(3)", "DATE", SAFE),
    ("DATE", "DATETIME(3)", SAFE),
    ("DATE", "TIMESTAMP(3)", NOT_CASTABLE),
    ("DATE", "INTEGER", SAFE),
    ("TIME", "TIME(0)", NONE),
    ("TIME(3)", "TIME(0)", SAFE),
    ("TIME(3)", "DATETIME(3)", RISKY),
    ("TIME(3)", "YEAR", NOT_CASTABLE),
    ("YEAR", "INTEGER", SAFE),
    ("YEAR", "TINYINT", NOT_CASTABLE),
    ("YEAR", "DECIMAL(65,30)", RISKY),
    # Types that Prisma does not know.
    ("POINT", "INTEGER", NONE),
    ("INTEGER", "POINT", NONE),
]

ENUMS = [
    (("A", "B"), ("A", "B"), NONE),
    (("A", "B"), ("A", "B", "C"), SAFE),
    (("A", "B"), ("B", "A"), SAFE),
    (("A", "B"), ("A",), RISKY),
    (("A", "B"), ("A", "C"), RISKY),
]


def column(text: str) -> Column:
    name, _, arguments = text.rstrip(")").partition("(")
    return Column(name="c", type=ColumnType(name, tuple(int(a) for a in arguments.split(",") if a)))


@pytest.mark.parametrize(("before", "after", "verdict"), VERDICTS)
def test_verdict(before: str, after: str, verdict: Cast) -> None:
    assert cast(column(before), column(after)) is verdict


@pytest.mark.parametrize(("before", "after", "verdict"), ENUMS)
def test_enum_values(before: tuple[str, ...], after: tuple[str, ...], verdict: Cast) -> None:
    def of(values: tuple[str, ...]) -> Column:
        return Column(name="c", type=ColumnType("ENUM", values))

    assert cast(of(before), of(after)) is verdict


@pytest.mark.parametrize("other", ["VARCHAR(191)", "INTEGER", "JSON"])
def test_enum_to_and_from_anything_else_is_risky(other: str) -> None:
    enum = Column(name="c", type=ColumnType("ENUM", ("A",)))
    assert cast(enum, column(other)) is cast(column(other), enum) is RISKY
