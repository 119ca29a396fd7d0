#!/usr/bin/env bash
# Kills prunes of the sample (SIGKILL) at random moments of every stage, goes on with the same command or --resume, and
# compares the results with a run that was left alone. Usage: bench/kills.sh JAVA_CLASS_PATH [KILLS [SEED]]
#   JAVA_CLASS_PATH  the program's and the tests' classes, resources, natives and jars
set -euo pipefail
classes=$1
cd "$(dirname "$0")/.."
exec java -cp "$classes" dev.espalier.cli.KilledRuns "${2:-100}" "${3:-1}"
