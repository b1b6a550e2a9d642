"""Calls that end as a whole: what interrupts one, or an error, leaves values as they were."""

import _signal  # the functions below the module signal, whose enums cost 10 us a call
import threading

__all__ = ["RollsBack"]


class RollsBack:
    """Hold a keyboard interrupt back until a call's end; undo the call if it raises, or an error.

    A handler that raises nothing, to stop training after the step for instance, undoes nothing.
    """

    def __enter__(self):
        self.undo = None
        self.pending = None
        self.handler = None
        if threading.current_thread() is threading.main_thread():
            self.handler = _signal.getsignal(_signal.SIGINT)
            if self.handler is not None:
                _signal.signal(_signal.SIGINT, self._remember)
        return self

    def _remember(self, *arguments):
        self.pending = arguments

    def __exit__(self, kind, *exception):
        try:
            if self.handler is not None:  # one that is due may raise while it is put back
                _signal.signal(_signal.SIGINT, self.handler)
            if self.pending and callable(self.handler):
                self.handler(*self.pending)
        except BaseException:
            self._undo()
            raise
        if kind is not None:
            self._undo()

    def _undo(self):
        if self.undo is not None:
            self.undo()
