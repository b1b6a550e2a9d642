"""Operations that programs define themselves, in Python, as Theano has them."""

from typing import ClassVar

import numpy as np
import pytest
import theano
import theano.scalar as S
import theano.tensor as T
from theano.scalar.basic import BinaryScalarOp, UnaryScalarOp, same_out
from theano.tensor.elemwise import CAReduce, Elemwise

X = np.array([[0.2, 0.7, 1.5]], "float32")
x, y = T.fmatrices("x", "y")
v = T.dvector("v")


class Clipped(UnaryScalarOp):
    """Python code that is for one number at a time."""

    def impl(self, a):
        return min(max(0.2 * a + 0.5, 0.0), 1.0)

    def grad(self, inputs, output_gradients):
        (a,), (gz,) = inputs, output_gradients
        inside = S.and_(S.gt(a, -2.5), S.lt(a, 2.5))
        return [gz * S.switch(inside, 0.2, 0.0)]


class Sign(UnaryScalarOp):
    def impl(self, a):
        return 1.0 if a > 0.5 else -1.0

    def output_types(self, types):
        return [S.float64]

    def grad(self, inputs, output_gradients):
        return [output_gradients[0]]


class WithBoth(BinaryScalarOp):
    def impl(self, a, b):
        return np.maximum(a, b) * 2

    def c_code(self, node, name, inputs, outputs, sub):
        return f"{outputs[0]} = ({inputs[0]} > {inputs[1]} ? {inputs[0]} : {inputs[1]}) * 2;"

    def grad(self, inputs, output_gradients):
        return [output_gradients[0] * 0, output_gradients[0] * 3]


class TestScalarOperationsInPython:
    def test_hard_sigmoid(self):
        clipped = Elemwise(Clipped(same_out, name="clipped"))
        f = theano.function([x], [clipped(x), T.grad(clipped(x).sum(), x)])
        data = np.array([[-3, 0, 1, 4]], "float32")
        value, slope = f(data)
        np.testing.assert_allclose(value, np.clip(0.2 * data + 0.5, 0, 1), rtol=1e-6)
        np.testing.assert_allclose(slope, [[0, 0.2, 0.2, 0]], rtol=1e-6)

    def test_with_types_of_their_own(self):
        sign = Elemwise(Sign(name="sign"))
        value, slope = theano.function([x], [sign(x), T.grad(sign(x).sum(), x)])(X)
        assert value.dtype == "float64"
        assert value.tolist() == [[-1, 1, 1]]
        assert slope.tolist() == [[1, 1, 1]]

    def test_of_two_numbers(self):
        both = Elemwise(WithBoth(S.upcast_out, name="both"))
        f = theano.function([x, y], [both(x, y), *T.grad(both(x, y).sum(), [x, y])])
        value, *slopes = f(X, np.ones((1, 3), "float32"))
        np.testing.assert_allclose(value, [[2, 2, 3]])
        assert [slope.tolist() for slope in slopes] == [[[0, 0, 0]], [[3, 3, 3]]]

    def test_reduce(self):
        f = theano.function([x], [CAReduce(S.add, axis=0)(x), CAReduce(S.maximum)(x)])
        total, largest = f(np.arange(6, dtype="float32").reshape(2, 3))
        assert total.tolist() == [3, 5, 7]
        assert largest == 5


class Operation(theano.gof.Op):
    """The least that an operation of 2012 has: no __props__, equality by hand."""

    def __eq__(self, other):
        return type(self) is type(other)

    def __hash__(self):
        return hash(type(self))

    def make_node(self, a):
        a = T.as_tensor_variable(a)
        return theano.Apply(self, [a], [a.type()])


class Halved(Operation):
    def perform(self, node, inputs, outputs):
        (a,), (z,) = inputs, outputs
        z[0] = a / 2

    def infer_shape(self, node, i0_shapes):
        return i0_shapes

    def grad(self, inputs, output_gradients):
        return [output_gradients[0] / 2]

    def R_op(self, inputs, eval_points):
        return eval_points if eval_points[0] is None else self.grad(inputs, eval_points)


class Viewed(Operation):
    view_map: ClassVar = {0: [0]}

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0]

    def grad(self, inputs, output_gradients):
        return output_gradients


class Typed(theano.Op):
    __props__ = ()
    itypes: ClassVar = [T.dvector]
    otypes: ClassVar = [T.dscalar, T.dvector]

    def perform(self, node, inputs, outputs):
        outputs[0][0] = np.asarray(inputs[0].max())
        outputs[1][0] = np.sort(inputs[0])


class Thunk(Operation):
    """Computes by a function that it makes, in the signature of Theano's older versions."""

    def make_thunk(self, node, storage_map, compute_map, no_recycling, impl=None):
        given, found = storage_map[node.inputs[0]], storage_map[node.outputs[0]]

        def thunk():
            found[0] = given[0] + 100

        thunk.lazy = False
        return thunk


class TestOperationsInPython:
    def test_with_equality_by_hand(self):
        out = Halved()(v)
        f = theano.function([v], [out, T.grad(out.sum(), v), T.Rop(out, v, v)])
        np.testing.assert_allclose(f([1.0, 4.0]), [[0.5, 2], [0.5, 0.5], [0.5, 2]])
        assert Halved() == Halved()
        assert isinstance(Halved(), theano.Op)
        assert isinstance(T.exp, theano.Op)
        assert not isinstance(v, theano.Op)

    def test_that_view_their_input(self):
        f = theano.function([v], [Viewed()(v), Viewed()(v) * 2, T.grad(Viewed()(v).sum(), v)])
        data = np.array([1.0, 2.0])
        found = f(data)
        found[0][0] = 9
        assert data.tolist() == [1, 2]
        assert [value.tolist() for value in found[1:]] == [[2, 4], [1, 1]]

    def test_by_their_types(self):
        largest, in_order = theano.function([v], Typed()(v))([3.0, 1.0, 2.0])
        assert largest == 3
        assert in_order.tolist() == [1, 2, 3]
        with pytest.raises((TypeError, ValueError)):
            Typed()(x)

    def test_by_a_thunk(self):
        assert theano.function([v], Thunk()(v))([3.0, 1.0]).tolist() == [103, 101]

    def test_of_functions(self):
        @theano.compile.as_op([T.dvector, T.dscalar], T.dvector, lambda node, shapes: [shapes[0]])
        def scaled(a, b):
            return a * b

        assert theano.function([v], scaled(v, T.constant(3.0, dtype="float64")) + 1)(
            [1.0, 2.0]
        ).tolist() == [4, 7]
