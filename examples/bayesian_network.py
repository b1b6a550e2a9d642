"""A Bayesian network for two moons: weights that are random variables, and how sure it is where.

Each weight of a small network is a normal random variable of PyMC's, given to a layer in place of
an array. What is computed isn't one value for each, but how likely values are, given the points.
The picture shows what the networks that are likely say on average, and how far they are apart: they
agree where there are points, and not where they have seen nothing.

By default their distribution is approximated by one in which weights are independent (ADVI, which
takes seconds). With --nuts it is sampled too, which is slower, and holds weights that depend on
each other: their doubt grows with the distance from the points.

ADVI is from A. Kucukelbir et al. (2017): Automatic Differentiation Variational Inference. JMLR 18,
and NUTS from M. D. Hoffman and A. Gelman (2014): The No-U-Turn Sampler. JMLR 15.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import theano
import theano.tensor as T
from sklearn.datasets import make_moons

import pictures
from common import run
from lasagne_expr.layers import DenseLayer, InputLayer, get_all_params, get_output
from lasagne_expr.nonlinearities import tanh

POINTS = 200
NOISE = 0.2
UNITS = 16
SCALE = 2.0  # of the weights, before any point is seen
STEPS = 10000  # of ADVI
RATE = 0.02
DRAWS = 300  # of each of two chains of NUTS, after as many to tune it
SHOWN = 200  # networks that are drawn for the picture
GRID = 60  # points along each side of the picture
SIDE = 3.0  # how far the picture reaches in each direction


def build(pm, rng):
    """Build the network inside of a model; return its input variable, and the last layer."""

    def weights(name, *shape):
        # From zeros, its default, ADVI would hardly find more than a straight line.
        start = rng.normal(0, 0.7, shape)
        return pm.Normal(name, 0, SCALE, shape=shape, initval=start)

    l_in = InputLayer((None, 2), name="points")
    hidden = DenseLayer(
        l_in,
        UNITS,
        W=weights("hidden.W", 2, UNITS),
        b=weights("hidden.b", UNITS),
        nonlinearity=tanh,
        name="hidden",
    )
    network = DenseLayer(
        hidden,
        1,
        W=weights("moon.W", UNITS, 1),
        b=weights("moon.b", 1),
        nonlinearity=None,
        name="moon",
    )
    return l_in.input_var, network


def predict(network, x, posterior, grid):
    """Compute the probability of the second moon at points, for several draws of the weights."""
    weights = get_all_params(network, unwrap_shared=False)
    probability = theano.function([x, *weights], T.nnet.sigmoid(get_output(network))[:, 0])
    values = [posterior[w.name].values for w in weights]
    draws = [value.reshape((-1, *value.shape[2:])) for value in values]  # of all chains
    chosen = np.linspace(0, len(draws[0]) - 1, SHOWN).astype(int)
    return np.array([probability(grid, *(draw[n] for draw in draws)) for n in chosen])


def report(name, probabilities, labels, seconds):
    mean = probabilities.mean(axis=0)
    right = ((mean > 0.5) == labels).mean()
    likelihood = np.log(np.where(labels == 1, mean, 1 - mean)).mean()
    print(f"{name:5} {right:9.1%} {likelihood:18.3f} {seconds:9.0f} s")


def draw(path, points, labels, grid, found):
    """Draw for each way to compute what networks say on average, and how far they are apart."""
    fig = pictures.figure(9.5, 0.6 + 3.7 * len(found), f"{SHOWN} networks of {UNITS} hidden units")
    rows = fig.subplots(len(found), 2, squeeze=False)
    side = GRID, GRID
    x, y = grid[:, 0].reshape(side), grid[:, 1].reshape(side)
    for axes, (name, probabilities) in zip(rows, found.items()):
        parts = (
            (probabilities.mean(axis=0), "RdBu_r", 1.0, "probability of the red moon, on average"),
            (probabilities.std(axis=0), "viridis", 0.5, "standard deviation among networks"),
        )
        for ax, (values, colours, limit, title) in zip(axes, parts):
            drawn = ax.pcolormesh(
                x, y, values.reshape(side), cmap=colours, vmin=0, vmax=limit, shading="gouraud"
            )
            for label, colour in ((0, "#2060c0"), (1, "#c03020")):
                ax.scatter(
                    *points[labels == label].T, s=9, c=colour, edgecolors="w", linewidths=0.4
                )
            ax.set(title=f"{name}: {title}", aspect="equal", xticks=[], yticks=[])
            fig.colorbar(drawn, ax=ax, shrink=0.85)
    pictures.save(fig, path)


def read_command_line():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nuts", action="store_true", help="sample with NUTS, too")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"of ADVI (default: {STEPS})")
    parser.add_argument(
        "--draws", type=int, default=DRAWS, help=f"of each chain of NUTS (default: {DRAWS})"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same gives the same (default: 1)")
    parser.add_argument(
        "--out", type=Path, default=Path("out"), help="folder to write to (default: out)"
    )
    args = parser.parse_args()
    if args.steps < 1 or args.draws < 1 or args.seed < 0:
        parser.error("--steps and --draws should be positive, and --seed not negative")
    args.out.mkdir(parents=True, exist_ok=True)
    return args


def main():
    args = read_command_line()
    try:
        import pymc as pm
    except ImportError:
        print(
            "this example needs PyMC, on Python 3.12 or newer: pip install 'lasagne_expr[pymc]'",
            file=sys.stderr,
        )
        return 1

    points, labels = make_moons(POINTS, noise=NOISE, random_state=args.seed)
    points = points - points.mean(axis=0)
    found, seconds = {}, {}
    with pm.Model():
        x, network = build(pm, np.random.RandomState(args.seed))
        pm.Bernoulli("label", logit_p=get_output(network, points)[:, 0], observed=labels)

        start = time.perf_counter()
        optimizer = pm.adam(learning_rate=RATE)
        approximation = pm.fit(
            args.steps, method="advi", obj_optimizer=optimizer, random_seed=args.seed
        )
        found["ADVI"] = approximation.sample(SHOWN, random_seed=args.seed).posterior
        seconds["ADVI"] = time.perf_counter() - start
        if args.nuts:
            start = time.perf_counter()
            options = {"tune": args.draws, "chains": 2, "random_seed": args.seed}
            found["NUTS"] = pm.sample(args.draws, **options).posterior
            seconds["NUTS"] = time.perf_counter() - start

    line = np.linspace(-SIDE, SIDE, GRID)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    fresh, fresh_labels = make_moons(1000, noise=NOISE, random_state=args.seed + 1)
    fresh = fresh - fresh.mean(axis=0)
    print("      held out   log-likelihood      took")
    maps = {}
    for name, posterior in found.items():
        report(name, predict(network, x, posterior, fresh), fresh_labels, seconds[name])
        maps[name] = predict(network, x, posterior, grid)
    draw(args.out / "bayesian_network.png", points, labels, grid, maps)
    return 0


if __name__ == "__main__":
    run(main)
