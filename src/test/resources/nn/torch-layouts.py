"""Writes torch-layouts.zip: one small network in the files of several programs (PyTorch 2)."""

import argparse
import collections
import io
import zipfile

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        if inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )


class Features(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.layer1 = nn.Sequential(Block(4, 4, 1))
        self.layer2 = nn.Sequential(Block(4, 8, 2))
        self.layer3 = nn.Sequential(Block(8, 16, 2))


class Whole(Features):
    """As torchvision and timm have it, with the classifier called fc."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(16, 5)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(16, 5)


class Detached(nn.Module):
    """As OpenMMLab has it: a backbone and a head."""

    def __init__(self):
        super().__init__()
        self.backbone = Features()
        self.head = Classifier()


class Named(nn.Module):
    def __init__(self, **parts):
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)


def numbered(*modules):
    """Gives every number its value: by its tensor's place in the network, then its own."""
    place = 0
    for module in modules:
        for name, tensor in module.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                values = (place * 31 + torch.arange(tensor.numel()) * 7) % 17
                tensor.copy_((values.float() / 8).reshape(tensor.shape))
                place += 1
    return modules if len(modules) > 1 else modules[0]


def whole():
    return numbered(Whole())


def apart():
    return numbered(Features(), Classifier())


def trained(module):
    """The state of an optimiser that has momentum."""
    optimizer = torch.optim.SGD(module.parameters(), 0.1, 0.9)
    for parameter in module.parameters():
        optimizer.state[parameter]["momentum_buffer"] = torch.zeros(())
    return optimizer.state_dict()


def layouts():
    net = whole()
    yield "torchvision", net.state_dict()
    yield "data-parallel", {"epoch": 3, "state_dict": nn.DataParallel(net).state_dict()}
    yield "compiled", torch.compile(net).state_dict()
    yield "data-parallel-compiled", {"model": nn.DataParallel(torch.compile(net)).state_dict()}
    yield "lightning", {
        "epoch": 9,
        "global_step": 100,
        "pytorch-lightning_version": "2.4.0",
        "state_dict": Named(model=net, metric=nn.Identity()).state_dict(),
        "loops": {"fit_loop": {"state_dict": {}}},
        "callbacks": {"ModelCheckpoint{'monitor': None}": {"best_model_score": torch.tensor(0.5)}},
        "optimizer_states": [trained(net)],
        "lr_schedulers": [{"base_lrs": [0.1]}],
        "hyper_parameters": {"lr": 0.1},
    }
    yield "timm", {
        "epoch": 9,
        "arch": "resnet",
        "state_dict": net.state_dict(),
        "state_dict_ema": net.state_dict(),
        "optimizer": trained(net),
        "args": argparse.Namespace(model="resnet", lr=0.1),
        "version": 2,
        "metric": 50.0,
    }
    yield "moco", {"arch": "resnet", "state_dict": Named(module=Named(encoder_q=net)).state_dict()}
    yield "openmmlab", {"meta": {"epoch": 9}, "state_dict": numbered(Detached()).state_dict()}
    features, classifier = apart()
    yield "metasaug", {
        "epoch": 20,
        "state_dict": {"feature": features.state_dict(), "classifier": classifier.state_dict()},
        "optimizer": trained(classifier),
    }
    yield "metasaug-parallel", {
        "epoch": 20,
        "state_dict": {
            "feature": nn.DataParallel(features).state_dict(),
            "classifier": nn.DataParallel(classifier).state_dict(),
        },
    }
    yield "classifier-balancing", {
        "epoch": 90,
        "best_epoch": 80,
        "state_dict_best": {
            "feat_model": nn.DataParallel(features).state_dict(),
            "classifier": nn.DataParallel(classifier).state_dict(),
        },
        "best_acc": 0.5,
        "centroids": torch.zeros(5, 16),
    }
    yield "bag-of-tricks", {
        "state_dict": Named(
            module=Named(backbone=features, classifier=classifier.fc)
        ).state_dict(),
        "epoch": 200,
        "best_result": 0.7,
        "best_epoch": 190,
        "scheduler": {"milestones": collections.Counter({160: 1, 180: 1}), "last_epoch": 200},
        "optimizer": trained(net),
    }


if __name__ == "__main__":
    with torch.no_grad(), zipfile.ZipFile("torch-layouts.zip", "w", zipfile.ZIP_DEFLATED) as out:
        for name, layout in layouts():
            file = io.BytesIO()
            torch.save(layout, file)
            out.writestr(zipfile.ZipInfo(name + ".pth"), file.getvalue(), zipfile.ZIP_DEFLATED, 9)
