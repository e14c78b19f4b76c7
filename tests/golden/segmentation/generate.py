#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes generated label maps and keypoints, and what the reference implementations say about them.

    python3 tests/golden/segmentation/generate.py FOLDER

FOLDER holds checkouts: monai (Project-MONAI/MONAI d388d1c), surface-distance (google-deepmind, 1f805ce),
boundary-iou-api (bowenc0221, 37d2558), panopticapi (cocodataset, 7bb4655), cocoapi (cocodataset, 8c9bcc3),
hover_net (vqdang, 67e2ce5), FullNet-varCE (huiqu18, 9c65429), STAR (ZhenglinZhou, 9b12574). Run with Python 3.11,
NumPy 1.24.2, SciPy 1.10.1, scikit-learn 1.2.1, PyTorch 1.13.1, Pillow 9.4.

What the references import and do not use here is stubbed; of OpenCV, boundary-iou-api uses copyMakeBorder and
erode, for which NumPy's pad and SciPy's binary_erosion stand (both are exact). FullNet's connected-component
labelling is replaced by the identity, because the maps hold objects already.
"""

import contextlib
import io
import json
import os
import random
import sys
import tempfile
import types

import numpy as np
from scipy import ndimage

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = sys.argv[1]
RNG = random.Random(20261125)


def blobs(height, width, count, labels, background=0):
    """Discs, later ones over earlier ones."""
    shapes = []
    for k in range(count):
        shapes.append([RNG.uniform(0, height), RNG.uniform(0, width), RNG.uniform(2, height / 4), labels[k % len(labels)]])
    return shapes


def draw(height, width, shapes, shake=0.0, lose=0.0, background=0):
    picture = np.full((height, width), background, np.int32)
    y, x = np.mgrid[:height, :width]
    for cy, cx, radius, label in shapes:
        if RNG.random() < lose:
            continue
        cy, cx, radius = cy + RNG.gauss(0, shake), cx + RNG.gauss(0, shake), radius * RNG.uniform(1 - shake / 8, 1 + shake / 8)
        picture[(y - cy) ** 2 + (x - cx) ** 2 < radius ** 2] = label
    return picture


def classes():
    truth, answer = [], []
    for picture in range(8):
        shapes = blobs(24, 32, 5, [[1, 2, 3], [1, 2], [3], [1, 3]][picture % 4])
        is_ = draw(24, 32, shapes)
        said = draw(24, 32, shapes, shake=1.5, lose=0.2)
        if picture == 5:
            said[:] = 0  # nothing found
        if picture == 6:
            is_[:], said[:] = 0, 0  # nothing there
        if picture == 7:
            is_[:] = 0  # nothing there, something found
        is_[RNG.randrange(20):, RNG.randrange(26):][:3, :4] = 9  # ignored
        truth.append(is_)
        answer.append(said)
    return np.stack(truth).astype(np.uint8), np.stack(answer).astype(np.uint8)


def volumes():
    truth, answer = np.zeros((2, 7, 10, 12), np.int16), np.zeros((2, 7, 10, 12), np.int16)
    z, y, x = np.mgrid[:7, :10, :12]
    for n in range(2):
        for label, radius in ((1, 4), (2, 2.5)):
            center = [RNG.uniform(2, size - 2) for size in (7, 10, 12)]
            moved = [c + RNG.gauss(0, 1) for c in center]
            for picture, (cz, cy, cx) in ((truth, center), (answer, moved)):
                picture[n][(z - cz) ** 2 + (y - cy) ** 2 + (x - cx) ** 2 < radius ** 2] = label
    return truth, answer


def objects(numbers, shake=1.5):
    truth, answer = [], []
    for picture in range(4):
        shapes = blobs(32, 32, 7, numbers(picture))
        truth.append(draw(32, 32, shapes))
        answer.append(draw(32, 32, shapes, shake=shake, lose=0.15))
    return np.stack(truth).astype(np.int32), np.stack(answer).astype(np.int32)


def save(name, truth, answer):
    np.save(os.path.join(HERE, name + "-truth.npy"), truth)
    np.save(os.path.join(HERE, name + "-answer.npy"), answer)


def plain(value):
    """NaN and infinity become null."""
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist") and np.ndim(value):
        return [plain(entry) for entry in value]
    value = float(value)
    return value if np.isfinite(value) else None


def region(truth, answer):
    from sklearn import metrics
    keep = truth.ravel() != 9
    is_, said = truth.ravel()[keep], answer.ravel()[keep]
    return dict(mean_iou=metrics.jaccard_score(is_, said, average="macro"),
                frequency_weighted_iou=metrics.jaccard_score(is_, said, average="weighted"),
                iou=plain(metrics.jaccard_score(is_, said, average=None)),
                pixel_accuracy=metrics.accuracy_score(is_, said),
                mean_class_accuracy=metrics.balanced_accuracy_score(is_, said))


def one_hot(picture, labels):
    import torch
    return torch.as_tensor(np.stack([[image == label for label in labels] for image in picture]).astype(np.float32))


def monai_dice(truth, answer):
    import monai.metrics as m
    is_, said = one_hot(truth, (0, 1, 2, 3)), one_hot(answer, (0, 1, 2, 3))
    keep = torch_mask(truth)
    is_, said = is_ * keep, said * keep
    dice = lambda ignore: plain(m.DiceHelper(include_background=False, reduction="none", ignore_empty=ignore,
                                             get_not_nans=False, apply_argmax=False, num_classes=4)(said, is_))
    return dict(skip=dice(True), one=dice(False),
                generalised=plain(m.compute_generalized_dice(said, is_, include_background=False, sum_over_classes=True)))


def torch_mask(truth):
    import torch
    return torch.as_tensor((truth != 9)[:, None].astype(np.float32))


def monai_surface(truth, answer, labels, spacing, tolerance):
    import monai.metrics as m
    is_, said = one_hot(truth, labels), one_hot(answer, labels)
    options = dict(include_background=True, spacing=spacing)
    return dict(hausdorff=plain(m.compute_hausdorff_distance(said, is_, **options)),
                hausdorff95=plain(m.compute_hausdorff_distance(said, is_, percentile=95, **options)),
                average=plain(m.compute_average_surface_distance(said, is_, symmetric=True, **options)),
                dice=plain(m.compute_surface_dice(said, is_, [tolerance] * len(labels), **options)))


def deepmind_surface(truth, answer, labels, spacing, tolerance):
    sys.path.insert(0, os.path.join(FOLDER, "surface-distance"))
    import surface_distance as s
    rows = dict(hausdorff=[], hausdorff95=[], average=[], dice=[])
    for is_, said in zip(truth, answer):
        row = dict(hausdorff=[], hausdorff95=[], average=[], dice=[])
        for label in labels:
            d = s.compute_surface_distances(is_ == label, said == label, spacing)
            with np.errstate(all="ignore"):
                forth, back = s.compute_average_surface_distance(d)
                both = [len(d["distances_gt_to_pred"]), len(d["distances_pred_to_gt"])]
                a, b = np.sum(d["surfel_areas_gt"]), np.sum(d["surfel_areas_pred"])
                row["hausdorff"].append(s.compute_robust_hausdorff(d, 100) if min(both) else np.inf)
                row["hausdorff95"].append(s.compute_robust_hausdorff(d, 95) if min(both) else np.inf)
                row["average"].append((forth * a + back * b) / (a + b) if min(both) else np.inf)
                row["dice"].append(s.compute_surface_dice_at_tolerance(d, tolerance) if max(both) else np.nan)
        for key, values in row.items():
            rows[key].append(plain(values))
    return rows


def boundary(truth, answer, labels):
    scope = {}
    cv2 = types.ModuleType("cv2")
    cv2.BORDER_CONSTANT = 0
    cv2.copyMakeBorder = lambda mask, a, b, c, d, mode, value: np.pad(mask, 1, constant_values=value)
    cv2.erode = lambda mask, kernel, iterations: ndimage.binary_erosion(
        mask, kernel, iterations, border_value=1).astype(mask.dtype)
    sys.modules["cv2"] = cv2
    path = os.path.join(FOLDER, "boundary-iou-api/boundary_iou/utils/boundary_utils.py")
    with open(path) as source:
        exec(source.read().replace("import pycocotools.mask as mask_utils", ""), scope)
    rows = []
    for is_, said in zip(truth, answer):
        row = []
        for label in labels:
            a, b = (scope["mask_to_boundary"]((side == label).astype(np.uint8), 0.05) for side in (is_, said))
            row.append(np.sum(a & b) / np.sum(a | b) if np.any(a | b) else np.nan)
        rows.append(plain(row))
    return rows


def panoptic(truth, answer):
    sys.path.insert(0, os.path.join(FOLDER, "panopticapi"))
    from PIL import Image
    from panopticapi.evaluation import pq_compute_single_core
    from panopticapi.utils import id2rgb
    pairs = []
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        for side in ("truth", "answer"):
            os.mkdir(os.path.join(folder, side))
        for k, (is_, said) in enumerate(zip(truth, answer)):
            pair = []
            for side, picture in (("truth", is_), ("answer", said)):
                Image.fromarray(id2rgb(picture.astype(np.uint32))).save(os.path.join(folder, side, "%d.png" % k))
                pair.append(dict(image_id=k, file_name="%d.png" % k, segments_info=[
                    dict(id=int(label), category_id=int(label) // 1000, iscrowd=0, area=int(np.sum(picture == label)))
                    for label in np.unique(picture) if label != 0]))
            pairs.append(pair)
        categories = {k: dict(id=k, isthing=1) for k in (1, 2, 3)}
        said = pq_compute_single_core(0, pairs, os.path.join(folder, "truth"), os.path.join(folder, "answer"), categories)
    overall, by_class = said.pq_average(categories, isthing=None)
    return dict(pq=overall["pq"], sq=overall["sq"], rq=overall["rq"],
                by_category={str(k): plain(v["pq"]) for k, v in by_class.items()},
                counts={str(k): [s.tp, s.fp, s.fn, float(s.iou)] for k, s in said.pq_per_cat.items()})


def renumbered(picture):
    return np.searchsorted(np.unique(np.append(picture, 0)), picture)


def instances(truth, answer):
    for name in ("cv2", "matplotlib", "matplotlib.pyplot", "skimage", "skimage.morphology", "skimage.measure"):
        sys.modules.setdefault(name, types.ModuleType(name))
    sys.modules["skimage"].measure = sys.modules["skimage.measure"]
    sys.modules["skimage.morphology"].label = lambda picture, connectivity=None: picture.copy()
    sys.modules["skimage.morphology"].remove_small_objects = lambda picture, size: picture
    sys.modules["skimage"].morphology = sys.modules["skimage.morphology"]
    hover, fullnet = {}, {}
    exec(open(os.path.join(FOLDER, "hover_net/metrics/stats_utils.py")).read(), hover)
    exec(open(os.path.join(FOLDER, "FullNet-varCE/utils.py")).read(), fullnet)
    rows = dict(aji=[], aji_plus=[], object_dice=[], object_hausdorff=[])
    for is_, said in zip(truth, answer):
        is_, said = renumbered(is_), renumbered(said)
        rows["aji"].append(hover["get_fast_aji"](is_, said))
        rows["aji_plus"].append(hover["get_fast_aji_plus"](is_, said))
        level = fullnet["gland_accuracy_object_level"](said, is_)
        rows["object_dice"].append(level[3])
        rows["object_hausdorff"].append(level[5])
    return {key: plain(values) for key, values in rows.items()}


def keypoints():
    sigmas = np.array([.26, .25, .25, .35, .35, .79, .79, .72, .72, .62, .62, 1.07, 1.07, .87, .87, .89, .89]) / 10
    truth, answers = [], []
    for k in range(14):
        points, said = [], []
        w, h = RNG.uniform(40, 120), RNG.uniform(80, 200)
        x0, y0 = RNG.uniform(0, 300), RNG.uniform(0, 200)
        for _ in range(17):
            x, y = round(x0 + RNG.random() * w, 1), round(y0 + RNG.random() * h, 1)
            points += [x, y, 0 if k == 3 else RNG.choice([0, 1, 2, 2, 2])]
            shift = RNG.choice([1, 1, 4, 20])
            said += [round(x + RNG.gauss(0, shift), 1), round(y + RNG.gauss(0, shift), 1), 1]
        truth.append(dict(id=k + 1, image_id=k // 2, keypoints=points, area=round(w * h * 0.6, 1),
                          bbox=[round(x0, 1), round(y0, 1), round(w, 1), round(h, 1)],
                          head_size=round(0.15 * h, 2)))
        answers.append(dict(id=k + 1, keypoints=said))
    RNG.shuffle(answers)
    for name, content in (("keypoints-truth.json", dict(annotations=truth)), ("keypoints-answer.json", answers)):
        with open(os.path.join(HERE, name), "w") as out:
            json.dump(content, out, separators=(",", ":"))
            out.write("\n")
    by_id = {entry["id"]: entry for entry in answers}
    return dict(oks=oks(truth, by_id, sigmas), pck=pck(truth, by_id), faces=faces(truth, by_id))


def oks(truth, by_id, sigmas):
    """COCOeval.computeOks for one person at a time."""
    for name in ("pycocotools", "pycocotools.mask"):
        sys.modules.setdefault(name, types.ModuleType(name))
    scope = {}
    path = os.path.join(FOLDER, "cocoapi/PythonAPI/pycocotools/cocoeval.py")
    with open(path) as source:
        exec(source.read().replace("from . import mask as maskUtils", ""), scope)
    said = []
    for person in truth:
        fake = types.SimpleNamespace(params=types.SimpleNamespace(maxDets=[20], kpt_oks_sigmas=sigmas),
                                     _gts={(0, 0): [person]}, _dts={(0, 0): [dict(by_id[person["id"]], score=1)]})
        said.append(float(scope["COCOeval"].computeOks(fake, 0, 0)[0, 0]))
    return said


def pck(truth, by_id):
    """lib/dataset/mpii.py, evaluate, of leoxiaobin/deep-high-resolution-net.pytorch 6f69e46, without the .mat."""
    points = lambda entries: np.transpose([np.reshape(e["keypoints"], (-1, 3))[:, :2] for e in entries], [1, 2, 0])
    pos_gt_src, pos_pred_src = points(truth), points([by_id[t["id"]] for t in truth])
    jnt_visible = np.transpose([np.reshape(t["keypoints"], (-1, 3))[:, 2] > 0 for t in truth]).astype(int)
    headsizes = np.array([t["head_size"] for t in truth])
    uv_err = np.linalg.norm(pos_pred_src - pos_gt_src, axis=1)
    scale = np.multiply(headsizes, np.ones((len(uv_err), 1)))
    scaled_uv_err = np.multiply(np.divide(uv_err, scale), jnt_visible)
    jnt_count = np.sum(jnt_visible, axis=1)
    less_than_threshold = np.multiply((scaled_uv_err <= 0.5), jnt_visible)
    PCKh = np.divide(100. * np.sum(less_than_threshold, axis=1), jnt_count)
    by_point = plain(PCKh)
    PCKh = np.ma.array(PCKh, mask=False)
    PCKh.mask[6:8] = True
    jnt_count = np.ma.array(jnt_count, mask=False)
    jnt_count.mask[6:8] = True
    jnt_ratio = jnt_count / np.sum(jnt_count).astype(np.float64)
    return dict(mean=float(np.sum(PCKh * jnt_ratio)), points=by_point)


def faces(truth, by_id):
    import torch
    scope = {}
    for name in ("nme", "fr_and_auc"):
        exec(open(os.path.join(FOLDER, "STAR/lib/metric/%s.py" % name)).read(), scope)
    points = lambda entries: torch.as_tensor(
        np.array([np.reshape(e["keypoints"], (-1, 3))[:, :2] for e in entries]))
    is_, said = points(truth), points([by_id[t["id"]] for t in truth])
    errors = scope["NME"](5, 12).test(said, is_)
    groups = scope["NME"]([1, 2], [14, 15, 16]).test(said, is_)
    failure, area = scope["FR_AUC"]("WFLW").test(np.array(errors), thres=0.3)
    return dict(errors=plain(errors), groups=plain(groups), failure_rate=failure, curve_area=area)


def main():
    sys.path.insert(0, os.path.join(FOLDER, "monai"))
    golden = {"source": __doc__.split("\n\n")[2].replace("\n", " ")}
    truth, answer = classes()
    save("classes", truth, answer)
    labels = (1, 2, 3)
    golden["region"] = region(truth, answer)
    golden["dice"] = monai_dice(truth, answer)
    golden["boundary"] = boundary(truth, answer, labels)
    for name, spacing in (("plain", (1.0, 1.0)), ("spaced", (0.7, 1.3))):
        golden["monai-" + name] = monai_surface(truth, answer, labels, spacing, 1.5)
        golden["deepmind-" + name] = deepmind_surface(truth, answer, labels, spacing, 1.5)
    truth, answer = volumes()
    save("volumes", truth, answer)
    golden["monai-volumes"] = monai_surface(truth, answer, (1, 2), (2.5, 0.8, 0.8), 1.5)
    truth, answer = objects(lambda picture: [3, 4, 5, 17, 18, 19, 300])
    save("objects", truth, answer)
    golden["instances"] = instances(truth, answer)
    truth, answer = objects(lambda picture: [1001, 1002, 2000, 3001, 3002, 3003, 0])
    answer[0][5:9, 5:9] = 2000
    save("panoptic", truth, answer)
    golden["panoptic"] = panoptic(truth, answer)
    golden["keypoints"] = keypoints()
    with open(os.path.join(HERE, "golden.json"), "w") as out:
        json.dump(golden, out, separators=(",", ":"))
        out.write("\n")


main()
