#!/usr/bin/env bash
# Runs a study as a Slurm job array, one shard per task, and merges the shards in a job that waits
# for all of them.
#
#   scripts/slurm/submit.sh STUDY SHARDS FOLDER [options of `waterline run`]
#   scripts/slurm/submit.sh study.toml 16 /scratch/me/answer --paths 100000000
#
# FOLDER must be seen by all nodes, and so must the study and the files it reads. It receives the
# shards (shards/), the logs (logs/) and the results (results.json, report.html, tables/). Partition,
# account, time limit and the like come from sbatch's own variables (SBATCH_PARTITION,
# SBATCH_ACCOUNT, SBATCH_TIMELIMIT, ...); cores and memory of a task from shard.sbatch.
#
#   WATERLINE    the program, the same build on all nodes (default: waterline)
#
# A task that is killed or requeued continues where it was. If shards are missing in the end, the
# log of the merge names them and the command that makes them again; then submit merge.sbatch alone.
set -euo pipefail

if [ $# -lt 3 ]; then
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
fi
study=$(realpath -e "$1") shards=$2 folder=$(realpath -m "$3")
shift 3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$folder/shards" "$folder/logs"

array=$(sbatch --parsable --chdir="$folder" --array="0-$((shards - 1))" \
    "$here/shard.sbatch" "$study" "$shards" "$@")
# Whatever became of the tasks: the merge says which shards are missing.
merge=$(sbatch --parsable --chdir="$folder" --dependency="afterany:${array%%;*}" \
    "$here/merge.sbatch")
echo "array ${array%%;*}, merge ${merge%%;*}: results in $folder"
