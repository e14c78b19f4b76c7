#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""peer_attack.py PEER ATTACK MODEL.onnx IMAGES EPSILON [KEY=VALUE ...]: one attack by one peer's public interface.

PEER: torchattacks, auto-attack, foolbox (checkouts in $PEERS, see compare_attacks.py) or plain, our own loop of
pgd_pytorch.py. The first IMAGES Fashion-MNIST test images, true labels, batches of 250, seed 0, one thread, in Linf (DeepFool
and C&W: L2). The network is rebuilt from the ONNX file's own nodes (pgd_pytorch.py). Prints one JSON object; cpu_seconds
covers the attack alone; `broken` are the images answered wrongly at the end, scored here and not by the peer.
"""
import contextlib
import json
import os
import sys
import time

from pgd_pytorch import Network, attack as plain_pgd, load
import torch

CHECKOUTS = {"torchattacks": "adversarial-attacks-pytorch", "auto-attack": "auto-attack", "foolbox": "foolbox"}
BATCH = 250


class Model(torch.nn.Module):
    """The network as peers expect one."""

    def __init__(self, path):
        super().__init__()
        self.net = Network(path)
        self.anchor = torch.nn.Parameter(torch.zeros(1), requires_grad=False)  # peers ask a parameter for the device

    def forward(self, x):
        return self.net(x)


def batched(work, x, y):
    return torch.cat([work(bx, by).detach() for bx, by in zip(x.split(BATCH), y.split(BATCH))])


def plain(model, attack, x, y, eps, options):
    # Last iterates, as torchattacks returns them.
    broken = [plain_pgd(model.net, bx, by, eps, int(options["steps"]))[0] for bx, by in zip(x.split(BATCH), y.split(BATCH))]
    return None, torch.cat(broken)


def torchattacks_(model, attack, x, y, eps, options):
    import torchattacks
    return batched(torchattacks.PGD(model, eps=eps, alpha=eps / 4, steps=int(options["steps"]), random_start=True), x, y), None


def auto_attack(model, attack, x, y, eps, options):
    from autoattack import AutoAttack
    whole = AutoAttack(model, norm="Linf", eps=eps, version="standard", seed=0, device="cpu", verbose=False)
    if attack == "autoattack":
        return whole.run_standard_evaluation(x, y, bs=BATCH), None
    if attack == "apgd-ce":
        whole.apgd.loss, whole.apgd.seed = "ce", 0
        return batched(whole.apgd.perturb, x, y), None
    whole.square.n_queries = int(options["queries"])
    return batched(whole.square.perturb, x, y), None


def foolbox_(model, attack, x, y, eps, options):
    import foolbox
    import foolbox.attacks as attacks
    if attack == "deepfool":
        method = attacks.L2DeepFoolAttack(steps=50, candidates=10, overshoot=0.02)
    else:
        method = attacks.L2CarliniWagnerAttack(binary_search_steps=5, steps=100, stepsize=0.01, confidence=0, initial_const=0.1, abort_early=True)
    wrapped = foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu")
    return batched(lambda bx, by: method(wrapped, bx, by, epsilons=None)[1], x, y), None


def main():
    peer, attack, path, images, eps = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
    options = dict(a.split("=") for a in sys.argv[6:])
    if peer in CHECKOUTS:
        sys.path.insert(0, os.path.join(os.environ["PEERS"], CHECKOUTS[peer]))
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = Model(path).eval()
    x, y = load(images)
    with torch.no_grad():
        clean_wrong = torch.cat([model(b).argmax(1) for b in x.split(BATCH)]).ne(y)
    work = {"plain": plain, "torchattacks": torchattacks_, "auto-attack": auto_attack, "foolbox": foolbox_}[peer]
    start, wall = time.process_time(), time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        adversarial, broken = work(model, attack, x, y, eps, options)
    cpu, wall = time.process_time() - start, time.perf_counter() - wall
    l2 = []
    if adversarial is not None:
        with torch.no_grad():
            broken = torch.cat([model(b).argmax(1) for b in adversarial.split(BATCH)]).ne(y)
        l2 = (adversarial - x).flatten(1).norm(dim=1)[broken & ~clean_wrong].tolist()
    broken = broken | clean_wrong
    print(json.dumps({"cpu_seconds": cpu, "wall_seconds": wall, "broken": broken.nonzero().flatten().tolist(),
                      "clean_wrong": clean_wrong.nonzero().flatten().tolist(), "l2": l2}))


main()
