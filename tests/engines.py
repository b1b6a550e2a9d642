"""Which engine the tests run on."""

import theano

ENGINE = "pytensor" if theano.Variable.__module__.startswith("pytensor") else "theano"
