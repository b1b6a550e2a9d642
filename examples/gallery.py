"""What ready-made expressions learn on digits, W=Orthogonal() and all the others.

For each expression the script trains a network whose hidden layer has 64 pixels, 64 units, and
weights under that expression. It tells how well the network reads held-out digits, and draws what
was learned: the whole matrix, or its eigenvalues where these are what matters, and the weights of
some units as images. Each section of the gallery gets a picture. On Theano, which takes a while to
compile a network, choose one section.
"""

import numpy as np
import theano
from matplotlib.ticker import MaxNLocator
from tqdm import tqdm

import pictures
from common import compile_classifier, run, set_up, train
from data import load_images
from lasagne_expr import expressions as ex
from lasagne_expr.init import GlorotUniform, Uniform
from lasagne_expr.layers import DenseLayer, InputLayer, count_params, get_all_params
from lasagne_expr.nonlinearities import softmax

EPOCHS = 20
UNITS = 64  # as many as pixels, for expressions of square matrices
PER_ROW = 3
SHOWN = 16  # units whose weights are drawn as images
NEARLY = 0.05  # as the power iteration of SpectralNorm is always a little behind
CIRCLE = np.linspace(0, 2 * np.pi, 200)

# Which pixels a unit sees: those no more than two rows and columns from one of its own.
ROWS, COLUMNS = np.divmod(np.arange(UNITS), 8)
NEAR = (abs(ROWS[:, None] - ROWS) <= 2) & (abs(COLUMNS[:, None] - COLUMNS) <= 2)

FREE = "GlorotUniform(), free"
SECTIONS = {
    "bounds": {
        "Positive()": ex.Positive(),
        'Positive(method="exp")': ex.Positive(method="exp"),
        "Bounded(-0.2, 0.2)": ex.Bounded(-0.2, 0.2),
        "UnitInterval(Uniform((0, 0.1)))": ex.UnitInterval(Uniform((0, 0.1))),
        "Increasing(-0.5, 0.5)": ex.Increasing(-0.5, 0.5),
    },
    "norms": {
        "Simplex()": ex.Simplex(),
        "UnitNorm()": ex.UnitNorm(),
        "Sphere(radius=8)": ex.Sphere(radius=8),
        "WeightNorm()": ex.WeightNorm(),
        "Standardized(std=0.2)": ex.Standardized(std=0.2),
        "SpectralNorm(iterations=5)": ex.SpectralNorm(iterations=5),
    },
    "structure": {
        "Symmetric()": ex.Symmetric(),
        "SkewSymmetric()": ex.SkewSymmetric(),
        "Triangular()": ex.Triangular(),
        "Diagonal()": ex.Diagonal(),
        "BlockDiagonal(8)": ex.BlockDiagonal(8),
        "Toeplitz()": ex.Toeplitz(),
        "Circulant()": ex.Circulant(),
        "Kronecker((8, 8))": ex.Kronecker((8, 8)),
        "Masked(near)": ex.Masked(NEAR),
        "Sparse(0.1)": ex.Sparse(0.1),
    },
    "spectrum": {
        "LowRank(4)": ex.LowRank(4),
        "FixedRank(4)": ex.FixedRank(4),
        "Invertible()": ex.Invertible(),
        "SpecialLinear()": ex.SpecialLinear(),
        "AlmostOrthogonal(0.5)": ex.AlmostOrthogonal(0.5),
        "Orthogonal()": ex.Orthogonal(),
        'Orthogonal(method="cayley")': ex.Orthogonal(method="cayley"),
        'Orthogonal(method="householder")': ex.Orthogonal(method="householder"),
        "SpecialOrthogonal()": ex.SpecialOrthogonal(),
        "Grassmannian(), 64 x 32": ex.Grassmannian(),
        "PositiveDefinite()": ex.PositiveDefinite(),
        "PositiveSemidefinite(4)": ex.PositiveSemidefinite(4),
        "SemidefiniteFixedRank(4)": ex.SemidefiniteFixedRank(4),
        "Hurwitz(0.1)": ex.Hurwitz(0.1),
    },
    "rounded": {
        "Binary()": ex.Binary(),
        "Ternary()": ex.Ternary(),
        "Quantized(3)": ex.Quantized(3),
        "Noisy()": ex.Noisy(),
        "Tied(first.W), its transpose": ex.Tied,
    },
}


