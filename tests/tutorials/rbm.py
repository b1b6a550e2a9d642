"""A restricted Boltzmann machine, by contrastive divergence with a scan.

Gibbs samples compare probabilities with numbers drawn by NumPy, so that every engine has the same.
"""

import numpy
import theano
import theano.tensor as T
from common import images, report, uniform, zeros


class RBM(object):
    def __init__(self, input, n_visible, n_hidden, numpy_rng):
        self.input = input
        self.W = uniform(numpy_rng, n_visible, n_hidden, "W", 4.0)
        self.hbias = zeros(n_hidden)
        self.vbias = zeros(n_visible)
        self.params = [self.W, self.hbias, self.vbias]

    def free_energy(self, v_sample):
        wx_b = T.dot(v_sample, self.W) + self.hbias
        vbias_term = T.dot(v_sample, self.vbias)
        hidden_term = T.sum(T.log(1 + T.exp(wx_b)), axis=1)
        return -hidden_term - vbias_term

    def propup(self, vis):
        pre_sigmoid_activation = T.dot(vis, self.W) + self.hbias
        return [pre_sigmoid_activation, T.nnet.sigmoid(pre_sigmoid_activation)]

    def propdown(self, hid):
        pre_sigmoid_activation = T.dot(hid, self.W.T) + self.vbias
        return [pre_sigmoid_activation, T.nnet.sigmoid(pre_sigmoid_activation)]

    def sample(self, mean, noise):
        return T.cast(T.lt(noise, mean), theano.config.floatX)

    def gibbs_hvh(self, v_noise, h_noise, h0_sample):
        pre_sigmoid_v1, v1_mean = self.propdown(h0_sample)
        v1_sample = self.sample(v1_mean, v_noise)
        pre_sigmoid_h1, h1_mean = self.propup(v1_sample)
        h1_sample = self.sample(h1_mean, h_noise)
        return [pre_sigmoid_v1, v1_mean, v1_sample, pre_sigmoid_h1, h1_mean, h1_sample]

    def get_cost_updates(self, lr, first_noise, v_noises, h_noises):
        pre_sigmoid_ph, ph_mean = self.propup(self.input)
        chain_start = self.sample(ph_mean, first_noise)
        (
            [pre_sigmoid_nvs, nv_means, nv_samples, pre_sigmoid_nhs, nh_means, nh_samples],
            updates,
        ) = theano.scan(
            self.gibbs_hvh,
            sequences=[v_noises, h_noises],
            outputs_info=[None, None, None, None, None, chain_start],
            name="gibbs_hvh",
        )
        chain_end = nv_samples[-1]
        cost = T.mean(self.free_energy(self.input)) - T.mean(self.free_energy(chain_end))
        gparams = T.grad(cost, self.params, consider_constant=[chain_end])
        for gparam, param in zip(gparams, self.params):
            updates[param] = param - gparam * T.cast(lr, dtype=theano.config.floatX)
        z = T.nnet.sigmoid(pre_sigmoid_nvs[-1])
        monitoring_cost = T.mean(
            T.sum(self.input * T.log(z) + (1 - self.input) * T.log(1 - z), axis=1)
        )
        return monitoring_cost, updates


if __name__ == "__main__":
    x = T.matrix("x")
    first, v_noises, h_noises = T.matrix(), T.tensor3(), T.tensor3()
    rng = numpy.random.RandomState(123)
    rbm = RBM(x, 64, 25, rng)
    cost, updates = rbm.get_cost_updates(0.1, first, v_noises, h_noises)
    train_rbm = theano.function(
        [x, first, v_noises, h_noises],
        cost,
        updates=updates,
        name="train_rbm",
        allow_input_downcast=True,
    )
    losses = []
    for epoch in range(2):
        for i in range(10):
            noise = (
                rng.uniform(size=(40, 25)),
                rng.uniform(size=(3, 40, 64)),
                rng.uniform(size=(3, 40, 25)),
            )
            losses.append(train_rbm(images[i * 40 : (i + 1) * 40], *noise))
    report(losses)
