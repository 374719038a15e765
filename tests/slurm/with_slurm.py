#!/usr/bin/env python3
"""Run a command beside a real Slurm of two pretended nodes on this machine, and stop that Slurm at the end.

    python tests/slurm/with_slurm.py COMMAND ...

Everything of it (key, sockets, configuration, state, logs) lies in a folder of its own under the temporary directory
and listens on loopback at free ports, so that it meets no other Slurm. The command gets SLURM_CONF, and
SAHELSIM_TEST_SLURM=1, without which the tests leave Slurm alone. Debian's packages are installed if they are not there
and apt can do it. Where Slurm cannot be had, the command is run all the same and its tests say why they skip.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

PACKAGES = ("slurmctld", "slurmd", "slurm-client", "munge")
PROGRAMS = ("slurmctld", "slurmd", "sbatch", "munged")
NODES = ("n1", "n2")
CORES = 2  # of a pretended node, whatever the machine has
MEMORY_MB = 4000
PATIENCE = 30.0  # seconds until the nodes are up
JOBS_PATIENCE = 15.0  # seconds that jobs have to end, longer than KillWait

CONFIGURATION = """
ClusterName=pretended
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,sched_interval=1,bf_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=10
MaxArraySize=10001
DefMemPerCPU=1000
PartitionName=main Nodes={nodes} Default=YES MaxTime=INFINITE State=UP
"""
NODE = "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs={cores} RealMemory={memory}\n"


def main(command: list[str]) -> int:
    reason = make_ready()
    if reason:
        print(f"no Slurm here: {reason}; the command runs without", file=sys.stderr)
        return subprocess.call(command)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # and so through the end of the block
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="sahelsim-slurm-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        began = time.monotonic()
        stack.callback(stop, folder)
        try:
            environment = start(folder)
        except (OSError, subprocess.CalledProcessError, TimeoutError) as error:
            print(f"Slurm did not start: {error}", file=sys.stderr)
            for log in sorted(folder.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text(encoding='utf-8')[-2000:]}", file=sys.stderr)
            return 1
        print(f"Slurm with nodes {', '.join(NODES)} is up in {time.monotonic() - began:.1f} s", file=sys.stderr)
        return subprocess.call(command, env=environment)


def make_ready() -> str | None:
    """Install what is missing; why it cannot be, otherwise."""
    if os.name != "posix" or os.geteuid() != 0:
        return "its daemons have to be started by root"
    if not all(find(program) for program in PROGRAMS):
        if not shutil.which("apt-get"):
            return "it is not installed, and there is no apt-get to do it"
        quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)
        done = subprocess.run(
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES], check=False, **quiet
        )
        if done.returncode or not all(find(program) for program in PROGRAMS):
            return f"apt-get install {' '.join(PACKAGES)} failed"
    return None


def find(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def start(folder: Path) -> dict[str, str]:
    """Start the daemons and wait for both nodes; the environment for programs that use it."""
    folder.chmod(0o755)
    for name in ("state", *(f"spool-{node}" for node in NODES)):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    host, ports = socket.gethostname().split(".")[0], free_ports(1 + len(NODES))
    text = CONFIGURATION.format(host=host, port=ports[0], folder=folder, nodes=",".join(NODES))
    for node, port in zip(NODES, ports[1:], strict=True):
        text += NODE.format(name=node, host=host, port=port, cores=CORES, memory=MEMORY_MB)
    (folder / "slurm.conf").write_text(text, encoding="utf-8")
    environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf"), "SAHELSIM_TEST_SLURM": "1"}

    def daemon(*command: str) -> None:
        program = find(command[0])
        with (folder / "start.log").open("ab") as log:
            subprocess.run([program or command[0], *command[1:]], check=True, env=environment, stdout=log, stderr=log)

    daemon(
        "munged", "--force", f"--socket={folder}/munge.socket", f"--key-file={key}", f"--pid-file={folder}/munged.pid",
        f"--log-file={folder}/munged.log", f"--seed-file={folder}/munge.seed",
    )  # fmt: skip
    daemon("slurmctld")
    for node in NODES:
        daemon("slurmd", "-N", node)
    deadline = time.monotonic() + PATIENCE
    while idle_nodes(environment) < len(NODES):
        if time.monotonic() > deadline:
            raise TimeoutError(f"its nodes are not up after {PATIENCE:.0f} s")
        time.sleep(0.2)
    return environment


def idle_nodes(environment: dict[str, str]) -> int:
    said = subprocess.run(
        ["sinfo", "--noheader", "--Node", "--format=%N %t"], check=False, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return sum(line.split()[1:] == ["idle"] for line in said.stdout.splitlines())


def jobs(environment: dict[str, str]) -> str:
    said = subprocess.run(["squeue", "--noheader"], check=False, env=environment, text=True, capture_output=True)
    return said.stdout.strip()


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def stop(folder: Path) -> None:
    """End the jobs, then the daemons by their pid files."""
    environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}
    if (folder / "slurmctld.pid").exists():
        subprocess.run(["scancel", "--user=root"], check=False, env=environment, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + JOBS_PATIENCE
        while time.monotonic() < deadline and jobs(environment):
            time.sleep(0.1)
    running = []
    for name in (*(f"slurmd-{node}" for node in NODES), "slurmctld", "munged"):
        try:
            running.append(int((folder / f"{name}.pid").read_text(encoding="utf-8")))
            os.kill(running[-1], signal.SIGTERM)
        except (OSError, ValueError):
            continue
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(Path(f"/proc/{pid}").exists() for pid in running):
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
