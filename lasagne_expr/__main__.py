"""The command line: ``python -m lasagne_expr run SCRIPT``, and ``doctor``."""

import sys

from lasagne_expr.cli.main import main

if __name__ == "__main__":
    main(sys.argv[1:])
