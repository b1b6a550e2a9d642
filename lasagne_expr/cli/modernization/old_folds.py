"""``sklearn.cross_validation``, whose splits were made for a number of samples and iterated."""

import importlib
from collections.abc import Iterator


def contents() -> dict:
    selection = importlib.import_module("sklearn.model_selection")
    same = ("train_test_split", "cross_val_score", "cross_val_predict", "permutation_test_score")
    return {
        **{name: getattr(selection, name) for name in same},
        **{value.__name__: value for value in (KFold, StratifiedKFold, ShuffleSplit)},
        **{value.__name__: value for value in (StratifiedShuffleSplit, LeaveOneOut)},
    }


class _Folds:
    """Pairs of indices, by a class of ``sklearn.model_selection``."""

    def __init__(self, samples, labels=None, **options):
        splitter = getattr(importlib.import_module("sklearn.model_selection"), type(self).__name__)
        self.pairs = list(splitter(**options).split([[0]] * samples, labels))

    def __iter__(self) -> Iterator:
        return iter(self.pairs)

    def __len__(self):
        return len(self.pairs)


class KFold(_Folds):
    def __init__(self, n, n_folds=3, shuffle=False, random_state=None):
        super().__init__(n, n_splits=n_folds, shuffle=shuffle, random_state=random_state)


class StratifiedKFold(_Folds):
    def __init__(self, y, n_folds=3, shuffle=False, random_state=None):
        options = {"n_splits": n_folds, "shuffle": shuffle, "random_state": random_state}
        super().__init__(len(y), y, **options)


class ShuffleSplit(_Folds):
    def __init__(self, n, n_iter=10, test_size=0.1, train_size=None, random_state=None):
        options = {"test_size": test_size, "train_size": train_size, "random_state": random_state}
        super().__init__(n, n_splits=n_iter, **options)


class StratifiedShuffleSplit(_Folds):
    def __init__(self, y, n_iter=10, test_size=0.1, train_size=None, random_state=None):
        options = {"test_size": test_size, "train_size": train_size, "random_state": random_state}
        super().__init__(len(y), y, n_splits=n_iter, **options)


class LeaveOneOut(_Folds):
    def __init__(self, n):
        super().__init__(n)
