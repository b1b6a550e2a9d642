"""Layers, and what is asked of a network of them."""

from .base import *
from .conv import *
from .dense import *
from .embedding import *
from .helper import *
from .input import *
from .local import *
from .merge import *
from .noise import *
from .normalization import *
from .pool import *
from .recurrent import *
from .shape import *
from .special import *
from .transformer import *
