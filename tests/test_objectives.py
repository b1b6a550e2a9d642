import warnings

import numpy as np
import pytest
import scipy.special
import theano
import theano.tensor as T

from lasagne_expr import objectives as obj

RNG = np.random.RandomState(4)
P = RNG.uniform(0.05, 0.95, (5, 4))
DISTRIBUTIONS = P / P.sum(axis=1, keepdims=True)
SCORES = RNG.normal(0, 2, (5, 4))
CLASSES = np.array([0, 3, 1, 1, 2])
ONE_HOT = np.eye(4)[CLASSES]
YES_NO = (RNG.uniform(size=(5, 4)) < 0.5).astype("int32")


def evaluate(*expressions):
    return theano.function([], list(expressions))()


def test_elementwise_losses():
    p, scores = T.constant(P), T.constant(SCORES)
    found = evaluate(
        obj.binary_crossentropy(p, YES_NO),
        obj.binary_crossentropy(p, DISTRIBUTIONS),
        obj.squared_error(scores, P),
        obj.squared_error(P, scores),
        obj.huber_loss(scores, P),
        obj.huber_loss(scores, P, delta=0.3),
        obj.binary_hinge_loss(scores, YES_NO, log_odds=True),
        obj.binary_hinge_loss(scores, 2 * YES_NO - 1, delta=0.4, log_odds=True, binary=False),
        obj.binary_hinge_loss(p, YES_NO, log_odds=False),
    )

    def cross_entropy(t):
        return -scipy.special.xlogy(t, P) - scipy.special.xlog1py(1 - t, -P)

    sign = 2 * YES_NO - 1
    expected = [
        cross_entropy(YES_NO),
        cross_entropy(DISTRIBUTIONS),
        (SCORES - P) ** 2,
        (SCORES - P) ** 2,
        scipy.special.huber(1, SCORES - P),
        scipy.special.huber(0.3, SCORES - P),
        np.maximum(0, 1 - SCORES * sign),
        np.maximum(0, 0.4 - SCORES * sign),
        np.maximum(0, 1 - scipy.special.logit(P) * sign),
    ]
    for value, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-7, atol=1e-12)


def hinge_by_loop(scores, classes, delta):
    losses = []
    for row, right in zip(scores, classes, strict=True):
        others = [score for j, score in enumerate(row) if j != right]
        losses.append(max(0, max(others) - row[right] + delta))
    return losses


def test_losses_per_item():
    p, scores = T.constant(DISTRIBUTIONS), T.constant(SCORES)
    found = evaluate(
        obj.categorical_crossentropy(p, CLASSES),
        obj.categorical_crossentropy(p, ONE_HOT),
        obj.categorical_crossentropy(p, P),
        obj.categorical_crossentropy(p[:1], CLASSES[:1]),
        obj.multiclass_hinge_loss(scores, CLASSES),
        obj.multiclass_hinge_loss(scores, ONE_HOT, delta=0.3),
        obj.multiclass_hinge_loss(scores, CLASSES + 2),
    )
    right = -np.log(DISTRIBUTIONS[np.arange(5), CLASSES])
    expected = [
        right,
        right,
        -(P * np.log(DISTRIBUTIONS)).sum(axis=1),
        right[:1],
        hinge_by_loop(SCORES, CLASSES, 1),
        hinge_by_loop(SCORES, CLASSES, 0.3),
    ]
    for value, other in zip(found[:-1], expected, strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-7, atol=1e-12)
    np.testing.assert_array_equal(np.isinf(found[-1]), CLASSES + 2 > 3)  # no such class


def test_accuracies():
    p, scores = T.constant(P), T.constant(SCORES)
    found = evaluate(
        obj.binary_accuracy(p, YES_NO),
        obj.binary_accuracy(p, YES_NO, threshold=0.8),
        obj.categorical_accuracy(scores, CLASSES),
        obj.categorical_accuracy(scores, DISTRIBUTIONS),
        obj.categorical_accuracy(scores, CLASSES, top_k=2),
        obj.categorical_accuracy(scores, ONE_HOT, top_k=3),
        obj.categorical_accuracy(scores, CLASSES, top_k=9),
        obj.categorical_accuracy(scores.reshape((5, 2, 2)), YES_NO[:, :2]),
    )
    # How many classes have a higher score than the right one.
    right = SCORES[np.arange(5), CLASSES]
    rank = (right[:, None] < SCORES).sum(axis=1)
    expected = [
        (P >= 0.5) == YES_NO,
        (P >= 0.8) == YES_NO,
        rank == 0,
        SCORES.argmax(axis=1) == DISTRIBUTIONS.argmax(axis=1),
        rank < 2,
        rank < 3,
        np.ones(5),
        SCORES.reshape(5, 2, 2).argmax(axis=2) == YES_NO[:, :2],
    ]
    assert len(set(rank)) > 2
    for value, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(value, other)


def test_of_equal_scores_the_first_count_as_higher():
    scores, classes = T.constant(np.zeros((3, 3))), np.arange(3)
    top = [obj.categorical_accuracy(scores, classes, top_k=k) for k in (1, 2, 3)]
    np.testing.assert_array_equal(evaluate(*top), [[1, 0, 0], [1, 1, 0], [1, 1, 1]])


