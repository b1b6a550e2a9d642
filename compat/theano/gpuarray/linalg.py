"""Linear algebra of Theano's GPU back-end, which isn't there."""

from theano.absent import absent_names
from theano.missing import explain_missing

_NAMES = absent_names(
    __name__,
    classes="GpuCholesky GpuCublasTriangularSolve GpuCusolverSolve GpuMagmaBase GpuMagmaCholesky "
    "GpuMagmaEigh GpuMagmaMatrixInverse GpuMagmaQR GpuMagmaSVD",
    functions="gpu_cholesky gpu_matrix_inverse gpu_qr gpu_solve gpu_solve_lower_triangular "
    "gpu_solve_upper_triangular gpu_svd",
    instead={
        f"gpu_{name.rpartition('.')[2]}": f"theano.tensor.{name} computes the same"
        for name in (
            "nlinalg.matrix_inverse",
            "nlinalg.qr",
            "nlinalg.svd",
            "slinalg.cholesky",
            "slinalg.solve",
            "slinalg.solve_lower_triangular",
            "slinalg.solve_upper_triangular",
        )
    },
)

__all__ = [
    "MATRIX_STRUCTURES_SOLVE",
    "cublas_available",
    "cusolver_available",
    "pygpu_available",
    *_NAMES,
]

globals().update(_NAMES)

cublas_available = cusolver_available = pygpu_available = False
MATRIX_STRUCTURES_SOLVE = ("general", "symmetric", "lower_triangular", "upper_triangular")

__getattr__ = explain_missing(
    __name__, "theano.gpuarray.type", "theano.gpuarray.basic_ops", "theano.gpuarray.elemwise"
)
