#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare_attacks.py CUPEL [CASE ...]: attacks by Cupel and by public code in the same run: CPU time, verdicts, memory.

CASE: part of a case's name ("pgd", "autoattack cnn"); without one, all. Each side runs ROUNDS times in turn (so that other
work on the machine hits both) and its smallest CPU time counts. One thread each. Cupel's figure is the CPU time of the
whole check as its own evidence states it: predictions, attack, exact confirmation, pictures; the peer's is the attack alone.
Verdicts are compared image by image: an image is broken when it is answered wrongly, untouched ones included.

Environment:
  PEERS         folder with checkouts auto-attack/ (fra31), adversarial-attacks-pytorch/ (Harry24k, "torchattacks") and
                foolbox/ (bethgelab). A peer that is not there is "not at hand"; where bench/ has a plain PyTorch script
                for the attack, that stands in.
  CUPEL_SHARED  folder with data/bench-inspect/{cnn,resnet_bn}.onnx; without it only examples/fashion/resnet.onnx is run.
  ROUNDS        default 3.
"""
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile

ROUNDS = int(os.environ.get("ROUNDS", "3"))
HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLE = os.path.join(HERE, "../examples/fashion/resnet.onnx")
MANIFEST = os.path.abspath(os.path.join(HERE, "../examples/fashion/test.toml"))

EPS_RESNET, EPS_CNN = 8 / 255, 0.1
FAR = 100.0  # a budget no nearest input exceeds: the attack's own success decides


def networks():
    shared = os.environ.get("CUPEL_SHARED")
    found = {"resnet": os.path.abspath(EXAMPLE)}
    if shared:
        for name, file in (("cnn", "cnn.onnx"), ("resnet", "resnet_bn.onnx")):
            path = os.path.join(shared, "data/bench-inspect", file)
            if os.path.exists(path):
                found[name] = os.path.abspath(path)
    return found


def cases():
    """name, network, images, budget, Cupel's check and parameters, peers in the order of preference, peer's attack and options."""
    for network, eps, many, few in (("cnn", EPS_CNN, 1000, 200), ("resnet", EPS_RESNET, 1000, 100)):
        for steps in (20, 100):
            yield (f"PGD-{steps}", network, many, eps, "inspect.pgd", {"steps": steps}, ("torchattacks", "plain"), "pgd", {"steps": steps})
        yield ("APGD-CE", network, 200, eps, "inspect.apgd", {}, ("auto-attack",), "apgd-ce", {})
        yield ("AutoAttack", network, few, eps, "inspect.autoattack", {}, ("auto-attack",), "autoattack", {})
        yield ("AA-bfloat16", network, few, eps, "inspect.autoattack", {"search_precision": "bfloat16"}, ("auto-attack",), "autoattack", {})
        yield ("Square-1000", network, few, eps, "inspect.square", {"queries": 1000}, ("auto-attack",), "square", {"queries": 1000})
    yield ("DeepFool", "resnet", 50, FAR, "inspect.deepfool", {"steps": 50, "candidates": 10, "overshoot": 0.02}, ("foolbox",), "deepfool", {})
    yield ("C&W", "resnet", 30, FAR, "inspect.carlini-wagner",
           {"binary_search_steps": 5, "steps": 100, "initial_const": 0.1, "learning_rate": 0.01, "confidence": 0.0}, ("foolbox",), "cw", {})


def toml(value):
    return json.dumps(value)


def run(command, **options):
    """Output and peak memory (MB) of a program."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, **options)
        _, status, usage = os.wait4(process.pid, 0)
        out.seek(0)
        err.seek(0)
        return os.waitstatus_to_exitcode(status), out.read(), err.read().decode(errors="replace"), usage.ru_maxrss / 1024


