"""Write programs.json: the losses of the programs in the idioms of Theano's users, by Theano 1.0.5.

Run it on Theano: python tests/reference/make_programs_reference.py
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from reference.make_old_idioms_reference import losses_of

PROGRAMS = pathlib.Path(__file__).parent.parent / "third_party" / "programs"
PATH = pathlib.Path(__file__).parent / "programs.json"
# Theano computes convolutions in C++ alone.
COMPILED = ("dcgan", "sentences")


if __name__ == "__main__":
    import theano

    if sys.version_info >= (3, 11):
        sys.exit("the reference values are Theano's own: run this on Python 3.10")
    made_by = f"made by make_programs_reference.py on Theano {theano.__version__}"
    programs = sorted(PROGRAMS.glob("*.py"))
    reference = {p.stem: losses_of(p, compiled=p.stem in COMPILED) for p in programs}
    PATH.write_text(json.dumps({"made_by": made_by, **reference}, indent=1) + "\n")
