"""What `jobs/benchmark` measures, in PyTorch as its documentation recommends; prints one JSON line.

Forward, cross-entropy, backward and SGD with Nesterov momentum and weight decay, or a forward pass
alone, on one resident batch of random images: channels last, inference mode, autocast for bfloat16,
DistributedDataParallel over gloo for several workers, or PeriodicModelAverager (--local-sgd), and
torch.compile (--compile), for inference with parameters as constants (--freeze). Meta iterations of MetaSAug take turns with such training steps, in eager
mode: double backpropagation cannot be compiled.
"""

import argparse
import contextlib
import json
import os
import resource
import statistics
import tempfile
import time

import metasaug
import torch
import torch._inductor.config
from networks import build
from torch import distributed, multiprocessing
from torch.distributed.algorithms.model_averaging.averagers import PeriodicModelAverager
from torch.nn import functional

CLASSES = 100
WARM_UP_STEPS = 3


def peak_megabytes():
    with contextlib.suppress(OSError):
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def stepper(options):
    """What takes turns, the step of that name first, and how many numbers are learnt; on the calling process."""
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    network = build(options.backbone, CLASSES).to(memory_format=torch.channels_last)
    network.train(options.mode != "inference")
    learnt = list(network.parameters())
    parameters = sum(p.numel() for p in learnt)
    together = options.workers > 1 and not options.local_sgd
    if together:
        network = torch.nn.parallel.DistributedDataParallel(network, gradient_as_bucket_view=True)
    if options.compile:
        torch._inductor.config.freezing = options.freeze
        network = torch.compile(network)
    averager = PeriodicModelAverager(options.every) if options.local_sgd else None
    images = torch.randn(options.batch, 3, options.size, options.size)
    images = images.to(memory_format=torch.channels_last)
    labels = torch.arange(options.batch) % CLASSES
    optimizer = torch.optim.SGD(
        learnt, lr=0.1, momentum=0.9, nesterov=True, weight_decay=2e-4
    )
    bfloat16 = options.precision == "bfloat16"

    def train():
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
            logits = network(images)
        functional.cross_entropy(logits.float(), labels).backward()
        optimizer.step()
        if averager is not None:
            averager.average_parameters(learnt)

    # Inductor's documentation freezes under no_grad.
    recording_nothing = torch.no_grad if options.freeze else torch.inference_mode

    def infer():
        with recording_nothing(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
            network(images)

    if options.mode == "metasaug":
        learner = build(options.backbone, CLASSES).to(memory_format=torch.channels_last)
        meta_images = torch.randn_like(images)
        return (metasaug.stepper(learner, images, meta_images, CLASSES), train), parameters
    return ((train if options.mode == "train" else infer),), parameters


def measure(options):
    """Medians over single steps; means over all of them where several workers wait for another."""
    steps, parameters = stepper(options)
    for _ in range(WARM_UP_STEPS):
        for step in steps:
            step()
    times = [([], []) for _ in steps]
    if options.workers > 1:
        distributed.barrier()
    for _ in range(options.steps):
        for step, (wall, cpu) in zip(steps, times):
            wall_start, cpu_start = time.perf_counter(), time.process_time()
            step()
            cpu.append(time.process_time() - cpu_start)
            wall.append(time.perf_counter() - wall_start)
    mean = options.workers > 1
    middle = statistics.mean if mean else statistics.median
    images = options.batch * options.workers
    wall, cpu = times[0]
    return {
        "backbone": options.backbone,
        "mode": options.mode,
        "precision": options.precision,
        "size": options.size,
        "batch": options.batch,
        "threads": options.threads,
        "workers": options.workers,
        "form": ("compile+freeze" if options.freeze else "compile") if options.compile else "eager",
        "every": options.every if options.local_sgd else 1,
        "kernels": "torch " + torch.__version__,
        "parameters": parameters,
        "images_per_second": images / middle(wall),
        "cpu_images_per_second": options.batch / middle(cpu),
        "milliseconds_per_step": 1e3 * middle(wall),
        "peak_megabytes": peak_megabytes(),
        "to_training_step": middle(cpu) / middle(times[1][1]) if len(times) > 1 else 0,
    }


# Outermost operation of the profiler's call tree: the part of the step that it belongs to.
PARTS = {
    "aten::conv2d": "convolution, forward",
    "ConvolutionBackward": "convolution, backward",
    "aten::batch_norm": "batch normalisation",
    "NativeBatchNormBackward": "batch normalisation",
    "aten::add": "sum",
    "AddBackward": "sum",
    "aten::relu": "rectifier",
    "ReluBackward": "rectifier",
    "aten::max_pool2d": "pool and shortcut",
    "MaxPool2D": "pool and shortcut",
    "aten::mean": "pool and shortcut",
    "MeanBackward": "pool and shortcut",
    "aten::pad": "pool and shortcut",
    "ConstantPadNdBackward": "pool and shortcut",
    "aten::slice": "pool and shortcut",
    "SliceBackward": "pool and shortcut",
    "aten::linear": "head and loss",
    "AddmmBackward": "head and loss",
    "aten::cross_entropy_loss": "head and loss",
    "LogSoftmaxBackward": "head and loss",
    "NllLossBackward": "head and loss",
    "Optimizer.": "optimiser",
}


def part(event):
    found = "rest"
    while event is not None:
        found = next((PARTS[name] for name in PARTS if event.name.startswith(name)), found)
        event = event.cpu_parent
    return found


def profile(options):
    """Milliseconds of one step by part, after the profiler of torch."""
    (step,), _ = stepper(options)
    for _ in range(WARM_UP_STEPS):
        step()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profiler:
        start = time.perf_counter()
        for _ in range(options.steps):
            step()
        elapsed = time.perf_counter() - start
    parts = {}
    for event in profiler.events():
        parts[part(event)] = parts.get(part(event), 0) + event.self_cpu_time_total / 1e3 / options.steps
    parts["rest"] = 1e3 * elapsed / options.steps - sum(parts.values()) + parts.get("rest", 0)
    return parts


def worker(rank, options, rendezvous):
    distributed.init_process_group(
        "gloo", init_method="file://" + rendezvous, rank=rank, world_size=options.workers
    )
    result = measure(options)
    if rank == 0:
        print(json.dumps(result), flush=True)
    distributed.destroy_process_group()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backbone", choices=("resnet32", "resnet50", "resnext50"), default="resnet32")
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--batch", type=int, default=128, help="of each worker (128)")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--mode", choices=("train", "inference", "metasaug"), default="train")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--every", type=int, default=1, help="steps between averagings, with --local-sgd (1)")
    parser.add_argument("--local-sgd", action="store_true", help="workers average parameters, not gradients")
    parser.add_argument("--compile", action="store_true", help="the network by torch.compile")
    parser.add_argument("--freeze", action="store_true", help="with --compile and --mode inference: parameters are constants")
    parser.add_argument("--profile", action="store_true", help="time by part of the step, in ms")
    options = parser.parse_args()
    if options.compile and options.mode == "metasaug":
        parser.error("--compile: torch.compile knows no double backpropagation, which --mode metasaug needs")
    if options.freeze and not (options.compile and options.mode == "inference"):
        parser.error("--freeze needs --compile and --mode inference")
    if options.local_sgd and options.workers == 1:
        parser.error("--local-sgd needs several --workers")
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    if options.workers == 1:
        print(json.dumps(profile(options) if options.profile else measure(options)))
        return
    with tempfile.TemporaryDirectory() as folder:
        rendezvous = os.path.join(folder, "rendezvous")
        multiprocessing.spawn(worker, args=(options, rendezvous), nprocs=options.workers)


if __name__ == "__main__":
    main()
