#!/usr/bin/env bash
# Prunes two blocks of a 40 GiB LLaMA-shaped checkpoint with the process limited to 6 GiB of memory, and tells
# the most it took. The checkpoint is sparse: its first blocks and its ends are random numbers, the others holes.
# It needs about 8 GB of disk. Usage: bench/big_model.sh JAVA_CLASS_PATH FOLDER [GIB]
#   JAVA_CLASS_PATH  the program's and the tests' classes, resources, natives and jars
set -euo pipefail
classes=$1 folder=$2 gib=${3:-6}
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$folder"
java=(java -Xmx1g -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -cp "$classes")
[[ -e $folder/model/model.safetensors.index.json ]] ||
  "${java[@]}" dev.espalier.bench.MakeModel 40g "$folder/model" "$root/samples/sotu-llama-5m" 3
rm -rf "$folder/out" "$folder/out.partial"
run=("${java[@]}" dev.espalier.cli.Espalier prune --model "$folder/model" --calibration "$root/samples/calibration.txt"
  --allocation uniform --sparsity 0.5 --samples 8 --seq-len 128 --device cpu --evaluate none --no-keep-zeros
  --output "$folder/out") # the holes are zeros, which a prune would keep
group=/sys/fs/cgroup/memory/espalier-$$
peak() { :; }
if mkdir "$group" 2>/dev/null; then # cgroup v1
  echo $((gib << 30)) >"$group/memory.limit_in_bytes"
  (echo $BASHPID >"$group/cgroup.procs" && exec "${run[@]}") >"$folder/log" 2>&1 &
  peak() { echo "most of the limit, page cache included: $(($(cat "$group/memory.max_usage_in_bytes") >> 20)) MiB of $((gib << 10))"; }
else
  systemd-run --user --scope -q -p MemoryMax="${gib}G" -p MemorySwapMax=0 "${run[@]}" >"$folder/log" 2>&1 &
fi
pid=$!
journal=$folder/out.partial/espalier-progress.json
most=0
while kill -0 $pid 2>/dev/null; do
  anon=$(awk '/RssAnon/ {print $2}' "/proc/$pid/status" 2>/dev/null || echo 0)
  ((${anon:-0} > most)) && most=$anon
  if [[ -e $journal ]] && (($(grep -o 'down_proj' "$journal" | sort | wc -l) >= 4)); then # in the results and among the written
    echo "two blocks are finished"
    kill -KILL $pid
    break
  fi
  sleep 0.2
done
wait $pid || true
echo "most that does not give way: $((most >> 10)) MiB"
peak
tail -n 3 "$folder/log"
rmdir "$group" 2>/dev/null || true
