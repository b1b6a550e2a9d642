"""The adding problem: a recurrent network learns to add two marked numbers of a sequence.

Each step of a sequence has a number from 0 to 1 and a mark, which is 1 at two steps, one in each
half, and 0 at the others. What is asked for is the sum of the two marked numbers. Sequences have
various lengths: they stand in one array, filled up with numbers that mean nothing, and a mask tells
the network where each one ends. Always to answer the mean has the variance of the sums as its mean
squared error; a network that remembers does far better. It then adds in sequences that are longer
than all that it learned from, through the same compiled function.

The problem is from S. Hochreiter and J. Schmidhuber (1997): Long short-term memory. Neural
Computation 9.
"""

import numpy as np
import theano
import theano.tensor as T

import pictures
from common import run, save_values, set_up, train
from lasagne_expr.init import Constant
from lasagne_expr.layers import (
    DenseLayer,
    Gate,
    GRULayer,
    InputLayer,
    LSTMLayer,
    count_params,
    get_all_params,
    get_output,
)
from lasagne_expr.updates import adam, total_norm_constraint

UNITS = 32
LENGTHS = 10, 30  # the shortest and the longest sequence
LONGER = 50
SEQUENCES = 10000  # to learn from
HELD_OUT = 1000
BATCH = 50
LEARNING_RATE = 0.005
MAX_GRADIENT = 1.0  # the norm of a step's gradient is cut to this, for it explodes at times
EPOCHS = 5
SHOWN = 200  # predictions in the picture


def make_sequences(rng, number, shortest, longest):
    """Make inputs (number, longest, 2), a mask (number, longest) and the sums (number, 1)."""
    lengths = rng.randint(shortest, longest + 1, number)
    each = np.arange(number)
    first = (rng.uniform(size=number) * (lengths // 2)).astype(int)
    second = lengths // 2 + (rng.uniform(size=number) * (lengths - lengths // 2)).astype(int)
    values = rng.uniform(size=(number, longest))
    marks = np.zeros((number, longest))
    marks[each, first] = marks[each, second] = 1
    mask = np.arange(longest) < lengths[:, None]
    sums = values[each, first] + values[each, second]
    arrays = np.stack([values, marks], axis=2), mask, sums[:, None]
    return tuple(array.astype(theano.config.floatX) for array in arrays)


def build(kind):
    """Build the network; return its input variables, and the last layer."""
    steps = InputLayer((None, None, 2), name="steps")
    mask = InputLayer((None, None), name="mask")
    options = {"mask_input": mask, "only_return_final": True, "name": kind}
    if kind == "lstm":
        # Forget gates that are open at first let it remember from the start.
        layer = LSTMLayer(steps, UNITS, forgetgate=Gate(b=Constant(2)), peepholes=False, **options)
    else:
        # The same for the update gates, which have to be closed for that.
        updategate = Gate(W_cell=None, b=Constant(-2))
        layer = GRULayer(steps, UNITS, updategate=updategate, **options)
    network = DenseLayer(layer, 1, nonlinearity=None, name="sum")
    return [steps.input_var, mask.input_var], network


def main():
    model = {"choices": ["lstm", "gru"], "default": "lstm", "help": "the network (default: lstm)"}
    args = set_up(__doc__, EPOCHS, model)
    learned = make_sequences(args.rng, SEQUENCES, *LENGTHS)
    held_out = make_sequences(args.rng, HELD_OUT, *LENGTHS)
    longer = make_sequences(args.rng, HELD_OUT, LENGTHS[1] + 1, LONGER)
    print(f"{SEQUENCES} sequences of {LENGTHS[0]} to {LENGTHS[1]} steps to learn from")

    inputs, network = build(args.model)
    params = get_all_params(network, trainable=True)
    print(f"{args.model}: {count_params(network)} numbers to learn")
    sums = T.matrix("sums")
    answer = get_output(network)
    error = T.sqr(answer - sums).mean()
    gradients = total_norm_constraint(T.grad(error, params), MAX_GRADIENT)
    updates = adam(gradients, params, LEARNING_RATE)
    step = theano.function([*inputs, sums], error, updates=updates)
    add = theano.function(inputs, answer)

    def mean_error(sequences):
        *given, sums = sequences
        return float(((add(*given) - sums) ** 2).mean())

    history = train(
        {args.model: step},
        learned,
        args,
        BATCH,
        measures={"held out": lambda: mean_error(held_out), "longer": lambda: mean_error(longer)},
    )

    print("mean squared error         baseline " + args.model.upper().rjust(9))
    baselines = {}
    for name, sequences in (("held out", held_out), ("longer", longer)):
        baselines[name] = float(sequences[-1].var())
        shortest, longest = (int(f(sequences[1].sum(axis=1))) for f in (np.min, np.max))
        row = f"{name}, {shortest} to {longest} steps"
        print(f"{row:25}  {baselines[name]:8.5f}  {history.measures[name][-1]:8.5f}")

    draw_curves(args.out, args.model, history, baselines)
    draw_answers(args.out, args.model, held_out, longer, add)
    save_values(args.out / "recurrent.npz", {args.model: network})
    return history.exit_code


def draw_curves(folder, kind, history, baselines):
    fig = pictures.figure(8, 4.5, f"Learning to add: {kind.upper()}")
    ax = fig.subplots()
    lines = {
        "sequences that it learns from": history.losses[kind],
        "held-out sequences": history.measures["held out"],
        f"longer sequences, up to {LONGER} steps": history.measures["longer"],
    }
    for label, values in lines.items():
        pictures.curve(ax, values, label=label)
    ax.axhline(
        baselines["held out"], color="black", linestyle="--", label="variance: always the mean"
    )
    ax.set_yscale("log")
    ax.legend(loc="lower left")
    pictures.tidy(ax, xlabel="epoch", ylabel="mean squared error")
    pictures.save(fig, folder / "recurrent_curves.png")


def draw_answers(folder, kind, held_out, longer, add):
    """Draw what the network answers against what is right."""
    fig = pictures.figure(9.5, 5, f"What the {kind.upper()} answers")
    panels = {
        f"held out: {LENGTHS[0]} to {LENGTHS[1]} steps": held_out,
        f"longer: {LENGTHS[1] + 1} to {LONGER} steps": longer,
    }
    for ax, (title, (steps, mask, sums)) in zip(
        fig.subplots(1, 2, sharex=True, sharey=True), panels.items()
    ):
        answers = add(steps[:SHOWN], mask[:SHOWN])
        lengths = mask[:SHOWN].sum(axis=1)
        ax.plot([0, 2], [0, 2], color="black", linestyle="--", lw=1, label="right")
        ax.axhline(sums.mean(), color="grey", linestyle=":", label="always the mean")
        drawn = ax.scatter(sums[:SHOWN], answers, c=lengths, s=16, vmin=LENGTHS[0], vmax=LONGER)
        ax.set_title(title)
        pictures.tidy(ax, xlabel="sum of the two marked numbers")
    ax.legend(loc="upper left")
    fig.axes[0].set_ylabel("answer")
    fig.colorbar(drawn, ax=fig.axes, label="steps")
    pictures.save(fig, folder / "recurrent_answers.png")


if __name__ == "__main__":
    run(main)
