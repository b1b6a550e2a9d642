"""Make flags.json: the flags of Theano 1.0.5, with their defaults and choices.

It runs on Theano 1.0.5 and writes flags.json beside itself:

    THEANO_FLAGS= THEANORC=/dev/null python tests/reference/make_flags_reference.py

tests/test_config.py compares the flags of whichever engine it runs on. Where the default depends
on the machine, as paths do, the name is there alone.
"""

import json
import pathlib

from theano.configparser import _config_var_list

PATH = pathlib.Path(__file__).with_name("flags.json")
MACHINE_DEPENDENT = {"cxx", "linker", "base_compiledir", "openmp"}


def flags():
    """Each flag's default, and its choices if it has some."""
    found = {}
    for flag in _config_var_list:
        entry = found[flag.fullname] = {}
        if not callable(flag.default) and flag.fullname not in MACHINE_DEPENDENT:
            entry["default"] = flag.__get__(True, None)
        if hasattr(flag, "all"):
            entry["choices"] = sorted(set(flag.all))
    return found


if __name__ == "__main__":
    lines = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(flags().items())]
    PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"wrote {PATH}, {len(lines)} flags")
