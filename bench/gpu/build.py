"""Builds libespalier.so for the GPU that is here."""

import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class BuildFailure(Exception):
    pass


def generator():
    """CMake's option for what this machine builds with: make, else Ninja."""
    if shutil.which("make"):
        return ["-G", "Unix Makefiles"]
    if shutil.which("ninja"):
        return ["-G", "Ninja"]
    raise BuildFailure("neither make nor ninja was found; install one, or give --library")


def build(folder, capability, log):
    """The path of the library; what the tools say goes to the file `log`, also if it fails."""
    for tool in ("cmake", "nvcc"):
        if not shutil.which(tool) and not (tool == "nvcc" and os.path.exists("/usr/local/cuda/bin/nvcc")):
            raise BuildFailure("%s was not found; install it, or give --library" % tool)
    configure = ["cmake", "-S", ROOT, "-B", folder] + generator() + [
        "-DCMAKE_BUILD_TYPE=Release", "-DESPALIER_ENABLE_TESTS=OFF", "-DESPALIER_ENABLE_BENCH=OFF",
        "-DESPALIER_CUDA_ARCHITECTURES=%d%d" % capability,
    ]  # fmt: skip
    compile_all = ["cmake", "--build", folder, "--target", "espalier", "--parallel"]
    with open(log, "w", encoding="utf-8") as file:
        for command in (configure, compile_all):
            file.write("$ %s\n" % " ".join(command))
            file.flush()
            if subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, check=False).returncode != 0:
                raise BuildFailure("%s failed; %s ends:\n%s" % (" ".join(command[:2]), log, _tail(log)))
    return os.path.join(folder, "libespalier.so")


def _tail(path, lines=30):
    with open(path, encoding="utf-8", errors="replace") as file:
        return "".join(file.readlines()[-lines:])
