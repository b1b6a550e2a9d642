"""Digits read by a network that is chosen on the command line: mlp, cnn or custom_mlp.

custom_mlp:DEPTH,WIDTH,DROP_IN,DROP_HID has DEPTH hidden layers of WIDTH units, and leaves out
inputs and hidden units at random while it learns, with the probabilities DROP_IN and DROP_HID;
mlp is custom_mlp:2,800,.2,.5. One sixth of the training images is set aside to watch how well it
does on images that it doesn't learn from; the held-out images are looked at once, at the end.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import theano
import theano.tensor as T

import pictures
from common import in_parts, run, save_values, set_up, train
from data import Images, load_images
from lasagne_expr.layers import (
    Conv2DLayer,
    DenseLayer,
    DropoutLayer,
    InputLayer,
    MaxPool2DLayer,
    ReshapeLayer,
    count_params,
    get_all_layers,
    get_all_params,
    get_output,
)
from lasagne_expr.nonlinearities import softmax
from lasagne_expr.objectives import categorical_crossentropy
from lasagne_expr.updates import nesterov_momentum

MLP = (2, 800, 0.2, 0.5)
LEARNING_RATE = 0.02
EPOCHS = {"digits": 40, "mnist": 10}
SHOWN = 24  # mistakes in the picture
FILTERS = 48  # in the picture
USAGE = "mlp, cnn or custom_mlp:DEPTH,WIDTH,DROP_IN,DROP_HID"


def build_mlp(shape, depth, width, drop_in, drop_hidden):
    layer = InputLayer((None, shape[0] * shape[1]), name="pixels")
    layer = DropoutLayer(layer, drop_in)
    for number in range(1, depth + 1):
        layer = DenseLayer(layer, width, name=f"hidden{number}")
        layer = DropoutLayer(layer, drop_hidden)
    return DenseLayer(layer, 10, nonlinearity=softmax, name="digit")


def build_cnn(shape):
    layer = InputLayer((None, shape[0] * shape[1]), name="pixels")
    layer = ReshapeLayer(layer, ([0], 1, *shape))
    size = 5 if min(shape) >= 20 else 3  # a stroke of the pen
    for number in (1, 2):
        layer = Conv2DLayer(layer, 32, size, pad="same", name=f"filters{number}")
        layer = MaxPool2DLayer(layer, 2)
    layer = DenseLayer(DropoutLayer(layer, 0.5), 256, name="hidden")
    return DenseLayer(DropoutLayer(layer, 0.5), 10, nonlinearity=softmax, name="digit")


def read_model(text: str) -> tuple[str, Callable]:
    """Read the name of a network; return its kind, and what builds it for a shape of images."""
    kind, _, given = text.partition(":")
    if text == "cnn":
        return kind, build_cnn
    if text == "mlp":
        return kind, lambda shape: build_mlp(shape, *MLP)
    try:
        depth, width, drop_in, drop_hidden = given.split(",")
        sizes, drops = (int(depth), int(width)), (float(drop_in), float(drop_hidden))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {USAGE}") from None
    if kind != "custom_mlp" or sizes[0] < 0 or sizes[1] < 1:
        raise argparse.ArgumentTypeError(
            f"{text!r} is none of {USAGE}, with whole positive numbers"
        )
    if not all(0 <= drop < 1 for drop in drops):
        raise argparse.ArgumentTypeError(f"in {text!r} a probability isn't from 0 to below 1")
    return kind, lambda shape: build_mlp(shape, *sizes, *drops)


def split(images: Images, rng: np.random.RandomState) -> tuple[Images, tuple]:
    """Set a sixth of the training images aside, with their labels."""
    order = rng.permutation(len(images.train))
    aside, kept = np.split(order, [len(order) // 6])
    validation = images.train[aside], images.train_labels[aside]
    train, labels = images.train[kept], images.train_labels[kept]
    return replace(images, train=train, train_labels=labels), validation


def compile_network(network):
    """Compile what learns from a minibatch, and what tells the probabilities of the digits."""
    pixels = get_all_layers(network)[0].input_var
    digits = T.ivector("digits")
    loss = categorical_crossentropy(get_output(network), digits).mean()
    params = get_all_params(network, trainable=True)
    updates = nesterov_momentum(loss, params, LEARNING_RATE, momentum=0.9)
    step = theano.function([pixels, digits], loss, updates=updates)

    # Dropout is for learning only: deterministic=True leaves nothing out.
    probabilities = theano.function([pixels], get_output(network, deterministic=True))
    return step, partial(in_parts, probabilities)


def accuracy(probabilities, labels):
    return float((probabilities.argmax(axis=1) == labels).mean())


def main():
    model = {"type": read_model, "default": "mlp", "help": f"{USAGE} (default: mlp)"}
    args = set_up(__doc__, EPOCHS, model)
    kind, build = args.model
    images, (aside, aside_labels) = split(
        load_images(args.data, args.data_dir, theano.config.floatX), args.rng
    )
    print(f"{images}, {len(aside)} set aside")

    network = build(images.shape)
    print(f"{kind}: {count_params(network, trainable=True)} numbers to learn")
    step, probabilities = compile_network(network)
    history = train(
        {kind: step},
        (images.train, images.train_labels),
        args,
        measures={"set aside": lambda: accuracy(probabilities(aside), aside_labels)},
    )

    held_out = probabilities(images.test)
    print(f"accuracy on images set aside: {history.measures['set aside'][-1]:.2%}")
    print(f"accuracy on held-out images:  {accuracy(held_out, images.test_labels):.2%}")

    draw_curves(args.out, kind, history)
    draw_filters(args.out, network, images.shape)
    draw_mistakes(args.out, images, held_out)
    save_values(args.out / "mnist.npz", {kind: network})
    return history.exit_code


def draw_curves(folder, kind, history):
    fig = pictures.figure(10, 4, f"Learning to read digits: {kind}")
    losses, accuracies = fig.subplots(1, 2)
    pictures.curve(losses, history.losses[kind])
    pictures.curve(accuracies, history.measures["set aside"], color="tab:green")
    pictures.tidy(losses, xlabel="epoch", ylabel="loss on what it learns from", ylim=(0, None))
    pictures.tidy(accuracies, xlabel="epoch", ylabel="accuracy on images set aside")
    accuracies.yaxis.set_major_formatter(lambda y, _: f"{y:.1%}")
    pictures.save(fig, folder / "mnist_curves.png")


def draw_filters(folder, network, shape):
    """Draw what the first layer with weights looks for, an image for each unit or filter."""
    first = next(layer for layer in get_all_layers(network) if hasattr(layer, "W"))
    weights, what = first.W.get_value(), "units"
    if weights.ndim == 4:
        # A convolution flips its filters, so flipped they look like what they look for.
        weights, shape, what = weights[:, 0, ::-1, ::-1], weights.shape[2:], "filters"
    else:
        weights = weights.T
    norms = np.linalg.norm(weights.reshape(len(weights), -1), axis=1)
    strongest = weights[np.argsort(-norms)[:FILTERS]]
    title = f"What the {len(strongest)} strongest {what} of the first layer look for"
    fig = pictures.figure(8, 0.95 * -(-len(strongest) // 8) + 0.7, title)
    ax = fig.subplots()
    drawn = pictures.show_images(ax, strongest, shape, columns=8, signed=True)
    ax.set_xlabel("red: ink wanted here; blue: none wanted here")
    fig.colorbar(drawn, shrink=0.8, label="weight")
    pictures.save(fig, folder / "mnist_filters.png")


def draw_mistakes(folder, images, probabilities):
    """Draw the held-out images whose digits the network thought least likely."""
    right = probabilities[np.arange(len(probabilities)), images.test_labels]
    worst = np.argsort(right)[:SHOWN]
    wrong = (probabilities.argmax(axis=1) != images.test_labels).sum()
    title = f"The hardest of {len(right)} held-out digits, of which {wrong} are misread"
    fig = pictures.figure(9, 5.6, title)
    axes = fig.subplots(3, SHOWN // 3).ravel()
    for ax, index in zip(axes, worst):
        pictures.show_images(ax, images.test[index : index + 1], images.shape, columns=1)
        digit, guess = images.test_labels[index], probabilities[index].argmax()
        ax.set_title(
            f"a {digit}: {right[index]:.0%}\nread as {guess}",
            color="black" if digit == guess else "tab:red",
            fontsize=10,
        )
    fig.supxlabel("how likely the network thinks the true digit; red where it reads another")
    pictures.save(fig, folder / "mnist_mistakes.png")


if __name__ == "__main__":
    run(main)
