"""Runs rows of the comparison here and in PyTorch by turns and prints medians and ratios.

PyTorch runs in several forms: as it is (eager), by torch.compile, for inference also by torch.compile with parameters
that are constants (freeze: Inductor folds normalisations and packs weights), and each with glibc's malloc thresholds
raised as cluster/native-env raises ours (malloc). All of them take turns; the fastest by its median counts, and the table names
it. Two workers are Spark tasks here (jobs/benchmark --cluster) and two DistributedDataParallel processes over gloo
there; where workers average every K > 1 steps, two processes that average their parameters as seldom (local-sgd) take
part too.
"""

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

# name: what both sides are told, steps, lowest ratio, ratio aimed at; "batch" is of all workers together
SMALL = {"backbone": "resnet32", "size": 32, "batch": 128}
LARGE = {"size": 224, "batch": 16}
ROWS = {
    "train": ({**SMALL}, 20, 1.15, 1.5),
    "train-2-threads": ({**SMALL, "threads": 2}, 20, 1.0, 1.4),
    "train-2-workers": ({**SMALL, "workers": 2, "every": 20}, 60, 1.1, 1.5),
    "train-2-workers-every-1": ({**SMALL, "workers": 2, "every": 1}, 60, 1.1, 1.5),
    "train-bfloat16": ({**SMALL, "precision": "bfloat16"}, 20, 1.0, 1.4),
    "inference": ({**SMALL, "mode": "inference"}, 40, 1.25, 1.5),
    "inference-bfloat16": ({**SMALL, "mode": "inference", "precision": "bfloat16"}, 40, 1.4, 1.8),
    "inference-resnet50": ({**LARGE, "mode": "inference", "backbone": "resnet50"}, 8, 1.25, 1.5),
    "inference-resnet50-bfloat16": (
        {**LARGE, "mode": "inference", "backbone": "resnet50", "precision": "bfloat16"}, 8, 1.4, 1.8),
    "resnet50": ({**LARGE, "backbone": "resnet50"}, 4, 0.95, 1.2),
    "resnet50-recompute": ({**LARGE, "backbone": "resnet50", "recompute": "normalization"}, 4, 0.95, 1.2),
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


@functools.cache
def raised_thresholds():
    """The malloc variables of cluster/native-env; those of the caller do not count."""
    script = f"unset ${{!MALLOC_*}}; source '{ROOT}/cluster/native-env' && env"
    lines = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(line.split("=", 1) for line in lines if line.startswith("MALLOC_"))


def run(command, threads, variables=None):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MALLOC_")}
    environment.update(variables or {}, OMP_NUM_THREADS=str(threads))
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def output(command, threads):
    done = run(command, threads)
    if done.returncode != 0:
        sys.exit(failure(command, done))
    return done.stdout


def failure(command, done):
    return f"{' '.join(command)} failed:\n{done.stderr[-4000:]}"


def results(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def result(command, threads):
    return results(output(command, threads))[-1]


def ours(settings, steps, *more):
    named = {**settings, "backbone": BACKBONES[settings["backbone"]]}
    if "workers" in settings:
        more = ("--cluster", "--scope", "round", "--json", *more)
    return [str(ROOT / "jobs/benchmark"), *options(named, steps), *more]


def our_result(settings, steps):
    found = results(output(ours(settings, steps), settings.get("threads", 1)))
    asked = {key: settings[key] for key in ("workers", "every") if key in settings}
    fitting = [line for line in found if all(line.get(key) == value for key, value in asked.items())]
    if not fitting:
        sys.exit(f"{' '.join(ours(settings, steps))} printed no figure for {asked}")
    return fitting[-1]


# What a part of the name of a form of PyTorch adds to its command.
FORMS = {"eager": [], "compile": ["--compile"], "freeze": ["--freeze"], "malloc": [], "local-sgd": ["--local-sgd"]}


def forms(settings):
    """The forms of PyTorch that take turns; torch.compile knows no double backpropagation."""
    named = ["eager"] if settings.get("mode") == "metasaug" else ["eager", "compile"]
    if settings.get("mode") == "inference":
        named.append("compile+freeze")
    if settings.get("every", 1) > 1:
        named += [name + "+local-sgd" for name in named]
    return [form for name in named for form in (name, name + "+malloc")]


def theirs(settings, steps, form="eager"):
    known = {key: value for key, value in settings.items() if key not in ("gradient", "recompute")}
    if "workers" in settings:
        known["batch"] = settings["batch"] // settings["workers"]
    more = [option for part in form.split("+") for option in FORMS[part]]
    return [sys.executable, str(HERE / "torch_bench.py"), *options(known, steps), *more]


def their_results(settings, steps, form):
    """What one run of a form says: a list of one, or an empty one with a note if it does not run here."""
    command = theirs(settings, steps, form)
    done = run(command, settings.get("threads", 1), raised_thresholds() if "malloc" in form else None)
    if done.returncode != 0:
        print(f"PyTorch's form {form} does not count: {failure(command, done)}", file=sys.stderr, flush=True)
        return []
    return results(done.stdout)[-1:]


def medians(runs):
    keys = ("images_per_second", "cpu_images_per_second", "peak_megabytes", "to_training_step", "efficiency")
    return {key: statistics.median(run.get(key, 0) for run in runs) for key in keys}


def turns(settings, rounds, steps, wanted):
    """Medians of our side and of the fastest form of PyTorch's, with the name of that form."""
    here, there = [], {form: [] for form in forms(settings) if form in wanted}
    for number in range(rounds):
        here.append(our_result(settings, steps))
        for form, runs in there.items():
            if len(runs) == number:
                runs += their_results(settings, steps, form)
    # A form counts if it ran in every round.
    middles = {form: medians(runs) for form, runs in there.items() if len(runs) == rounds}
    if not middles:
        sys.exit("no form of PyTorch ran: " + ", ".join(there))
    fastest = max(middles, key=lambda form: middles[form]["images_per_second"])
    others = ", ".join(f"{form} {middle['images_per_second']:.1f}" for form, middle in middles.items())
    print(f"PyTorch's forms, images/s: {others}", file=sys.stderr, flush=True)
    return medians(here), middles[fastest], fastest


def compare(name, rounds, steps, wanted):
    settings, usual, must, aim = ROWS[name]
    here, there, form = turns(settings, rounds, steps or usual, wanted)
    report(name, here, there, form, must, aim)
    if name.startswith("metasaug"):
        print_meta_iteration(name, here["to_training_step"], there["to_training_step"])
    if here["efficiency"]:
        print(f"| {name}: efficiency, against as many workers alone | {here['efficiency']:.2f} | | | | | | | |", flush=True)
    return here["peak_megabytes"], there["peak_megabytes"]


def report(name, here, there, form, must, aim):
    ratio = here["images_per_second"] / there["images_per_second"]
    cpu = here["cpu_images_per_second"]
    by_cpu = f"{cpu / there['cpu_images_per_second']:.2f}" if cpu else ""
    print(
        f"| {name} | {here['images_per_second']:.1f} | {there['images_per_second']:.1f} | {form}"
        f" | {ratio:.2f} | {by_cpu} | {must:.2f} | {aim:.2f} | {verdict(ratio, must, aim)} |",
        flush=True,
    )


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
    report("augment", medians(here), medians(there), "eager", 1.0, 1.1)


def print_meta_iteration(name, here, there):
    outcome = "must" if here <= META_ITERATION else "MISSED"
    print(
        f"| {name}: meta iteration in training steps, by processor time"
        f" | {here:.2f} | {there:.2f} | | | | <= {META_ITERATION:.2f} | | {outcome} |",
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
    print(f"| overhead: % of the step outside the kernels | {percent:.1f} | | | | | < 8 | 3 | {outcome} |")
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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [*ROWS, "augment", "memory", "overhead", "profile"]
    parser.add_argument("--rows", nargs="+", choices=names, default=names, metavar="ROW", help=", ".join(names))
    parser.add_argument("--rounds", type=int, default=5, help="alternating runs (5)")
    parser.add_argument("--steps", type=int, help="measured steps of a run, instead of the row's own; a multiple of K")
    seldom = "steps between averagings of train-2-workers (20)"
    parser.add_argument("--every", type=int, default=20, metavar="K", help=seldom)
    kinds = [*dict.fromkeys(forms(ROWS["train-2-workers"][0]) + forms(ROWS["inference"][0]))]
    named = "forms of PyTorch that take turns (all): " + ", ".join(kinds)
    parser.add_argument("--forms", nargs="+", choices=kinds, default=kinds, metavar="FORM", help=named)
    given = parser.parse_args()
    ROWS["train-2-workers"][0]["every"] = given.every
    if given.rows != ["profile"]:
        print("| row | longtail-spark, images/s | PyTorch | its form | ratio | by processor time | must | aim | met |")
        print("|---|---|---|---|---|---|---|---|---|", flush=True)
    peaks = {}
    for name in given.rows:
        if name in ROWS:
            peaks[name] = compare(name, given.rounds, given.steps, given.forms)
    if "augment" in given.rows:
        augment(given.rounds, given.steps)
    if "memory" in given.rows:
        for name in ("resnet50", "resnet50-recompute"):
            if name not in peaks:
                middles = turns(ROWS[name][0], given.rounds, 2, given.forms)[:2]
                peaks[name] = [middle["peak_megabytes"] for middle in middles]
            here, there = peaks[name]
            outcome = "must" if here <= 0.8 * there else "MISSED"
            print(
                f"| memory: peak of {name}, MB | {here:.0f} | {there:.0f} | | {here / there:.2f} | "
                f"| <= 0.80 | | {outcome} |",
                flush=True,
            )
    if "overhead" in given.rows:
        print("\n" + overhead(given.steps))
    if "profile" in given.rows:
        profiles(given.rounds, given.steps)


if __name__ == "__main__":
    main()
