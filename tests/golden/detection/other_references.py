#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Numbers of the other reference implementations on the generated sets, as C++ hexadecimal numbers.

    CUPEL_DETECTION_SETS=SETS cupel_algorithm_detection_test --gtest_filter='*WritesTheSets*'
    python3 other_references.py SETS PEERS > cupel/algorithm/detection/reference_golden_for_test.h

PEERS holds, unchanged, the files of the projects named below; dota/ also the devkit's own module polyiou, ready to
import. Python 2 sources are translated by lib2to3 on loading and names that NumPy dropped are given back; nothing else of them is changed. bbGt.m is the exception: it is MATLAB, and its
evalRes, compOas and compRoc are written out here line by line.
"""
import contextlib
import io
import json
import math
import pathlib
import sys
import tempfile
import types
import warnings

import numpy as np
import torch
import torchvision.ops

SETS = pathlib.Path(sys.argv[1])
PEERS = pathlib.Path(sys.argv[2])
np.bool = bool
np.float = float


def load(path, edits=(), stubs=()):
    """The module at `path`, translated to Python 3 when it needs that."""
    text = (PEERS / path).read_text() + "\n"
    try:
        compile(text, path, "exec")
    except SyntaxError:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from lib2to3 import refactor
            tool = refactor.RefactoringTool(refactor.get_fixers_from_package("lib2to3.fixes"))
        text = str(tool.refactor_string(text, path))
    for old, new in edits:
        text = text.replace(old, new)
    for name in stubs:
        module = types.ModuleType(name)
        module.__getattr__ = lambda attribute: lambda *arguments, **named: None
        sys.modules.setdefault(name, module)
    module = types.ModuleType(pathlib.Path(path).stem.replace("-", "_"))
    exec(compile(text, path, "exec"), module.__dict__)
    return module


def coco(name):
    truth = json.loads((SETS / f"{name}.truth.json").read_text())
    results = json.loads((SETS / f"{name}.results.json").read_text())
    images = sorted(image["id"] for image in truth["images"])
    classes = sorted(category["id"] for category in truth["categories"])
    return truth["annotations"], results, images, classes


def corners(box):
    return [box[0], box[1], box[0] + box[2] - 1, box[1] + box[3] - 1]


def voc():
    """py-faster-rcnn lib/datasets/voc_eval.py (rbgirshick, commit 781a917b)."""
    module = load("voc/voc_eval.py", [("open(cachefile, 'w')", "open(cachefile, 'wb')")])
    truth, results, images, classes = coco("simple")
    module.parse_rec = lambda image: [{"name": str(a["category_id"]), "difficult": a["ignore"], "bbox": corners(a["bbox"])}
                                      for a in truth if str(a["image_id"]) == image]
    figures = {}
    for metric in (False, True):
        values = []
        for category in classes:
            with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
                root = pathlib.Path(folder)
                (root / "images").write_text("\n".join(map(str, images)))
                lines = [" ".join([str(d["image_id"]), repr(d["score"])] + [repr(float(v)) for v in corners(d["bbox"])])
                         for d in results if d["category_id"] == category]
                (root / f"{category}.txt").write_text("\n".join(lines))
                values.append(module.voc_eval(folder + "/{}.txt", "{}", folder + "/images", str(category), folder, 0.5,
                                              metric)[2])
        figures["kVoc11Points" if metric else "kVocArea"] = values
    return figures


def caltech():
    """Piotr's toolbox, detector/bbGt.m (pdollar/toolbox, commit e8733263)."""
    truth, results, images, classes = coco("simple")

    # Not NumPy's vector power: it is one bit below 0.1 at 10^-1, and 5 false positives in 50 images would not reach it.
    references = [math.pow(10, -2 + 0.25 * i) for i in range(9)]

    def overlap(d, g, ignored):
        w = min(d[0] + d[2], g[0] + g[2]) - max(d[0], g[0])
        h = min(d[1] + d[3], g[1] + g[3]) - max(d[1], g[1])
        if w <= 0 or h <= 0:
            return 0
        t = w * h
        return t / (d[2] * d[3] if ignored else d[2] * d[3] + g[2] * g[3] - t)

    def eval_res(gt, dt, thr):
        dt = sorted(dt, key=lambda row: -row[4])
        gt = [row[:4] + [-row[4]] for row in sorted(gt, key=lambda row: row[4])]
        dt = [row + [0] for row in dt]
        for d in dt:
            best, best_g, best_m = thr, None, 0
            for g in gt:
                m = g[4]
                if m == 1:
                    continue
                if best_m != 0 and m == -1:
                    break
                o = overlap(d, g, m == -1)
                if o < best:
                    continue
                best, best_g, best_m = o, g, 1 if m == 0 else -1
            if best_m == -1:
                d[5] = -1
            elif best_m == 1:
                best_g[4] = 1
                d[5] = 1
        return gt, dt

    values = []
    for category in classes:
        gts, dts = [], []
        for image in images:
            gt, dt = eval_res([[*a["bbox"], a["ignore"]] for a in truth
                               if a["image_id"] == image and a["category_id"] == category],
                              [[*d["bbox"], d["score"]] for d in results
                               if d["image_id"] == image and d["category_id"] == category], 0.5)
            gts += [row for row in gt if row[4] != -1]
            dts += [row for row in dt if row[5] != -1]
        dts.sort(key=lambda row: -row[4])
        tp = np.array([row[5] for row in dts])
        fp = np.cumsum((tp != 1).astype(float))
        tp = np.cumsum(tp)
        xs = np.concatenate([[-np.inf], fp / len(images)])
        ys = np.concatenate([[0], tp / len(gts)])
        rates = np.array([ys[np.nonzero(xs <= ref)[0][-1]] for ref in references])
        values.append(np.exp(np.mean(np.log(np.maximum(1e-10, 1 - rates)))))
    return {"kMissRate": values}


