"""Layers whose weights are a product of two thin matrices, W=T.dot(w1, w2).

A matrix of 256 x 256 weights of rank 8 is the product of 256 x 8 and 8 x 256: 4096 numbers to
learn instead of 65536. The script trains networks of several ranks to tell digits apart, beside
one with whole matrices, and shows what accuracy each rank buys for how many parameters.
"""

import theano
import theano.tensor as T
from matplotlib.ticker import LogLocator, NullLocator
from tqdm import tqdm

import pictures
from common import compile_classifier, run, save_values, set_up, train
from data import load_images
from lasagne_expr.init import GlorotUniform
from lasagne_expr.layers import DenseLayer, InputLayer, count_params
from lasagne_expr.nonlinearities import softmax
from lasagne_expr.utils import floatX

RANKS = (1, 2, 4, 8, 16, 32)
UNITS = 256
EPOCHS = {"digits": 30, "mnist": 3}
WHOLE = "unfactorized"


def factorized_weights(num_inputs, num_units, rank):
    w1 = theano.shared(floatX(GlorotUniform()((num_inputs, rank))), name="w1")
    w2 = theano.shared(floatX(GlorotUniform()((rank, num_units))), name="w2")
    return T.dot(w1, w2)


def build(num_pixels, rank=None):
    """Build a classifier with two hidden layers; without a rank their weights are whole."""
    layer = InputLayer((None, num_pixels))
    pixels = layer.input_var
    for depth in (1, 2):
        num_inputs = layer.output_shape[1]
        W = factorized_weights(num_inputs, UNITS, rank) if rank else GlorotUniform()
        layer = DenseLayer(layer, UNITS, W=W, name=f"hidden{depth}")
    return pixels, DenseLayer(layer, 10, nonlinearity=softmax, name="digit")


def main():
    args = set_up(__doc__, EPOCHS)
    images = load_images(args.data, args.data_dir, theano.config.floatX)
    print(images)

    networks, steps, accuracies = {}, {}, {}
    for rank in tqdm((*RANKS, None), desc="compiling", unit=" networks"):
        name = f"rank {rank}" if rank else WHOLE
        pixels, networks[name] = build(images.train.shape[1], rank)
        steps[name], accuracies[name] = compile_classifier(pixels, networks[name], images)

    history = train(steps, (images.train, images.train_labels), args, measures=accuracies)

    sizes = {name: count_params(network, trainable=True) for name, network in networks.items()}
    final = {name: values[-1] for name, values in history.measures.items()}
    print(f"{'hidden layers':14}  {'parameters':>10}  held-out accuracy")
    for name, size in sizes.items():
        print(f"{name:14}  {size:10}  {final[name]:.1%}")
    draw(args.out / "factorized_accuracy.png", sizes, final)
    save_values(args.out / "factorized.npz", networks)
    return history.exit_code


def draw(path, sizes, accuracies):
    fig = pictures.figure(7.5, 4.8, "What accuracy costs in parameters")
    ax = fig.subplots()
    ranks = [name for name in sizes if name != WHOLE]
    ax.plot([sizes[name] for name in ranks], [accuracies[name] for name in ranks], "o-")
    ax.plot(sizes[WHOLE], accuracies[WHOLE], "s", color="black")
    ax.axhline(accuracies[WHOLE], color="black", linestyle=":", linewidth=1)
    for name, size in sizes.items():
        place = (size, accuracies[name])
        ax.annotate(name, place, (7, -5), textcoords="offset points", va="top")
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    ax.margins(0.12)
    pictures.tidy(ax, xlabel="numbers to learn", ylabel="accuracy on held-out images")
    pictures.save(fig, path)


if __name__ == "__main__":
    run(main)
