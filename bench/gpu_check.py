#!/usr/bin/env python3
"""Checks every operation on a GPU against float64 and times it against the published PyTorch operations
and the floor measured in the same run. Needs PyTorch with CUDA; CMake and nvcc to build libespalier.so, or one that
is built already. Nothing else of Espalier needs Python.

    python3 bench/gpu_check.py                    # build, check, time
    python3 bench/gpu_check.py --library FILE     # a library that is built; its native tests, too, if they lie there
    python3 bench/gpu_check.py --sanitize         # small shapes under compute-sanitizer
    python3 bench/gpu_check.py --library FILE --device cpu --quick    # the script itself, anywhere

Each operation runs in a process of its own. Every case and row is a JSON line in the output folder as soon as it is
known.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from gpu import record as records  # noqa: E402
from gpu.build import BuildFailure, ROOT, build  # noqa: E402


def import_torch():
    try:
        import torch
    except ImportError as error:
        sys.exit("gpu_check.py: PyTorch cannot be imported by %s (%s); install it" % (sys.executable, error))
    torch.backends.cuda.matmul.allow_tf32 = False  # as the published code sets it
    return torch


def driver_version(torch):
    """Of the NVIDIA driver, from whichever place has it."""
    if shutil.which("nvidia-smi"):
        found = subprocess.run(
            ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if found.returncode == 0 and found.stdout.strip():
            return "driver " + found.stdout.strip().split("\n")[0]
    try:
        with open("/proc/driver/nvidia/version", encoding="utf-8") as file:
            return file.readline().strip()
    except OSError:
        return "driver for CUDA %s" % getattr(torch._C, "_cuda_getDriverVersion", lambda: "unknown")()


def describe(torch, options, record):
    """Prints and records where this runs."""
    lines = ["%s, %s" % (time.strftime("%Y-%m-%d"), platform.platform())]
    if options.device == "cuda":
        properties = torch.cuda.get_device_properties(0)
        memory = properties.total_memory / 2**30
        lines.append("%s, %.0f GiB, %s" % (properties.name, memory, driver_version(torch)))
    lines.append("PyTorch %s, CUDA %s" % (torch.__version__, torch.version.cuda))
    print("\n".join(lines), flush=True)
    record(kind="host", lines=lines, seed=options.seed, quick=options.quick, library=options.library)


# ---- one process ----


def open_library(options):
    """The library, if it has what is to be checked."""
    from gpu.native import Failure, Library

    try:
        library = Library(options.library)
        if options.device == "cuda":
            library.require_cuda()
        return library
    except (OSError, AttributeError) as error:
        sys.exit("gpu_check.py: %s cannot be used (%s)" % (options.library, error))
    except Failure as error:
        sys.exit("gpu_check.py: %s sees no CUDA device (%s)" % (options.library, error))


def worker(options):
    """Runs what --worker names: "check:OP", "speed:PART" or "open"."""
    torch = import_torch()
    library = open_library(options)
    if options.worker == "open":
        print("Espalier %s" % library.version())
        return 0
    from gpu import checks, speed
    from gpu.inputs import Inputs

    kind, name = options.worker.split(":")
    record = records.Record(os.path.join(options.out, "%s-%s.jsonl" % (kind, name)))
    inputs = Inputs(options.device, options.seed, options.quick)
    if kind == "speed":
        ceilings = None
        for line in records.read(options.out):
            if line["kind"] == "ceilings":
                ceilings = {key: line[key] for key in ("bytes_per_ms", "flops_per_ms")}
        part = next(p for p in speed.PARTS if p.__name__ == name)
        return 1 if speed.run(part, library, inputs, options.quick, ceilings, record) else 0
    with torch.no_grad():
        check = next(c for c in checks.ALL if c.__name__ == name)
        tally = checks.run(check, library, inputs, record)
    what, error, bound = (tally.worst or (None, "nothing was measured", float("nan"), float("nan")))[1:]
    verdict = "**FAIL**" if tally.failed else "pass" if tally.cases else "skipped"
    row = (name, tally.cases, tally.failed, verdict, what[:52], error, bound)
    print("| %-20s | %5d | %4d | %-8s | %-52s | %8.1e | %7.0e |" % row)
    for failure in tally.failures:
        print("    " + failure)
    if tally.failed > len(tally.failures):
        print("    and %d more, in %s" % (tally.failed - len(tally.failures), options.out))
    if tally.skipped:
        print("    %d skipped, for want of memory" % tally.skipped)
    return 1 if tally.failed else 0


# ---- all of them ----


def command_of(options, task):
    command = [sys.executable, os.path.abspath(__file__), "--worker", task, "--library", options.library]
    command += ["--device", options.device, "--seed", str(options.seed), "--out", options.out]
    return command + (["--quick"] if options.quick else [])


def run_each(options, tasks, record, prefix=(), env=None):
    """Runs each task in a process of its own; True if all end well."""
    well = True
    for task in tasks:
        sys.stdout.flush()
        code = subprocess.run(list(prefix) + command_of(options, task), check=False, env=env).returncode
        record(kind="process", task=task, prefix=list(prefix), exit=code)
        if code not in (0, 1):
            how = "was ended by signal %d" % -code if code < 0 else "ended with code %d" % code
            print("    %s %s; what it found is in %s" % (task, how, options.out), flush=True)
        well &= code == 0
    return well


def check_all(options, names, record):
    print("\n| %-20s | cases | fail | verdict  | %-52s | %8s | %7s |" % ("op", "closest to its bound", "error", "bound"))
    print("|---|--:|--:|---|---|--:|--:|", flush=True)
    return run_each(options, ["check:" + name for name in names], record)


def time_all(options, record):
    from gpu import speed

    print("\n" + speed.Table.HEAD, flush=True)
    well = run_each(options, ["speed:" + part.__name__ for part in speed.PARTS], record)
    phases = {}
    for line in records.read(options.out):
        if line["kind"] == "phase":
            phases[line["what"]] = (line["published_ms"], line["ours_ms"])
        if line["kind"] == "ceilings":
            flops = [line["flops_per_ms"][name] / 1e9 for name in ("f32", "f64", "bf16")]
            print(
                "\nCeilings: copy %.2f TB/s; products f32 %.1f, f64 %.1f, bf16 %.0f TFLOP/s"
                % tuple([line["bytes_per_ms"] / 1e9] + flops)
            )
    if phases:
        speed.print_sum(phases, *((8, 64) if options.quick else (speed.SEQUENCES, speed.LENGTH)))
    return well


def native_tests(options, record):
    """Runs the native tests that lie beside the library on the device; True if they pass or are not there."""
    folder = os.path.dirname(os.path.abspath(options.library))
    for place in ("espalier_tests", os.path.join("src", "test", "cpp", "espalier_tests")):
        program = os.path.join(folder, place)
        if os.path.exists(program):
            break
    else:
        print("\nNo native tests beside the library.", flush=True)
        return True
    log = os.path.join(options.out, "native-tests.log")
    env = dict(os.environ, CUDA_LAUNCH_BLOCKING="1", ESPALIER_TEST_DEVICE="0")
    env["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, [folder, env.get("LD_LIBRARY_PATH")]))
    report = os.path.join(options.out, "native-tests.json")
    with open(log, "w", encoding="utf-8") as file:
        code = subprocess.run(
            [program, "--gtest_output=json:" + report], env=env, stdout=file, stderr=subprocess.STDOUT, check=False
        ).returncode
    record(kind="process", task="native tests", exit=code)
    print("\nNative tests on the device: %s (%s)" % ("pass" if code == 0 else "**FAIL**, code %d" % code, log), flush=True)
    if code != 0:
        with open(log, encoding="utf-8", errors="replace") as file:
            failed = [line for line in file if line.startswith("[  FAILED  ]")]
        print("".join("    " + line for line in failed[:20]), end="", flush=True)
    return code == 0


def kernel_filter():
    """compute-sanitizer's option to look at our kernels only; it had several names."""
    text = subprocess.run(["compute-sanitizer", "--help"], capture_output=True, text=True, check=False).stdout
    for name in ("--kernel-regex", "--kernel-name", "--filter"):
        if name in text:
            return [name, "kns=espalier"]
    return []


