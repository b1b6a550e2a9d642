"""What is to be settled while a program runs, rewritten in its syntax tree.

``x.iteritems`` becomes a call that looks for the attribute, and for what stood in its place; in
Python 2, ``a / b`` becomes a call that divides as Python 2 did.
"""

import ast
from collections.abc import Container

ATTRIBUTE = "__old_attribute__"
DIVIDE = "__old_divide__"
DIVIDE_IN_PLACE = "__old_divide_in_place__"
DIVIDE_ATTRIBUTE = "__old_divide_attribute__"
DIVIDE_ITEM = "__old_divide_item__"


def rewrite(tree: ast.AST, names: Container[str], python_2: bool) -> ast.AST:
    """Rewrite a tree, in place.

    Parameters
    ----------
    tree : ast.AST
        Of a module or an expression.
    names : container of str
        The attributes to look for at run time.
    python_2 : bool
        Whether ``/`` of integers rounds down, and ``print`` is a statement.

    Returns
    -------
    ast.AST
        The tree.
    """
    tree = _Rewriter(tree, names, python_2).visit(tree)
    return ast.fix_missing_locations(tree)


def _imports_division(tree):
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "division" for alias in node.names)
        for node in ast.walk(tree)
    )


def _aliases(tree, module):
    """Find the names that a tree gives a module."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == module
    }


class _Rewriter(ast.NodeTransformer):
    def __init__(self, tree, names, python_2):
        self.names = names
        self.python_2 = python_2
        self.old_division = python_2 and not _imports_division(tree)
        # SciPy had all of NumPy's names.
        self.scipy_names = _aliases(tree, "scipy")
        self.classes = []

    def visit_ClassDef(self, node):
        self.classes.append(node.name)
        self.generic_visit(node)
        self.classes.pop()
        return node

    def visit_FunctionDef(self, node):
        """End a generator where StopIteration leaves it, as by ``raise`` or ``it.next()``."""
        self.generic_visit(node)
        if self.python_2 and _is_generator(node):
            first = 1 if ast.get_docstring(node, clean=False) is not None else 0
            body = node.body[first:]
            stop = ast.Name("StopIteration", ast.Load())
            handler = ast.ExceptHandler(stop, None, [ast.Return(None)])
            guarded = ast.copy_location(ast.Try(body, [handler], [], []), body[0])
            node.body[first:] = [guarded]
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and (node.attr in self.names or self._of_scipy(node)):
            return _call(node, ATTRIBUTE, node.value, ast.Constant(node.attr))
        return node

    def _of_scipy(self, node):
        return isinstance(node.value, ast.Name) and node.value.id in self.scipy_names

    def visit_Expr(self, node):
        """Print an empty line where Python 2's statement stands alone."""
        self.generic_visit(node)
        if self.python_2 and isinstance(node.value, ast.Name) and node.value.id == "print":
            node.value = ast.copy_location(ast.Call(node.value, [], []), node)
        return node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not (self.old_division and isinstance(node.op, ast.Div)):
            return node
        if _is_float(node.left) or _is_float(node.right):
            return node
        return _call(node, DIVIDE, node.left, node.right)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if not (self.old_division and isinstance(node.op, ast.Div)) or _is_float(node.value):
            return node
        target = node.target
        if isinstance(target, ast.Name):
            value = _call(node, DIVIDE_IN_PLACE, ast.Name(target.id, ast.Load()), node.value)
            return ast.copy_location(ast.Assign([target], value), node)
        if isinstance(target, ast.Attribute):
            name = ast.Constant(self._mangled(target.attr))
            call = _call(node, DIVIDE_ATTRIBUTE, target.value, name, node.value)
        else:
            call = _call(node, DIVIDE_ITEM, target.value, _index(target.slice), node.value)
        return ast.copy_location(ast.Expr(call), node)

    def _mangled(self, name):
        if self.classes and name.startswith("__") and not name.endswith("__"):
            return f"_{self.classes[-1].lstrip('_')}{name}"
        return name


def _is_generator(function):
    """Tell whether a function yields itself, not one inside it."""
    pending = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            pending.extend(ast.iter_child_nodes(node))
    return False


def _is_float(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _index(node):
    """Make an expression of what stands between brackets."""
    if isinstance(node, ast.Slice):
        parts = [part or ast.Constant(None) for part in (node.lower, node.upper, node.step)]
        return ast.Call(ast.Name("slice", ast.Load()), parts, [])
    if isinstance(node, ast.Tuple):
        return ast.Tuple([_index(part) for part in node.elts], ast.Load())
    return node


def _call(node, function, *arguments):
    name = ast.copy_location(ast.Name(function, ast.Load()), node)
    return ast.copy_location(ast.Call(name, list(arguments), []), node)
