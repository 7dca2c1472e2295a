#!/usr/bin/env bash
# Starts a Slurm of one node on this machine, for as long as a command runs: to try the scripts.
#
#   scripts/slurm/local.sh COMMAND [ARGUMENTS]
#
# Everything lives in a temporary folder and listens on 127.0.0.1 alone. Needs slurmctld, slurmd and
# munged (Debian: apt-get install slurm-wlm munge). Nothing of an installed Slurm is touched.
set -euo pipefail

[ $# -gt 0 ] || { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
export PATH="$PATH:/usr/sbin:/sbin"
for program in munged slurmctld slurmd sbatch squeue; do
    command -v "$program" > /dev/null || { echo "$program is not installed" >&2; exit 3; }
done

place=$(mktemp -d) pids=()
stop() {
    # In reverse: whoever was started last depends on the others.
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        kill "${pids[$i]}" 2> /dev/null && wait "${pids[$i]}" 2> /dev/null || true
    done
    rm -rf "$place"
}
trap stop EXIT
mkdir -p "$place/state" "$place/spool"
chmod 711 "$place"

(umask 077 && head -c 128 /dev/urandom > "$place/munge.key")
munged --foreground --force --socket="$place/munge.socket" --key-file="$place/munge.key" \
    --log-file="$place/munge.log" --pid-file="$place/munge.pid" --seed-file="$place/munge.seed" \
    > "$place/munge.out" 2>&1 &
pids+=($!)

name=$(hostname -s) user=$(id -un)
# Two free ports beside each other are likely anywhere in this range.
port=$((20000 + $$ % 20000))
cat > "$place/slurm.conf" << END
ClusterName=local
SlurmctldHost=$name(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$place/munge.socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.pid
SlurmctldLogFile=$place/slurmctld.log
SlurmdLogFile=$place/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=batch_sched_delay=1,sched_min_interval=100000,sched_interval=2
NodeName=$name NodeAddr=127.0.0.1 CPUs=$(nproc) Sockets=1 CoresPerSocket=$(nproc) RealMemory=4000
PartitionName=local Nodes=$name Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF="$place/slurm.conf"
for ((i = 0; i < 50; i++)); do [ -S "$place/munge.socket" ] && break; sleep 0.1; done
slurmctld -D > "$place/slurmctld.out" 2>&1 &
pids+=($!)
slurmd -D > "$place/slurmd.out" 2>&1 &
pids+=($!)
for ((i = 0; i < 100; i++)); do
    sinfo --noheader --format=%t 2> /dev/null | grep -q idle && break
    sleep 0.2
done
if ! sinfo --noheader --format=%t 2> /dev/null | grep -q idle; then
    echo "the local Slurm did not start:" >&2
    tail -n 5 "$place"/*.out "$place"/*.log >&2
    exit 3
fi

"$@"
# Jobs that the command submitted may take their time.
while [ -n "$(squeue --noheader)" ]; do sleep 0.5; done
