"""Python 2's syntax, converted to Python 3's by fissix."""

import ast
import difflib
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
    converted = convert(source, mode)
    if converted is None:
        compile(source, filename, mode, dont_inherit=True)  # which raises
    tree = ast.parse(converted, filename, mode)
    _restore_positions(tree, source, converted)
    return tree


def convert(source: str, mode: str = "exec") -> "str | None":
    """Convert a source to Python 3's syntax; None where that is of no avail."""
    _require_fissix()
    if mode == "eval":
        source = source.strip()
    for fixers in (_FIXERS, _LAST_FIXERS):
        converted = _refactor(_without_mixed_tabs(source), fixers)
        if converted is not None and mode == "eval":
            converted = converted.strip()
        if converted is not None and parses(converted, mode):
            return converted
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
        tree = _tool(fixers).refactor_string(source.rstrip() + "\n", "<source>")
    except (ParseError, TokenError, IndentationError):
        return None
    return None if tree is None else str(tree)


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


def _restore_positions(tree, source, converted):
    """Number nodes by the lines that they are written in.

    What was converted has no columns of its own, so it is given the whole line.
    """
    written, made = source.splitlines(), converted.splitlines()
    lines = _line_numbers(written, made)
    for node in ast.walk(tree):
        if not hasattr(node, "lineno"):
            continue
        for line_name, column_name in (
            ("lineno", "col_offset"),
            ("end_lineno", "end_col_offset"),
        ):
            number = getattr(node, line_name)
            line = written[lines[number] - 1] if lines[number] <= len(written) else ""
            if line != made[number - 1]:
                start = len(_indentation(line).encode())
                whole = start if line_name == "lineno" else len(line.rstrip().encode())
                setattr(node, column_name, whole)
            setattr(node, line_name, lines[number])
        if (node.end_lineno, node.end_col_offset) < (node.lineno, node.col_offset):
            node.end_lineno, node.end_col_offset = node.lineno, node.col_offset


def _line_numbers(written, made):
    """Find the line that each converted line was made from; both are counted from 1."""
    if len(written) == len(made):
        return list(range(len(made) + 1))
    numbers = [0] * (len(made) + 1)
    matcher = difflib.SequenceMatcher(None, written, made, autojunk=False)
    for _, start, end, made_start, made_end in matcher.get_opcodes():
        for offset in range(made_end - made_start):
            last = max(start, end - 1)
            numbers[made_start + offset + 1] = min(start + offset, last) + 1
    return [min(number, len(written)) for number in numbers]
