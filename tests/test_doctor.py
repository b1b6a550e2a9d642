"""The doctor: what it finds out, and what it says when something is broken."""

import importlib.metadata
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from engines import ENGINE
from lasagne_expr.cli import doctor
from test_launcher import python

CPUINFO = """
model name\t: A Processor
cpu MHz\t\t: 2000.000
flags\t\t: {}
"""


def diagnose(**options):
    """Run the doctor; returns its report and its exit code."""
    result = python("-m", "lasagne_expr", "doctor", "--json", **options)
    assert result.stdout, result.stderr
    return json.loads(result.stdout), result.returncode


def check_report(report):
    assert report["python"]["version"] == sys.version.split()[0]
    assert report["python"]["executable"] == sys.executable
    engine = report["engine"]
    packages = ["numpy", "scipy"] + (["Theano"] if ENGINE == "theano" else ["pytensor", "jax"])
    for package in packages:
        assert engine[package] == importlib.metadata.version(package)
    assert engine["name"] == ("Theano" if ENGINE == "theano" else "PyTensor with JAX")
    assert report["blas"]["float32 (GFLOP/s)"] > 0


@pytest.mark.skipif(ENGINE == "theano", reason="takes Theano's C++ compiler: see the slow test")
def test_everything_works(tmp_path, monkeypatch):
    kept = tmp_path / "kept"
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    report, code = diagnose(cwd=tmp_path, flags=f"floatX=float32,jax.compile_cache_dir={kept}")
    assert (code, report["problems"]) == (0, [])
    check_report(report)
    assert report["engine"]["floatX"] == "float32"
    assert list(kept.iterdir()) == [Path(report["engine"]["compile cache"])]
    assert report["device"]["platform"] == "cpu"
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert report["device"]["memory (GiB)"] == round(pages / 2**30, 1)
    assert 0 < report["network"]["step (ms)"] < 1000 * report["network"]["first step (s)"]


@pytest.mark.slow
@pytest.mark.skipif(ENGINE == "pytensor", reason="about Theano")
def test_theano_works(tmp_path):
    report, code = diagnose(cwd=tmp_path)
    assert (code, report["problems"]) == (0, [])
    check_report(report)
    assert report["device"]["platform"] == "cpu"
    assert report["engine"]["compiler"]


@pytest.mark.skipif(ENGINE == "pytensor", reason="about Theano")
def test_no_compiler(tmp_path):
    report, code = diagnose(cwd=tmp_path, flags="cxx=")
    assert code == 1
    check_report(report)
    assert "no C++ compiler" in report["problems"][0]


@pytest.mark.skipif(ENGINE == "theano", reason="Theano's GPU back-end is not covered")
def test_no_gpu(tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    result = python("-m", "lasagne_expr", "doctor", cwd=tmp_path, flags="device=cuda")
    assert result.returncode == 1
    assert "BROKEN: network: RuntimeError: device=cuda asks for a CUDA GPU" in result.stdout


def test_no_engine(tmp_path, monkeypatch):
    (tmp_path / "theano.py").write_text("raise ImportError('none here')")
    report, code = diagnose(cwd=tmp_path)
    assert code == 1
    assert report["problems"][0].startswith("engine: ImportError: lasagne_expr needs theano (none")
    assert "network" not in report
    assert report["blas"]["float32 (GFLOP/s)"] > 0


def test_a_wrong_flag(tmp_path):
    _, code = diagnose(cwd=tmp_path, flags="floatX=float8")
    assert code == 1


@pytest.mark.parametrize(
    ("flags", "operations"), [("sse2", 8), ("avx", 16), ("avx fma", 32), ("avx fma avx512f", 64)]
)
def test_limit_of_the_processor(monkeypatch, flags, operations):
    """Two operations of the vector's width in each cycle, and twice as many where they fuse."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2})
    np.testing.assert_allclose(doctor._limit(CPUINFO.format(flags)), 3 * 2.0 * operations)
    assert doctor._limit("") is None


class TestBlas:
    def examine(self, monkeypatch, rates, name="openblas", flags="avx fma"):
        monkeypatch.setattr(doctor, "_product_rate", lambda **changes: rates[bool(changes)])
        monkeypatch.setattr(doctor, "_blas_name", lambda: name)
        monkeypatch.setattr(doctor, "_cpuinfo", lambda: CPUINFO.format(flags))
        monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0})
        return doctor.examine_blas([])

    def test_slow_kernel(self, monkeypatch):
        facts = self.examine(monkeypatch, (20.0, 60.0))
        assert facts["processor's limit, about"] == 64
        assert facts["float32 (GFLOP/s)"] == 20
        assert "OPENBLAS_CORETYPE=Haswell" in facts["advice"]
        assert "60 GFLOP/s" in facts["advice"]
        facts = self.examine(monkeypatch, (20.0, 60.0), flags="avx fma avx512f")
        assert "OPENBLAS_CORETYPE=SkylakeX" in facts["advice"]

    @pytest.mark.parametrize(
        ("rates", "name"),
        [((50.0, 60.0), "openblas"), ((20.0, 21.0), "openblas"), ((9, 60), "mkl")],
    )
    def test_nothing_to_mend(self, monkeypatch, rates, name):
        assert self.examine(monkeypatch, rates, name)["advice"] is None
