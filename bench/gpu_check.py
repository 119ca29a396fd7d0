#!/usr/bin/env python3
"""Builds libespalier.so, checks every operation on a GPU against float64 and times it against the
published PyTorch operations and the floor measured in the same run. Needs PyTorch with CUDA, CMake and
nvcc on the GPU host; nothing else of Espalier needs Python.

    python3 bench/gpu_check.py                 # build, check, time: one table, under eight minutes
    python3 bench/gpu_check.py --sanitize      # small shapes under compute-sanitizer
    python3 bench/gpu_check.py --library FILE --device cpu --quick    # the script itself, anywhere
"""

import argparse
import os
import platform
import subprocess
import sys
import time

import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from gpu import checks, speed  # noqa: E402
from gpu.inputs import Inputs  # noqa: E402
from gpu.library import Library  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def build(folder):
    major, minor = torch.cuda.get_device_capability()
    subprocess.run(
        [
            "cmake", "-S", ROOT, "-B", folder, "-DCMAKE_BUILD_TYPE=Release",
            "-DESPALIER_ENABLE_TESTS=OFF", "-DESPALIER_ENABLE_BENCH=OFF",
            "-DESPALIER_CUDA_ARCHITECTURES=%d%d" % (major, minor),
        ],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    subprocess.run(
        ["cmake", "--build", folder, "--target", "espalier", "--parallel"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return os.path.join(folder, "libespalier.so")


def sanitize(path):
    """The checks under compute-sanitizer, one tool after another; True if none complains."""
    clean = True
    for tool in ("memcheck", "racecheck"):
        command = ["compute-sanitizer", "--tool", tool, "--error-exitcode", "3"]
        command += [sys.executable, os.path.abspath(__file__), "--library", path, "--checks-only"]
        command += ["--quick"]
        print("compute-sanitizer %s ..." % tool, flush=True)
        clean &= subprocess.run(command, check=False).returncode == 0
    return clean


def describe(device):
    print("%s, %s" % (time.strftime("%Y-%m-%d"), platform.platform()))
    if device == "cuda":
        properties = torch.cuda.get_device_properties(0)
        driver = subprocess.run(
            ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"],
            capture_output=True, text=True, check=False,
        ).stdout.strip()  # fmt: skip
        print("%s, %.0f GiB, driver %s" % (properties.name, properties.total_memory / 2**30, driver))
    print("PyTorch %s, CUDA %s" % (torch.__version__, torch.version.cuda))


def report_check(op, cases, what, error, bound, passed):
    verdict = "pass" if passed else "**FAIL**"
    print("| %-22s | %5d | %-8s | %-44s | %8.1e | %7.0e |" % (op, cases, verdict, what, error, bound))
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--library", help="a libespalier.so that is built already")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the inputs (the time)")
    parser.add_argument("--quick", action="store_true", help="tiny shapes: does it work at all?")
    parser.add_argument("--checks-only", action="store_true", help="no timing")
    parser.add_argument("--sanitize", action="store_true", help="run under compute-sanitizer")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        parser.error("PyTorch finds no CUDA device")

    torch.backends.cuda.matmul.allow_tf32 = False  # as the published code sets it
    path = options.library or build(os.path.join(ROOT, "build", "gpu"))
    if options.sanitize:
        return 0 if sanitize(path) else 1
    library = Library(path)
    describe(options.device)
    print("Espalier %s, seed %d\n" % (library.version(), options.seed))

    print("| %-22s | cases | verdict  | %-44s | %8s | %7s |" % ("op", "closest to its bound", "error", "bound"))
    print("|---|--:|---|---|--:|--:|")
    inputs = Inputs(options.device, options.seed, options.quick)
    passed = checks.run(library, inputs, report_check)
    if not options.checks_only:
        print()
        speed.run(library, inputs, options.quick)
    print("\nAll checks passed." if passed else "\nA check FAILED.")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
