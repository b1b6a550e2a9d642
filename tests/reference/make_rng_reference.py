"""Make rng.npz: what the random streams of Theano 1.0.5 draw for given seeds.

It runs on Theano 1.0.5 with a C++ compiler, as Theano's C code and its Python code differ in the
last bit of float32 numbers, and writes rng.npz beside itself:

    python tests/reference/make_rng_reference.py

tests/test_rng.py draws the same on whichever engine it runs, and compares.
"""

import pathlib
import sys

import numpy as np
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams

PATH = pathlib.Path(__file__).with_name("rng.npz")
N_CALLS = 2


def streams():
    """States that streams start from, for seeds of one and of six numbers."""
    srng = MRG_RandomStreams(12345)
    states = {f"first_{n}": srng.get_substream_rstates(n, "float32") for n in (1, 2, 7, 100)}
    srng.set_rstate([1, 2, 3, 4, 5, 2147462578])
    states["six_numbers"] = srng.get_substream_rstates(9, "float64")
    states["not_increased"] = srng.get_substream_rstates(3, "float64", inc_rstate=False)
    srng.inc_rstate()
    states["increased"] = srng.get_substream_rstates(3, "float64")
    return {name: np.array(state) for name, state in states.items()}


def draws():
    """Expressions to draw from, by name, and the matrix that they depend on."""
    srng = MRG_RandomStreams(2027)
    x = T.dmatrix("x")
    pvals = T.constant(np.array([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1], [0, 0, 0.5, 0.5]]))
    expressions = {
        "uniform64": srng.uniform((5, 7), dtype="float64"),
        "uniform32": srng.uniform((20, 30), dtype="float32"),
        "uniform16": srng.uniform((20, 30), dtype="float16"),
        "uniform_4_streams": srng.uniform((3, 5), dtype="float64", nstreams=4),
        "uniform_1_stream": srng.uniform((11,), dtype="float32", nstreams=1),
        "uniform_more_streams": srng.uniform((2, 2), dtype="float64", nstreams=9),
        "uniform_between": srng.uniform((4, 3), low=-2.0, high=5.0, dtype="float64"),
        "uniform_like_x": srng.uniform(x.shape, dtype="float64"),
        "uniform_mixed": srng.uniform((x.shape[0], 3), dtype="float64"),
        "dropout": srng.binomial((64, 500), p=0.3, dtype="int8"),
        "dropout_like_x": srng.binomial(x.shape, p=0.6, dtype="int8"),
        "normal64": srng.normal((3, 4), dtype="float64"),
        "normal64_odd": srng.normal((3, 5), avg=2.0, std=0.5, dtype="float64"),
        "normal32": srng.normal((20, 30), std=np.float32(0.1), dtype="float32"),
        "truncated64": srng.truncated_normal((9, 7), avg=1.0, std=3.0, dtype="float64"),
        "multinomial": srng.multinomial(pvals=pvals),
        "multinomial_20": srng.multinomial(pvals=pvals, n=20),
        "choice": srng.choice(size=2, p=pvals, replace=False),
    }
    return x, expressions


def compute(mode=None):
    """Everything that is compared, by name: states, and what two calls draw."""
    x, expressions = draws()
    names = list(expressions)
    function = theano.function([x], [expressions[name] for name in names], mode=mode)
    values = streams()
    for call in range(N_CALLS):
        for name, value in zip(names, function(np.zeros((6, 5))), strict=True):
            values[f"{name}_call{call}"] = np.asarray(value)
    return values


if __name__ == "__main__":
    if "pytensor" in sys.modules or theano.config.cxx == "":
        raise SystemExit("this needs Theano 1.0.5 itself, and a C++ compiler")
    np.savez_compressed(PATH, **compute(theano.Mode(linker="cvm", optimizer="fast_run")))
    print(f"wrote {PATH}, {PATH.stat().st_size} bytes")
