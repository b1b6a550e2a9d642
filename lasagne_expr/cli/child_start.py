"""Start a child of a program that runs for this library: run as a file, given its `state`.

The package is imported without what its `__init__` imports, so that the program imports the engine
when it wants to.
"""

import os
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location

folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
name = os.path.basename(folder)
spec = spec_from_file_location(
    name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
)
loaded = {key: sys.modules.pop(key) for key in [*sys.modules] if key.partition(".")[0] == name}
sys.modules[name] = module_from_spec(spec)
import_module(f"{name}.cli.children").start(globals()["state"])
for key in [key for key in sys.modules if key.partition(".")[0] == name]:
    del sys.modules[key]
sys.modules.update(loaded)
