#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""attributions_golden.py: writes attributions_golden.json, what plain PyTorch answers to one drawn picture.

The networks are examples/fashion/lenet.onnx and resnet.onnx, rebuilt from the files' own nodes (bench/pgd_pytorch.py);
the picture is a formula, the baseline zero, the class the network's answer. Each method is written here from its paper,
apart from Cupel: input gradients by autograd, integrated gradients with NumPy's Gauss-Legendre nodes, Grad-CAM with
F.interpolate, DeepLift as autograd functions on the input beside its reference, occlusion by loops. Every seventh value
is kept, and the sum. Captum 0.8.0 (commit faac0877) on the same networks as nn.Modules differs by at most 3e-7 of the
largest value, for DeepLift on lenet when a module stands between each ReLU and its MaxPool. Run from the repository's
root with Debian's python3-torch (1.13), python3-onnx and python3-numpy.
"""
import json
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../..")
sys.path.insert(0, os.path.join(ROOT, "bench"))
from pgd_pytorch import Network  # noqa: E402

POINTS = 18
WINDOW, STRIDE = 4, 2
SPATIAL = {"lenet": "conv2.relu.pool", "resnet": "block3.sum.relu"}


class RescaledRelu(torch.autograd.Function):
    """Rows 0 and 1 are the input and its reference."""

    @staticmethod
    def forward(ctx, z):
        y = z.clamp(min=0)
        ctx.save_for_backward(z, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        z, y = ctx.saved_tensors
        dz, dy = z[:1] - z[1:], y[:1] - y[1:]
        plain = (z[:1] > 0).to(grad.dtype)
        multiplier = torch.where(dz.abs() < 1e-10, plain, dy / dz)
        return grad * torch.cat([multiplier, multiplier])


class RescaledMaxPool(torch.autograd.Function):
    """Cross maxima, for windows that do not overlap."""

    @staticmethod
    def forward(ctx, z, kernel, stride):
        y, indices = F.max_pool2d(z, kernel, stride, return_indices=True)
        ctx.save_for_backward(z, y, indices)
        ctx.window = (kernel, stride)
        return y

    @staticmethod
    def backward(ctx, grad):
        z, y, indices = ctx.saved_tensors
        dz = z[:1] - z[1:]
        top = torch.maximum(y[:1], y[1:])
        gain, loss = grad[:1] * (top - y[1:]), grad[:1] * (y[:1] - top)
        unpool = lambda v, i: F.max_unpool2d(v, i, *ctx.window, output_size=z[:1].shape[2:])  # noqa: E731
        moved = unpool(gain, indices[:1]) + unpool(loss, indices[1:])
        plain = unpool(grad[:1], indices[:1])
        multiplier = torch.where(dz.abs() < 1e-10, plain, moved / dz)
        return torch.cat([multiplier, torch.zeros_like(multiplier)]), None, None


class DeepLiftNetwork(Network):
    @staticmethod
    def op_Relu(a, i):
        return RescaledRelu.apply(i[0])

    @staticmethod
    def op_MaxPool(a, i):
        return RescaledMaxPool.apply(i[0], a["kernel_shape"], a.get("strides"))


def picture():
    i = np.arange(784)
    row, column = i // 28, i % 28
    x = 0.5 + 0.25 * np.sin(0.37 * row) + 0.25 * np.cos(0.23 * column * (1 + row / 28.0))
    return torch.from_numpy(np.where((row > 3) & (row < 25) & (column > 5) & (column < 22), x, 0.0).astype(np.float32).reshape(1, 1, 28, 28))


def gradient(network, x, target):
    x = x.clone().requires_grad_(True)
    return torch.autograd.grad(network(x)[:, target].sum(), x)[0]


def values_after(network, x, name):
    """The network's value of that name, and the logits as a function of it."""
    values = dict(network.values)
    values[network.input] = x
    kept = None
    for node in network.nodes:
        attributes = {p.name: __import__("onnx").helper.get_attribute_value(p) for p in node.attribute}
        values[node.output[0]] = getattr(network, "op_" + node.op_type)(attributes, [values[n] if n else None for n in node.input])
        if node.output[0] == name:
            kept = values[name].detach().requires_grad_(True)
            values[name] = kept
    return kept, values[network.output]


def explain(name):
    network = Network(os.path.join(ROOT, "examples/fashion", name + ".onnx"))
    x, base = picture(), torch.zeros(1, 1, 28, 28)
    with torch.no_grad():
        target = int(network(x).argmax())
        difference = float(network(x)[0, target] - network(base)[0, target])
    maps = {}
    g = gradient(network, x, target)
    maps["saliency"] = g.abs()
    maps["input-x-gradient"] = g * x
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)
    total = torch.zeros_like(x, dtype=torch.float64)
    for node, weight in zip(nodes, weights):
        total += weight / 2 * gradient(network, base + float((1 + node) / 2) * (x - base), target).double()
    maps["integrated-gradients"] = total * (x - base)
    kept, logits = values_after(network, x, SPATIAL[name])
    slope = torch.autograd.grad(logits[0, target], kept)[0]
    cam = F.relu((slope.mean((2, 3), keepdim=True) * kept).sum(1, keepdim=True))
    maps["grad-cam"] = F.interpolate(cam, (28, 28), mode="bilinear", align_corners=False).detach()
    lift = DeepLiftNetwork(os.path.join(ROOT, "examples/fashion", name + ".onnx"))
    leaf = x.clone().requires_grad_(True)
    answer = lift(torch.cat([leaf, base]))
    maps["deeplift"] = torch.autograd.grad(answer[0, target], leaf)[0] * (x - base)
    drop, covers = torch.zeros(28, 28), torch.zeros(28, 28)
    with torch.no_grad():
        full = network(x)[0, target]
        for top in range(0, 28 - WINDOW + 1, STRIDE):
            for left in range(0, 28 - WINDOW + 1, STRIDE):
                hidden = x.clone()
                hidden[:, :, top:top + WINDOW, left:left + WINDOW] = 0
                drop[top:top + WINDOW, left:left + WINDOW] += full - network(hidden)[0, target]
                covers[top:top + WINDOW, left:left + WINDOW] += 1
    maps["occlusion"] = drop / covers
    out = {"class": target, "difference": difference}
    for method, values in maps.items():
        flat = values.double().reshape(-1).numpy()
        out[method] = {"sum": float(flat.sum()), "largest": float(np.abs(flat).max()), "values": [float("%.9g" % v) for v in flat[::7]]}
    return out


def main():
    torch.set_num_threads(1)
    result = {"source": "attributions_golden.py, torch " + torch.__version__, "points": POINTS, "every": 7}
    for name in ("lenet", "resnet"):
        result[name] = explain(name)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "attributions_golden.json"), "w") as out:
        json.dump(result, out, indent=0)
        out.write("\n")


if __name__ == "__main__":
    main()
