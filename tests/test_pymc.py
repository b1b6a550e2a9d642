"""PyMC's random variables as parameters: what is found below them, and how models are fitted."""

import os
import subprocess
import sys
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
import scipy.special
import scipy.stats
import theano
import theano.tensor as T

import lasagne_expr
from lasagne_expr.expressions import assign, freeze
from lasagne_expr.layers import (
    Conv2DLayer,
    DenseLayer,
    InputLayer,
    LSTMLayer,
    MaxPool2DLayer,
    count_params,
    get_all_params,
    get_output,
    get_param_values,
)
from lasagne_expr.nonlinearities import tanh
from numerics import finite_difference

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "bayesian_network.py"

if sys.version_info >= (3, 12):
    import pymc as pm
    import pytensor

    @pytest.fixture
    def model():
        with pm.Model() as model:
            yield model

    def dense(weights, **kwargs):
        """Make a layer of 3 inputs and 2 units, with some weights."""
        return DenseLayer(InputLayer((None, 3)), 2, W=weights, name="dense", **kwargs)

    def log_density(model):
        """Compile the logarithm of a model's density, and its gradients."""
        values = model.value_vars
        total = model.logp()
        f = pytensor.function(values, [total, *T.grad(total, values)], mode="FAST_COMPILE")
        f.trust_input = True
        return f


needs_pymc = pytest.mark.skipif(
    sys.version_info < (3, 12), reason="PyMC for this PyTensor is for Python 3.12 and newer"
)


# What is below a random variable


@needs_pymc
class TestParameters:
    def test_no_shared_variable_is_below_a_random_variable(self, model):
        layer = dense(pm.Normal("w", 0, 1, shape=(3, 2)))
        assert layer.get_params() == [layer.b]
        assert layer.get_params(unwrap_shared=False) == [model["w"], layer.b]
        assert layer.get_params(unwrap_shared=False, trainable=True) == [layer.b]
        assert layer.get_params(unwrap_shared=False, regularizable=True) == []
        assert layer.get_params(unwrap_shared=False, trainable=False) == [model["w"]]
        assert count_params(layer) == 2

    def test_shared_variables_of_a_prior(self, model):
        scale = theano.shared(np.float64(0.5), name="scale")
        center = lasagne_expr.tagged(theano.shared(np.zeros(2), name="c"), trainable=False)
        layer = dense(pm.Normal("w", center, T.exp(scale), shape=(3, 2)), b=None)
        assert layer.get_params() == [center, scale]
        assert layer.get_params(trainable=True) == [scale]
        assert layer.get_params(unwrap_shared=False, trainable=True) == [layer.W]
        assert freeze(layer) == [scale]
        assert layer.get_params(unwrap_shared=False, trainable=True) == []

    def test_below_priors_of_priors_and_symbolic_distributions(self, model):
        tau = theano.shared(np.float64(0.5), name="tau")
        scale = pm.HalfNormal("scale", tau)
        hierarchical = dense(pm.Normal("w", 0, scale, shape=(3, 2)), b=None)
        truncated = pm.Truncated("t", pm.Normal.dist(0, tau), lower=0, shape=(3, 2))
        product = pm.Deterministic("d", 2 * pm.Normal("raw", 0, 1, shape=(3, 2)) * tau)
        for layer in (hierarchical, dense(truncated, b=None), dense(product, b=None)):
            assert layer.get_params(trainable=True) == [tau]

    def test_sizes_of_dimensions_are_no_parameters(self):
        with pm.Model(coords={"inputs": range(3), "units": range(2)}):
            layer = dense(pm.Normal("w", 0, 1, dims=("inputs", "units")), b=None)
        assert layer.get_params() == []
        assert count_params(layer) == 0

    def test_mixed_with_what_is_learned(self, model):
        w = theano.shared(np.ones((3, 2)), name="w")
        layer = dense(w * pm.Normal("noise", 1, 0.1, shape=(3, 2)), b=None)
        assert layer.get_params(trainable=True) == [w]

    def test_shapes_are_checked(self, model):
        with pytest.raises(ValueError, match=r"should have shape \(3, 2\), but w has \(2, 3\)"):
            dense(pm.Normal("w", 0, 1, shape=(2, 3)))
        with pytest.raises(ValueError, match="but v has 0 dimensions"):
            dense(pm.Normal("v", 0, 1))

    def test_dtype(self, model):
        weights = pm.Normal("w", 0, 1, shape=(3, 2))
        assert weights.dtype == "float64"
        theano.config.floatX = "float32"
        with pytest.warns(UserWarning, match=r"dtype float64, .* in floatX=float32"):
            dense(weights, b=None)
        narrow = pm.Normal("v", 0, 1, shape=(3, 2))
        assert get_output(dense(narrow)).dtype == "float32"


