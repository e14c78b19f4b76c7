#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""explain_pytorch.py [IMAGES]: CPU milliseconds an explanation of a Fashion-MNIST image in plain PyTorch, one thread.

The peer of explain_bench: one image at a time, the example networks rebuilt from their ONNX files, methods as people write
them (integrated gradients with 50 Gauss-Legendre points in one batch, as Captum's default; KernelSHAP with 49 patches and
512 coalitions in batches of 32). Prints one JSON object a network.
"""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../cupel/algorithm/explain"))
from pgd_pytorch import Network, load  # noqa: E402
from attributions_golden import ROOT, SPATIAL, DeepLiftNetwork, gradient, values_after  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

NODES, WEIGHTS = np.polynomial.legendre.leggauss(50)
NODES = torch.from_numpy(((1 + NODES) / 2).astype(np.float32)).reshape(-1, 1, 1, 1)
WEIGHTS = torch.from_numpy((WEIGHTS / 2).astype(np.float32)).reshape(-1, 1, 1, 1)


def integrated(net, lift, name, x, t):
    return (gradient(net, NODES * x, t) * WEIGHTS).sum(0) * x


def grad_cam(net, lift, name, x, t):
    kept, logits = values_after(net, x, SPATIAL[name])
    slope = torch.autograd.grad(logits[0, t], kept)[0]
    cam = F.relu((slope.mean((2, 3), keepdim=True) * kept).sum(1, keepdim=True))
    return F.interpolate(cam, (28, 28), mode="bilinear", align_corners=False)


def deep_lift(net, lift, name, x, t):
    leaf = x.clone().requires_grad_(True)
    return torch.autograd.grad(lift(torch.cat([leaf, torch.zeros_like(x)]))[0, t], leaf)[0] * x


def occlusion(net, lift, name, x, t):
    hidden = [x]
    for top in range(0, 25, 2):
        for left in range(0, 25, 2):
            one = x.clone()
            one[:, :, top:top + 4, left:left + 4] = 0
            hidden.append(one)
    with torch.no_grad():
        return torch.cat([net(b) for b in torch.cat(hidden).split(32)])[:, t]


def kernel_shap(net, lift, name, x, t):
    players, count = 49, 510
    sizes = np.arange(1, players)
    chance = 1 / (sizes * (players - sizes))
    z = np.zeros((count, players), np.float32)
    for k in range(0, count, 2):
        z[k, np.random.permutation(players)[:np.random.choice(sizes, p=chance / chance.sum())]] = 1
        z[k + 1] = 1 - z[k]
    masks = torch.from_numpy(z).reshape(-1, 1, 7, 7).repeat_interleave(4, 2).repeat_interleave(4, 3)
    with torch.no_grad():
        values = torch.cat([net(b * x)[:, t] for b in masks.split(32)]).numpy()
        ends = net(torch.cat([x, torch.zeros_like(x)]))[:, t].numpy()
    left = z[:, :-1] - z[:, -1:]
    return np.linalg.lstsq(left, values - ends[1] - z[:, -1] * (ends[0] - ends[1]), rcond=None)[0]


METHODS = {"saliency": lambda net, lift, name, x, t: gradient(net, x, t).abs(), "integrated-gradients": integrated,
           "grad-cam": grad_cam, "deeplift": deep_lift, "occlusion": occlusion, "kernel-shap": kernel_shap}


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    torch.set_num_threads(1)
    np.random.seed(0)
    x, _ = load(n)
    for name in ("lenet", "resnet"):
        path = os.path.join(ROOT, "examples/fashion", name + ".onnx")
        net, lift = Network(path), DeepLiftNetwork(path)
        with torch.no_grad():
            answers = net(x).argmax(1).tolist()
        result = {"network": name, "images": n}
        for method, explain in METHODS.items():
            explain(net, lift, name, x[:1], answers[0])
            start = time.process_time()
            for k in range(n):
                explain(net, lift, name, x[k:k + 1], answers[k])
            result[method] = round(1e3 * (time.process_time() - start) / n, 3)
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
