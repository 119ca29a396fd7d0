#!/usr/bin/env bash
# Kills prunes of the sample at random moments (SIGKILL), goes on with the same command or --resume, and compares the
# results byte for byte with a run that was left alone. Usage: bench/kills.sh JAVA_CLASS_PATH [KILLS [SEED [SECONDS]]]
#   JAVA_CLASS_PATH  the program's and the tests' classes, resources, natives and jars
#   SECONDS          how long a process lives at most; choose it so that some of them end
set -euo pipefail
classes=$1
cd "$(dirname "$0")/.."
exec java -cp "$classes" dev.espalier.cli.KilledRuns "${2:-100}" "${3:-1}" "${4:-8}"