def build(num_pixels, spec):
    """Build a classifier with a hidden layer whose weights are under an expression."""
    layer = InputLayer((None, num_pixels))
    pixels = layer.input_var
    if spec is ex.Tied:
        layer = DenseLayer(layer, UNITS, name="first")
        spec = ex.Tied(layer.W)
    units = UNITS // 2 if isinstance(spec, ex.Grassmannian) else UNITS
    hidden = DenseLayer(layer, units, W=spec, name="hidden")
    return pixels, hidden, DenseLayer(hidden, 10, nonlinearity=softmax, name="digit")


def main():
    args = set_up(
        __doc__,
        {"digits": EPOCHS},
        model={
            "choices": ["all", *SECTIONS],
            "default": "all",
            "help": "the section of the gallery (default: all)",
        },
    )
    images = load_images(args.data, args.data_dir, theano.config.floatX)
    print(images)
    chosen = list(SECTIONS) if args.model == "all" else [args.model]
    specs = {FREE: GlorotUniform()}
    for section in chosen:
        specs |= SECTIONS[section]

    hidden, steps, accuracies = {}, {}, {}
    for name, spec in tqdm(specs.items(), desc="compiling", unit=" networks"):
        pixels, hidden[name], network = build(images.train.shape[1], spec)
        steps[name], accuracies[name] = compile_classifier(pixels, network, images)
        steps[name](images.train[:32], images.train_labels[:32])  # the first step compiles

    history = train(steps, (images.train, images.train_labels), args)

    weights = {name: value_of(layer.W) for name, layer in hidden.items()}
    final = {name: measure() for name, measure in accuracies.items()}
    width = max(map(len, specs))
    print(f"{'expression':{width}}  learned numbers  held-out accuracy  in its set")
    for name, spec in specs.items():
        contains = getattr(spec, "contains", None)
        kept = "" if contains is None or spec is ex.Tied else contains(weights[name], NEARLY)
        print(f"{name:{width}}  {learned(hidden[name]):15}  {final[name]:17.1%}  {kept!s:>10}")
    for section in chosen:
        shown = {name: weights[name] for name in (FREE, *SECTIONS[section])}
        draw_first = draw_eigenvalues if section == "spectrum" else draw_matrix
        draw(args.out / f"gallery_{section}.png", shown, final, draw_first)
    return history.exit_code


def value_of(param):
    """Compute a parameter as deterministic passes use it."""
    return theano.function([], getattr(param.tag, "deterministic", param))()


def learned(layer):
    """Count the numbers that a layer learns, and those before it; its bias isn't one of them."""
    before = sum(p.get_value().size for p in get_all_params(layer.input_layer, trainable=True))
    return count_params(layer, trainable=True) - before - layer.num_units


def draw(path, weights, accuracies, draw_first):
    """Draw a picture of each matrix, and beside it the weights of its first units as images."""
    rows = -(-len(weights) // PER_ROW)
    fig = pictures.figure(3.6 * PER_ROW, 2.15 * rows + 0.5, "Weights learned on digits")
    parts = fig.subfigures(rows, PER_ROW, squeeze=False).ravel()
    for part, (name, matrix) in zip(parts, weights.items()):
        first, units = part.subplots(1, 2)
        draw_first(first, matrix)
        pictures.show_images(units, matrix.T[:SHOWN], (8, 8), 4, signed=True)
        part.suptitle(f"{name}\n{accuracies[name]:.1%}", fontsize=9)
    pictures.save(fig, path)


def draw_matrix(ax, matrix):
    limit = np.percentile(np.abs(matrix), 99.5) or 1.0
    ax.imshow(matrix, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
    ax.set(xticks=[], yticks=[])


def draw_eigenvalues(ax, matrix):
    """Draw a dot for each eigenvalue in the plane, or for each singular value if not square."""
    square = matrix.shape[0] == matrix.shape[1]
    values = np.linalg.eigvals(matrix) if square else np.linalg.svd(matrix, compute_uv=False)
    size = 1.15 * max(1, np.abs(values).max())
    ax.plot(np.cos(CIRCLE), np.sin(CIRCLE), color="#c8c8c8", lw=1)
    ax.axhline(0, color="#c8c8c8", lw=1)
    ax.axvline(0, color="#c8c8c8", lw=1)
    ax.plot(values.real, values.imag, ".", ms=4, color="#1f5f99")
    ticks = MaxNLocator(3, integer=True).tick_values(-size, size)[1:-1]
    ax.set(xticks=ticks, yticks=ticks, xlim=(-size, size), ylim=(-size, size))
    ax.set_aspect("equal")
    ax.tick_params(labelsize=7)
    ax.spines[:].set_visible(False)


if __name__ == "__main__":
    run(main)
