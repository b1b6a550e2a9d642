"""Processes that Theano starts."""

from pytensor.utils import call_subprocess_Popen, output_subprocess_Popen, subprocess_Popen

__all__ = ["call_subprocess_Popen", "output_subprocess_Popen", "subprocess_Popen"]
