"""README and documentation: their code runs, and what they name exists."""

import doctest
import importlib.util
import operator
import pkgutil
import re
import shlex
import textwrap
from pathlib import Path

import pytest
import theano

import lasagne_expr
from engines import ENGINE
from lasagne_expr.cli.main import make_parser

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md"] + [
    page
    for page in sorted(DOCS.rglob("*.md"))
    if not {"_build", "generated"} & set(page.relative_to(DOCS).parts)
]
FENCE = re.compile(
    r"^(?:<!-- engine: (?P<engine>\w+) -->\n)?(?:<!-- needs: (?P<package>\w+) -->\n)?"
    r"(?P<indent> *)```(?P<language>\S*)\n(?P<code>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
# Long messages are broken into lines.
LAX = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
COMMAND = re.compile(r"`((?:make|pip|python|THEANO_FLAGS=[^`\s]+)(?: [^`\n]*)?)`")
LISTED_MODULE = re.compile(r"^   (lasagne_expr\.\S+)$", re.MULTILINE)
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def blocks(page, *languages):
    """Find a page's code in some languages, but for what is for the other engine only, or needs
    an optional package that isn't there."""
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        package = match["package"]
        if package and importlib.util.find_spec(package) is None:
            continue
        if match["language"] in languages and match["engine"] in (None, ENGINE):
            line = text.count("\n", 0, match.start("code")) + 1
            yield line, textwrap.dedent(match["code"])


@every_page
def test_code_is_of_a_known_kind(page):
    """No code escapes the tests by its block's language, or by being for an unknown engine."""
    found = list(FENCE.finditer(page.read_text(encoding="utf-8")))
    assert {match["language"] for match in found} <= {"python", "sh", "{eval-rst}", "{toctree}"}
    assert {match["engine"] for match in found} <= {None, "theano", "pytensor"}
    assert {match["package"] for match in found} <= {None, "pymc", "torch"}


@every_page
def test_code_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "__main__"}
    for line, code in blocks(page, "python"):
        if code.startswith(">>>"):
            run_examples(code, names, page, line)
        else:
            # With empty lines before it, so that an error shows the page's own line number.
            exec(compile("\n" * (line - 1) + code, str(page), "exec"), names)


def run_examples(code, names, page, line):
    """Run code with prompts, and compare what it shows."""
    report = []
    examples = doctest.DocTestParser().get_doctest(code, names, page.name, str(page), line)
    # What the examples define is there for the blocks after them.
    examples.globs = names
    runner = doctest.DocTestRunner(optionflags=LAX)
    runner.run(examples, out=report.append, clear_globs=False)
    assert not report, "".join(report)


def commands(page):
    """Find the command lines of a page: those in blocks, and those in running text."""
    for _, code in blocks(page, "sh"):
        yield from code.splitlines()
    yield from COMMAND.findall(prose(page))


def prose(page):
    return FENCE.sub("", page.read_text(encoding="utf-8"))


@every_page
def test_commands_exist(page):
    for command in commands(page):
        words = shlex.split(command, comments=True)
        while words and words[0].startswith("THEANO_FLAGS="):
            check_flags(words.pop(0).partition("=")[2])
        if words:
            check_command(*words)


def check_flags(flags):
    for flag in flags.split(","):
        if ENGINE == "theano" and flag.startswith("jax."):
            continue
        operator.attrgetter(flag.partition("=")[0])(theano.config)


def check_command(program, *arguments):
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        for argument in arguments:
            name, is_variable, _ = argument.partition("=")
            pattern = rf"^{name} \?=|\$\({name}\)" if is_variable else rf"^{name}:"
            assert re.search(pattern, makefile, re.MULTILINE), f"no {name} in the Makefile"
    elif program == "python":
        check_script(*arguments)
    elif program == "pip":
        for extra in re.findall(r"\[(.*?)\]", " ".join(arguments)):
            assert set(extra.split(",")) <= extras(), f"not in pyproject.toml: {extra}"
    else:
        assert program == "apt", f"an unknown program: {program}"


def check_script(path, *options):
    if path == "-m":
        assert options[0] == "lasagne_expr"
        make_parser().parse_args(options[1:])
        return
    script = (ROOT / path).read_text(encoding="utf-8")
    shared = (ROOT / "examples" / "common.py").read_text(encoding="utf-8")
    for option in options:
        if option.startswith("--") and option != "--help":
            assert f'"{option}"' in script + shared, f"{path} has no option {option}"


def extras():
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = pyproject.split("[project.optional-dependencies]")[1].split("\n[")[0]
    return set(re.findall(r"^([\w-]+) = ", section, re.MULTILINE))


@every_page
def test_files_exist(page):
    """Links lead to files, and those to the reference, which is generated, to modules."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    for target in targets:
        path = target.partition("#")[0]
        if path.startswith("api/generated/"):
            importlib.import_module(Path(path).stem)
        elif path and "://" not in path:
            assert (page.parent / path).exists(), f"{path} isn't there"


def test_reference_has_every_public_module():
    """A package has a page, unless its modules have pages of their own."""
    found = [
        module.name for module in pkgutil.walk_packages(lasagne_expr.__path__, "lasagne_expr.")
    ]
    public = {name for name in found if hasattr(importlib.import_module(name), "__all__")}
    public -= {name.rpartition(".")[0] for name in public}
    listed = LISTED_MODULE.findall((DOCS / "api/index.md").read_text(encoding="utf-8"))
    assert set(listed) == public


def test_change_log_has_this_version():
    log = (DOCS / "changelog.md").read_text(encoding="utf-8")
    assert f"## {lasagne_expr._version.__version__} (" in log
