"""Whether a source is in Python 2, told by what only Python 2 had."""

import ast

from . import dropped_methods, dropped_names, old_builtins, old_modules
from .syntax import parses

_LISTS = ("map", "filter", "zip")
_VIEWS = ("keys", "values", "items")
# Objects of other kinds have these too.
_AMBIGUOUS = {"message", "decode", "next"}


def is_python_2(source: str) -> bool:
    """Tell whether a source is in Python 2.

    It is if Python 3 can't parse it, or if it uses what was dropped without looking first whether
    it is there.

    Examples
    --------
    >>> is_python_2("print 1"), is_python_2("xrange(3)"), is_python_2("range(3)")
    (True, True, False)
    """
    return not parses(source) or bool(signs(ast.parse(source)))


def signs(tree: ast.AST) -> "dict[int, str]":
    """Collect what only Python 2 had in a tree, by line."""
    if is_of_python_3(tree):
        return {}
    finder = _Signs(tree)
    finder.visit(tree)
    return finder.found


def is_of_python_3(tree: ast.AST) -> bool:
    """Tell whether a tree has what Python 2 couldn't parse."""
    return any(isinstance(node, _OF_PYTHON_3) for node in ast.walk(tree))


_OF_PYTHON_3 = (ast.JoinedStr, ast.AnnAssign, ast.Nonlocal, ast.AsyncFunctionDef, ast.YieldFrom)


class _Signs(ast.NodeVisitor):
    def __init__(self, tree):
        self.found: dict[int, str] = {}
        self.bound = _bound_names(tree)
        self.modules = _imported_modules(tree)
        self.made_lists = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and self._made_list(node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

        self.quotients = _assigned(tree, _is_quotient)
        self.text_files = _assigned(tree, _opens_text)

    def _made_list(self, node):
        """Tell what was a list, such as ``map(...)``; the name of what made it, or None."""
        if isinstance(node, ast.Name) and hasattr(self, "made_lists"):
            node = self.made_lists.get(node.id)
        if not isinstance(node, ast.Call):
            return None
        function = node.func
        if isinstance(function, ast.Name) and function.id in _LISTS:
            return None if function.id in self.bound else f"{function.id}()"
        if isinstance(function, ast.Attribute) and function.attr in _VIEWS and not node.args:
            return f".{function.attr}()"
        return None

    def visit_Try(self, node):
        """Pass over what is tried: the program knows that it may not be there."""
        for part in (*node.orelse, *node.finalbody):
            self.visit(part)
        if not any(_catches_a_missing_name(handler) for handler in node.handlers):
            for part in (*node.body, *node.handlers):
                self.visit(part)

    def visit_If(self, node):
        if "version" not in ast.dump(node.test) and "PY" not in ast.dump(node.test):
            self.generic_visit(node)

    visit_IfExp = visit_If

    def visit_Name(self, node):
        if node.id in old_builtins.PYTHON_2 and node.id not in self.bound:
            self.found.setdefault(node.lineno, node.id)

    def visit_Expr(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "print":
            self.found.setdefault(node.lineno, "print")

    def visit_Attribute(self, node):
        self.generic_visit(node)
        known = node.attr in dropped_methods.PYTHON_2 and node.attr not in _AMBIGUOUS
        if isinstance(node.value, ast.Name):
            module = self.modules.get(node.value.id)
            known = known or node.attr in dropped_names.PYTHON_2.get(module, {})
        if known and isinstance(node.ctx, ast.Load):
            self.found.setdefault(node.lineno, f".{node.attr}")

    def visit_Import(self, node):
        for alias in node.names:
            if alias.name in old_modules.PYTHON_2:
                self.found.setdefault(node.lineno, f"import {alias.name}")

    def visit_ImportFrom(self, node):
        if node.level:
            return
        names = dropped_names.PYTHON_2.get(node.module, {})
        if node.module in old_modules.PYTHON_2 or any(a.name in names for a in node.names):
            self.found.setdefault(node.lineno, f"from {node.module} import")

    def visit_Subscript(self, node):
        self.generic_visit(node)
        self._add_list(node, node.value)
        parts = (node.slice.lower, node.slice.upper) if isinstance(node.slice, ast.Slice) else ()
        for part in (node.slice, *parts):
            self._add_quotient(node, part)

    def visit_Call(self, node):
        self.generic_visit(node)
        function = node.func
        if isinstance(function, ast.Name) and function.id == "range":
            for argument in node.args:
                self._add_quotient(node, argument)
        if any(keyword.arg == "cmp" for keyword in node.keywords):
            self.found.setdefault(node.lineno, "cmp=")
        self._add_pickle(node)
        if isinstance(function, ast.Name) and function.id == "len" and len(node.args) == 1:
            self._add_list(node, node.args[0])
        if isinstance(function, ast.Attribute) and function.attr in ("sort", "append", "extend"):
            self._add_list(node, function.value)

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Add):
            for side in (node.left, node.right):
                if isinstance(side, ast.Call) and getattr(side.func, "id", "") == "range":
                    self.found.setdefault(node.lineno, "range() + ...")
                self._add_list(node, side)

    def _add_quotient(self, node, value):
        """Add what Python 3 takes no float for."""
        if _is_quotient(value) or (isinstance(value, ast.Name) and value.id in self.quotients):
            self.found.setdefault(node.lineno, "/ of integers")

    def _add_pickle(self, node):
        """Add a pickle in a file that is opened as text."""
        function = node.func
        if not (isinstance(function, ast.Attribute) and function.attr in ("dump", "load")):
            return
        if not (isinstance(function.value, ast.Name) and "ickle" in ast.dump(function.value)):
            return
        for file in node.args:
            if _opens_text(file) or (isinstance(file, ast.Name) and file.id in self.text_files):
                self.found.setdefault(node.lineno, "a pickle as text")

    def _add_list(self, node, value):
        made = self._made_list(value)
        length_of_view = isinstance(node, ast.Call) and made in (".keys()", ".values()", ".items()")
        if made and not (length_of_view and getattr(node.func, "id", "") == "len"):
            self.found.setdefault(node.lineno, f"{made} as a list")


def _catches_a_missing_name(handler):
    if handler.type is None:
        return True
    text = ast.dump(handler.type)
    return any(f"{kind}Error" in text for kind in ("Import", "Name", "Attribute", "NotFound"))


def _assigned(tree, test):
    """Find the names that are only given values which pass a test."""
    passed, failed = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.With):
            pairs = [(item.optional_vars, item.context_expr) for item in node.items]
        else:
            continue
        for target, value in pairs:
            if isinstance(target, ast.Name):
                (passed if test(value) else failed).add(target.id)
    return passed - failed


def _is_quotient(node):
    """Tell whether an expression is a quotient, of no literal float."""
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and not any(isinstance(getattr(n, "value", None), float) for n in ast.walk(node))
    )


def _opens_text(node):
    if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "open"):
        return False
    modes = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "mode")]
    return all(isinstance(mode, ast.Constant) and "b" not in str(mode.value) for mode in modes)


def _bound_names(tree):
    bound = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    return bound


def _imported_modules(tree):
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
