# Nothing here is Python 2 but the way it divides.
def half(n):
    return n / 2
