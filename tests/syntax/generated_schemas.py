"""Random schemas with everything the language has, some of them odd but all of them as Prisma may meet them."""

from random import Random

NAMES = [
    "id",
    "name",
    "type",
    "model",
    "enum",
    "view",
    "generator",
    "datasource",
    "user_id",
    "a-b",
    "x1",
    "naïve",
    "名前",
]
TYPES = ["String", "Int", "BigInt", "Boolean", "DateTime", "Json", "Bytes", "Decimal", "Float", "User", "Role", "type"]
SPACES = [" ", "  ", "\t", " \t "]
LINE_ENDS = ["\n", "\n", "\n", "\r\n", "\n\n", ' // note { } "\n', " /// doc\n", " /* a } b */\n", "   \n"]


def random_schema(random: Random) -> str:
    """One schema."""
    return "".join(_block(random) for _ in range(random.randint(1, 5)))


def _block(random: Random) -> str:
    comment = random.choice(["", "", "/// doc\n", "// model X {\n", "/* model Y {\n id Int\n} */\n", "\n", "  "])
    keyword = random.choice(["model", "model", "view", "type", "enum", "datasource", "generator"])
    name = random.choice(["User", "Role", "A1", "db", "enum", "Größe", "modelX", "types", "viewCount"])
    after_brace = random.choice(["", "", " // }", " /// doc"])
    member = {"enum": _enum_member, "datasource": _property, "generator": _property}.get(keyword, _model_member)
    lines = "".join(_space(random) + member(random) + random.choice(LINE_ENDS) for _ in range(random.randint(0, 6)))
    end = random.choice(["}\n", "  }\n", "} // end\n", "}\n\n", "}"])
    space = random.choice(SPACES)
    return f"{comment}{keyword}{space}{name}{random.choice(['', ' '])}{{{after_brace}\n{lines}{end}"


def _space(random: Random) -> str:
    return random.choice(["", *SPACES])


def _model_member(random: Random) -> str:
    kind = random.random()
    if kind < 0.2:
        return "@@" + random.choice(["index", "unique", "map", "id", "schema", "ignore"]) + _arguments(random, 0)
    if kind < 0.3:
        return random.choice(["// id Int", "/// doc", "/* id Int */", ""])
    name = random.choice(NAMES)
    type_text = random.choice(TYPES) if kind < 0.95 else 'Unsupported("circle")'
    arity = random.choice(["", "", "?", "[]", " ?", " []"])
    return name + random.choice(SPACES) + type_text + arity + _attributes(random)


def _enum_member(random: Random) -> str:
    return random.choice([random.choice(NAMES) + _attributes(random), '@@map("x")', "// A", "/* B */ C"])


def _property(random: Random) -> str:
    return random.choice(NAMES) + random.choice([" = ", "=", "  =  "]) + _value(random, 0)


def _attributes(random: Random) -> str:
    names = ["id", "unique", "default", "db.VarChar", "map", "relation", "updatedAt", "ignore"]
    chosen = [random.choice(names) for _ in range(random.choice([0, 0, 1, 2, 3]))]
    return "".join(f"{random.choice(SPACES)}@{name}{_arguments(random, 0)}" for name in chosen)


def _arguments(random: Random, depth: int) -> str:
    if random.random() < 0.3:
        return ""
    return (
        "("
        + random.choice([", ", ",", " , "]).join(_argument(random, depth) for _ in range(random.randint(0, 3)))
        + ")"
    )


def _argument(random: Random, depth: int) -> str:
    named = random.random() < 0.4
    name = random.choice(["map", "fields", "type", "where", "ops", "sort", "name"]) + random.choice([": ", ":", " : "])
    return (name if named else "") + _value(random, depth + 1)


def _value(random: Random, depth: int) -> str:
    if depth > 3 or random.random() < 0.6:
        texts = [
            '"a b"',
            '"\\n\\"\\u00e9\\\\"',
            '"}"',
            '"// x"',
            '""',
            "1",
            "-1",
            "1.50",
            "-0.001",
            "true",
            "Cascade",
            "a.b",
            "007",
        ]
        return random.choice(texts)
    kind = random.random()
    if kind < 0.4:
        return "[" + ", ".join(_value(random, depth + 1) for _ in range(random.randint(0, 3))) + "]"
    if kind < 0.8:
        return random.choice(["now", "dbgenerated", "raw", "a.b", "Unsupported"]) + f"({_argument(random, depth)})"
    return (
        "{ "
        + ", ".join(f"{random.choice(NAMES[:8])}: {_value(random, depth + 1)}" for _ in range(random.randint(1, 2)))
        + " }"
    )
