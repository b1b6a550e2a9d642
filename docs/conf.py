"""Settings of Sphinx. `make docs` builds the pages; broken links and references fail the build."""

import importlib
import pkgutil
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

import lasagne_expr

project = "lasagne_expr"
version = release = lasagne_expr.__version__
author = "the lasagne_expr authors"
copyright = f"{date.today():%Y}, {author}"

extensions = [
    "mathml",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
]
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]
default_role = "py:obj"  # in docstrings, `DenseLayer` is a link

# The reference: one page per module, made by _templates/module.rst from the names in __all__.
autosummary_generate = True
autosummary_ignore_module_all = False


def _aliases(module):
    """Find classes that a module offers under further names."""
    offered = {name: getattr(module, name) for name in getattr(module, "__all__", ())}
    return {
        name: value.__name__
        for name, value in offered.items()
        if isinstance(value, type) and value.__name__ != name
    }


autosummary_context = {
    "aliases": {
        name: _aliases(importlib.import_module(name))
        for _, name, _ in pkgutil.walk_packages(lasagne_expr.__path__, "lasagne_expr.")
    }
}
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say more than the annotations
numpydoc_show_class_members = False
toc_object_entries_show_parents = "hide"
add_module_names = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "lasagne_expr"
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_show_sphinx = False
html_show_sourcelink = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#a3312b",
        "color-brand-content": "#a3312b",
    },
    "dark_css_variables": {
        "color-brand-primary": "#ff9b8a",
        "color-brand-content": "#ff9b8a",
    },
}