def pairs():
    """torchvision.ops, on the first 40 objects of the simple set and the same, moved and stretched."""
    boxes = torch.tensor([a["bbox"] for a in coco("simple")[0][:80]], dtype=torch.float64)
    boxes[40:, :2] = boxes[:40, :2] + torch.arange(40, dtype=torch.float64)[:, None] % 9 - 4
    for side, period in ((2, 5), (3, 3)):
        boxes[40:, side] = boxes[:40, side] * (0.75 + torch.arange(40, dtype=torch.float64) % period / 8)
    xyxy = torch.cat([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], 1)
    a, b = xyxy[40:], xyxy[:40]
    return {"kGiou": torchvision.ops.generalized_box_iou(a, b).diag().tolist(),
            "kDiou": torchvision.ops.distance_box_iou(a, b).diag().tolist(),
            "kCiou": torchvision.ops.complete_box_iou(a, b).diag().tolist()}


def rows(name):
    header, *lines = (SETS / name).read_text().splitlines()
    return [dict(zip(header.split(","), line.split(","))) for line in lines]


def dota():
    """DOTA_devkit dota_evaluation_task1.py and its module polyiou (CAPTAIN-WHU, commit 99388551)."""
    sys.path.insert(0, str(PEERS / "dota"))
    names = [f"{axis}{i}" for i in range(1, 5) for axis in "xy"]
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        module = load("dota/dota_evaluation_task1.py", stubs=["matplotlib", "matplotlib.pyplot"])
        truth, results = rows("rotated.truth.csv"), rows("rotated.results.csv")
        images = list(dict.fromkeys(row["image"] for row in truth))
        for image in images:
            (root / image.replace(" ", "_")).write_text("".join(
                " ".join([*(row[n] for n in names), row["class"].replace(" ", "_"), row["difficult"]]) + "\n"
                for row in truth if row["image"] == image and row["class"]))
        (root / "images").write_text("\n".join(image.replace(" ", "_") for image in images))
        figures = {"kDotaArea": [], "kDota11Points": []}
        for kind in ("class_0", "class_1"):
            (root / f"{kind}.txt").write_text("\n".join(
                " ".join([row["image"].replace(" ", "_"), row["score"], *(row[n] for n in names)])
                for row in results if row["class"].replace(" ", "_") == kind))
            for eleven, name in ((False, "kDotaArea"), (True, "kDota11Points")):
                with contextlib.redirect_stdout(io.StringIO()):
                    figures[name].append(module.voc_eval(folder + "/{}.txt", folder + "/{}", folder + "/images", kind,
                                                         0.5, eleven)[2])
        return figures


