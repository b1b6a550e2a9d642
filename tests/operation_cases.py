"""Graphs of larger operations, whose values and gradients both engines must agree on.

Pooling, neighbourhoods, batch normalization, loops, changed gradients, choices, and operations made
of graphs; as in `tensor_cases`.
"""

import collections
import itertools

import numpy as np
import theano
import theano.tensor as T
from theano.ifelse import ifelse
from theano.sandbox import multinomial
from theano.tensor.nnet import blocksparse, bn, conv3d2d
from theano.tensor.nnet.neighbours import images2neibs, neibs2images
from theano.tensor.signal import conv, pool
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


def _in_both_dtypes(cases):
    """Make every case of float32, too, by the end of its name."""
    for name, case in cases:
        yield name, case
        yield f"{name}.float32", case._replace(arrays=tuple(map(_narrow, case.arrays)))


def _narrow(array):
    return array.astype("float32") if array.dtype == "float64" else array


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


def _operations_of_pooling():
    """Theano's operations, called by themselves."""
    options = {"ws": (3, 2), "stride": (2, 2), "pad": (1, 0)}
    pooled = pool.Pool(True, "max")
    yield "Pool", Case(lambda x: pool.Pool(ignore_border=True)(x, (2, 3)), (IMAGES,))
    yield "Pool.sum", Case(lambda x: pool.Pool(mode="sum")(x, (2, 3), (1, 2)), (IMAGES,))
    yield "Pool.3d", Case(lambda x: pool.Pool(ndim=3, mode="sum")(x, (2, 3, 2)), (VOLUMES,))
    yield (
        "MaxPoolGrad",
        Case(
            lambda x, g: pool.MaxPoolGrad(True)(x, pooled(x, **options), g, **options),
            (IMAGES, IMAGES[:, :, :4, :3]),
            False,
        ),
    )
    for mode in ("sum", "average_inc_pad"):
        of_average = pool.AveragePoolGrad(True, mode)
        yield (
            f"AveragePoolGrad.{mode}",
            Case(
                lambda x, g, op=of_average: op(x, g, ws=(3, 2), stride=(2, 2)),
                (IMAGES, IMAGES[:, :, :3, :3]),
                gradients=False,
            ),
        )


def _with(function, *arguments, **options):
    return lambda x: function(x, *arguments, **options)


def _with_gradients(function):
    """Add the gradients of the sum of an output's squares, as the variables' dtypes.

    Theano's own have floatX here and there.
    """

    def build(*variables):
        output = function(*variables)
        gradients = T.grad(T.sum(T.sqr(output)), variables)
        return [output, *(T.cast(g, v.dtype) for g, v in zip(gradients, variables))]

    return build


def _neighbours():
    images = IMAGES[:, :, :6, :6]
    steps = {"2x3": ((2, 3), None), "3x3 by 1x1": ((3, 3), (1, 1)), "3x3 by 3x1": ((3, 3), (3, 1))}
    for (name, (shape, step)), mode in itertools.product(
        steps.items(), ("valid", "ignore_borders")
    ):
        has_gradient = mode == "valid" or step is None  # in Theano
        function = _with(images2neibs, shape, step, mode)
        case = Case(_with_gradients(function) if has_gradient else function, (images,), False)
        yield f"{mode}.{name}", case
    for mode in ("wrap_centered", "half", "full"):
        case = Case(_with(images2neibs, (3, 3), (1, 1), mode), (images,), gradients=False)
        yield mode, case
    function = _with_gradients(_with(images2neibs, (4, 5), None, "ignore_borders"))
    yield "ignored", Case(function, (IMAGES,), False)

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
            test = _with_gradients(_testing(axes))
            yield f"test.{axes}.{dtype}", Case(test, tuple(both), False)
            yield f"running.{axes}.{dtype}", Case(_running(axes, dtype), tuple(both), False)


def _training(axes):
    def build(x, gamma, beta):
        return bn.batch_normalization_train(x, gamma, beta, axes)[0]

    return build


