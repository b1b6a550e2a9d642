"""Graphs of larger operations, whose values and gradients both engines must agree on.

Pooling, neighbourhoods, batch normalization, loops, changed gradients, choices, and operations made
of graphs; as in `tensor_cases`.
"""

import itertools

import numpy as np
import theano
import theano.tensor as T
from theano.ifelse import ifelse
from theano.tensor.nnet import bn
from theano.tensor.nnet.neighbours import images2neibs, neibs2images
from theano.tensor.signal.pool import pool_2d, pool_3d

from tensor_cases import Case

RANDOM = np.random.RandomState(5)
IMAGES = RANDOM.permutation(2 * 2 * 7 * 6).reshape(2, 2, 7, 6) / 10 - 8.0  # without ties
VOLUMES = RANDOM.permutation(2 * 5 * 4 * 6).reshape(1, 2, 5, 4, 6) / 10 - 12.0
SEQUENCE = RANDOM.normal(size=(5, 3))
WEIGHTS = RANDOM.normal(size=(3, 3))
STATE = RANDOM.normal(size=3)
BATCH = RANDOM.normal(size=(5, 2, 3, 2))
MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")
DTYPES = ("float32", "float64")


def _pooling():
    planar = [
        ((2, 2), None, (0, 0)),
        ((3, 2), (2, 1), (0, 0)),
        ((2, 3), (3, 2), (0, 0)),
        ((7, 6), (1, 1), (0, 0)),
        ((3, 3), (2, 2), (1, 1)),
        ((4, 3), (2, 3), (2, 0)),
    ]
    spatial = [
        ((2, 2, 2), None, (0, 0, 0)),
        ((2, 3, 2), (1, 2, 3), (0, 0, 0)),
        ((3, 2, 3), (2, 2, 2), (1, 1, 1)),
    ]
    for function, images, windows in ((pool_2d, IMAGES, planar), (pool_3d, VOLUMES, spatial)):
        for (ws, stride, pad), mode, ignore in itertools.product(windows, MODES, (True, False)):
            if any(pad) and (not ignore or mode == "average_exc_pad"):
                continue  # Theano has neither
            options = {"ignore_border": ignore, "stride": stride, "pad": pad, "mode": mode}
            name = f"{function.__name__}.{ws}.{stride}.{pad}.{mode}.{ignore}"
            for dtype in DTYPES:
                yield (
                    f"{name}.{dtype}",
                    Case(_with(function, ws, **options), (images.astype(dtype),)),
                )


def _with(function, *arguments, **options):
    return lambda x: function(x, *arguments, **options)


def _neighbours():
    images = IMAGES[:, :, :6, :6]
    steps = {"2x3": ((2, 3), None), "3x3 by 1x1": ((3, 3), (1, 1)), "3x3 by 3x1": ((3, 3), (3, 1))}
    for (name, (shape, step)), mode in itertools.product(
        steps.items(), ("valid", "ignore_borders")
    ):
        has_gradient = mode == "valid" or step is None  # in Theano
        case = Case(_with(images2neibs, shape, step, mode), (images,), has_gradient)
        yield f"{mode}.{name}", case
    for mode in ("wrap_centered", "half", "full"):
        case = Case(_with(images2neibs, (3, 3), (1, 1), mode), (images,), gradients=False)
        yield mode, case
    yield "ignored", Case(_with(images2neibs, (4, 5), None, "ignore_borders"), (IMAGES,))

    def back(x):
        return neibs2images(images2neibs(x, (2, 3)), (2, 3), images.shape)

    yield "back", Case(back, (images,))


def _batch_normalization():
    per_axes = {"per-activation": (1, 2, 3, 2), "spatial": (1, 2, 1, 1), (0, 3): (1, 2, 3, 1)}
    for axes, shape in per_axes.items():
        gamma, beta = RANDOM.uniform(0.5, 2, shape), RANDOM.normal(size=shape)
        mean, var = RANDOM.normal(size=shape), RANDOM.uniform(0.5, 2, shape)
        for dtype in DTYPES:
            arrays = [a.astype(dtype) for a in (BATCH, gamma, beta)]
            both = [*arrays, mean.astype(dtype), var.astype(dtype)]
            yield f"train.{axes}.{dtype}", Case(_training(axes), tuple(arrays))
            # Theano's gradients of this one are of float64 always.
            yield f"test.{axes}.{dtype}", Case(_testing(axes), tuple(both), dtype == "float64")
        yield f"running.{axes}", Case(_running(axes), (BATCH, gamma, beta, mean, var), False)


def _training(axes):
    def build(x, gamma, beta):
        return bn.batch_normalization_train(x, gamma, beta, axes)[0]

    return build


def _running(axes):
    def build(x, gamma, beta, mean, var):
        return list(
            bn.batch_normalization_train(
                x, gamma, beta, axes, epsilon=1e-3, running_mean=mean, running_var=var
            )
        )

    return build


