"""Runs rows of the comparison here and in PyTorch by turns and prints medians and ratios."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

# name: what both sides are told, steps, lowest ratio, ratio aimed at
SMALL = {"backbone": "resnet32", "size": 32, "batch": 128}
LARGE = {"size": 224, "batch": 16}
ROWS = {
    "train": ({**SMALL}, 20, 1.15, 1.5),
    "train-2-threads": ({**SMALL, "threads": 2}, 20, 1.0, 1.4),
    "train-2-workers": ({**SMALL, "workers": 2}, 20, 1.1, 1.5),
    "train-bfloat16": ({**SMALL, "precision": "bfloat16"}, 20, 1.0, 1.4),
    "inference": ({**SMALL, "mode": "inference"}, 40, 1.1, 1.3),
    "inference-bfloat16": ({**SMALL, "mode": "inference", "precision": "bfloat16"}, 40, 1.1, 1.3),
    "resnet50": ({**LARGE, "backbone": "resnet50"}, 4, 0.95, 1.2),
    "resnet50-bfloat16": ({**LARGE, "backbone": "resnet50", "precision": "bfloat16"}, 4, 0.95, 1.2),
    "resnext50": ({**LARGE, "backbone": "resnext50"}, 4, 0.95, 1.2),
    "metasaug": ({**SMALL, "mode": "metasaug"}, 10, 1.0, 1.5),
    "metasaug-difference": ({**SMALL, "mode": "metasaug", "gradient": "forward-difference"}, 10, 1.0, 1.5),
}
# The most training steps that a meta iteration may take.
META_ITERATION = 3.2
# How our side writes the names of networks in an experiment file.
BACKBONES = {
    "resnet32": "resnet32",
    "resnet50": "{type: resnet, depth: 50}",
    "resnext50": "{type: resnext, depth: 50}",
}


def options(settings, steps):
    given = [part for key, value in settings.items() for part in ("--" + key, str(value))]
    return given + ["--steps", str(steps)]


def output(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
    return done.stdout


def result(command, threads):
    lines = [line for line in output(command, threads).splitlines() if line.startswith("{")]
    return json.loads(lines[-1])


def ours(settings, steps, *more):
    named = {**settings, "backbone": BACKBONES[settings["backbone"]]}
    return [str(ROOT / "jobs/benchmark"), *options(named, steps), *more]


def theirs(settings, steps):
    known = {key: value for key, value in settings.items() if key != "gradient"}
    return [sys.executable, str(HERE / "torch_bench.py"), *options(known, steps)]


def medians(runs):
    keys = ("images_per_second", "cpu_images_per_second", "peak_megabytes", "to_training_step")
    return {key: statistics.median(run.get(key, 0) for run in runs) for key in keys}


def compare(name, rounds, steps):
    settings, usual, must, aim = ROWS[name]
    steps, threads = steps or usual, settings.get("threads", 1)
    here, there = [], []
    for _ in range(rounds):
        here.append(result(ours(settings, steps), threads))
        there.append(result(theirs(settings, steps), threads))
    return report(name, here, there, must, aim)


def report(name, here, there, must, aim):
    here, there = medians(here), medians(there)
    ratio = here["images_per_second"] / there["images_per_second"]
    by_cpu = here["cpu_images_per_second"] / there["cpu_images_per_second"]
    print(
        f"| {name} | {here['images_per_second']:.1f} | {there['images_per_second']:.1f}"
        f" | {ratio:.2f} | {by_cpu:.2f} | {must:.2f} | {aim:.2f} | {verdict(ratio, must, aim)} |",
        flush=True,
    )
    if name.startswith("metasaug"):
        print_meta_iteration(name, here["to_training_step"], there["to_training_step"])
    return here["peak_megabytes"], there["peak_megabytes"]


def photographs(folder):
    """Drawn images of 500 x 375 pixels, stored as photographs are: quality 90, colours at half the resolution."""
    from PIL import Image

    drawn = ["--classes", "4", "--largest-class", "16", "--imbalance-factor", "1", "--test-per-class", "1"]
    output([str(ROOT / "jobs/synth"), "--output", f"{folder}/drawn", "--image-size", "500", *drawn], 1)
    os.mkdir(f"{folder}/photographs")
    for number, path in enumerate(sorted(Path(folder, "drawn/images/train").rglob("*.jpg"))):
        image = Image.open(path).crop((0, 62, 500, 437))
        image.save(f"{folder}/photographs/{number:03}.jpg", quality=90, subsampling="4:2:0")
    return f"{folder}/photographs"


def augment(rounds, steps):
    here, there = [], []
    with tempfile.TemporaryDirectory() as folder:
        options = ["--augment", photographs(folder), "--steps", str(steps or 20)]
        for _ in range(rounds):
            here.append(result([str(ROOT / "jobs/benchmark"), *options], 1))
            there.append(result([sys.executable, str(HERE / "torch_augment.py"), *options], 1))
    report("augment", here, there, 1.0, 1.1)


def print_meta_iteration(name, here, there):
    outcome = "must" if here <= META_ITERATION else "MISSED"
    print(
        f"| {name}: meta iteration in training steps, by processor time"
        f" | {here:.2f} | {there:.2f} | | | <= {META_ITERATION:.2f} | | {outcome} |",
        flush=True,
    )


def verdict(ratio, must, aim):
    return "aim" if ratio >= aim else "must" if ratio >= must else "MISSED"


def overhead(steps):
    settings = ROWS["train"][0]
    table = output(ours(settings, steps or 20, "--profile"), 1)
    row = next(line for line in table.splitlines() if "outside the kernels" in line)
    percent = float(row.split("|")[4].replace("%", ""))
    outcome = "aim" if percent <= 3 else "must" if percent < 8 else "MISSED"
    print(f"| overhead: % of the step outside the kernels | {percent:.1f} | | | | < 8 | 3 | {outcome} |")
    return table


# Start of a line of `jobs/benchmark --profile`: the part of the step as PyTorch's side names it.
PARTS = {
    "convolution forward": "convolution, forward",
    "convolution backward": "convolution, backward",
    "normalization": "batch normalisation",
    "residual": "sum",
    "accumulate": "sum",
    "max pool": "pool and shortcut",
    "pool": "pool and shortcut",
    "subsample": "pool and shortcut",
    "linear": "head and loss",
    "loss": "head and loss",
    "optimizer": "optimiser",
}
TOTALS = ("part of a step", "---", "the step", "of it outside the kernels")


def our_parts(steps):
    parts = {}
    for line in output(ours(ROWS["train"][0], steps, "--profile"), 1).splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 3 and cells[1] not in TOTALS:
            name = next((PARTS[start] for start in PARTS if cells[1].startswith(start)), "rest")
            parts[name] = parts.get(name, 0) + float(cells[3])
    return parts


def profiles(rounds, steps):
    """Where a step of ResNet-32 goes on both sides; medians over the rounds, part by part."""
    here, there = [], []
    for _ in range(rounds):
        here.append(our_parts(steps or 20))
        there.append(result([*theirs(ROWS["train"][0], steps or 20), "--profile"], 1))
    names = [*dict.fromkeys(PARTS.values()), "rest"]
    names.insert(names.index("sum") + 1, "rectifier")
    table = [[statistics.median(run.get(name, 0) for run in side) for side in (here, there)] for name in names]
    print("| part of a step | longtail-spark, ms | share | PyTorch, ms | share |")
    print("|---|---|---|---|---|")
    totals = [sum(row[side] for row in table) for side in (0, 1)]
    for name, row in zip([*names, "the step"], [*table, totals]):
        cells = [f"{ms:.1f} | {100 * ms / total:.1f} %" for ms, total in zip(row, totals)]
        if name == "rectifier":
            cells[0] = "in the two above |"
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    names = [*ROWS, "augment", "memory", "overhead", "profile"]
    parser.add_argument("--rows", nargs="+", choices=names, default=names, metavar="ROW", help=", ".join(names))
    parser.add_argument("--rounds", type=int, default=5, help="alternating runs (5)")
    parser.add_argument("--steps", type=int, help="measured steps of a run, instead of the row's own")
    given = parser.parse_args()
    if given.rows != ["profile"]:
        print("| row | longtail-spark, images/s | PyTorch | ratio | by processor time | must | aim | met |")
        print("|---|---|---|---|---|---|---|---|", flush=True)
    peaks = {}
    for name in given.rows:
        if name in ROWS:
            peaks[name] = compare(name, given.rounds, given.steps)
    if "augment" in given.rows:
        augment(given.rounds, given.steps)
    if "memory" in given.rows:
        here, there = peaks.get("resnet50") or [
            statistics.median(result(side(ROWS["resnet50"][0], 2), 1)["peak_megabytes"] for _ in range(given.rounds))
            for side in (ours, theirs)
        ]
        outcome = "aim" if here <= 0.8 * there else "must" if here <= there else "MISSED"
        print(
            f"| memory: peak of resnet50, MB | {here:.0f} | {there:.0f} | {here / there:.2f} | | <= 1.00 | 0.80 | {outcome} |",
            flush=True,
        )
    if "overhead" in given.rows:
        print("\n" + overhead(given.steps))
    if "profile" in given.rows:
        profiles(given.rounds, given.steps)


if __name__ == "__main__":
    main()
