"""One training step of ResNet-32 in PyTorch, as `jobs/benchmark` does it here; prints one JSON line.

The work is the same: forward, cross-entropy, backward, SGD with Nesterov momentum and weight decay,
on one resident batch of random images, channels last, float32.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride = stride
        self.padding = (outputs - inputs) // 2

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        if self.stride != 1:
            x = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.padding, self.padding))
        return functional.relu(y + x, inplace=True)


class ResNet32(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        blocks, inputs = [], 16
        for width, stride in ((16, 1), (32, 2), (64, 2)):
            for index in range(5):
                blocks.append(Block(inputs, width, stride if index == 0 else 1))
                inputs = width
        self.blocks = nn.Sequential(*blocks)
        self.classifier = nn.Linear(64, classes)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return self.classifier(self.blocks(x).mean((2, 3)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--mode", choices=("train", "inference"), default="train")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    network = ResNet32(100).to(memory_format=torch.channels_last)
    images = torch.randn(options.batch, 3, 32, 32).to(memory_format=torch.channels_last)
    labels = torch.arange(options.batch) % 100
    optimizer = torch.optim.SGD(
        network.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=2e-4
    )

    def train():
        optimizer.zero_grad(set_to_none=False)
        functional.cross_entropy(network(images), labels).backward()
        optimizer.step()

    def infer():
        with torch.no_grad():
            network(images)

    step = train if options.mode == "train" else infer
    network.train(options.mode == "train")
    for _ in range(3):
        step()
    wall, cpu = [], []
    for _ in range(options.steps):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        step()
        cpu.append(time.process_time() - cpu_start)
        wall.append(time.perf_counter() - wall_start)
    print(
        json.dumps(
            {
                "images_per_second": options.batch / statistics.median(wall),
                "cpu_images_per_second": options.batch / statistics.median(cpu),
                "milliseconds_per_step": 1e3 * statistics.median(wall),
                "parameters": sum(p.numel() for p in network.parameters()),
                "kernels": "torch " + torch.__version__,
                "threads": options.threads,
                "batch": options.batch,
                "mode": options.mode,
            }
        )
    )


if __name__ == "__main__":
    main()
