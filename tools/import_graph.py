"""The imports in the project's code: anywhere in a file, inside functions too."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def modules(folder: Path, package: str) -> dict[str, Path]:
    """Find a package's modules: their files by their dotted names."""
    found = {}
    for file in sorted(folder.rglob("*.py")):
        parts = [package, *file.relative_to(folder).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imported_names(name: str, file: Path) -> Iterator[str]:
    """List all that a module imports, by dotted names, from modules as well as modules."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = name.split(".")
            if node.level:
                above = node.level - (file.name == "__init__.py")
                base = package[: len(package) - above]
            else:
                base = []
            base = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def import_graph(folder: Path, package: str) -> dict[str, set[str]]:
    """Tell which modules of a package each of them imports."""
    files = modules(folder, package)

    def module_of(dotted: str) -> "str | None":
        while dotted and dotted not in files:
            dotted = dotted.rpartition(".")[0]
        return dotted or None

    return {
        name: {m for m in map(module_of, imported_names(name, file)) if m} - {name}
        for name, file in files.items()
    }


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Find the groups of modules that import each other in circles (Tarjan's algorithm)."""
    index, low, stack, found = {}, {}, [], []

    def visit(module):
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(graph[module]):
            if other not in index:
                visit(other)
            if other in stack:
                low[module] = min(low[module], low[other])
        if low[module] == index[module]:
            group = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(group) > 1:
                found.append(sorted(group))

    for module in graph:
        if module not in index:
            visit(module)
    return found
