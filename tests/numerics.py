"""What tests compare with: outputs of compiled layers, finite differences, copies by pickle."""

import pickle

import numpy as np
import theano
import theano.tensor as T

from lasagne_expr.layers import InputLayer, get_all_layers, get_all_params, get_output


def variable_for(value):
    """Make a symbolic variable that takes arrays like `value`."""
    return T.TensorType(str(value.dtype), [False] * value.ndim)()


def layer_output(layer, inputs, **kwargs):
    """Compute a layer's output by a compiled function of an array, or of a dict of arrays."""
    if not isinstance(inputs, dict):
        variable = variable_for(inputs)
        return theano.function([variable], get_output(layer, variable, **kwargs))(inputs)
    variables = {source: variable_for(value) for source, value in inputs.items()}
    output = get_output(layer, variables, **kwargs)
    return theano.function(list(variables.values()), output)(*inputs.values())


def finite_difference(function, values, eps=1e-6):
    """Estimate the gradients of a scalar function of arrays by central differences."""
    gradients = []
    for index, value in enumerate(values):
        gradient = np.empty(value.shape)
        for position in np.ndindex(*value.shape):
            ends = []
            for step in (eps, -eps):
                moved = [np.array(v, dtype="float64") for v in values]
                moved[index][position] += step
                ends.append(float(function(*moved)))
            gradient[position] = (ends[0] - ends[1]) / (2 * eps)
        gradients.append(gradient)
    return gradients


def check_gradients(layer, x, **kwargs):
    """Compare gradients with finite differences: of a random combination of a layer's outputs,
    with respect to its network's input and to every shared variable below its parameters."""
    source = next(below for below in get_all_layers(layer) if isinstance(below, InputLayer))
    params = get_all_params(layer)
    variable = variable_for(x)
    output = get_output(layer, {source: variable}, deterministic=True, **kwargs)
    coefficients = np.random.RandomState(0).normal(size=layer_output(layer, {source: x}).shape)
    cost = T.sum(output * coefficients)
    gradients = theano.function([variable], T.grad(cost, [variable, *params]))
    cost_of = theano.function([variable], cost)
    values = [param.get_value() for param in params]

    def cost_at(x, *values):
        for param, value in zip(params, values, strict=True):
            param.set_value(value)
        return cost_of(x)

    expected = finite_difference(cost_at, [x, *values])
    cost_at(x, *values)  # puts the values back
    names = ["the input", *map(str, params)]
    for name, found, estimate in zip(names, gradients(x), expected, strict=True):
        np.testing.assert_allclose(found, estimate, rtol=1e-6, atol=1e-7, err_msg=name)


def check_pickling(layer, x, **kwargs):
    """Check that a copy by pickle has the same parameters and computes the same output."""
    copy = pickle.loads(pickle.dumps(layer))
    params, copies = get_all_params(layer), get_all_params(copy)
    assert [str(param) for param in params] == [str(param) for param in copies]
    for param, other in zip(params, copies, strict=True):
        assert param is not other
        np.testing.assert_array_equal(param.get_value(), other.get_value())
    np.testing.assert_array_equal(layer_output(copy, x, **kwargs), layer_output(layer, x, **kwargs))
    return copy