def sanitize(options, names, record):
    """The checks on small shapes under compute-sanitizer, one tool after another; True if none complains. Without
    PyTorch's caching allocator each tensor is an allocation of its own, whose end the tool knows."""
    if not shutil.which("compute-sanitizer"):
        sys.exit("gpu_check.py: compute-sanitizer was not found; it comes with the CUDA toolkit")
    options.quick = True
    env = dict(os.environ, PYTORCH_NO_CUDA_MEMORY_CACHING="1")
    clean = True
    for tool in ("memcheck", "racecheck", "synccheck"):
        prefix = ["compute-sanitizer", "--tool", tool, "--error-exitcode", "3"] + kernel_filter()
        print("\ncompute-sanitizer %s ..." % tool, flush=True)
        clean &= run_each(options, ["check:" + name for name in names], record, prefix, env)
    return clean


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n", maxsplit=1)[0], formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", help="a libespalier.so that is built already")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--out", help="folder for the JSON lines and logs (build/gpu-check/TIME)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the inputs (the time)")
    parser.add_argument("--only", help="names of checks, separated by commas")
    parser.add_argument("--quick", action="store_true", help="tiny shapes: does it work at all?")
    parser.add_argument("--checks-only", action="store_true", help="no timing")
    parser.add_argument("--sanitize", action="store_true", help="run under compute-sanitizer")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    options = parse()
    if options.worker:
        return worker(options)
    torch = import_torch()
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("gpu_check.py: PyTorch finds no CUDA device (PyTorch %s, CUDA %s)" % (torch.__version__, torch.version.cuda))
    from gpu import checks

    known = [check.__name__ for check in checks.ALL]
    names = options.only.split(",") if options.only else known
    if set(names) - set(known):
        sys.exit("gpu_check.py: --only takes some of %s" % ", ".join(known))
    options.out = os.path.abspath(options.out or os.path.join(ROOT, "build", "gpu-check", time.strftime("%Y%m%d-%H%M%S")))
    os.makedirs(options.out, exist_ok=True)
    given = options.library is not None
    if not given:
        try:
            folder = os.path.join(ROOT, "build", "gpu")
            options.library = build(folder, torch.cuda.get_device_capability(), os.path.join(options.out, "build.log"))
        except BuildFailure as failure:
            sys.exit("gpu_check.py: %s" % failure)
    record = records.Record(os.path.join(options.out, "run.jsonl"))
    describe(torch, options, record)
    # In a process of its own, too: a library that ends it must not end this one.
    if not run_each(options, ["open"], record):
        return 1
    print("seed %d, output in %s" % (options.seed, options.out), flush=True)
    if options.sanitize:
        return 0 if sanitize(options, names, record) else 1
    passed = check_all(options, names, record)
    if given and options.device == "cuda":
        passed &= native_tests(options, record)
    if not options.checks_only:
        passed &= time_all(options, record)
    print("\nAll passed." if passed else "\nSomething FAILED.")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
