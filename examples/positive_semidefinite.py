"""A matrix that stays positive semi-definite while it is learned, W=T.dot(v, v.T).

The script learns a distance between noisy images, (a - b) W (a - b), in which images of the same
digit are close (neighbourhood components analysis: J. Goldberger, S. Roweis, G. Hinton and
R. Salakhutdinov, NIPS 2004), so that the nearest neighbours tell what an image shows. It is a
distance only if no eigenvalue of W is negative: else some image is "closer" to another one than
that is to itself. T.dot(v, v.T) makes sure of it; a matrix that is learned freely doesn't.
"""

from functools import partial

import numpy as np
import theano
import theano.tensor as T

import pictures
from common import run, save_values, set_up, train
from data import load_images
from lasagne_expr.layers import (
    DenseLayer,
    GaussianNoiseLayer,
    InputLayer,
    get_all_params,
    get_output,
)
from lasagne_expr.updates import adam
from lasagne_expr.utils import floatX

NOISE = 0.4  # standard deviation, where ink is 1
NEIGHBOURS = 5
BATCH_SIZE = 128
MAX_IMAGES = 5000
MAX_HELD_OUT = 500
COPIES = 5  # of each held-out image, each with noise of its own
SHOWN = 20  # held-out images in the picture
EPOCHS = {"digits": 60, "mnist": 15}
EUCLID, PSD, FREE = "identity", "dot(v, v.T)", "w, learned freely"


def squared_distances(images, projected):
    """Compute (a - b) W (a - b) for all pairs of images, given also the images times W."""
    products = T.dot(projected, images.T)
    own = (projected * images).sum(axis=1)
    return own.dimshuffle(0, "x") + own.dimshuffle("x", 0) - products - products.T


def neighbour_loss(distances, digits):
    """Compute minus the log of the chance that a neighbour picked by closeness has one's digit."""
    number = distances.shape[0]
    closeness = T.nnet.softmax(-distances - 1e6 * T.eye(number))  # nobody picks himself
    same = T.eq(digits.dimshuffle(0, "x"), digits.dimshuffle("x", 0))
    return -T.log((closeness * same).sum(axis=1) + 1e-6).mean()


def build(num_pixels, W):
    """Build a network that adds noise to images and multiplies them by W; return both layers."""
    noisy = GaussianNoiseLayer(InputLayer((None, num_pixels)), sigma=NOISE)
    return noisy, DenseLayer(noisy, num_pixels, W=W, b=None, nonlinearity=None, name="metric")


def main():
    args = set_up(__doc__, EPOCHS)
    images = load_images(args.data, args.data_dir, theano.config.floatX)
    train_images, train_labels = images.train[:MAX_IMAGES], images.train_labels[:MAX_IMAGES]
    test_images = np.tile(images.test[:MAX_HELD_OUT], (COPIES, 1))
    test_labels = np.tile(images.test_labels[:MAX_HELD_OUT], COPIES)
    num_pixels = train_images.shape[1]
    print(images)

    # Both start from the same multiple of the Euclidean distance: 10 between two images of noise.
    start = 10 / (2 * NOISE**2 * num_pixels)
    v = theano.shared(floatX(np.sqrt(start) * np.eye(num_pixels)), name="v")
    w = theano.shared(floatX(start * np.eye(num_pixels)), name="w")
    matrices = {PSD: T.dot(v, v.T), FREE: w}
    pixels, digits = T.matrix("pixels"), T.ivector("digits")
    networks, steps, smallest = {}, {}, {}
    for name, W in matrices.items():
        noisy, networks[name] = build(num_pixels, W)
        seen, projected = get_output([noisy, networks[name]], pixels)
        loss = neighbour_loss(squared_distances(seen, projected), digits)
        params = get_all_params(networks[name], trainable=True)
        updates = adam(loss, params, learning_rate=0.2 / num_pixels)
        steps[name] = theano.function([pixels, digits], loss, updates=updates)
        smallest[name] = partial(smallest_eigenvalue, theano.function([], W))

    history = train(
        steps, (train_images, train_labels), args, batch_size=BATCH_SIZE, measures=smallest
    )

    references = train_images + args.rng.normal(0, NOISE, train_images.shape)
    queries = test_images + args.rng.normal(0, NOISE, test_images.shape)
    learned = {EUCLID: np.eye(num_pixels), **{name: W.eval() for name, W in matrices.items()}}
    nearest = {name: neighbours(queries, references, W) for name, W in learned.items()}
    print(f"{'W':18}  right by {NEIGHBOURS} neighbours  smallest eigenvalue")
    for name, W in learned.items():
        votes = [np.bincount(labels).argmax() for labels in train_labels[nearest[name]]]
        accuracy = np.mean(votes == test_labels)
        print(f"{name:18}  {accuracy:21.1%}  {eigenvalues(W)[0]:19.4f}")

    shown = pictures.sample_in_order(test_labels, SHOWN)
    rows = {"held-out image": test_images[shown], "with noise": queries[shown]}
    wrong = {}
    for label, name in (("nearest,\nEuclidean", EUCLID), ("nearest,\nlearned", PSD)):
        first = nearest[name][shown, 0]
        rows[label] = train_images[first]
        wrong[label] = train_labels[first] != test_labels[shown]
    draw_neighbours(args.out, rows, wrong, images.shape)
    draw_eigenvalues(args.out, {name: eigenvalues(learned[name]) for name in matrices}, history)
    save_values(args.out / "positive_semidefinite.npz", networks)
    return history.exit_code


def smallest_eigenvalue(compute_matrix):
    return eigenvalues(compute_matrix())[0]


def eigenvalues(W):
    """Compute the eigenvalues of (a - b) W (a - b), from the smallest to the largest."""
    W = W.astype("float64")
    return np.linalg.eigvalsh((W + W.T) / 2)


def neighbours(queries, references, W):
    """Find the indices of the references that are nearest to each query, the nearest first."""
    own = ((queries @ W) * queries).sum(axis=1)[:, np.newaxis]
    others = ((references @ W) * references).sum(axis=1)
    distances = own + others - queries @ (W + W.T) @ references.T
    return distances.argsort(axis=1)[:, :NEIGHBOURS]


def draw_neighbours(folder, rows, wrong, shape):
    title = "The nearest of the noisy training images, shown without noise"
    note = "red: another digit"
    fig = pictures.rows_of_images(title, rows, shape, note=note, marked=wrong)
    pictures.save(fig, folder / "positive_semidefinite_neighbours.png")


def draw_eigenvalues(folder, spectra, history):
    fig = pictures.figure(11, 4.2, "Eigenvalues of a learned matrix")
    final, smallest = fig.subplots(1, 2)
    for name, spectrum in spectra.items():
        final.plot(np.arange(1, len(spectrum) + 1), spectrum, ".", label=f"W = {name}")
        pictures.curve(smallest, history.measures[name], label=f"W = {name}")
    for ax in (final, smallest):
        ax.axhline(0, color="black", linewidth=1)
        ax.legend()
    pictures.tidy(final, title="after training", xlabel="number", ylabel="eigenvalue")
    pictures.tidy(smallest, title="the smallest one", xlabel="epoch", ylabel="eigenvalue")
    pictures.save(fig, folder / "positive_semidefinite_eigenvalues.png")


if __name__ == "__main__":
    run(main)