# Looking into networks, and setting parameters


@needs_pymc
class TestTools:
    def test_assign(self, model):
        layer = dense(pm.Normal("w", 0, 1, shape=(3, 2)))
        with pytest.raises(ValueError, match=r"w is drawn at random, .* can't be set by a value$"):
            assign(layer.W, np.ones((3, 2)))
        tau = theano.shared(np.float64(1), name="tau")
        other = dense(pm.Normal("v", 0, tau, shape=(3, 2)))
        with pytest.raises(ValueError, match=r"set its shared variables \[tau\] instead"):
            assign(other.W, np.ones((3, 2)))

    def test_tagged_and_freeze(self, model):
        layer = dense(pm.Normal("w", 0, 1, shape=(3, 2)), b=None)
        assert freeze(layer) == []
        with pytest.raises(ValueError, match="w depends on no shared variable"):
            lasagne_expr.tagged(layer.W, trainable=False)

    def test_describe_and_draw(self, model):
        tau = theano.shared(np.float64(1), name="tau")
        layer = dense(pm.Laplace("w", 0, tau, shape=(3, 2)), b=pm.Normal("b", 0, 1, shape=(2,)))
        weights, bias = lasagne_expr.describe(layer).rows[1:]
        assert (weights.expression, weights.variable, weights.numbers) == (
            "laplace(0, tau)",
            "tau ()",
            1,
        )
        assert (bias.expression, bias.variable, bias.tags) == ("normal(0, 1)", "", ())
        assert lasagne_expr.describe(layer).learned == 1
        assert "W = laplace(0, tau)" in lasagne_expr.draw(layer).source

    def test_values_are_draws(self, model):
        layer = dense(pm.Uniform("w", 2, 3, shape=(3, 2)), b=None)
        (drawn,) = get_param_values(layer)
        assert drawn.shape == (3, 2)
        assert ((drawn >= 2) & (drawn < 3)).all()
        assert len(np.unique(drawn)) == 6

    def test_save_keeps_what_has_a_value(self, model, tmp_path):
        layer = dense(pm.Normal("w", 0, 1, shape=(3, 2)))
        layer.b.set_value([1.0, 2.0])
        lasagne_expr.save(tmp_path / "network.safetensors", layer)
        layer.b.set_value([0.0, 0.0])
        lasagne_expr.load(tmp_path / "network.safetensors", layer)
        assert layer.b.get_value().tolist() == [1.0, 2.0]


# Models