def test_losses_of_extreme_activations_are_finite():
    """A network that is sure and wrong still learns: see what its activations' gradients are."""
    x, classes, yes_no = T.dmatrix(), T.ivector(), T.dmatrix()
    soft, squashed = T.nnet.softmax(x), T.nnet.sigmoid(x)
    losses = [
        obj.categorical_crossentropy(soft, classes).sum(),
        obj.categorical_crossentropy(soft, yes_no).sum(),
        obj.binary_crossentropy(squashed, yes_no).sum(),
        obj.binary_hinge_loss(squashed, yes_no, log_odds=False).sum(),
    ]
    function = theano.function(
        [x, classes, yes_no], losses + [T.grad(loss, x) for loss in losses], mode="FAST_RUN"
    )
    logits = np.array([[1000.0, -1000.0], [-1000.0, 1000.0]])
    wrong = np.array([1, 0], dtype="int32")
    found = function(logits, wrong, np.eye(2)[wrong])
    np.testing.assert_allclose(found[:4], [4000, 4000, 4000, 4004], rtol=1e-7)
    slope = np.array([[1.0, -1.0], [-1.0, 1.0]])
    for gradient in found[4:]:
        np.testing.assert_allclose(gradient, slope, rtol=1e-7)


def test_aggregate():
    loss, weights = T.constant(SCORES), P
    found = evaluate(
        obj.aggregate(loss),
        obj.aggregate(loss, mode="sum"),
        obj.aggregate(loss, weights),
        obj.aggregate(loss, T.constant(weights), mode="sum"),
        obj.aggregate(loss, weights, mode="normalized_sum"),
        obj.aggregate(loss, 0.5),
    )
    expected = [
        SCORES.mean(),
        SCORES.sum(),
        (SCORES * P).mean(),
        (SCORES * P).sum(),
        np.average(SCORES, weights=P),
        SCORES.mean() / 2,
    ]
    np.testing.assert_allclose(found, expected)


def test_aggregate_mode_errors():
    with pytest.raises(ValueError, match=r"'normalized_sum', got 'avg'"):
        obj.aggregate(T.vector(), mode="avg")
    with pytest.raises(ValueError, match="give weights"):
        obj.aggregate(T.vector(), mode="normalized_sum")


def test_hinge_loss_asks_what_the_predictions_are():
    with pytest.warns(FutureWarning, match="log_odds=False for probabilities"):
        loss = obj.binary_hinge_loss(T.constant(SCORES), YES_NO)
    expected = np.maximum(0, 1 - SCORES * (2 * YES_NO - 1))
    np.testing.assert_allclose(loss.eval(), expected)


COLUMN_LOSSES = [
    obj.squared_error,
    obj.binary_crossentropy,
    obj.huber_loss,
    obj.binary_accuracy,
    lambda p, t: obj.binary_hinge_loss(p, t, log_odds=True),
]


def test_a_vector_of_targets_is_aligned_with_a_column_of_predictions():
    column, vector = T.dcol(), T.dvector()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        losses = [loss(column, vector) for loss in COLUMN_LOSSES]
    function = theano.function([column, vector], losses)
    targets = np.array([0.0, 1.0, 1.0])
    found = function(P[:3, :1], targets)
    flat = [loss(T.constant(P[:3, 0]), targets) for loss in COLUMN_LOSSES]
    for value, other in zip(found, evaluate(*flat), strict=True):
        np.testing.assert_allclose(value, other.reshape(3, 1))


@pytest.mark.parametrize("loss", COLUMN_LOSSES)
@pytest.mark.parametrize(
    ("predictions", "targets"), [(T.matrix(), T.vector()), (T.vector(), T.col())]
)
def test_broadcasting_against_each_other_is_warned_of(loss, predictions, targets):
    with pytest.warns(UserWarning, match=r"predictions with \d and targets with \d dimensions"):
        outcome = loss(predictions, targets)
    assert outcome.ndim == 2


def test_weights_that_broadcast_are_warned_of():
    with pytest.warns(UserWarning, match="loss with 1 and weights with 2 dimensions"):
        assert obj.aggregate(T.vector(), T.matrix()).ndim == 0


@pytest.mark.parametrize(
    "function",
    [obj.categorical_crossentropy, obj.multiclass_hinge_loss, obj.categorical_accuracy],
)
@pytest.mark.parametrize(
    ("predictions", "targets", "message"),
    [
        (T.matrix(), T.itensor3(), "rank mismatch: predictions have 2 dimensions and targets 3"),
        (T.matrix(), T.iscalar(), "rank mismatch: predictions have 2 dimensions and targets 0"),
        (T.matrix(), T.vector(), r"targets\.astype\('int32'\)"),
        (T.matrix(), T.icol(), r"targets\.flatten\(\)"),
    ],
)
def test_targets_that_are_no_classes_are_an_error(function, predictions, targets, message):
    with pytest.raises(TypeError, match=message):
        function(predictions, targets)


@pytest.mark.parametrize("loss", [obj.categorical_crossentropy, obj.multiclass_hinge_loss])
def test_classes_of_more_than_a_matrix_are_an_error(loss):
    with pytest.raises(TypeError, match="3 dimensions: reshape predictions"):
        loss(T.tensor3(), T.imatrix())


def test_top_k_errors():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        obj.categorical_accuracy(T.matrix(), T.ivector(), top_k=0)
    with pytest.raises(TypeError, match=r"integer, got 1\.5"):
        obj.categorical_accuracy(T.matrix(), T.ivector(), top_k=1.5)
    with pytest.raises(TypeError, match="no Theano expression"):
        obj.squared_error(T.vector(), "targets")
