"""Neighbourhoods of images, which have moved to `theano.tensor.nnet.neighbours`."""

from theano.tensor.nnet.neighbours import Images2Neibs, images2neibs, neibs2images
