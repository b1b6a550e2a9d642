"""How JAX computes operations, a file for each family; importing them registers them.

`basic` and what is named after a family give each operation its lowering, `eager` runs operations
by themselves, and `nodes` makes one function of all the nodes of a graph.
"""

from theano.link.dispatch import (
    basic,
    conv,
    counts,
    cumulative,
    eager,
    fft,
    lax_op,
    mrg,
    neighbours,
    nodes,
    pool,
    products,
    scan,
    softplus,
)
