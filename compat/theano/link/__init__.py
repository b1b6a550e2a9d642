"""What compiles graphs: for the device, for the shapes of a call, to one executable of XLA's.

`dispatch` has how JAX, and Numba, compute each operation, and `rewriting` the rewrites of graphs
that are made for XLA.
"""
