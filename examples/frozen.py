"""Expressions that mix learned and fixed variables: tagged(variable, trainable=False).

A layer's W is an expression of several shared variables, and each can have tags of its own. Here a
mask lets each unit see only a window of the image (W=w * mask, with only w learned), and weights
that stay as they started are corrected by a product of two thin matrices (W=start + T.dot(a, b),
with only a and b learned). get_all_params(network, trainable=True) leaves out what is fixed.
"""

import numpy as np
import theano
import theano.tensor as T

import pictures
from common import compile_classifier, run, save_values, set_up, train
from data import load_images
from lasagne_expr import tagged
from lasagne_expr.init import Constant, GlorotUniform
from lasagne_expr.layers import (
    DenseLayer,
    InputLayer,
    count_params,
    get_all_param_values,
    get_all_params,
)
from lasagne_expr.nonlinearities import softmax
from lasagne_expr.utils import floatX

WINDOWS = 5  # along each side of the image
UNITS = WINDOWS**2  # one for each window
RANK = 4  # of the correction
EPOCHS = {"digits": 60, "mnist": 5}


def window_mask(shape):
    """Make a mask of ones where a unit sees the image: in a window of half its height and width."""
    height, width = (size // 2 for size in shape)
    tops = np.linspace(0, shape[0] - height, WINDOWS).astype(int)
    lefts = np.linspace(0, shape[1] - width, WINDOWS).astype(int)
    windows = []
    for top in tops:
        for left in lefts:
            window = np.zeros(shape)
            window[top : top + height, left : left + width] = 1
            windows.append(window.ravel())
    return np.transpose(windows)


def first_weights(images):
    """Make the expressions to compare, each for the weights of the network's first layer."""
    num_pixels = images.train.shape[1]
    values = GlorotUniform()((num_pixels, UNITS))  # all start from these

    mask = tagged(theano.shared(floatX(window_mask(images.shape)), "mask"), trainable=False)
    start = tagged(theano.shared(values, "start"), trainable=False)
    a = theano.shared(GlorotUniform()((num_pixels, RANK)), "a")
    b = theano.shared(Constant(0)((RANK, UNITS)), "b")
    return {
        "w": theano.shared(values, "w"),
        "w * mask": theano.shared(values, "w") * mask,
        "start": start,
        "start + dot(a, b)": start + T.dot(a, b),
    }


def build(num_pixels, W):
    pixels = InputLayer((None, num_pixels))
    hidden = DenseLayer(pixels, UNITS, W=W, name="hidden")
    return pixels.input_var, DenseLayer(hidden, 10, nonlinearity=softmax, name="digit")


def main():
    args = set_up(__doc__, EPOCHS)
    images = load_images(args.data, args.data_dir, theano.config.floatX)
    print(images)

    weights = first_weights(images)
    networks, steps, accuracies = {}, {}, {}
    for name, W in weights.items():
        pixels, networks[name] = build(images.train.shape[1], W)
        steps[name], accuracies[name] = compile_classifier(pixels, networks[name], images)
    all_networks = list(networks.values())
    fixed = get_all_params(all_networks, trainable=False)
    before = get_all_param_values(all_networks, trainable=False)

    history = train(steps, (images.train, images.train_labels), args, measures=accuracies)

    print(f"{'first layer, W =':17}  learned  fixed  held-out accuracy")
    final = {name: values[-1] for name, values in history.measures.items()}
    for name, network in networks.items():
        learned_size = count_params(network, trainable=True)
        fixed_size = count_params(network, trainable=False)
        print(f"{name:17}  {learned_size:7}  {fixed_size:5}  {final[name]:17.1%}")
    for param, value in zip(fixed, before):
        same = np.array_equal(param.get_value(), value)
        print(f"{param} is fixed, and {'as before' if same else 'CHANGED'}")

    draw_weights(args.out, weights, final, images.shape)
    save_values(args.out / "frozen.npz", networks)
    return history.exit_code


def draw_weights(folder, weights, accuracies, shape):
    fig = pictures.figure(12.5, 3.9, "The weights of the first layer, an image for each unit")
    fig.get_layout_engine().set(wspace=0.06)
    for ax, (name, W) in zip(fig.subplots(1, len(weights)), weights.items()):
        pictures.show_images(ax, W.eval().T, shape, columns=WINDOWS, signed=True)
        ax.set_title(f"W = {name}\naccuracy {accuracies[name]:.1%}")
    pictures.save(fig, folder / "frozen_weights.png")


if __name__ == "__main__":
    run(main)
