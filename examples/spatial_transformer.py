"""A spatial transformer turns, scales and shifts distorted digits back before they are read.

Each digit is turned, scaled and shifted at random, and drawn into a larger image. One network reads
these images as they are; another one reads what a TransformerLayer makes of them, for which a part
of it chooses the transformation of each image. Nobody tells that part how an image was distorted:
it learns from the digits' names alone, through the gradient of the warped pixels, to show digits in
one place and size. With as many numbers to learn, it reads many more of them right.

Spatial transformers are from M. Jaderberg, K. Simonyan, A. Zisserman and K. Kavukcuoglu (2015):
Spatial transformer networks. NIPS. arXiv:1506.02025.
"""

from dataclasses import replace

import numpy as np
import theano
from scipy.ndimage import affine_transform

import pictures
from common import compile_classifier, run, save_values, set_up, train
from data import load_images
from lasagne_expr.init import Constant
from lasagne_expr.layers import (
    DenseLayer,
    InputLayer,
    ReshapeLayer,
    TransformerLayer,
    count_params,
    get_output,
)
from lasagne_expr.nonlinearities import softmax
from lasagne_expr.utils import floatX

TURN = 45  # degrees, at most, to either side
SCALES = 0.8, 1.2
LARGER = 2  # by how much the image is larger than the digit
COPIES = {"digits": 16, "mnist": 2}  # of each image, each distorted otherwise
MAX_IMAGES = 20000
UNITS = 64  # that read what was transformed
LOCALIZATION_UNITS = (128, 64)
BATCH = 64
EPOCHS = {"digits": 10, "mnist": 8}
SHOWN = 15  # held-out images in the picture


def distort(images, shape, rng):
    """Turn, scale and shift images at random; return them as rows, and their new shape."""
    larger = tuple(LARGER * size for size in shape)
    middle, new_middle = (np.array(shape) - 1) / 2, (np.array(larger) - 1) / 2
    distorted = np.empty((len(images), *larger), images.dtype)
    for index, image in enumerate(images):
        angle = np.radians(rng.uniform(-TURN, TURN))
        scale = rng.uniform(*SCALES)
        # So that the digit stays within the image, if it isn't turned.
        room = (np.array(larger) - scale * np.array(shape)) / 2
        shift = rng.uniform(-room, room)
        cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
        matrix = np.array([[cos, -sin], [sin, cos]])  # from a new pixel to an old one
        offset = middle - matrix @ (new_middle + shift)
        affine_transform(
            image.reshape(shape),
            matrix,
            offset,
            order=1,
            output=distorted[index],
            output_shape=larger,
        )
    return distorted.reshape(len(images), -1), larger


def build(shape, transform, units):
    """Build a network; return its input variable, what its units read, and its last layer."""
    pixels = InputLayer((None, shape[0] * shape[1]), name="pixels")
    seen = ReshapeLayer(pixels, ([0], 1, *shape))
    if transform:
        layer = pixels
        for number, units in enumerate(LOCALIZATION_UNITS, start=1):
            layer = DenseLayer(layer, units, name=f"locate{number}")
        # It starts by showing the middle of the image, as large as the digit was.
        start = floatX([1 / LARGER, 0, 0, 0, 1 / LARGER, 0])
        theta = DenseLayer(layer, 6, W=Constant(0), b=start, nonlinearity=None, name="theta")
        seen = TransformerLayer(seen, theta, downsample_factor=LARGER)
    layer = DenseLayer(seen, units, name="hidden")
    return pixels.input_var, seen, DenseLayer(layer, 10, nonlinearity=softmax, name="digit")


def main():
    args = set_up(__doc__, EPOCHS)
    images, small_shape = distorted_images(args)
    print(images)

    transformed_pixels, seen, transformed = build(images.shape, True, UNITS)
    # As many units for the other network as make it as large.
    units = count_params(transformed) // (images.train.shape[1] + 11)
    pixels, _, plain = build(images.shape, False, units)
    networks = {"as they are": plain, "transformed": transformed}
    steps, accuracies = {}, {}
    for (name, network), given in zip(networks.items(), (pixels, transformed_pixels)):
        steps[name], accuracies[name] = compile_classifier(given, network, images)
    transform = theano.function([transformed_pixels], get_output(seen))

    learned = images.train, images.train_labels
    history = train(steps, learned, args, BATCH, measures=accuracies)

    print(f"{'images':12}  numbers to learn  held-out accuracy")
    for name, network in networks.items():
        size, accuracy = count_params(network, trainable=True), history.measures[name][-1]
        print(f"{name:12}  {size:16}  {accuracy:17.1%}")

    draw_transformed(args.out, images, transform, small_shape)
    draw_accuracies(args.out, history)
    save_values(args.out / "spatial_transformer.npz", networks)
    return history.exit_code


def distorted_images(args):
    """Load the images and distort them; return them, and the shape that they had before."""
    images = load_images(args.data, args.data_dir, theano.config.floatX)
    copies = COPIES[args.data]
    train = np.tile(images.train[:MAX_IMAGES], (copies, 1))
    labels = np.tile(images.train_labels[:MAX_IMAGES], copies)
    train, larger = distort(train, images.shape, args.rng)
    # The held-out images are distorted alike whatever the seed, so that runs can be compared.
    test, _ = distort(images.test, images.shape, np.random.RandomState(0))
    distorted = replace(images, train=train, train_labels=labels, test=test, shape=larger)
    return distorted, images.shape


def draw_transformed(folder, images, transform, small_shape):
    """Draw distorted images above what the transformer makes of them."""
    chosen = pictures.sample_in_order(images.test_labels, SHOWN)
    transformed = transform(images.test[chosen])[:, 0]
    # Each pixel of what it makes is as large as several of the distorted image's.
    zoomed = np.kron(transformed, np.ones((LARGER, LARGER)))
    rows = {"distorted": images.test[chosen], "transformed": zoomed.reshape(SHOWN, -1)}
    title = "Held-out digits, and how the spatial transformer shows them to the network"
    (rows_before, columns_before), (rows_after, columns_after) = images.shape, small_shape
    note = f"{rows_before} x {columns_before} pixels, and {rows_after} x {columns_after} after it"
    fig = pictures.rows_of_images(title, rows, images.shape, inches=0.75, note=note)
    pictures.save(fig, folder / "spatial_transformer_images.png")


def draw_accuracies(folder, history):
    fig = pictures.figure(7.5, 4.5, "Reading distorted digits")
    ax = fig.subplots()
    for name, values in history.measures.items():
        pictures.curve(ax, values, label=name)
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    pictures.tidy(ax, xlabel="epoch", ylabel="accuracy on held-out images")
    ax.legend(title="images", loc="lower right")
    pictures.save(fig, folder / "spatial_transformer_accuracy.png")


if __name__ == "__main__":
    run(main)
