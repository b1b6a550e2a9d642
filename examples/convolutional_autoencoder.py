"""A convolutional autoencoder whose transposed convolutions have the encoder's filters.

Each layer of the decoder takes W=layer.W * strength, with the filters of the encoder's layer and
one number of its own for each of its channels. So the decoder draws with the same filters that the
encoder looks with, and learns how strongly; the gradient reaches the filters through both. Squeezed
through a code of 8 numbers, held-out images come out closer to the originals than from PCA with 8
components, and nearly as close as from a decoder with filters of its own, which has twice as much
to learn.
"""

import numpy as np
import theano
import theano.tensor as T
from sklearn.decomposition import PCA

import pictures
from common import in_parts, run, save_values, set_up, train
from data import load_images
from lasagne_expr.layers import (
    Conv2DLayer,
    InputLayer,
    ReshapeLayer,
    TransposedConv2DLayer,
    count_params,
    get_all_params,
    get_output,
)
from lasagne_expr.nonlinearities import elu
from lasagne_expr.updates import adam

CHANNELS = (32, 64)  # each layer halves the height and width of what it gets
CODE = 8
LEARNING_RATE = 0.003
EPOCHS = {"digits": 20, "mnist": 3}
SHOWN = 20  # held-out images in the picture


def build(shape, tied):
    """Build the network; return its input layer, the encoder's layers, and the last layer."""
    pixels = InputLayer((None, shape[0] * shape[1]), name="pixels")
    layer, encoder = ReshapeLayer(pixels, ([0], 1, *shape)), []
    for depth, channels in enumerate(CHANNELS, start=1):
        layer = Conv2DLayer(
            layer, channels, 4, stride=2, pad=1, nonlinearity=elu, name=f"encode{depth}"
        )
        encoder.append(layer)
    whole = layer.output_shape[2:]
    layer = Conv2DLayer(layer, CODE, whole, nonlinearity=None, name="code")
    encoder.append(layer)

    for depth, mirrored in reversed(list(enumerate(encoder, start=1))):
        options = {}
        if tied:
            ones = np.ones((mirrored.num_filters, 1, 1, 1), theano.config.floatX)
            strength = theano.shared(
                ones, f"strength{depth}", broadcastable=(False, True, True, True)
            )
            options["W"] = mirrored.W * strength  # this ties it
        layer = TransposedConv2DLayer(
            layer,
            mirrored.input_shape[1],
            mirrored.filter_size,
            mirrored.stride,
            crop=mirrored.pad,
            nonlinearity=elu if depth > 1 else None,
            output_size=mirrored.input_shape[2:],
            name=f"decode{depth}",
            **options,
        )
    return pixels, encoder, ReshapeLayer(layer, ([0], -1))


def main():
    args = set_up(__doc__, EPOCHS)
    images = load_images(args.data, args.data_dir, theano.config.floatX)
    print(images)

    networks, encoders, steps, reconstructs = {}, {}, {}, {}
    for name in ("tied", "untied"):
        input_layer, encoders[name], networks[name] = build(images.shape, name == "tied")
        pixels = input_layer.input_var
        reconstruction = get_output(networks[name])
        error = T.sqr(reconstruction - pixels).mean()
        params = get_all_params(networks[name], trainable=True)
        updates = adam(error, params, learning_rate=LEARNING_RATE)
        steps[name] = theano.function([pixels], error, updates=updates)
        reconstructs[name] = theano.function([pixels], reconstruction)

    def held_out_error(name):
        return ((in_parts(reconstructs[name], images.test) - images.test) ** 2).mean()

    measures = {name: lambda name=name: held_out_error(name) for name in networks}
    history = train(steps, (images.train,), args, measures=measures)

    pca = PCA(CODE).fit(images.train)
    from_pca = pca.inverse_transform(pca.transform(images.test))
    pca_error = ((from_pca - images.test) ** 2).mean()
    print(f"{'filters':20}  numbers to learn  held-out mean squared error")
    for name, network in networks.items():
        size, error = count_params(network, trainable=True), history.measures[name][-1]
        print(f"{name:20}  {size:16}  {error:27.5f}")
    print(f"{f'PCA, {CODE} components':20}  {pca.components_.size:16}  {pca_error:27.5f}")

    rows = {name: in_parts(reconstructs[name], images.test) for name in networks}
    draw_reconstructions(args.out, images, rows, from_pca)
    draw_filters(args.out, encoders["tied"][0], images)
    draw_errors(args.out, history, pca_error)
    save_values(args.out / "convolutional_autoencoder.npz", networks)
    return history.exit_code


def draw_reconstructions(folder, images, rows, from_pca):
    chosen = pictures.sample_in_order(images.test_labels, SHOWN)
    rows = {
        "original": images.test[chosen],
        **{f"{name} filters": row[chosen] for name, row in rows.items()},
        f"PCA,\n{CODE} components": from_pca[chosen],
    }
    title = f"Held-out digits squeezed through {CODE} numbers"
    fig = pictures.rows_of_images(title, rows, images.shape)
    pictures.save(fig, folder / "convolutional_autoencoder_reconstructions.png")


def draw_filters(folder, layer, images):
    """Draw the first layer's filters, and where they find in an image what they look for."""
    fig = pictures.figure(12, 3.5, "The filters that look at an image, and draw it again")
    for ax, name in zip(fig.subplots(1, 2), ("filters", "found")):
        if name == "filters":
            # A convolution flips its filters, so flipped they look like what they look for.
            shown, shape = layer.W.get_value()[:, 0, ::-1, ::-1], layer.filter_size
            title, label = "filters of the first layer", "weight"
        else:
            index = pictures.sample_in_order(images.test_labels, 3)[1]
            shown = get_output(layer, images.test[index].reshape(1, 1, *images.shape)).eval()[0]
            shape, label = shown.shape[1:], "output"
            title = f"what each one finds in a {images.test_labels[index]}"
        drawn = pictures.show_images(ax, shown, shape, columns=8, signed=True)
        ax.set_title(title)
        fig.colorbar(drawn, ax=ax, shrink=0.9, label=label)
    pictures.save(fig, folder / "convolutional_autoencoder_filters.png")


def draw_errors(folder, history, pca_error):
    fig = pictures.figure(7.5, 4.5, "Learning convolutional autoencoders")
    ax = fig.subplots()
    for name, colour in (("tied", "tab:blue"), ("untied", "tab:orange")):
        learned, held_out = history.losses[name], history.measures[name]
        pictures.curve(ax, held_out, color=colour, label=f"{name} filters, held-out images")
        pictures.curve(ax, learned, ":", color=colour, label=f"{name} filters, training images")
    ax.axhline(pca_error, color="black", linestyle="--", label="PCA, held-out images")
    pictures.tidy(ax, xlabel="epoch", ylabel="mean squared error per pixel", ylim=(0, None))
    ax.legend()
    pictures.save(fig, folder / "convolutional_autoencoder_errors.png")


if __name__ == "__main__":
    run(main)
