"""A cluster on loopback of two executors, and the commands that are given to it."""

import os
import re
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class Cluster:
    def __init__(self, home):
        self.home, self.master = home, ""

    def start(self):
        said = self.script("start", "2", "--memory", "1g")
        self.master = re.search(r"^master +(\S+)", said, re.M).group(1)

    def stop(self):
        self.script("stop")

    def script(self, *words):
        command = [str(ROOT / "cluster/local-cluster"), *words, "--home", str(self.home)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        return done.stdout

    def executors(self):
        """Their processes, children of the workers'."""
        found = []
        for file in sorted((self.home / "run").glob("worker-*.pid")):
            pid = file.read_text().strip()
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    found += [int(child) for child in children.read_text().split()]
                except OSError:
                    continue  # the thread has ended
        return found


class Job:
    """One command of jobs/ with what it prints."""

    def __init__(self, cluster, name, arguments):
        properties = ["spark.executor.memory=640m", "spark.driver.memory=768m", "spark.cores.max=2"]
        properties.append("spark.scheduler.minRegisteredResourcesRatio=1.0")
        properties.append("spark.scheduler.maxRegisteredResourcesWaitingTime=300s")
        command = [str(ROOT / "jobs" / name)]
        for each in properties:
            command += ["--conf", each]
        command += ["--", *arguments, "--master", cluster.master]
        environment = dict(os.environ, SPARK_HOME=str(cluster.home))
        # a line for each round, so that repeated ones can be counted
        environment["LONGTAIL_JAVA_OPTS"] = "-Dlongtail.progress.seconds=0"
        self.name, self.lines, self.said = name, [], []
        self.began = self.heard = time.monotonic()
        self.ended, self.hung = None, False
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.readers = [self.reader(self.process.stdout, self.lines), self.reader(self.process.stderr, self.said)]

    def reader(self, stream, lines):
        thread = threading.Thread(target=self.read, args=(stream, lines), daemon=True)
        thread.start()
        return thread

    def read(self, stream, lines):
        for line in stream:
            lines.append(line.rstrip("\n"))
            self.heard = time.monotonic()

    @property
    def pid(self):
        """The launcher replaces itself, so that this is the driver."""
        return self.process.pid

    @property
    def code(self):
        return self.process.returncode

    def seconds(self):
        return self.ended - self.began

    def watch(self, seconds):
        """Waits so long; whether the command runs still."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            time.sleep(0.02)
        return self.process.poll() is None

    def wait(self, silence):
        """Waits for the end; a command that says nothing for `silence` seconds hangs and is killed."""
        while self.process.poll() is None:
            if time.monotonic() - self.heard > silence:
                self.hung = True
                self.process.kill()
                self.process.wait()
            time.sleep(0.02)
        for reader in self.readers:
            reader.join()
        self.ended = time.monotonic()

    def errors(self):
        """What a user reads on the standard error, without the log."""
        return [line for line in self.said if line.startswith("error: ") or line.lstrip().startswith("at ")]

    def steps(self):
        """The step that the run began with, the one that it reached, and how many were repeated."""
        first = last = None
        repeated = 0
        for line in self.lines:
            announced = re.search(r"^Training .* steps(?:, (\d+) of them done)?$", line)
            done = re.search(r" step (\d+)  ", line)
            again = re.search(r"the steps since (?:step (\d+)|the beginning) are repeated", line)
            if announced:
                first = last = int(announced.group(1) or 0)
            elif done:
                last = max(last, int(done.group(1)))
            elif again:
                repeated += max(0, last - int(again.group(1) or 0))
        return first, last, repeated
