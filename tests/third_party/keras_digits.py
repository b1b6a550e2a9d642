"""Keras 2.3.1, the last version with a Theano backend, trains on digits.

    pip install --no-deps keras==2.3.1 keras_applications keras_preprocessing six pyyaml
    KERAS_BACKEND=theano THEANO_FLAGS=floatX=float32 python tests/third_party/keras_digits.py

``--no-deps`` keeps old NumPys out. Names that `collections` no longer has are put back, which has
nothing to do with Theano.
"""

import collections
import collections.abc
import json

collections.Iterable = collections.abc.Iterable
collections.Mapping = collections.abc.Mapping

import numpy as np  # noqa: E402

np.random.seed(1)

import keras  # noqa: E402
from keras import backend, layers  # noqa: E402
from keras.models import Model, Sequential  # noqa: E402
from sklearn.datasets import load_digits  # noqa: E402

digits = load_digits()
images = (digits.data / 16).astype("float32")
labels = keras.utils.to_categorical(digits.target, 10)
rows = images.reshape(-1, 8, 8)
found = {}


def train(name, model, x, y, loss="categorical_crossentropy", optimizer="adam"):
    """Fit for two epochs, then evaluate and predict; note the losses and what is predicted."""
    model.compile(loss=loss, optimizer=optimizer, metrics=["accuracy"])
    fit = model.fit(x, y, batch_size=32, epochs=2, verbose=0, validation_split=0.1, shuffle=False)
    losses = [*fit.history["loss"], *fit.history["val_loss"]]
    losses += model.evaluate(x[:100], y[:100], verbose=0)
    found[name] = [float(v) for v in (*losses, *model.predict(x[:2]).ravel())]


dense = [layers.Dense(32, activation="relu", input_shape=(64,)), layers.Dropout(0.2)]
train(
    "mlp", Sequential([*dense, layers.Dense(10, activation="softmax")]), images[:640], labels[:640]
)
convolutional = Sequential(
    [
        layers.Conv2D(8, (3, 3), activation="relu", input_shape=(8, 8, 1)),
        layers.MaxPooling2D((2, 2)),
        layers.BatchNormalization(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ]
)
train("cnn", convolutional, rows[:320, :, :, None], labels[:320], optimizer="rmsprop")
# Orthogonal first weights would depend on NumPy's version, by the signs of singular vectors.
plain = {"recurrent_initializer": "glorot_uniform"}
for cell, units, optimizer in ((layers.LSTM, 8, "adam"), (layers.GRU, 1, "sgd")):
    recurrent = [cell(units, input_shape=(8, 8), **plain), layers.Dense(10, activation="softmax")]
    train(cell.__name__, Sequential(recurrent), rows[:320], labels[:320], optimizer=optimizer)
words = layers.Input((8,))
embedded = layers.Embedding(20, 6, mask_zero=True)(words)
read = layers.Bidirectional(layers.LSTM(4, **plain))(embedded)
tagged = Model(words, layers.Dense(1, activation="sigmoid")(read))
train(
    "bidirectional",
    tagged,
    (images[:320, :8] * 16).astype("int32"),
    (digits.target[:320] > 4).astype("float32"),
    "binary_crossentropy",
    "adagrad",
)
print(backend.backend(), keras.__version__)
print(json.dumps(found))