def _running(axes, dtype):
    factor = np.array(0.1, dtype)

    def build(x, gamma, beta, mean, var):
        return list(
            bn.batch_normalization_train(
                x, gamma, beta, axes, factor * 0.01, factor, running_mean=mean, running_var=var
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
    yield "grad_clip", Case(lambda x: g.grad_clip(x, -0.5, 0.375) * 3 * x, (STATE,))
    for name in ("consider_constant", "zero_grad"):
        yield name, Case(_with(lambda x, f: f(x**2) * x, getattr(g, name)), (STATE,))
    yield "disconnected_grad", Case(lambda x: g.disconnected_grad(x**2) * x, (STATE,))
    yield "grad_scale", Case(lambda x: g.grad_scale(x**2, -2.5), (STATE,))
    jacobian = _with_gradients(lambda x, w: g.jacobian(T.tanh(T.dot(x, w)), x))
    yield "jacobian", Case(jacobian, (STATE, WEIGHTS), False)
    hessian = _with_gradients(lambda x: g.hessian(T.exp(x).sum() * x.sum(), x))
    yield "hessian", Case(hessian, (STATE,), False)
    yield "Rop", Case(lambda x, v: T.Rop(T.exp(x) * x.sum(), x, v), (STATE, STATE[::-1]))
    yield "Lop", Case(lambda x, v: T.Lop(T.exp(x) * x.sum(), x, v), (STATE, STATE[::-1]))
    yield "known_grads", Case(_of_known_gradients, (STATE, STATE + 1))
    yield "subgraph_grad", Case(_of_part, (STATE, WEIGHTS))


def _of_known_gradients(x, v):
    known = collections.OrderedDict([(T.exp(x), v), (x * 2, v**2)])  # Theano takes no other dict
    return T.grad(None, x, known_grads=known)


def _of_part(x, w):
    hidden = T.tanh(T.dot(x, w))
    wanted, ends = theano.subgraph_grad([w], [hidden], cost=T.sum(hidden**3))
    return [*wanted, *ends]


def _choices():
    for name, sign in (("first", 1), ("second", -1)):
        yield (
            name,
            Case(
                lambda x, sign=sign: ifelse(T.gt(sign * T.sqr(x).sum(), 0), x * 2, T.exp(x)),
                (STATE,),
            ),
        )
    yield (
        "several",
        Case(
            lambda x, w: ifelse(T.gt(x[0], 0), [x, T.dot(x, w)], [T.dot(w, x), x**3]),
            (STATE, WEIGHTS),
        ),
    )
    for name, options in {
        "OpFromGraph": {},
        "OpFromGraph.inline": {"inline": True},
        "OpFromGraph.grad": {"grad_overrides": [lambda _, g: g[0] * 7, "default"]},
    }.items():
        yield name, Case(_with_graph(options), (STATE, STATE + 1))


def _with_graph(options):
    def build(x, y):
        a, b = x.type(), y.type()
        return theano.OpFromGraph([a, b], [T.exp(a) * b + a, a * b], **options)(x, y)

    return build


def _films():
    films, filters = RANDOM.normal(size=(2, 5, 2, 4, 6)), RANDOM.normal(size=(3, 3, 2, 2, 3))
    modes = {
        **{mode: mode for mode in ("valid", "full", "half")},
        "mixed": ("half", "valid", "valid"),
        "mixed.full": ("valid", "full", "full"),
    }
    for name, mode in modes.items():
        yield name, Case(_of_both(conv3d2d.conv3d, border_mode=mode), (films, filters))
    shapes = {"signals_shape": films.shape, "filters_shape": filters.shape}
    yield "shapes", Case(_of_both(conv3d2d.conv3d, **shapes), (films, filters))
    still = filters[:, :1]
    yield "one time", Case(_of_both(conv3d2d.conv3d), (films, still))
    yield "diagonal", Case(_with(conv3d2d.diagonal_subtensor, 1, 2), (films[0, :, :, :2],))
    yield (
        "diagonal.inc",
        Case(
            lambda x, y: conv3d2d.inc_diagonal_subtensor(x, 0, 1, y),
            (films[0, :, :, 0, 0], films[0, :4, :, 1, 1]),
        ),
    )


def _of_both(function, **options):
    return lambda x, y: function(x, y, **options)


def _signals():
    image, kernel = RANDOM.normal(size=(5, 6)), RANDOM.normal(size=(3, 2))
    stack, kernels = RANDOM.normal(size=(2, 5, 6)), RANDOM.normal(size=(4, 3, 2))
    for mode, step in itertools.product(("valid", "full"), ((1, 1), (2, 3))):
        convolve = _of_both(conv.conv2d, border_mode=mode, subsample=step)
        pairs = {
            "image": (image, kernel),
            "images": (stack, kernel),
            "filters": (image, kernels),
            "both": (stack, kernels),
        }
        has_gradient = step == (1, 1)  # in Theano
        for name, pair in pairs.items():
            yield f"{name}.{mode}.{step}", Case(convolve, pair, has_gradient)


def _blocks():
    rng = np.random.RandomState(7)
    W, h, b = rng.normal(size=(4, 5, 2, 3)), rng.normal(size=(3, 2, 2)), rng.normal(size=(5, 3))
    rows = np.array([[0, 3], [2, 2], [1, 0]])
    columns = np.array([[1, 1, 4], [0, 2, 3], [4, 0, 1]])
    o, y = rng.normal(size=(3, 3, 3)), rng.normal(size=(3, 3, 3))
    dot, gemv = blocksparse.sparse_block_dot, blocksparse.sparse_block_gemv
    yield (
        "dot",
        Case(lambda W, h, b: dot(W, h, T.constant(rows), b, T.constant(columns)), (W, h, b)),
    )
    yield (
        "dot.one",
        Case(
            lambda W, h, b: dot(W, h, T.constant(rows[0]), b, T.constant(columns[0])), (W, h[0], b)
        ),
    )
    yield "gemv", Case(lambda o, W, h: gemv(o, W, h, rows, columns), (o, W, h))
    outer = blocksparse.sparse_block_outer
    # Theano's has no gradient.
    yield (
        "outer",
        Case(
            lambda o, x, y: outer(o, x, y, T.constant(rows), T.constant(columns)), (W, h, y), False
        ),
    )


def _draws():
    p = np.array([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1], [0.0, 0.5, 0.0, 0.5]])
    numbers = np.random.RandomState(3).uniform(size=6)
    for dtype in ("auto", "int32"):
        counts = multinomial.MultinomialFromUniform(dtype)
        one = dtype == "auto"
        yield f"counts.{dtype}", Case(_of_both(counts), (p, numbers[:3]), gradients=one)
        twice = _of_both(lambda p, u, counts=counts: counts(p, u, 2))
        yield f"counts.twice.{dtype}", Case(twice, (p, numbers), gradients=False)
        for replace in (True, False):
            choose = multinomial.ChoiceFromUniform(dtype, replace=replace)
            twice = _of_both(lambda p, u, choose=choose: choose(p, u, 2))
            yield f"choice.{replace}.{dtype}", Case(twice, (p, numbers), gradients=False)


GROUPS = {
    "pooling": dict(_pooling()),
    "pooling_operations": dict(_in_both_dtypes(_operations_of_pooling())),
    "neighbours": dict(_in_both_dtypes(_neighbours())),
    "batch_normalization": dict(_batch_normalization()),
    "loops": dict(_in_both_dtypes(_loops())),
    "changed_gradients": dict(_in_both_dtypes(_changed_gradients())),
    "choices": dict(_in_both_dtypes(_choices())),
    "films": dict(_films()),
    "signals": dict(_signals()),
    "blocks": dict(_blocks()),
    "draws": dict(_draws()),
}
