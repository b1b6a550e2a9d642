"""Classes of variables, and arguments of types, as Theano's programs use them; on both engines."""

import copy
import pickle
import warnings

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.tensor.basic import TensorVariable as basic_variable
from theano.tensor.var import TensorVariable as var_variable

SHARED = theano.shared(np.ones((1, 2)))


class TestClassesOfVariables:
    @pytest.mark.parametrize(
        "variable",
        [T.matrix(), T.iscalar(), SHARED.T, SHARED + 1, T.grad(SHARED.sum(), SHARED), T.exp(1.0)],
    )
    def test_inputs_and_expressions_are_tensor_variables(self, variable):
        assert isinstance(variable, T.TensorVariable)
        assert isinstance(variable, theano.Variable)
        assert type(variable) in [T.TensorVariable]
        assert type(variable) in {T.TensorVariable: 1}
        assert issubclass(type(variable), T.TensorVariable)

    @pytest.mark.parametrize("variable", [SHARED, T.constant(1.0), T.constant([[1, 2]])])
    def test_shared_variables_and_constants_are_none(self, variable):
        assert not isinstance(variable, T.TensorVariable)
        assert not issubclass(type(variable), T.TensorVariable)
        assert type(variable) not in [T.TensorVariable]
        assert isinstance(variable, theano.Variable)

    def test_each_has_a_class_of_its_own(self):
        assert isinstance(SHARED, T.sharedvar.SharedVariable)
        assert isinstance(SHARED, T.sharedvar.TensorSharedVariable)
        assert isinstance(T.constant(1.0), T.TensorConstant)
        assert not isinstance(SHARED, theano.Constant)
        assert not isinstance(T.matrix(), T.TensorConstant)

    def test_the_class_is_the_same_everywhere(self):
        assert T.TensorVariable is basic_variable is var_variable

    def test_a_subclass_is_apart(self):
        class Marked(T.TensorVariable):
            pass

        marked = Marked(T.dmatrix().type, None, name="marked")
        assert isinstance(marked, Marked)
        assert isinstance(marked, T.TensorVariable)
        assert Marked != T.TensorVariable
        assert not isinstance(T.matrix(), Marked)
        assert theano.function([marked], 2 * marked)(np.ones((1, 2))).tolist() == [[2, 2]]

    def test_pickles_and_copies(self):
        x = T.dmatrix("x")
        again = pickle.loads(pickle.dumps(T.exp(x) + SHARED))
        assert isinstance(again, T.TensorVariable)
        assert isinstance(copy.deepcopy(x), T.TensorVariable)


class TestArgumentsOfTypes:
    def test_all_of_them(self):
        kind = T.TensorType("float32", (False, True), name="a column", sparse_grad=False)
        assert kind.name == "a column"
        assert kind.sparse_grad is False
        assert kind.broadcastable == (False, True)
        assert T.TensorType("float32", (False,), None, True).sparse_grad is True
        assert T.matrix().type.sparse_grad is False

    def test_broadcastable_by_name(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            kind = T.TensorType(dtype="int64", broadcastable=(0, 1))
            assert kind.clone(broadcastable=(True, True)).broadcastable == (True, True)
        assert kind.broadcastable == (False, True)
        assert kind.clone(dtype="int8").dtype == "int8"
        assert kind.clone(dtype="int8").broadcastable == (False, True)

    def test_types_are_equal_by_dtype_and_broadcasting(self):
        kind = T.TensorType("float32", (False, True), name="a column", sparse_grad=True)
        assert kind == T.TensorType("float32", (False, True))
        assert hash(kind) == hash(T.TensorType("float32", (False, True)))
        assert kind != T.TensorType("float32", (False, False))
        assert kind.clone().sparse_grad is True

    def test_pickles(self):
        kind = T.TensorType("float32", (False, True), name="a column", sparse_grad=True)
        again = pickle.loads(pickle.dumps(kind))
        assert (again, again.name, again.sparse_grad) == (kind, "a column", True)

    @pytest.mark.parametrize("arguments", [("float99", ()), ("float32", None)])
    def test_wrong_ones(self, arguments):
        with pytest.raises(TypeError):
            T.TensorType(*arguments)
