"""What `jobs/benchmark --augment` measures, by torchvision on PIL; prints one JSON line.

Decodes JPEG files and makes training images of them in one thread: RandomResizedCrop(224), RandomHorizontalFlip,
ColorJitter(0.4, 0.4, 0.4), ToTensor, Normalize.
"""

import argparse
import io
import json
import resource
import statistics
import time
from pathlib import Path

import torch

# Beside a CPU build of torch the compiled operators of torchvision's usual package do not load, and its import asks for
# their names. None of these transforms uses them.
OPERATORS = torch.library.Library("torchvision", "DEF")
try:
    import torchvision
except RuntimeError:
    for name in ("nms", "qnms"):
        OPERATORS.define(f"{name}(Tensor boxes, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

import PIL
from PIL import Image
from torchvision import transforms

WARM_UP_PASSES = 5


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--augment", type=Path, required=True, help="folder with JPEG files")
    parser.add_argument("--steps", type=int, default=20, help="passes over the files")
    options = parser.parse_args()
    torch.set_num_threads(1)
    files = [path.read_bytes() for path in sorted(options.augment.rglob("*.jpg"))]
    transform = transforms.Compose(
        [
            transforms.RandomResizedCrop(224),
            transforms.RandomHorizontalFlip(),
            transforms.ColorJitter(0.4, 0.4, 0.4),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ]
    )
    wall, cpu = [], []
    for number in range(WARM_UP_PASSES + options.steps):
        wall_start, cpu_start = time.perf_counter(), time.thread_time()
        for file in files:
            transform(Image.open(io.BytesIO(file)).convert("RGB"))
        if number >= WARM_UP_PASSES:
            cpu.append(time.thread_time() - cpu_start)
            wall.append(time.perf_counter() - wall_start)
    print(
        json.dumps(
            {
                "images": len(files),
                "warm_up_passes": WARM_UP_PASSES,
                "images_per_second": round(len(files) / statistics.median(wall), 1),
                "cpu_images_per_second": round(len(files) / statistics.median(cpu), 1),
                "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "versions": {"torchvision": torchvision.__version__, "pillow": PIL.__version__},
            }
        )
    )


if __name__ == "__main__":
    main()
