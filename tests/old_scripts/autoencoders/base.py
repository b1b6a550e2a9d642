import logging

log = logging.getLogger(__name__)


class Registry(type):
    models = {}

    def __new__(mcs, name, bases, namespace):
        cls = type.__new__(mcs, name, bases, namespace)
        mcs.models[name] = cls
        return cls


class Model(object):
    __metaclass__ = Registry

    def get_params(self):
        raise NotImplementedError, "%s has no parameters" % self.__class__.__name__
