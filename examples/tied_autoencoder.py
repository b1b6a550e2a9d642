"""A deep autoencoder whose decoder is made of the encoder's transposes.

Each layer of the decoder takes W=layer.W.T: it has no weights of its own, only biases, and the
gradient reaches the shared weights through both. Squeezed through a code of 8 numbers, held-out
images come out closer to the originals than from PCA with 8 components.

After each epoch the network, the optimizer's states and the random ones are saved. A run that was
stopped or killed goes on from there with --resume, to the same numbers as if nothing had happened.
"""

from functools import partial

import numpy as np
import theano
import theano.tensor as T
from sklearn.decomposition import PCA

import pictures
from common import resume, run, save_run, save_values, set_up, train
from data import load_images
from lasagne_expr.layers import DenseLayer, InputLayer, count_params, get_all_params, get_output
from lasagne_expr.nonlinearities import elu
from lasagne_expr.random import set_rng
from lasagne_expr.regularization import l2, regularize_network_params
from lasagne_expr.updates import adam

UNITS = (256, 128, 64, 8)  # of the encoder; the last layer is the code
WEIGHT_DECAY = 1e-5
EPOCHS = {"digits": 120, "mnist": 20}
SHOWN = 20  # held-out images in the picture
STEPS = 11  # from low to high
FILTERS = 49  # first-layer units in the picture


def build(num_pixels):
    """Build the network; return its input layer, the encoder's layers, and the last layer."""
    pixels = InputLayer((None, num_pixels), name="pixels")
    layer, encoder = pixels, []
    for depth, units in enumerate(UNITS, start=1):
        nonlinearity = elu if depth < len(UNITS) else None
        layer = DenseLayer(layer, units, nonlinearity=nonlinearity, name=f"encode{depth}")
        encoder.append(layer)
    for depth, mirrored in reversed(list(enumerate(encoder, start=1))):
        layer = DenseLayer(
            layer,
            num_units=mirrored.input_shape[1],
            W=mirrored.W.T,  # this ties it
            nonlinearity=elu if depth > 1 else None,
            name=f"decode{depth}",
        )
    return pixels, encoder, layer


def main():
    args = set_up(__doc__, EPOCHS, resumable=True)
    images = load_images(args.data, args.data_dir, theano.config.floatX)
    print(images)

    input_layer, encoder, network = build(images.train.shape[1])
    pixels = input_layer.input_var
    params = get_all_params(network, trainable=True)
    print(f"{count_params(network)} numbers to learn, in {params}")

    reconstruction = get_output(network)
    error = T.sqr(reconstruction - pixels).mean()
    loss = error + WEIGHT_DECAY * regularize_network_params(network, l2)
    updates = adam(loss, params, learning_rate=0.002)
    step = theano.function([pixels], error, updates=updates)
    reconstruct = theano.function([pixels], reconstruction)
    encode = theano.function([pixels], get_output(encoder[-1]))
    code = T.matrix("code")
    decode = theano.function([code], get_output(network, {encoder[-1]: code}))

    def held_out_error():
        return ((reconstruct(images.test) - images.test) ** 2).mean()

    set_rng(args.rng)  # so that the generator that shuffles is saved with the rest
    path = args.out / "tied_autoencoder.safetensors"
    history = train(
        {"tied": step},
        (images.train,),
        args,
        measures={"held out": held_out_error},
        history=resume(path, network, updates) if args.resume else None,
        after_epoch=partial(save_run, path, network, updates),
    )
    if path.exists():
        print(f"wrote {path}")

    pca = PCA(UNITS[-1]).fit(images.train)
    from_pca = pca.inverse_transform(pca.transform(images.test))
    pca_error = ((from_pca - images.test) ** 2).mean()
    error = history.measures["held out"][-1]
    print(f"mean squared error per pixel, on {len(images.test)} held-out images:")
    print(f"  PCA, {UNITS[-1]} components:         {pca_error:.5f}")
    print(f"  tied autoencoder, {UNITS[-1]} units: {error:.5f} ({error / pca_error:.0%} of PCA's)")

    codes = encode(images.train)
    draw_reconstructions(args.out, images, reconstruct(images.test), from_pca)
    draw_code(args.out, codes, decode, images.shape)
    draw_weights(args.out, encoder[0].W.get_value(), images.shape)
    draw_losses(args.out, history, pca_error)
    save_values(args.out / "tied_autoencoder.npz", {"tied": network})
    return history.exit_code


def draw_reconstructions(folder, images, reconstructed, from_pca):
    chosen = pictures.sample_in_order(images.test_labels, SHOWN)
    rows = {
        "original": images.test[chosen],
        f"autoencoder,\n{UNITS[-1]} units": reconstructed[chosen],
        f"PCA,\n{UNITS[-1]} components": from_pca[chosen],
    }
    title = f"Held-out digits squeezed through {UNITS[-1]} numbers"
    fig = pictures.rows_of_images(title, rows, images.shape)
    pictures.save(fig, folder / "tied_autoencoder_reconstructions.png")


def draw_code(folder, codes, decode, shape):
    """Draw what the decoder makes of codes of which one unit goes from low to high."""
    rows = {}
    for unit in range(codes.shape[1]):
        varied = np.tile(np.median(codes, axis=0), (STEPS, 1))
        varied[:, unit] = np.percentile(codes[:, unit], np.linspace(2, 98, STEPS))
        rows[f"unit {unit + 1}"] = decode(varied.astype(codes.dtype))
    note = "one unit from low to high, the others at their medians"
    fig = pictures.rows_of_images("What the units of the code stand for", rows, shape, note=note)
    pictures.save(fig, folder / "tied_autoencoder_code.png")


def draw_weights(folder, weights, shape):
    """Draw the first layer's weights, one image per unit."""
    strongest = np.argsort(-np.linalg.norm(weights, axis=0))[:FILTERS]
    title = f"Weights of the {len(strongest)} strongest units of the first layer"
    fig = pictures.figure(7.5, 6.7, title)
    ax = fig.subplots()
    drawn = pictures.show_images(ax, weights.T[strongest], shape, columns=7, signed=True)
    ax.set_xlabel("what a unit looks for in an image and, transposed, what it draws")
    fig.colorbar(drawn, shrink=0.7, label="weight")
    pictures.save(fig, folder / "tied_autoencoder_weights.png")


def draw_losses(folder, history, pca_error):
    fig = pictures.figure(7, 4.5, "Learning the tied autoencoder")
    ax = fig.subplots()
    pictures.curve(ax, history.losses["tied"], label="training images")
    pictures.curve(ax, history.measures["held out"], label="held-out images")
    ax.axhline(pca_error, color="black", linestyle="--", label="PCA, held-out images")
    pictures.tidy(ax, xlabel="epoch", ylabel="mean squared error per pixel", ylim=(0, None))
    ax.legend()
    pictures.save(fig, folder / "tied_autoencoder_losses.png")


if __name__ == "__main__":
    run(main)
