"""Python 2's syntax, converted to Python 3's by fissix."""

import ast
import functools
import io
import tempfile
import warnings
from pathlib import Path

# What Python 3 can't parse. What it parses and means otherwise is settled while the program runs.
_FIXERS = ("except", "exec", "ne", "numliterals", "paren", "print", "raise", "repr", "throw")
_FIXERS += ("tuple_params",)
# Only where that isn't enough: of literals such as ur"...".
_LAST_FIXERS = (*_FIXERS, "unicode")

INSTALL = "pip install 'lasagne_expr[modernize]', or pip install fissix"


def parses(source: str, mode: str = "exec") -> bool:
    """Tell whether a source is of Python 3, as far as its syntax goes."""
    try:
        # Not only parsed: mixed tabs, say, and return outside of a function are found later.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<source>", mode, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def parse(source: str, filename: str, mode: str = "exec") -> ast.AST:
    """Parse a source of Python 2 or 3, with the line numbers that it has as it is written.

    Parameters
    ----------
    source : str
        The source, as it is written.
    filename : str
        What an error names.
    mode : str, default "exec"
        ``"eval"`` for a single expression.

    Returns
    -------
    ast.AST
        What is to be compiled.

    Raises
    ------
    SyntaxError
        Where it is neither, as Python 3 sees it.
    SystemExit
        Where it is of Python 2 and fissix isn't installed.
    """
    if parses(source, mode):
        return ast.parse(source, filename, mode)
    if mode == "eval":
        source = source.strip()
    found = _convert(source, mode)
    if found is None:
        compile(source, filename, mode, dont_inherit=True)  # which raises
    converted, numbers = found
    tree = ast.parse(converted, filename, mode)
    _restore_positions(tree, source, converted, numbers)
    return tree


def _convert(source, mode):
    """Convert to Python 3's syntax; return the source and the lines that its lines come from.

    Where that is of no avail, return None.
    """
    _require_fissix()
    for fixers in (_FIXERS, _LAST_FIXERS):
        tree = _refactor(_without_mixed_tabs(source), fixers)
        if tree is not None and parses(str(tree), mode):
            return str(tree).rstrip("\n") + "\n", _line_numbers(tree)
    return None


def _require_fissix():
    try:
        import fissix
    except ImportError as error:
        raise SystemExit(
            "python -m lasagne_expr run --modernize: to convert Python 2 takes the package fissix, "
            f"which can't be imported ({error}). Install it: {INSTALL}"
        ) from None
    try:
        import fissix.pygram
    except OSError:  # it keeps its grammar where it may not write
        fissix.CACHE_DIR = Path(tempfile.mkdtemp())
        import fissix.pygram


@functools.cache
def _tool(fixers):
    from fissix.refactor import RefactoringTool

    return RefactoringTool([f"fissix.fixes.fix_{name}" for name in fixers])


def _refactor(source, fixers):
    from fissix.pgen2.parse import ParseError
    from fissix.pgen2.tokenize import TokenError

    try:
        return _tool(fixers).refactor_string(source.rstrip() + "\n", "<source>")
    except (ParseError, TokenError, IndentationError):
        return None


def _without_mixed_tabs(source):
    """Let a tab at the start of a line reach to the next multiple of 8, as it did in Python 2."""
    lines = source.splitlines(keepends=True)
    if not any("\t" in _indentation(line) for line in lines):
        return source
    for number in set(range(len(lines))) - _lines_within_strings(source):
        indentation = _indentation(lines[number])
        lines[number] = indentation.expandtabs(8) + lines[number][len(indentation) :]
    return "".join(lines)


def _indentation(line):
    return line[: len(line) - len(line.lstrip(" \t"))]


def _lines_within_strings(source):
    from fissix.pgen2.tokenize import TokenError, generate_tokens

    within: set[int] = set()
    try:
        for _, _, (start, _), (end, _), _ in generate_tokens(io.StringIO(source).readline):
            within.update(range(start, end))
    except (TokenError, IndentationError):
        pass
    return within


def _restore_positions(tree, source, converted, numbers):
    """Number nodes by the lines that they are written in.

    What was converted has no columns of its own, so it is given the whole line.
    """
    written, made = source.splitlines(), converted.splitlines()
    for node in ast.walk(tree):
        if not hasattr(node, "lineno"):
            continue
        for line_name, column_name in (("lineno", "col_offset"), ("end_lineno", "end_col_offset")):
            number = numbers[getattr(node, line_name)]
            line = written[number - 1]
            if line != made[getattr(node, line_name) - 1]:
                start = len(_indentation(line).encode())
                whole = start if line_name == "lineno" else len(line.rstrip().encode())
                setattr(node, column_name, whole)
            setattr(node, line_name, number)
        if (node.end_lineno, node.end_col_offset) < (node.lineno, node.col_offset):
            node.end_lineno, node.end_col_offset = node.lineno, node.col_offset


def _line_numbers(tree):
    """Find the line that each converted line was made from; both are counted from 1."""
    found, line = {}, 1
    for leaf in tree.leaves():
        line += leaf.prefix.count("\n")
        height = leaf.value.count("\n")
        # What fixers made themselves comes from no line.
        if leaf.lineno:
            for offset in range(height + (leaf.value != "\n")):
                found.setdefault(line + offset, leaf.lineno + offset)
        line += height
    numbers = [1]
    for number in range(1, line + 1):
        numbers.append(found.get(number, numbers[-1]))
    return numbers
