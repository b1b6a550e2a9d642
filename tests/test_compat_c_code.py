"""Operations that have C code only: they run where there is a compiler, in every mode."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import theano
import theano.scalar as S
import theano.tensor as T
from theano.scalar.basic import BinaryScalarOp, UnaryScalarOp, same_out_nocomplex
from theano.tensor.elemwise import Elemwise

from test_launcher import python

TESTS = Path(__file__).resolve().parent
MODES = [None, "FAST_COMPILE", theano.Mode(linker="py"), theano.Mode(linker="py", optimizer=None)]

X = np.array([[0.2, 0.7, 1.5]], "float32")
x, y = T.fmatrices("x", "y")
v = T.dvector("v")


class Rounded(UnaryScalarOp):
    """Rounds, and lets gradients pass, as binarized networks do."""

    def c_code(self, node, name, inputs, outputs, sub):
        (a,), (z,) = inputs, outputs
        return f"{z} = round({a});"

    def grad(self, inputs, output_gradients):
        (gz,) = output_gradients
        return (gz,)


class Weighted(BinaryScalarOp):
    def c_support_code(self):
        return "static double weight(double a) { return 2 * a; }"

    def c_code(self, node, name, inputs, outputs, sub):
        return f"{outputs[0]} = weight({inputs[0]}) + {inputs[1]};"

    def c_code_cache_version(self):
        return (1,)

    def grad(self, inputs, output_gradients):
        return [2 * output_gradients[0], output_gradients[0]]


class Tripled(theano.gof.Op):
    """Has the methods that C code may need, without the arguments that PyTensor gives some."""

    __props__ = ("factor",)

    def __init__(self, factor):
        self.factor = factor

    def make_node(self, a):
        a = T.as_tensor_variable(a)
        return theano.gof.Apply(self, [a], [a.type()])

    def infer_shape(self, node, shapes):
        return shapes

    def grad(self, inputs, output_gradients):
        return [self.factor * output_gradients[0]]

    def c_headers(self):
        return ["<math.h>"]

    def c_compile_args(self):
        return []

    def c_support_code(self):
        return "static double times(double a, double b) { return a * b; }"

    def c_code_cache_version(self):
        return (2,)

    def c_code(self, node, name, inputs, outputs, sub):
        (a,), (z,) = inputs, outputs
        return f"""
        Py_XDECREF({z});
        {z} = (PyArrayObject*) PyArray_NewCopy({a}, NPY_CORDER);
        if (!{z}) {{ {sub["fail"]}; }}
        {{
            double* p = (double*) PyArray_DATA({z});
            for (npy_intp i = 0; i < PyArray_SIZE({z}); i++) p[i] = times(p[i], {self.factor});
        }}
        """


@pytest.mark.parametrize("mode", MODES)
class TestCodeInCOnly:
    def test_of_numbers(self, mode):
        rounded = Elemwise(Rounded(same_out_nocomplex, name="rounded"))
        total = (2 * rounded(x) * T.exp(y)).sum()
        f = theano.function([x, y], [rounded(x), rounded(x + y), T.grad(total, x)], mode=mode)
        found = f(X, np.ones((1, 3), "float32"))
        expected = [[[0, 1, 2]], [[1, 2, 3]], np.full((1, 3), 2 * np.e)]
        for value, right in zip(found, expected):
            assert value.dtype == "float32"
            np.testing.assert_allclose(value, right, rtol=1e-6)

    def test_of_two_numbers_that_broadcast(self, mode):
        weighted = Elemwise(Weighted(S.upcast_out, name="weighted"))
        row = T.dvector("row")
        out = weighted(x, row)
        f = theano.function([x, row], [out, *T.grad(out.sum(), [x, row])], mode=mode)
        data = np.arange(6, dtype="float32").reshape(2, 3)
        found = f(data, [10.0, 20.0, 30.0])
        np.testing.assert_allclose(found[0], 2 * data + [10, 20, 30])
        np.testing.assert_allclose(found[1], np.full((2, 3), 2))
        np.testing.assert_allclose(found[2], [2, 2, 2])

    def test_of_tensors(self, mode):
        tripled = Tripled(3)
        f = theano.function([v], [tripled(v) + 1, T.grad((tripled(v) ** 2).sum(), v)], mode=mode)
        found = f([1.0, -2.0])
        np.testing.assert_allclose(found, [[4, -5], [18, -36]])

    def test_inside_a_loop(self, mode):
        rounded = Elemwise(Rounded(same_out_nocomplex, name="rounded"))
        h, _ = theano.scan(rounded, sequences=x.T, mode=mode)
        f = theano.function([x], [h, T.grad(h.sum(), x)], mode=mode)
        found = f(X)
        np.testing.assert_allclose(found[0], [[0], [1], [2]])
        np.testing.assert_allclose(found[1], np.ones((1, 3)))


PROGRAM = """
import numpy as np, theano, theano.tensor as T
from test_compat_c_code import Rounded, Tripled, same_out_nocomplex, Elemwise
x, v = T.fmatrix(), T.dvector()
for variable, out, missing in [
    (x, Elemwise(Rounded(same_out_nocomplex))(x), "impl"), (v, Tripled(3)(v), "perform")
]:
    try:
        theano.function([variable], out)(np.ones((1,) * variable.ndim, variable.dtype))
    except NotImplementedError as error:
        print(missing in str(error), "C++ compiler" in str(error))
"""


def test_without_a_compiler():
    result = python("-W", "ignore", "-c", PROGRAM, flags="cxx=", cwd=str(TESTS))
    assert result.stdout.splitlines() == ["True True"] * 2, result.stderr


class InPlace(theano.gof.Op):
    """Overwrites its input, which is then that of nothing else."""

    __props__ = ()
    destroy_map: ClassVar = {0: [0]}

    def make_node(self, a):
        a = T.as_tensor_variable(a)
        return theano.gof.Apply(self, [a], [a.type()])

    def c_code(self, node, name, inputs, outputs, sub):
        return f"""
        Py_XDECREF({outputs[0]});
        {outputs[0]} = {inputs[0]};
        Py_INCREF({outputs[0]});
        ((double*) PyArray_DATA({outputs[0]}))[0] = 7;
        """


def test_that_overwrites_its_input():
    f = theano.function([v], InPlace()(v + 1), accept_inplace=True, mode=theano.Mode(linker="py"))
    data = np.array([1.0, 2.0])
    assert f(data).tolist() == [7, 3]
    assert f(data).tolist() == [7, 3]
    assert data.tolist() == [1, 2]


def test_that_has_no_code_at_all():
    class Nothing(theano.gof.Op):
        __props__ = ()

        def make_node(self, a):
            return theano.gof.Apply(self, [a], [a.type()])

    with pytest.raises(NotImplementedError, match="perform"):
        theano.function([v], Nothing()(v))([1.0])


def test_what_is_an_operation():
    from pytensor.link.c.op import COp
    from pytensor.tensor.math import Dot

    assert isinstance(T.exp, theano.Op)
    assert isinstance(Dot(), theano.Op)
    assert not isinstance(Dot(), COp)
    assert not isinstance(Dot(), Tripled)
    assert isinstance(Tripled(1), COp)
    assert not isinstance(x, theano.Op)