@needs_pymc
@pytest.mark.slow
class TestModels:
    x = np.random.RandomState(1).normal(size=(12, 3))

    def test_density_of_a_network(self, model):
        """Priors and likelihood are those that SciPy knows, an expression of a prior's included."""
        labels = np.arange(12) % 2
        hidden = DenseLayer(
            InputLayer((12, 3), input_var=pm.Data("x", self.x)),
            2,
            W=T.nnet.softplus(pm.Normal("w", 0, 2, shape=(3, 2))),
            b=pm.Laplace("b", 0, 1, shape=(2,)),
            nonlinearity=tanh,
        )
        weights = pm.Normal("v", 0, 1, shape=(2, 1))
        network = DenseLayer(hidden, 1, W=weights, b=None, nonlinearity=None)
        pm.Bernoulli("label", logit_p=get_output(network)[:, 0], observed=labels)

        def expected(w, b, v):
            logits = (np.tanh(self.x @ np.logaddexp(0, w) + b) @ v)[:, 0]
            likelihood = scipy.special.log_expit(np.where(labels, logits, -logits)).sum()
            priors = scipy.stats.norm(0, 2).logpdf(w).sum() + scipy.stats.norm.logpdf(v).sum()
            return likelihood + priors + scipy.stats.laplace.logpdf(b).sum()

        values = [self.x[:3, :2], self.x[3, :2], self.x[4:6, :1]]
        total, *gradients = log_density(model)(*values)
        assert total == pytest.approx(expected(*values), rel=1e-9)
        for found, estimate in zip(gradients, finite_difference(expected, values), strict=True):
            np.testing.assert_allclose(found, estimate, rtol=1e-5, atol=1e-7)

    def test_gradients_of_convolutions_and_loops(self, model):
        images = np.random.RandomState(2).normal(size=(4, 1, 6, 5))
        filters = pm.Normal("filters", 0, 1, shape=(2, 1, 2, 2))
        pooled = MaxPool2DLayer(Conv2DLayer(InputLayer((4, 1, 6, 5)), 2, 2, W=filters, b=None), 2)
        pm.Normal("image", get_output(pooled, images).sum(axis=(1, 2, 3)), observed=np.ones(4))
        steps = InputLayer((12, 1, 3))
        start = pm.Normal("start", 0, 1, shape=(1, 2))
        loop = LSTMLayer(steps, 2, hid_init=start, peepholes=False)
        output = get_output(loop, self.x[:, None])[:, 0].sum(axis=1)
        pm.Normal("last", output, observed=np.ones(12))
        values = [images[0, 0, :2, :4].reshape(2, 1, 2, 2), self.x[:1, :2]]
        compiled = log_density(model)
        estimates = finite_difference(lambda *values: compiled(*values)[0], values)
        for found, estimate in zip(compiled(*values)[1:], estimates, strict=True):
            np.testing.assert_allclose(found, estimate, rtol=1e-5, atol=1e-6)

    def test_sampling_and_advi_find_the_posterior(self, model):
        """That of a linear layer with normal weights and noise is known in closed form."""
        columns = np.linalg.qr(self.x)[0] * 3  # orthogonal, as ADVI takes weights to be independent
        targets = columns @ [1.0, -2.0, 0.5]
        weights = pm.Normal("w", 0, 1, shape=(3, 1))
        layer = DenseLayer(InputLayer((12, 3)), 1, W=weights, b=None, nonlinearity=None)
        output = get_output(layer, columns)[:, 0]
        pm.Normal("y", output, 0.5, observed=targets)
        precision = columns.T @ columns / 0.25 + np.eye(3)
        mean = np.linalg.solve(precision, columns.T @ targets / 0.25)
        deviation = np.sqrt(np.diag(np.linalg.inv(precision)))

        options = {"random_seed": 1, "progressbar": False}
        sampled = pm.sample(1000, tune=500, chains=2, cores=1, **options).posterior["w"].values
        optimizer = pm.adam(learning_rate=0.003)
        fitted = pm.fit(6000, method="advi", obj_optimizer=optimizer, **options)
        fitted = fitted.sample(4000, random_seed=1)
        for draws in (sampled, fitted.posterior["w"].values):
            draws = draws.reshape(-1, 3)
            # Several standard errors: of the draws, and of where ADVI's random steps end.
            np.testing.assert_allclose(draws.mean(axis=0), mean, atol=0.4 * deviation.max())
            np.testing.assert_allclose(draws.std(axis=0), deviation, rtol=0.15)

    def test_network_for_drawn_weights(self, model):
        """A function may take random variables as its inputs, to predict with draws of them."""
        layer = dense(pm.Normal("w", 0, 1, shape=(3, 2)), b=None, nonlinearity=None)
        weights = get_all_params(layer, unwrap_shared=False)
        predict = theano.function([*weights], get_output(layer, self.x))
        value = np.arange(6.0).reshape(3, 2)
        np.testing.assert_allclose(predict(value), self.x @ value)


def test_library_never_imports_pymc():
    program = """
import importlib, pkgutil, sys, lasagne_expr
for module in pkgutil.walk_packages(lasagne_expr.__path__, "lasagne_expr."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print("pymc" in sys.modules)
"""
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "False"


# The example


def run_example(folder, *options, start=()):
    return subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            *(start or [str(EXAMPLE)]),
            "--out",
            str(folder),
            *options,
        ],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(EXAMPLE.parent), *sys.path])},
    )


@needs_pymc
@pytest.mark.slow
def test_example(tmp_path):
    result = run_example(tmp_path, "--steps", "300", "--draws", "20", "--nuts")
    assert result.returncode == 0, result.stderr
    rows = [line.split() for line in result.stdout.splitlines()]
    for name in ("ADVI", "NUTS"):
        (row,) = (row for row in rows if row[:1] == [name])
        assert 70 < float(row[1].rstrip("%")) <= 100
    image = matplotlib.image.imread(tmp_path / "bayesian_network.png")
    assert min(image.shape[:2]) > 800
    assert image[..., :3].std() > 0.1


def test_example_without_pymc(tmp_path):
    program = "import runpy, sys; sys.modules['pymc'] = None; "
    program += f"runpy.run_path({str(EXAMPLE)!r}, run_name='__main__')"
    result = run_example(tmp_path, start=["-c", program])
    assert result.returncode == 1
    assert "pip install 'lasagne_expr[pymc]'" in result.stderr
    assert "Traceback" not in result.stderr
