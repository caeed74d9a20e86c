"""A meta iteration of MetaSAug (Li et al., CVPR 2021) by double backpropagation, as its published code does it.

Pseudo step with create_graph, meta loss through functional parameters, gradient at the covariances, real step. In place of a
copied network there is torch.func.functional_call; the covariance term is two batched products; the estimator has no loop over
classes.
"""

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional

RATE, META_RATE, RATIO, MAX_MARGIN, BETA = 1e-3, 0.1, 0.75 * 180 / 200, 0.5, 0.9999


class WithFeatures(nn.Module):
    """The network, returning the classifier's input too."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, images):
        features = self.network.features(images)
        return features, self.network.classifier(features)


def class_counts(classes):
    """From 500 images down to 5."""
    return torch.tensor([int(500 * 100 ** (-c / max(1, classes - 1))) for c in range(classes)], dtype=torch.float64)


def long_tailed(counts, batch):
    """The labels of images that lie at equal distances in the sorted training set."""
    places = (torch.arange(batch, dtype=torch.float64) + 0.5) / batch * counts.sum()
    return torch.searchsorted(counts.cumsum(0), places, right=True)


class Estimator:
    """Class-wise number, mean and covariance of all features seen."""

    def __init__(self, classes, width):
        self.count = torch.zeros(classes)
        self.mean = torch.zeros(classes, width)
        self.covariance = torch.zeros(classes, width, width)

    def update(self, features, labels):
        seen, row, number = labels.unique(return_inverse=True, return_counts=True)
        number = number.to(features.dtype)
        mean = torch.zeros(len(seen), features.shape[1]).index_add_(0, row, features) / number[:, None]
        apart = features - mean[row]
        square = torch.zeros(len(seen), features.shape[1], features.shape[1])
        square.index_add_(0, row, apart[:, :, None] * apart[:, None, :])
        share = number / (number + self.count[seen])
        shift = self.mean[seen] - mean
        share3 = share[:, None, None]
        self.covariance[seen] = (
            (1 - share3) * self.covariance[seen]
            + share3 * square / number[:, None, None]
            + share3 * (1 - share3) * shift[:, :, None] * shift[:, None, :]
        )
        self.mean[seen] += share[:, None] * (mean - self.mean[seen])
        self.count[seen] += number


def stepper(network, images, meta_images, classes):
    """The step on resident batches; all parameters take part in the meta step."""
    model = WithFeatures(network)
    model.train()
    counts = class_counts(classes)
    labels, meta_labels = long_tailed(counts, len(images)), torch.arange(len(meta_images)) % classes
    margins = (MAX_MARGIN * (counts.min() / counts) ** 0.25).float()
    weights = (1 - BETA) / (1 - BETA**counts)
    weights = (weights * classes / weights.sum()).float()
    estimator = Estimator(classes, network.classifier.in_features)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE, momentum=0.9, nesterov=True, weight_decay=5e-4)
    rows = torch.arange(len(images))

    def loss(logits, weight, covariance):
        apart = weight[None] - weight[labels][:, None]
        augmentation = RATIO * (torch.bmm(apart, covariance[labels]) * apart).sum(2)
        logits = logits + 0.5 * augmentation
        logits = logits.index_put((rows, labels), -margins[labels], accumulate=True)
        return functional.cross_entropy(logits, labels, weight=weights)

    def step():
        covariance = estimator.covariance.clone().requires_grad_()
        parameters = dict(model.named_parameters())
        buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
        _, logits = functional_call(model, (parameters, buffers), (images,))
        pseudo = loss(logits, parameters["network.classifier.weight"], covariance)
        gradients = torch.autograd.grad(pseudo, tuple(parameters.values()), create_graph=True)
        moved = {name: p - RATE * g for (name, p), g in zip(parameters.items(), gradients)}
        _, meta_logits = functional_call(model, (moved, buffers), (meta_images,))
        meta_loss = functional.cross_entropy(meta_logits, meta_labels)
        covariance = covariance.detach() - META_RATE * torch.autograd.grad(meta_loss, covariance)[0]
        optimizer.zero_grad()
        features, logits = model(images)
        loss(logits, network.classifier.weight, covariance).backward()
        estimator.update(features.detach(), labels)
        optimizer.step()

    return step
