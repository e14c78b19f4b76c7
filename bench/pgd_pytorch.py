#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pgd_pytorch.py MODEL.onnx IMAGES STEPS EPSILON: plain PyTorch PGD on the first IMAGES Fashion-MNIST test images.

The peer of `make bench` where no checkout is at hand: what people write by hand and what torchattacks does. Linf, step EPSILON/4, one uniform random
start, cross-entropy, gradient with respect to the input only, batch 250, one thread, every image attacked for every step;
an image counts as broken when the last iterate is misclassified (and, for the comparison of verdicts, also reported:
when any visited iterate is). The network is rebuilt from the ONNX file's own nodes with torch.nn.functional, batch-norm
unfolded, as PyTorch would run it. Prints one JSON object; cpu_seconds covers the attack alone.
"""
import gzip
import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from onnx import numpy_helper  # noqa: E402

DATA = "/usr/share/datasets/fashion-mnist"


class Network:
    """Runs the few operators of small image networks."""

    def __init__(self, path):
        graph = onnx.load(path).graph
        self.nodes = list(graph.node)
        self.values = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
        self.input = next(i.name for i in graph.input if i.name not in self.values)
        self.output = graph.output[0].name

    def __call__(self, x):
        v = dict(self.values)
        v[self.input] = x
        for node in self.nodes:
            a = {p.name: onnx.helper.get_attribute_value(p) for p in node.attribute}
            i = [v[name] if name else None for name in node.input]
            v[node.output[0]] = getattr(self, "op_" + node.op_type)(a, i)
        return v[self.output]

    @staticmethod
    def op_Conv(a, i):
        pads = a.get("pads", [0, 0, 0, 0])
        assert pads[:2] == pads[2:]
        return F.conv2d(i[0], i[1], i[2] if len(i) > 2 else None, a.get("strides", [1, 1]), pads[:2], a.get("dilations", [1, 1]), a.get("group", 1))

    @staticmethod
    def op_BatchNormalization(a, i):
        return F.batch_norm(i[0], i[3], i[4], i[1], i[2], False, 0.0, a.get("epsilon", 1e-5))

    @staticmethod
    def op_MaxPool(a, i):
        return F.max_pool2d(i[0], a["kernel_shape"], a.get("strides"), a.get("pads", [0, 0])[:2])

    @staticmethod
    def op_Gemm(a, i):
        return F.linear(i[0], i[1] if a.get("transB") else i[1].t(), i[2])

    op_Relu = staticmethod(lambda a, i: F.relu(i[0]))
    op_Add = staticmethod(lambda a, i: i[0] + i[1])
    op_Flatten = staticmethod(lambda a, i: torch.flatten(i[0], a.get("axis", 1)))
    op_Reshape = staticmethod(lambda a, i: i[0].reshape([s if s else i[0].shape[k] for k, s in enumerate(i[1].tolist())]))
    op_GlobalAveragePool = staticmethod(lambda a, i: i[0].mean((2, 3), keepdim=True))
    op_ReduceMean = staticmethod(lambda a, i: i[0].mean(tuple(a["axes"]), keepdim=bool(a.get("keepdims", 1))))
    op_Identity = staticmethod(lambda a, i: i[0])


def load(n):
    with gzip.open(f"{DATA}/t10k-images-idx3-ubyte.gz") as f:
        x = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)[:n]
    with gzip.open(f"{DATA}/t10k-labels-idx1-ubyte.gz") as f:
        y = np.frombuffer(f.read(), np.uint8, offset=8)[:n]
    return torch.from_numpy(x.astype(np.float32) / 255), torch.from_numpy(y.astype(np.int64))


def attack(net, x, y, eps, steps):
    adv = (x + torch.empty_like(x).uniform_(-eps, eps)).clamp(0, 1)
    broken = torch.zeros(len(x), dtype=torch.bool)
    for _ in range(steps):
        adv.requires_grad_(True)
        out = net(adv)
        broken |= out.detach().argmax(1).ne(y)
        grad = torch.autograd.grad(F.cross_entropy(out, y, reduction="sum"), adv)[0]
        adv = adv.detach() + eps / 4 * grad.sign()
        adv = torch.clamp(x + torch.clamp(adv - x, -eps, eps), 0, 1)
    with torch.no_grad():
        last = net(adv).argmax(1).ne(y)
        return last, broken | last | net(x).argmax(1).ne(y)


def main():
    path, n, steps, eps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    torch.set_num_threads(1)
    torch.manual_seed(0)
    net = Network(path)
    x, y = load(n)
    with torch.no_grad():
        clean = torch.cat([net(b) for b in x.split(250)]).argmax(1).eq(y).float().mean().item()
    start, wall = time.process_time(), time.perf_counter()
    last, visited = [], []
    for bx, by in zip(x.split(250), y.split(250)):
        a, b = attack(net, bx, by, eps, steps)
        last.append(a)
        visited.append(b)
    cpu, wall = time.process_time() - start, time.perf_counter() - wall
    print(json.dumps({"images": n, "steps": steps, "epsilon": eps, "clean_accuracy": round(clean, 4),
                      "robust_accuracy_last_iterate": 1 - torch.cat(last).float().mean().item(),
                      "robust_accuracy": 1 - torch.cat(visited).float().mean().item(),
                      "cpu_seconds": cpu, "wall_seconds": wall, "cpu_ms_per_image": 1e3 * cpu / n}))


if __name__ == "__main__":
    main()