def luna():
    """LUNA16 noduleCADEvaluationLUNA16.py (in wentaozhu/DeepLung, commit 0fedeae8) with scikit-learn."""
    stubs = ["matplotlib", "matplotlib.pyplot", "matplotlib.ticker", "NoduleFinding", "tools", "tools.csvTools"]
    edits = [("matplotlib.rc('font', **font)", ""), ("from NoduleFinding import NoduleFinding", ""),
             ("from tools import csvTools", "")]
    module = load("luna/noduleCADEvaluationLUNA16.py", edits, stubs)
    truth, results = rows("lesions.truth.csv"), rows("lesions.results.csv")
    scans = list(dict.fromkeys(row["image"] for row in truth))
    header = ["seriesuid", "coordX", "coordY", "coordZ", "probability"]
    table = [header] + [[row["image"], row["x"], row["y"], row["z"], row["score"]] for row in results]
    module.csvTools = types.SimpleNamespace(readCSV=lambda name: table)
    module.getNodule = lambda row, head, state="": types.SimpleNamespace(
        coordX=row[1], coordY=row[2], coordZ=row[3], CADprobability=row[4], id=None)
    nodules = {scan: [types.SimpleNamespace(coordX=row["x"], coordY=row["y"], coordZ=row["z"], diameter_mm=row["diameter"],
                                            id=0, state="Excluded" if row["ignore"] == "1" else "Included")
                      for row in truth if row["image"] == scan and row["x"]] for scan in scans}
    kept = {}

    class Stop(Exception):
        pass

    compute = module.computeFROC

    def stop_after(*arguments):
        kept["curve"] = compute(*arguments)
        raise Stop

    module.computeFROC = stop_after  # What follows in evaluateCAD writes files and draws.
    figures = {"kSensitivity": [], "kSensitivityOf10": []}
    for limit, name in ((100, "kSensitivity"), (10, "kSensitivityOf10")):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            with contextlib.suppress(Stop):
                module.evaluateCAD(scans, "", folder, nodules, "ours", limit)
        fps, sens, _ = kept["curve"]
        figures[name] = [float(np.interp(rate, fps, sens)) for rate in (0.125, 0.25, 0.5, 1, 2, 4, 8)]
    return figures


def wider():
    """WiderFace-Evaluation evaluation.py (wondervictor, commit 53474e0d); box_overlaps.pyx run as Python."""
    overlaps = (PEERS / "wider/box_overlaps.pyx").read_text()
    kept = [line for line in overlaps.splitlines() if not line.strip().startswith(("cdef", "cimport", "ctypedef"))]
    text = "\n".join(kept).replace("np.ndarray[DTYPE_t, ndim=2] ", "")
    lines, skip = [], False
    for line in text.splitlines():
        lines.append(line)
    text = "\n".join(lines).replace("    for k in range(K):", "    N, K = boxes.shape[0], query_boxes.shape[0]\n"
                                    "    overlaps = np.zeros((N, K), dtype=DTYPE)\n    for k in range(K):")
    bbox = types.ModuleType("bbox")
    exec(text, bbox.__dict__)
    sys.modules["bbox"] = bbox
    module = load("wider/evaluation.py", stubs=["tqdm", "scipy.io", "IPython"])
    truth, results, images, _ = coco("faces")
    boxes = {image: np.array([[*d["bbox"], d["score"]] for d in results if d["image_id"] == image]) for image in images}
    boxes = {"all": {i: b[np.argsort(-b[:, 4], kind="stable")] if len(b) else b for i, b in boxes.items()}}
    module.norm_score(boxes)
    curve, faces = np.zeros((1000, 2)), 0
    for image in images:
        own = [a for a in truth if a["image_id"] == image]
        keep = np.array([1 - a["ignore"] for a in own])
        faces += int(keep.sum()) if len(own) else 0
        found = boxes["all"][image]
        if len(own) == 0 or len(found) == 0:
            continue
        recall, proposals = module.image_eval(found, np.array([a["bbox"] for a in own], dtype=float), keep, 0.5)
        curve += module.img_pr_info(1000, found, proposals, recall)
    with np.errstate(all="ignore"):
        info = module.dataset_pr_info(1000, curve, faces)
    return {"kWiderFace": [module.voc_ap(info[:, 1], info[:, 0])]}


def rap():
    """baseline/utils/evaluate.py (dangweili/pedestrian-attribute-recognition-pytorch, commit 468ae58c)."""
    module = load("rap/evaluate.py")
    table = rows("attributes.csv")
    truth = np.array([[int(row[f"truth_a{a}"]) for a in range(6)] for row in table])
    found = np.array([[int(float(row[f"score_a{a}"]) >= 0.5) for a in range(6)] for row in table])
    result = module.attribute_evaluate_lidw(truth, found)
    return {"kAttributeAccuracy": result["label_acc"].tolist(),
            "kInstance": [result[f"instance_{name}"] for name in ("acc", "precision", "recall", "F1")]}


def main():
    print("// SPDX-License-Identifier: Apache-2.0\n#pragma once\n")
    print("/// Made by tests/golden/detection/other_references.py on the sets of generated_for_test.h and")
    print("/// tables_for_test.h.\n\n#include <vector>\n")
    print("namespace cupel::algorithm::detection::test_support {\n")
    for function in (voc, caltech, pairs, dota, luna, wider, rap):
        print(f"// {function.__doc__.splitlines()[0]}")
        for name, values in function().items():
            print(f"inline const std::vector<double> {name} = {{{', '.join(float(v).hex() for v in values)}}};")
        print()
    print("}  // namespace cupel::algorithm::detection::test_support")


main()
