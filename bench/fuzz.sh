#!/usr/bin/env bash
# Reads 100,000 damaged files as the program does: safetensors headers, config.json, the index, tokenizer.json, ratios
# and espalier.json. Each must be read or refused in a sentence. Usage: bench/fuzz.sh JAVA_CLASS_PATH [INPUTS [SEED [TARGET]]]
#   JAVA_CLASS_PATH  the program's and the tests' classes, resources, natives and jars
set -euo pipefail
classes=$1
shift
cd "$(dirname "$0")/.."
exec java -Xmx256m -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -cp "$classes" dev.espalier.fuzz.Fuzz "${1:-100000}" "${2:-1}" ${3:+"$3"}
