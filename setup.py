"""Packages and the wheel's tag, which depend on the Python that builds it.

From Python 3.11 on, where Theano itself can't run, Theano's API over PyTensor is installed as the
package `theano`. So a wheel for one engine must never be taken for the other.
"""

import sys

from setuptools import find_packages, setup
from setuptools.command.bdist_wheel import bdist_wheel

THEANO_RUNS = sys.version_info < (3, 11)


class EngineWheel(bdist_wheel):
    """A wheel that only the Pythons with the same engine accept."""

    def get_tag(self):
        # An installer takes py311 on 3.11 and newer, but cp310 only on CPython 3.10.
        return ("cp310" if THEANO_RUNS else "py311"), "none", "any"


packages = find_packages(include=["lasagne_expr", "lasagne_expr.*"])
if not THEANO_RUNS:
    packages += find_packages("compat", include=["theano", "theano.*"])

setup(
    packages=packages,
    package_dir={} if THEANO_RUNS else {"theano": "compat/theano"},
    cmdclass={"bdist_wheel": EngineWheel},
)
