"""The module that Theano's functions were made in."""

from theano.compile.function import function as pfunc
from theano.compile.io import In, Param
from theano.compile.sharedvalue import SharedVariable