def ours(cupel, model, check, parameters, images, eps):
    folder = tempfile.mkdtemp()
    try:
        given = {"epsilons": [eps], **parameters}
        plan = os.path.join(folder, "plan.toml")
        with open(plan, "w") as f:
            f.write(f'name = "benchmark"\nseed = 0\n[model]\nfile = {toml(model)}\n[data]\nmanifest = {toml(MANIFEST)}\n'
                    f'subset = "first {images}"\n[[check]]\nid = "{check}"\n'
                    f'parameters = {{ {", ".join(f"{k} = {toml(v)}" for k, v in given.items())} }}\n')
        code, _, err, memory = run([cupel, "--quiet", "assess", plan, "--out", os.path.join(folder, "run"), "--jobs", "1"],
                                   env=dict(os.environ, CUPEL_HOME=os.path.join(folder, "home")))
        name = os.path.join(folder, "run/results", f"0001-{check}.json")
        if not os.path.exists(name):
            sys.exit(f"cupel assess ended with {code}: {err.strip()}")
        with open(name) as f:
            result = json.load(f)["result"]
        return {"cpu_seconds": cpu_seconds(folder, check), "memory_mb": memory,
                "metrics": {m["name"]: m for m in result["metrics"]},
                "broken": {w["sample"] for w in result["witnesses"]},
                "l2": [w["l2"] for w in result["witnesses"]]}
    finally:
        shutil.rmtree(folder)


def cpu_seconds(folder, check):
    import base64
    with open(os.path.join(folder, "run/evidence", f"0001-{check}.sigstore.json")) as f:
        payload = json.load(f)["dsseEnvelope"]["payload"]
    return json.loads(base64.b64decode(payload))["predicate"]["cpuSeconds"]


def theirs(peers, attack, model, images, eps, options):
    """The first peer that is at hand, or None."""
    root = os.environ.get("PEERS", "")
    folders = {"torchattacks": "adversarial-attacks-pytorch", "auto-attack": "auto-attack", "foolbox": "foolbox"}
    for peer in peers:
        if peer != "plain" and not (root and os.path.isdir(os.path.join(root, folders[peer]))):
            continue
        code, out, err, memory = run(["/usr/bin/python3", os.path.join(HERE, "peer_attack.py"), peer, attack, model, str(images), repr(eps)]
                                     + [f"{k}={v}" for k, v in options.items()])
        if code != 0:
            print(f"  {peer} failed: {err.strip().splitlines()[-1] if err.strip() else code}")
            continue
        return dict(json.loads(out.splitlines()[-1]), peer=peer, memory_mb=memory)
    return None


def median(values):
    return sorted(values)[len(values) // 2] if values else math.nan


def compare(cupel, case, model):
    name, network, images, eps, check, parameters, peers, attack, options = case
    best_ours, best_theirs, a, b = math.inf, math.inf, None, None
    for _ in range(ROUNDS):
        a = ours(cupel, model, check, parameters, images, eps)
        best_ours = min(best_ours, a["cpu_seconds"])
        b = theirs(peers, attack, model, images, eps, options)
        if b:
            best_theirs = min(best_theirs, b["cpu_seconds"])
    robust = 100 * a["metrics"]["robust_accuracy"]["value"]
    line = f"{name:<12} {network:<7} {images:>5} {1e3 * best_ours / images:>10.2f}"
    if b is None:
        return f"{line} {'peer not at hand':>24} {'':>8} {robust:>8.1f} %"
    clean = set(b["clean_wrong"])
    wrong = a["broken"] | clean
    differ = len(wrong ^ set(b["broken"]))
    text = (f"{line} {1e3 * best_theirs / images:>10.2f} {b['peer']:<13} {best_theirs / best_ours:>7.2f}x {robust:>8.1f} %"
            f" {100 * (1 - len(b['broken']) / images):>6.1f} % {images - differ:>5}/{images:<5}"
            f" {a['memory_mb']:>6.0f} {b['memory_mb']:>6.0f}")
    if eps == FAR:
        text += f"   median L2 {median(a['l2']):.3f}, {median(b['l2']):.3f}"
    return text


def machine(cupel):
    code, out, _, _ = run([cupel, "--json", "model", "bench", os.path.abspath(EXAMPLE), "--batch", "32"])
    if code == 0:
        m = json.loads(out)
        print(f"model: {m['forwardGradientMsPerSample']:.3f} ms forward and gradient a sample, {100 * m['gradientShareOfPeak']:.1f} % "
              f"of this machine's measured {m['peakGflopPerSecond']:.0f} GFLOP/s; load {os.getloadavg()[0]:.1f}")


def main():
    cupel = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:]
    machine(cupel)
    print("                            CPU-ms per image                            robust accuracy      same      peak MB")
    print("attack       network images      cupel       peer                ratio      cupel    peer  verdicts    cupel   peer", flush=True)
    found = networks()
    for case in cases():
        title = f"{case[0]} {case[1]}".lower()
        if case[1] not in found or (wanted and not any(w.lower() in title for w in wanted)):
            continue
        print(compare(cupel, case, found[case[1]]), flush=True)


main()
