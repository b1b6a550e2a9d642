from tied import *
