"""A soak of faults: the commands run on a cluster on loopback until the time is up, and each result is
compared, byte for byte, with that of the same command undisturbed."""

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from cluster import ROOT, Cluster, Job
from collection import write_images

SMALL_DISK = "96k"
EXPERIMENT = """name: drill
seed: 3
data: {{transforms: [{{type: pad-crop, padding: 2}}, {{type: horizontal-flip}}]}}
model: {{backbone: {{type: cifar-resnet, depth: 8, width: 4}}}}
stages: [{{name: only, epochs: {epochs}, batch-size: 32, optimizer: {{type: sgd, lr: 0.05}}}}]
averaging: {{every: 2, patience: {patience}}}
evaluation: {{every-epochs: 5}}
checkpoints: {{every-epochs: 5, keep: 3}}
"""


def arguments():
    parser = argparse.ArgumentParser(prog="src/bench/drill/run", description=__doc__)
    parser.add_argument("minutes", nargs="?", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--epochs", type=int, default=60, help="of a training run (60)")
    parser.add_argument("--patience", type=int, default=10, help="averaging.patience in seconds (10)")
    parser.add_argument("--home", type=Path, default=ROOT / "target" / "drill", help="where all of it is written")
    return parser.parse_args()


def digests(directory):
    """Of the files that the same input always gives: those of a run's checkpoints, or all."""
    if (directory / "checkpoints").is_dir():
        directory = directory / "checkpoints"
    return {
        str(file.relative_to(directory)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(directory.rglob("*"))
        if file.is_file() and not file.name.endswith(".crc") and file.name not in TIMED
    }


# It says how long the prediction took, and where it was written.
TIMED = {"predictions.json"}


class Drill:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.home = options.home
        self.cluster = Cluster(self.home / "spark-home")
        self.faults, self.promised, self.commands = Counter(), Counter(), Counter()
        self.expected, self.seconds = {}, {}
        self.steps, self.repeated = 0, 0
        self.undisturbed_seconds, self.disturbed_seconds = 0.0, 0.0
        self.results, self.equal, self.hangs = 0, 0, 0
        self.complaints = []

    # the commands

    def command(self, name, output, run=None, data=None):
        """What jobs/NAME is given to write to `output`."""
        run = run or self.home / "undisturbed" / "train"
        data = data or self.home / "undisturbed" / "prepare"
        images = str(self.home / "photos")
        given = {
            "prepare": ["--format", "folder", "--images", images, "--shards", "8"],
            "train": ["--workers", "2", "--config", str(self.home / "drill.yaml"), "--data", str(data)]
            + ["--validation", str(data)],
            "evaluate": ["--model", str(run), "--data", str(data), "--workers", "4", "--name", "drill"],
            "predict": ["--model", str(run), "--images", images],
        }[name]
        return given + ["--output", str(output)]

    def start(self, name, output, *more, **where):
        self.commands[name] += 1
        return Job(self.cluster, name, self.command(name, output, **where) + list(more))

    def undisturbed(self):
        for name in ("prepare", "train", "evaluate", "predict"):
            output = self.home / "undisturbed" / name
            job = self.start(name, output)
            job.wait(self.limit(name))
            if job.code != 0:
                sys.exit(f"{name} fails undisturbed: {job.errors()}")
            self.expected[name], self.seconds[name] = digests(output), job.seconds()
            print(f"undisturbed {name}: {job.seconds():.1f} s", flush=True)
        self.commands.clear()

    def limit(self, name):
        """Seconds without any line after which a command hangs: twice the longest time-out."""
        return 2 * max(self.options.patience, 120)

    # the faults

    def kill_one(self, job):
        executors = self.cluster.executors()
        return bool(executors) and send(signal.SIGKILL, self.random.choice(executors))

    def kill_all(self, job):
        executors = self.cluster.executors()
        return len(executors) > 1 and all([send(signal.SIGKILL, each) for each in executors])

    def stop_one(self, job):
        """For up to twice the patience: some are given up, some go on in time."""
        executors = self.cluster.executors()
        if not executors:
            return False
        stopped = self.random.choice(executors)
        if not send(signal.SIGSTOP, stopped):
            return False
        job.watch(self.random.uniform(0.5, 2 * self.options.patience))
        send(signal.SIGCONT, stopped)
        return True

    def kill_driver(self, job):
        return send(signal.SIGKILL, job.pid)

    KINDS = {
        "an executor killed": kill_one,
        "both executors killed": kill_all,
        "an executor stopped": stop_one,
        "the driver killed": kill_driver,
    }

    def disturbed(self, name, number):
        """Runs a command to its end, however often it takes a fault and has to be called again."""
        output = self.home / "disturbed" / f"{number}-{name}"
        faults, seconds, reached, resumed = [], 0.0, 0, False
        while True:
            more = ["--resume"] if name == "train" and resumed else []
            job = self.start(name, output, *more)
            mean = self.seconds[name] / (3 if name == "train" else 1)
            while job.watch(self.random.expovariate(1 / mean)):
                if name != "train" and faults:
                    job.watch(self.limit(name))
                    continue
                kind = self.random.choice(list(self.KINDS))
                if self.KINDS[kind](self, job):
                    faults.append(kind)
                    print(f"{name} {number}: {kind}", flush=True)
            job.wait(self.limit(name))
            seconds += job.seconds()
            if name == "train":
                reached = self.count_steps(job, reached)
            if job.code != -signal.SIGKILL or job.hung:
                break
            resumed = True
        self.faults.update(faults)
        same = job.code == 0 and self.compare(name, output)
        if job.hung:
            self.hangs += 1
        elif job.code != 0:
            self.complain(name, number, job)
        if same:
            self.promised.update(faults)
        if name == "train":
            self.undisturbed_seconds += self.seconds[name]
            self.disturbed_seconds += seconds
        shutil.rmtree(output, ignore_errors=True)

    def count_steps(self, job, reached):
        """Returns the step that the run has reached; what a killed driver loses is run again."""
        first, last, repeated = job.steps()
        if first is None:
            return reached
        self.steps += last - reached
        self.repeated += repeated + reached - first
        return last

    def compare(self, name, output):
        self.results += 1
        same = digests(output) == self.expected[name]
        self.equal += same
        if not same:
            self.complaints.append(f"{name}: other bytes than undisturbed")
        return same

    def complain(self, name, number, job):
        self.complaints.append(f"{name} {number} ended with {job.code}: {job.errors()}")

    def storage(self, kind, number):
        """A command whose disk is full or read-only says so in a line and can be called again."""
        name = self.random.choice(list(self.expected))
        disk = self.home / "disk"
        disk.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "drill", str(disk)], check=True)
        try:
            if kind == "a read-only output":
                subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            job = self.start(name, disk / name)
            job.wait(self.limit(name))
            self.faults[kind] += 1
            print(f"{name} {number}: {kind}", flush=True)
            said = job.errors()
            fine = job.code in (3, 4) and len(said) == 1 and said[0].startswith("error: ")
            subprocess.run(["mount", "-o", "remount,rw,size=64m", str(disk)], check=True)
            again = self.start(name, disk / name, *(["--resume"] if name == "train" else []))
            again.wait(self.limit(name))
            self.hangs += job.hung + again.hung
            if not fine:
                self.complain(name, number, job)
            if again.code != 0:
                self.complain(name, number, again)
            elif self.compare(name, disk / name) and fine:
                self.promised[kind] += 1
        finally:
            subprocess.run(["umount", str(disk)], check=False)

    def damage(self, kind, number):
        """A damaged file is refused in a line; of a checkpoint the one before is taken."""
        copy = self.home / "damaged"
        shutil.rmtree(copy, ignore_errors=True)
        part = kind.split()[-1]
        train = part == "checkpoint"
        shutil.copytree(self.home / "undisturbed" / ("train" if train else "prepare"), copy)
        files = {
            "shard": sorted(copy.glob("*.tar")),
            "table": [copy / "samples.parquet"],
            "index": [copy / "index.json"],
            "checkpoint": sorted(copy.glob("checkpoints/*"))[-1:],
        }[part]
        file = self.random.choice(files)
        if train:
            file = self.random.choice([f for f in sorted(file.iterdir()) if f.name != "experiment.yaml"])
        self.spoil(file)
        print(f"{number}: {kind}, {file.name}", flush=True)
        self.faults[kind] += 1
        if train:
            job = self.start("train", copy, "--resume")
        else:
            job = self.start("evaluate", self.home / "damaged-evaluation", data=copy)
        job.wait(self.limit(job.name))
        self.hangs += job.hung
        if train:
            fine = job.code == 0 and self.compare("train", copy)
        else:
            said = job.errors()
            fine = job.code == 3 and len(said) == 1 and said[0].startswith("error: ")
        if fine:
            self.promised[kind] += 1
        else:
            self.complain(job.name, number, job)
        shutil.rmtree(self.home / "damaged-evaluation", ignore_errors=True)

    def spoil(self, file):
        """Cut off, or with a flipped bit; not of JSON, where a bit may be one of a name that means nothing."""
        content = bytearray(file.read_bytes())
        at = self.random.randrange(len(content.rstrip()))
        if file.suffix == ".json" or self.random.random() < 0.5:
            content = content[:at]
        else:
            content[at] ^= 1 << self.random.randrange(8)
        file.write_bytes(content)

    # all of it

    def run(self):
        print(f"seed {self.options.seed}", flush=True)
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        write_images(self.home / "photos", 600, self.options.seed)
        text = EXPERIMENT.format(epochs=self.options.epochs, patience=self.options.patience)
        (self.home / "drill.yaml").write_text(text)
        self.cluster.start()
        try:
            self.undisturbed()
            start, number = time.monotonic(), 0
            while time.monotonic() - start < 60 * self.options.minutes:
                number += 1
                self.turn(number)
            self.report((time.monotonic() - start) / 60)
        finally:
            self.cluster.stop()
        return 0 if not self.complaints and not self.hangs else 1

    def turn(self, number):
        turn = self.random.random()
        if turn < 0.5:
            self.disturbed("train", number)
        elif turn < 0.75:
            self.disturbed(self.random.choice(["prepare", "evaluate", "predict"]), number)
        elif turn < 0.9 or os.geteuid() != 0:
            part = self.random.choice(["shard", "table", "index", "checkpoint"])
            self.damage(f"a damaged {part}", number)
        else:
            self.storage(self.random.choice(["a full disk", "a read-only output"]), number)

    def report(self, minutes):
        for complaint in self.complaints:
            print("NOT AS PROMISED", complaint)
        commands = ", ".join(f"{n} {name}" for name, n in self.commands.most_common())
        print(f"\nseed {self.options.seed}, {minutes:.0f} min, 2 executors; commands: {commands}\n")
        print("| fault | times | as promised |\n|---|---|---|")
        for kind, times in self.faults.most_common():
            print(f"| {kind} | {times} | {self.promised[kind]} |")
        if os.geteuid() != 0:
            print("| a full disk, a read-only output | skipped: needs root | |")
        run = self.steps + self.repeated
        print("\n| what was kept | |\n|---|---|")
        print(f"| steps (of {run:,} run, not repeated) | {share(self.steps, run)} |")
        print(f"| throughput of training, against undisturbed | {share(self.undisturbed_seconds, self.disturbed_seconds)} |")
        print(f"| bits equal ({self.results} results) | {'yes' if self.equal == self.results else f'NO, {self.equal}'} |")
        print(f"| hangs | {self.hangs} |")


def share(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "none was run"


def send(number, pid):
    """Whether the process was there to be sent it."""
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


if __name__ == "__main__":
    sys.exit(Drill(arguments()).run())
