"""The measures of the code that ARCHITECTURE and CONTRIBUTING promise: lengths, complexity, no import in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median, quantiles

PACKAGE = Path(__file__).parent.parent / "server" / "refract"
TREES = {file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(PACKAGE.rglob("*.py"))}

LONGEST_FILE = 500  # lines
MEDIAN_FUNCTION = 7  # lines
LONG_FUNCTION = 22  # lines, of the 95th percentile
LONGEST_FUNCTION = 70  # lines
MOST_COMPLEX = 20

Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_no_file_is_too_long() -> None:
    long = {_name(file) for file in TREES if file.read_text(encoding="utf-8").count("\n") > LONGEST_FILE}
    assert long == set()


def test_functions_are_short() -> None:
    lengths = [_length(function) for _, function in _functions()]
    assert median(lengths) <= MEDIAN_FUNCTION
    assert quantiles(lengths, n=20)[-1] <= LONG_FUNCTION
    assert {f"{name}: {f.name}" for name, f in _functions() if _length(f) > LONGEST_FUNCTION} == set()


def test_no_function_is_too_complex() -> None:
    found = {f"{name}: {f.name}" for name, f in _functions() if complexity(f) > MOST_COMPLEX}
    assert found == set()


def test_no_module_imports_in_a_circle() -> None:
    assert list(circles(_imports())) == []


def test_complexity() -> None:
    source = "def f(a):\n  for b in a:\n    if b and a or not b: return [c for c in b if c]\n  match a:\n    case 1: g()\n    case _: pass"
    [function] = ast.parse(source).body
    assert complexity(function) == 1 + 1 + 1 + 2 + 2 + 1


def test_circles() -> None:
    assert list(circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}})) == ["b, c"]
    assert list(circles({"a": {"b"}, "b": {"c"}, "c": set()})) == []


def complexity(node: ast.AST) -> int:
    """The cyclomatic complexity of a function, counted as radon does."""
    return 1 + sum(_branches(inner) for inner in ast.walk(node))


def _branches(node: ast.AST) -> int:
    match node:
        case ast.If() | ast.IfExp() | ast.Assert():
            return 1
        case ast.For() | ast.AsyncFor() | ast.While():
            return 1 + bool(node.orelse)
        case ast.Try():
            return len(node.handlers) + bool(node.orelse)
        case ast.comprehension():
            return 1 + len(node.ifs)
        case ast.BoolOp():
            return len(node.values) - 1
        case ast.Match():
            return sum(not _is_wildcard(case.pattern) for case in node.cases)
    return 0


def _is_wildcard(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def circles(imports: Mapping[str, set[str]]) -> Iterator[str]:
    """The groups of modules that import one another, each as its sorted names."""
    reached = {module: _reachable(module, imports) for module in imports}
    groups = {frozenset(m for m in reached if m in reached[a] and a in reached[m]) for a in reached}
    yield from sorted(", ".join(sorted(group)) for group in groups if group)


def _reachable(start: str, imports: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = imports.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _imports() -> dict[str, set[str]]:
    """The modules that each module imports: anywhere in it, also for types only."""
    modules = {_module(file): tree for file, tree in TREES.items()}
    return {module: {name for name in _imported(tree, modules) if name != module} for module, tree in modules.items()}


def _imported(tree: ast.AST, modules: Mapping[str, ast.AST]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            submodules = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in submodules if name in modules)
            if not all(name in modules for name in submodules):
                yield node.module


def _functions() -> Iterator[tuple[str, Function]]:
    for file, tree in TREES.items():
        yield from ((_name(file), node) for node in ast.walk(tree) if isinstance(node, Function))


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _name(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


def _module(file: Path) -> str:
    return ".".join(("refract", *file.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
