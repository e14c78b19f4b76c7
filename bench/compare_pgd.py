#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare_pgd.py CUPEL: PGD-20 and PGD-100 by Cupel and by plain PyTorch in the same run, CPU time and verdicts.

Runs each side ROUNDS times in turn (so that other work on the machine hits both) and takes each side's smallest CPU time.
Cupel's figure is the CPU time of the whole check as its own evidence states it: predictions, attack, exact confirmation,
pictures; PyTorch's is the attack alone. One thread each.
"""
import base64
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile

ROUNDS = int(os.environ.get("ROUNDS", "3"))
IMAGES = 1000
EPSILON = 0.03137254901960784
HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "../examples/fashion/resnet.onnx")


def peak(cupel):
    out = subprocess.run([cupel, "--json", "model", "bench", MODEL, "--batch", "32"], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def ours(cupel, steps):
    run = tempfile.mkdtemp()
    try:
        env = dict(os.environ, CUPEL_HOME=os.path.join(run, "home"))
        subprocess.run([cupel, "--quiet", "assess", os.path.join(HERE, f"plans/pgd{steps}.toml"), "--out", os.path.join(run, "run"), "--jobs", "1"],
                       check=False, env=env, capture_output=True)
        with open(os.path.join(run, "run/evidence/0001-inspect.pgd.sigstore.json")) as f:
            payload = json.load(f)["dsseEnvelope"]["payload"]
        predicate = json.loads(base64.b64decode(payload))["predicate"]
        metrics = {m["metric"]: m["value"] for m in predicate["metrics"]}
        return predicate["cpuSeconds"], metrics
    finally:
        shutil.rmtree(run)


def theirs(steps):
    out = subprocess.run(["/usr/bin/python3", os.path.join(HERE, "pgd_pytorch.py"), MODEL, str(IMAGES), str(steps), str(EPSILON)],
                         check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def main():
    cupel = os.path.abspath(sys.argv[1])
    machine = peak(cupel)
    print(f"model: {machine['forwardGradientMsPerSample']:.3f} ms forward and gradient a sample, "
          f"{100 * machine['gradientShareOfPeak']:.1f} % of this machine's measured {machine['peakGflopPerSecond']:.0f} GFLOP/s")
    print("attack    cupel CPU-ms/image   pytorch CPU-ms/image   ratio   robust: cupel, pytorch   gradient passes")
    for steps in (20, 100):
        best_ours, best_theirs = math.inf, math.inf
        for _ in range(ROUNDS):
            cpu, metrics = ours(cupel, steps)
            best_ours = min(best_ours, cpu)
            reference = theirs(steps)
            best_theirs = min(best_theirs, reference["cpu_seconds"])
        a, b = metrics["robust_accuracy"], reference["robust_accuracy"]
        half_width = 1.96 * math.sqrt(2 * max(b * (1 - b), 1e-9) / IMAGES)
        agree = "agree" if abs(a - b) <= half_width else "DISAGREE"
        print(f"PGD-{steps:<5} {1e3 * best_ours / IMAGES:>12.2f} {1e3 * best_theirs / IMAGES:>22.2f} {best_theirs / best_ours:>13.2f}x"
              f" {100 * a:>10.1f} %, {100 * b:.1f} % ({agree}) {int(metrics['gradient_evaluations']):>12}")


main()
