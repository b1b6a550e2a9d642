"""What the layers need of Theano and Theano hasn't: expressions of general use."""
