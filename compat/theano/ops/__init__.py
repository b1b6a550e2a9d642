"""Operations that PyTensor lacks, or makes differently: what they are, their shapes and gradients.

How they are computed is registered by `theano.link`; nothing here knows of it, or of JAX.
"""
