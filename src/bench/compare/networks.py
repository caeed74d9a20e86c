"""The networks of the comparison in plain PyTorch: ResNet-32 for small images, ResNet-50 and ResNeXt-50 for large ones."""

from torch import nn
from torch.nn import functional


class SmallBlock(nn.Module):
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
                blocks.append(SmallBlock(inputs, width, stride if index == 0 else 1))
                inputs = width
        self.blocks = nn.Sequential(*blocks)
        self.classifier = nn.Linear(64, classes)

    def features(self, x):
        x = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return self.blocks(x).mean((2, 3))

    def forward(self, x):
        return self.classifier(self.features(x))


class Bottleneck(nn.Module):
    def __init__(self, inputs, inner, outputs, stride, groups):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, inner, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, 1, groups=groups, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        y = functional.relu(self.bn2(self.conv2(y)), inplace=True)
        y = self.bn3(self.conv3(y))
        x = x if self.downsample is None else self.downsample(x)
        return functional.relu(y + x, inplace=True)


class LargeResNet(nn.Module):
    """ResNet-50 with inner width 64 and one group, ResNeXt-50 32x4d with 128 and 32."""

    def __init__(self, classes, inner, groups):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        layers, inputs = [], 64
        for stage, blocks in enumerate((3, 4, 6, 3)):
            outputs = 256 << stage
            for block in range(blocks):
                stride = 2 if block == 0 and stage > 0 else 1
                layers.append(Bottleneck(inputs, inner << stage, outputs, stride, groups))
                inputs = outputs
        self.layers = nn.Sequential(*layers)
        self.classifier = nn.Linear(inputs, classes)

    def features(self, x):
        x = self.maxpool(functional.relu(self.bn1(self.conv1(x)), inplace=True))
        return self.layers(x).mean((2, 3))

    def forward(self, x):
        return self.classifier(self.features(x))


def build(name, classes):
    return {
        "resnet32": lambda: ResNet32(classes),
        "resnet50": lambda: LargeResNet(classes, 64, 1),
        "resnext50": lambda: LargeResNet(classes, 128, 32),
    }[name]()
