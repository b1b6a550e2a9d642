"""What ``python -m lasagne_expr`` understands."""

import argparse
from collections.abc import Sequence

from .allocator import keep_freed_memory
from .launcher import run_module, run_script


def main(arguments: Sequence[str]) -> None:
    """Do what a command line asks for.

    Parameters
    ----------
    arguments : sequence of str
        The command and its options, such as ``["run", "script.py"]``.
    """
    options = make_parser().parse_args(arguments)
    if options.command == "run":
        run(options)
    else:
        from .doctor import examine

        raise SystemExit(examine(as_json=options.json))


def run(options: argparse.Namespace) -> None:
    """Run the script or the module that the options name."""
    program = options.module or options.script
    if not program:
        raise SystemExit("python -m lasagne_expr run: which script? Give its path, or -m MODULE")
    if not options.system_allocator:
        keep_freed_memory()
    run_program = run_module if options.module else run_script
    run_program(program[0], program[1:], modernize=options.modernize)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lasagne_expr")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser(
        "run",
        help="run an unmodified Lasagne script",
        usage="%(prog)s [-h] [--modernize] [--system-allocator] (SCRIPT | -m MODULE) "
        "[ARGUMENTS ...]",
    )
    run.add_argument(
        "--modernize",
        action="store_true",
        help="run Python 2, and put back names that Python, NumPy and others dropped since",
    )
    run.add_argument(
        "--system-allocator",
        action="store_true",
        help="leave the C library's memory settings alone",
    )
    run.add_argument(
        "-m", dest="module", nargs=argparse.REMAINDER, help="a module to run, and its arguments"
    )
    run.add_argument(
        "script",
        nargs=argparse.REMAINDER,
        help="a script, folder or zip file to run, or - for standard input; and its arguments",
    )
    doctor = commands.add_parser("doctor", help="tell what runs here, and how well")
    doctor.add_argument("--json", action="store_true", help="print it for machines")
    return parser
