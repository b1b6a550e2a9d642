"""What an earlier version pickled loads, wherever its modules have moved since."""

import gzip
import importlib
import pickle

import numpy as np
import pytest
import theano
from reference.make_earlier_version_reference import PATH, SEQUENCE, output_of

pytestmark = pytest.mark.filterwarnings("error:.*PyTensor interprets it:UserWarning")


@pytest.fixture(scope="module")
def pickled():
    return pickle.loads(gzip.decompress(PATH.read_bytes()))


@pytest.mark.parametrize("name", ["convolution and pooling", "loop and sums", "random numbers"])
def test_graphs(pickled, name):
    (inputs, outputs), value = pickled["graphs"][name]
    found = theano.function(inputs, outputs)(*([] if value is None else [value]))
    for one, expected in zip(found, pickled["of graphs"][name], strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-12)


def test_function(pickled):
    compute = pickled["function"]
    for one, expected in zip(compute(SEQUENCE), pickled["of graphs"]["loop and sums"], strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-12)
    assert compute["count"] == pytest.approx(SEQUENCE.sum())


def test_network(pickled):
    np.testing.assert_allclose(output_of(pickled["network"]), pickled["of network"], rtol=1e-12)


def test_old_paths_are_the_same_modules():
    from theano.moved_modules import MOVED

    for old, new in MOVED.items():
        assert importlib.import_module(old) is importlib.import_module(new)


def test_old_paths_take_no_names_away():
    import theano.tensor as T

    importlib.import_module("theano.tensor.largest")
    assert T.largest(T.constant(1.0), T.constant(2.0)).eval() == 2
