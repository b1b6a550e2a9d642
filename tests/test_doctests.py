"""The examples in docstrings, of the library and of Theano's API where it is this project's."""

import doctest
import importlib
import pkgutil

import pytest
import theano

import lasagne_expr
from engines import ENGINE

PACKAGES = [lasagne_expr] + ([theano] if ENGINE == "pytensor" else [])
MODULES = sorted(
    {package.__name__ for package in PACKAGES}
    | {
        module.name
        for package in PACKAGES
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    }
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    results = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert results.failed == 0
