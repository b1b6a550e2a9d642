"""Stacked denoising autoencoders: trained layer by layer, then together as a classifier."""

import numpy
import theano
import theano.tensor as T
from common import report, shared_images, shared_labels
from dA import dA
from logistic_sgd import LogisticRegression
from mlp import HiddenLayer


class SdA(object):
    def __init__(self, numpy_rng, n_ins, hidden_layers_sizes, n_outs):
        self.x = T.matrix("x")
        self.y = T.ivector("y")
        self.keeps = []
        self.sigmoid_layers = []
        self.dA_layers = []
        self.params = []
        for i, size in enumerate(hidden_layers_sizes):
            layer_input = self.x if i == 0 else self.sigmoid_layers[-1].output
            n_in = n_ins if i == 0 else hidden_layers_sizes[i - 1]
            sigmoid_layer = HiddenLayer(numpy_rng, layer_input, n_in, size, T.nnet.sigmoid)
            self.sigmoid_layers.append(sigmoid_layer)
            self.params.extend(sigmoid_layer.params)
            self.keeps.append(T.matrix("keep"))
            self.dA_layers.append(
                dA(numpy_rng, layer_input, n_in, size, W=sigmoid_layer.W, bhid=sigmoid_layer.b)
            )
        self.logLayer = LogisticRegression(
            self.sigmoid_layers[-1].output, hidden_layers_sizes[-1], n_outs
        )
        self.params.extend(self.logLayer.params)
        self.finetune_cost = self.logLayer.negative_log_likelihood(self.y)

    def pretraining_functions(self, train_set_x, batch_size):
        index = T.lscalar("index")
        learning_rate = T.scalar("lr")
        batch = train_set_x[index * batch_size : (index + 1) * batch_size]
        functions = []
        for dA_layer, keep in zip(self.dA_layers, self.keeps):
            cost, updates = dA_layer.get_cost_updates(keep, learning_rate)
            functions.append(
                theano.function(
                    inputs=[index, keep, theano.In(learning_rate, value=0.1)],
                    outputs=cost,
                    updates=updates,
                    givens={self.x: batch},
                    allow_input_downcast=True,
                )
            )
        return functions


if __name__ == "__main__":
    rng = numpy.random.RandomState(89677)
    train_set_x, train_set_y = shared_images(), shared_labels()
    sda = SdA(rng, 64, [32, 16], 10)
    losses = []
    sizes = [64, 32]
    for size, pretrain in zip(sizes, sda.pretraining_functions(train_set_x, 50)):
        for epoch in range(2):
            for i in range(8):
                keep = rng.binomial(1, 0.8, size=(50, size))
                losses.append(pretrain(i, keep, lr=0.05))
    index = T.lscalar()
    gparams = T.grad(sda.finetune_cost, sda.params)
    finetune = theano.function(
        [index],
        sda.finetune_cost,
        updates=[(p, p - 0.1 * g) for p, g in zip(sda.params, gparams)],
        givens={
            sda.x: train_set_x[index * 50 : (index + 1) * 50],
            sda.y: train_set_y[index * 50 : (index + 1) * 50],
        },
    )
    losses += [finetune(i) for epoch in range(2) for i in range(8)]
    report(losses)
