"""Positive weights learn parts: W=T.nnet.softplus(w) or W=T.exp(w), but not W=T.maximum(w, 0).

Each image is a sum of a few parts, in amounts of its own. Amounts and parts are weights that can't
be negative, so nothing can be taken away again, and the parts turn out as strokes of the pen: this
is non-negative matrix factorization (D. D. Lee and H. S. Seung, Nature 401, 1999), written as an
embedding layer and a dense layer. T.maximum(w, 0) is positive as well, but where w falls below 0
its gradient is 0: nothing pulls the weight up again, and the error stays high.
"""

from functools import partial

import numpy as np
import theano
import theano.tensor as T
from sklearn.decomposition import NMF

import lasagne_expr
import pictures
from common import run, save_values, set_up, train
from data import load_images
from lasagne_expr.layers import (
    DenseLayer,
    EmbeddingLayer,
    InputLayer,
    get_all_params,
    get_output,
)
from lasagne_expr.updates import adam
from lasagne_expr.utils import floatX

PARTS = 16
MAX_IMAGES = 2000
LEARNING_RATE = 0.03
NMF_NAME = "scikit-learn's NMF"
EPOCHS = {"digits": 1000, "mnist": 500}

# Each expression with its inverse, so that all start from the same positive weights.
EXPRESSIONS = {
    "softplus(w)": (T.nnet.softplus, lambda weights: np.log(np.expm1(weights))),
    "exp(w)": (T.exp, np.log),
    "maximum(w, 0)": (lambda w: T.maximum(w, 0), lambda weights: weights),
}


def build(index, positive, amounts, parts):
    """Build the network that makes images from their indices: amounts of parts, times the parts."""
    layer = InputLayer((None,), index)
    layer = EmbeddingLayer(layer, *amounts.get_value().shape, W=positive(amounts))
    num_pixels = parts.get_value().shape[1]
    return DenseLayer(layer, num_pixels, W=positive(parts), b=None, nonlinearity=None)


def main():
    args = set_up(__doc__, EPOCHS)
    images = load_images(args.data, args.data_dir, theano.config.floatX)
    pixels = images.train[:MAX_IMAGES]
    print(f"{images.name}: {len(pixels)} images as sums of {PARTS} parts")
    indices = np.arange(len(pixels), dtype="int32")
    first_amounts, first_parts = first_weights(pixels)

    index, target = T.ivector("index"), T.matrix("target")
    networks, learned_parts, steps, measures = {}, {}, {}, {}
    for name, (positive, inverse) in EXPRESSIONS.items():
        amounts = theano.shared(floatX(inverse(first_amounts)), name="amounts")
        parts = theano.shared(floatX(inverse(first_parts)), name="parts")
        networks[name] = build(index, positive, amounts, parts)
        learned_parts[name] = positive(parts)

        errors = T.sqr(get_output(networks[name]) - target)
        params = get_all_params(networks[name], trainable=True)
        updates = adam(errors.sum(), params, LEARNING_RATE)
        steps[name] = theano.function([index, target], errors.mean(), updates=updates)
        gradients = T.grad(errors.sum(), params)
        stuck = T.concatenate([T.eq(gradient, 0).flatten() for gradient in gradients])
        fraction_stuck = theano.function([index, target], stuck.mean())
        measures[name] = partial(fraction_stuck, indices, pixels)

    # One batch of all images per epoch, as every image has weights of its own.
    history = train(steps, (indices, pixels), args, batch_size=len(pixels), measures=measures)

    reference = NMF(PARTS, init="random", random_state=args.seed, max_iter=1000)
    reference_error = (
        (reference.fit_transform(pixels) @ reference.components_ - pixels) ** 2
    ).mean()
    print(f"{'weights':15}  mean squared error  without a gradient")
    for name in EXPRESSIONS:
        error, fraction = history.losses[name][-1], history.measures[name][-1]
        print(f"{name:15}  {error:18.5f}  {fraction:18.1%}")
    print(f"{NMF_NAME:15}  {reference_error:18.5f}")

    panels = {
        f"{name}\nerror {history.losses[name][-1]:.4f}": parts.eval()
        for name, parts in learned_parts.items()
    }
    panels[f"{NMF_NAME}\nerror {reference_error:.4f}"] = reference.components_
    draw_parts(args.out, panels, images.shape)
    draw_curves(args.out, history, reference_error)
    save_values(args.out / "positive.npz", networks)
    return history.exit_code


def first_weights(pixels):
    """Draw positive weights whose products are about as bright as the images."""
    rng = lasagne_expr.random.get_rng()
    scale = np.sqrt(pixels.mean() / PARTS)
    shapes = (len(pixels), PARTS), (PARTS, pixels.shape[1])
    return [scale * np.exp(rng.normal(0, 0.5, shape)) for shape in shapes]


def draw_parts(folder, panels, shape):
    fig = pictures.figure(13, 4.0, f"The {PARTS} parts that the images are made of")
    fig.get_layout_engine().set(wspace=0.06)
    for ax, (title, parts) in zip(fig.subplots(1, len(panels)), panels.items()):
        brightest = np.maximum(parts.max(axis=1, keepdims=True), 1e-9)
        pictures.show_images(ax, parts / brightest, shape, columns=4)
        ax.set_title(title)
    pictures.save(fig, folder / "positive_parts.png")


def draw_curves(folder, history, reference_error):
    fig = pictures.figure(11, 4.2, "Where the gradient is 0, learning ends")
    errors, stuck = fig.subplots(1, 2)
    for name, line in zip(EXPRESSIONS, ("-", "--", "-")):
        pictures.curve(errors, history.losses[name], line, label=name)
        pictures.curve(stuck, history.measures[name], line, label=name)
    errors.axhline(reference_error, color="black", linestyle=":", label=NMF_NAME)
    errors.legend()
    stuck.legend(loc="center right")
    stuck.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    pictures.tidy(errors, xlabel="epoch", ylabel="mean squared error per pixel", ylim=(0, None))
    pictures.tidy(stuck, xlabel="epoch", ylabel="weights that no gradient reaches", ylim=(-0.02, 1))
    pictures.save(fig, folder / "positive_curves.png")


if __name__ == "__main__":
    run(main)