def _testing(axes):
    def build(x, gamma, beta, mean, var):
        return bn.batch_normalization_test(x, gamma, beta, mean, var, axes)

    return build


def _loops():
    def results(*arguments, **options):
        return theano.scan(*arguments, **options)[0]

    def recurrent(h, w):
        return T.tanh(T.dot(h, w))

    def with_input(x, h, w):
        return T.tanh(x + T.dot(h, w))

    arrays = SEQUENCE, STATE, WEIGHTS
    yield (
        "map",
        Case(lambda x: theano.map(lambda row: T.exp(row).sum(), sequences=x)[0], (SEQUENCE,)),
    )
    yield (
        "reduce",
        Case(
            lambda x: theano.reduce(lambda row, total: total * 0.5 + row, x, T.zeros_like(x[0]))[0],
            (SEQUENCE,),
        ),
    )
    for name in ("foldl", "foldr"):
        function = getattr(theano, name)
        yield (
            name,
            Case(
                _with(lambda x, f: f(lambda r, t: t * 0.5 + r, x, T.zeros_like(x[0]))[0], function),
                (SEQUENCE,),
            ),
        )
    yield (
        "steps",
        Case(
            lambda h, w: results(recurrent, outputs_info=h, non_sequences=w, n_steps=4),
            (STATE, WEIGHTS),
        ),
    )
    for name, options in {
        "sequence": {},
        "backwards": {"go_backwards": True},
        "truncated": {"truncate_gradient": 2},
    }.items():
        yield (
            name,
            Case(
                lambda x, h, w, options=options: results(
                    with_input, sequences=x, outputs_info=h, non_sequences=w, **options
                ),
                arrays,
            ),
        )
    yield (
        "last",
        Case(
            lambda x, h, w: results(
                with_input, sequences=x, outputs_info=h, non_sequences=[w], strict=True
            )[-1],
            arrays,
        ),
    )
    yield (
        "taps of a sequence",
        Case(
            lambda x: results(
                lambda before, now, after: before * now - after,
                sequences={"input": x, "taps": [-1, 0, 1]},
            ),
            (SEQUENCE,),
        ),
    )
    yield (
        "taps of a state",
        Case(
            lambda h, w: results(
                lambda older, newer, w: T.tanh(T.dot(older, w) - newer),
                outputs_info={"initial": h, "taps": [-3, -1]},
                non_sequences=w,
                n_steps=5,
            ),
            (SEQUENCE[:3], WEIGHTS),
        ),
    )
    yield (
        "several outputs",
        Case(
            lambda x, h, w: results(
                lambda x, h, w: [T.tanh(x + T.dot(h, w)), (x * h).sum()],
                sequences=x,
                outputs_info=[h, None],
                non_sequences=w,
            ),
            arrays,
        ),
    )


def _changed_gradients():
    g = theano.gradient
    yield "grad_clip", Case(lambda x: g.grad_clip(x, -0.5, 0.4) * 3 * x, (STATE,))
    for name in ("consider_constant", "zero_grad"):
        yield name, Case(_with(lambda x, f: f(x**2) * x, getattr(g, name)), (STATE,))
    yield "disconnected_grad", Case(lambda x: g.disconnected_grad(x**2) * x, (STATE,))
    yield "grad_scale", Case(lambda x: g.grad_scale(x**2, -2.5), (STATE,))
    yield (
        "jacobian",
        Case(lambda x, w: g.jacobian(T.tanh(T.dot(x, w)), x), (STATE, WEIGHTS), False),
    )
    yield "hessian", Case(lambda x: g.hessian(T.exp(x).sum() * x.sum(), x), (STATE,), False)
    yield "Rop", Case(lambda x, v: T.Rop(T.exp(x) * x.sum(), x, v), (STATE, STATE[::-1]), False)
    yield "Lop", Case(lambda x, v: T.Lop(T.exp(x) * x.sum(), x, v), (STATE, STATE[::-1]), False)


def _choices():
    for name, sign in (("first", 1), ("second", -1)):
        yield (
            name,
            Case(
                lambda x, sign=sign: ifelse(T.gt(sign * T.sqr(x).sum(), 0), x * 2, T.exp(x)),
                (STATE,),
            ),
        )
    a, b = T.dvectors("a", "b")
    yield "OpFromGraph", Case(theano.OpFromGraph([a, b], [T.exp(a) * b + a]), (STATE, STATE + 1))


GROUPS = {
    "pooling": dict(_pooling()),
    "neighbours": dict(_neighbours()),
    "batch_normalization": dict(_batch_normalization()),
    "loops": dict(_loops()),
    "changed_gradients": dict(_changed_gradients()),
    "choices": dict(_choices()),
}
