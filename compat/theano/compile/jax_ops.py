"""JAX implementations of what PyTensor has none for; imported before JAX compiles a graph."""
