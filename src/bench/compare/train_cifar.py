"""Trains ResNet-32 on CIFAR-10-LT or CIFAR-100-LT in plain PyTorch as the recipes
conf/cifar*-lt/cross-entropy.yaml and drw-ldam.yaml say, on the archive that jobs/prepare reads.

  train_cifar.py --data cifar-10-python.tar.gz [--loss cross-entropy|drw-ldam] [--precision float32|bfloat16]
                 [--compile] [--seed 42] [--threads 1] [--epochs 200]

The subset is that of the published code (numpy's shuffle with seed 0). Prints a line of JSON for each fifth epoch with the
accuracy on the whole test set, and of classes by their training images: many (over 100), medium, few (under 20).
With --epochs the milestones move in proportion, for a quick look; the figures are those of 200.
"""

import argparse
import json
import pickle
import tarfile
import time

import networks
import numpy
import torch
from torch import nn
from torch.nn import functional

MEAN = torch.tensor([0.4914, 0.4822, 0.4465]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.2023, 0.1994, 0.2010]).view(1, 3, 1, 1)
WARMUP = 5


def read(archive):
    """Images [n, 3, 32, 32] and labels of training and test, in the order of the archive."""
    parts = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            name = member.name.rsplit("/", 1)[-1]
            if name.startswith("data_batch") or name in ("train", "test", "test_batch"):
                content = pickle.load(tar.extractfile(member), encoding="bytes")
                labels = content.get(b"labels", content.get(b"fine_labels"))
                parts[name] = (content[b"data"].reshape(-1, 3, 32, 32), numpy.array(labels))
    test = next(parts.pop(name) for name in ("test_batch", "test") if name in parts)
    training = [parts[name] for name in sorted(parts)]
    return numpy.concatenate([t[0] for t in training]), numpy.concatenate([t[1] for t in training]), *test


def long_tail(labels, factor):
    """Rows of an exponential profile, drawn as the published code does, and how many each class has."""
    classes = int(labels.max()) + 1
    most = len(labels) / classes
    counts = [int(most * (1 / factor) ** (c / (classes - 1))) for c in range(classes)]
    random = numpy.random.RandomState(0)
    rows = []
    for label, count in enumerate(counts):
        of_class = numpy.where(labels == label)[0]
        random.shuffle(of_class)
        rows.append(of_class[:count])
    return numpy.concatenate(rows), torch.tensor(counts, dtype=torch.float32)


class NormalizedLinear(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        weight = torch.empty(inputs, classes).uniform_(-1, 1)
        self.weight = nn.Parameter(weight.renorm_(2, 1, 1e-5).mul_(1e5))

    def forward(self, x):
        return functional.normalize(x, dim=1) @ functional.normalize(self.weight, dim=0)


def network(loss, classes):
    net = networks.build("resnet32", classes)
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight)
    if loss == "drw-ldam":
        net.classifier = NormalizedLinear(64, classes)
    return net.to(memory_format=torch.channels_last)


def drw_ldam(counts, epoch, logits, labels):
    margins = counts.pow(-0.25)
    margins = margins * (0.5 / margins.max())
    shifted = logits - functional.one_hot(labels, len(counts)) * margins
    weights = None
    if epoch >= 160:
        weights = (1 - 0.9999) / (1 - torch.pow(torch.tensor(0.9999, dtype=torch.float64), counts.double()))
        weights = (weights / weights.sum() * len(counts)).float()
    return functional.cross_entropy(30 * shifted, labels, weight=weights)


def augmented(images):
    """Crops of 32 out of 40 with black edges, mirrored at random, normalised."""
    n = len(images)
    padded = functional.pad(images, (4, 4, 4, 4))
    rows = torch.randint(0, 9, (n,)).view(-1, 1) + torch.arange(32)
    columns = torch.randint(0, 9, (n,)).view(-1, 1) + torch.arange(32)
    columns = torch.where(torch.rand(n, 1) < 0.5, columns.flip(1), columns)
    crops = padded[torch.arange(n).view(-1, 1, 1), :, rows.unsqueeze(2), columns.unsqueeze(1)]
    return normalised(crops.permute(0, 3, 1, 2))


def normalised(images):
    return ((images.float() / 255 - MEAN) / DEVIATION).contiguous(memory_format=torch.channels_last)


def rate(epoch, scale):
    """Of the epoch, counted from one: a warm-up from a third, then a hundredth from 160 and again from 180 on."""
    warm = min(epoch / WARMUP, 1)
    return 0.1 * ((1 - warm) / 3 + warm) * 0.01 ** ((epoch >= 160 * scale) + (epoch >= 180 * scale))


def scored(net, images, labels, counts):
    """Accuracies in percent; always in float32."""
    net.eval()
    with torch.no_grad():
        predicted = torch.cat([net(normalised(part)).argmax(1) for part in images.split(500)])
    by_class = torch.stack([(predicted[labels == c] == c).float().mean() for c in range(len(counts))])
    groups = {"many": counts > 100, "medium": (counts <= 100) & (counts >= 20), "few": counts < 20}
    found = {name: round(100 * by_class[which].mean().item(), 2) for name, which in groups.items() if which.any()}
    return {"top1": round(100 * (predicted == labels).float().mean().item(), 2), **found}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--loss", choices=("cross-entropy", "drw-ldam"), default="cross-entropy")
    parser.add_argument("--factor", type=float, default=100)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--compile", action="store_true", help="train through torch.compile")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    images, labels, test_images, test_labels = (torch.from_numpy(a) for a in read(options.data))
    rows, counts = long_tail(labels.numpy(), options.factor)
    images, labels = images[rows], labels[rows]
    net = network(options.loss, len(counts))
    trained = torch.compile(net) if options.compile else net
    optimizer = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=2e-4)
    start, seen = time.time(), 0
    for epoch in range(1, options.epochs + 1):
        net.train()
        for group in optimizer.param_groups:
            group["lr"] = rate(epoch, options.epochs / 200)
        for batch in torch.randperm(len(labels)).split(128):
            if len(batch) < 128:
                continue  # the last, incomplete one, as in the published code
            with torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bfloat16"):
                logits = trained(augmented(images[batch]))
            logits = logits.float()
            if options.loss == "cross-entropy":
                loss = functional.cross_entropy(logits, labels[batch])
            else:
                loss = drw_ldam(counts, (epoch - 1) * 200 // options.epochs, logits, labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen += len(batch)
        if epoch % 5 == 0 or epoch == options.epochs:
            line = {"epoch": epoch, "loss": round(loss.item(), 4), **scored(net, test_images, test_labels, counts)}
            print(json.dumps({**line, "images_per_second": round(seen / (time.time() - start))}), flush=True)


if __name__ == "__main__":
    main()
