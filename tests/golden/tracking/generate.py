#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the generated videos and what TrackEval and the got10k toolkit say about them.

    python3 tests/golden/tracking/generate.py TRACKEVAL GOT10K ACTEV

TRACKEVAL: a checkout of github.com/JonathonLuiten/TrackEval at 12c8791 (its `trackeval` folder inside);
GOT10K: of github.com/got-10k/toolkit at 956e728; ACTEV: of github.com/usnistgov/ActEV_Scorer at b8d82c0. Run with
Python 3.11, NumPy 1.24.2, SciPy 1.10.1, munkres 1.1.4.
"""

import contextlib
import io
import json
import os
import random
import re
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
VIDEOS = {"crowd": 70, "empty": 12, "street": 90, "ties": 15}


def line(frame, track, box, confidence, category=None):
    fields = [frame, track, *box, confidence]
    if category is not None:
        fields.append(category)
    return ",".join("%g" % field for field in fields)


def crossing(rng, frames, people, noise, tenths):
    """People who walk through the picture; answers that shake, get lost, swap names and see ghosts."""
    truth, answer = [], []
    walks = []
    for person in range(people):
        begin = rng.randrange(frames // 3)
        walks.append(dict(x=rng.uniform(0, 500), y=rng.uniform(0, 300), vx=rng.uniform(-5, 5), vy=rng.uniform(-2, 2),
                          w=rng.uniform(25, 60), h=rng.uniform(60, 120), begin=begin,
                          end=begin + rng.randrange(frames // 4, frames), name=person + 1,
                          category=rng.choice([1, 1, 1, 1, 1, 7, 8, 3, 6]), marked=0 if rng.random() < 0.1 else 1))
    grid = lambda value: round(value * tenths) / tenths
    for frame in range(1, frames + 1):
        if frame % 23 == 0:  # two people swap their names
            first, second = rng.sample(walks, 2)
            first["name"], second["name"] = second["name"], first["name"]
        for person, walk in enumerate(walks):
            if not walk["begin"] <= frame <= walk["end"]:
                continue
            x, y = walk["x"] + walk["vx"] * frame, walk["y"] + walk["vy"] * frame
            box = [grid(x), grid(y), grid(walk["w"]), grid(walk["h"])]
            if frame % 31 != 0:
                truth.append(line(frame, person + 1, box, walk["marked"], walk["category"]))
            hidden = any(other is not walk and other["begin"] <= frame <= other["end"] and
                         abs(other["x"] + other["vx"] * frame - x) < 20 and other["y"] > walk["y"] for other in walks)
            if rng.random() < (0.7 if hidden else 0.06) or frame % 37 == 0:
                continue
            if rng.random() < 0.03:
                walk["name"] += 100
            shaken = [grid(x + rng.gauss(0, noise)), grid(y + rng.gauss(0, noise)),
                      grid(walk["w"] * rng.uniform(0.85, 1.15)), grid(walk["h"] * rng.uniform(0.85, 1.15))]
            answer.append(line(frame, walk["name"], shaken, grid(rng.random())) + ",-1,-1,-1")
        if rng.random() < 0.4:
            ghost = [grid(rng.uniform(0, 500)), grid(rng.uniform(0, 300)), 30, 80]
            answer.append(line(frame, 5000 + rng.randrange(4), ghost, 0.5) + ",-1,-1,-1")
    return truth, answer


def ties(frames):
    """Boxes that coincide: the answer depends on how an assignment resolves ties."""
    truth, answer = [], []
    for frame in range(1, frames + 1):
        for track in (1, 2, 3):
            truth.append(line(frame, track, [10, 10, 20, 40], 1, 1))
        for track in (7, 8, 9)[: 2 + frame % 2]:
            answer.append(line(frame, track, [10 + (frame + track) % 2 * 10, 10, 20, 40], 1) + ",-1,-1,-1")
    return truth, answer


def write(folder, name, lines):
    os.makedirs(os.path.join(HERE, folder), exist_ok=True)
    with open(os.path.join(HERE, folder, name + ".txt"), "w") as out:
        out.write("".join(entry + "\n" for entry in lines))


def generate():
    rng = random.Random(20261125)
    for name, (people, noise, tenths) in {"crowd": (9, 6, 1), "street": (6, 4, 10)}.items():
        truth, answer = crossing(rng, VIDEOS[name], people, noise, tenths)
        write("truth", name, truth)
        write("answer", name, answer)
    truth, _ = crossing(rng, VIDEOS["empty"], 4, 1, 1)
    write("truth", "empty", truth)
    write("answer", "empty", [])
    truth, answer = ties(VIDEOS["ties"])
    write("truth", "ties", truth)
    write("answer", "ties", answer)
    # One object: some frames far off, some on a threshold, one lost.
    for name in ("deer", "jogging"):
        truth, answer = [], []
        for frame in range(1, 61):
            box = [10 + frame, 20 + 2 * frame, 40, 60]
            truth.append(line(frame, 1, box, 1, 1))
            shift = rng.choice([0, 1, 4, 8, 12, 16, 20, 21, 60])
            answer.append(line(frame, 1, [box[0] + shift, box[1], 40, 60 if rng.random() < .7 else 30], 1))
        write("single/truth", name, truth)
        write("single/answer", name, answer)


def plain(value):
    return [float(v) for v in value] if isinstance(value, np.ndarray) else float(value)


def trackeval_says(benchmark, last):
    import trackeval
    with contextlib.redirect_stdout(io.StringIO()):
        data_set = trackeval.datasets.MotChallenge2DBox({
            "GT_FOLDER": os.path.join(HERE, "truth"), "TRACKERS_FOLDER": HERE, "BENCHMARK": benchmark,
            "SKIP_SPLIT_FOL": True, "SEQ_INFO": last, "GT_LOC_FORMAT": "{gt_folder}/{seq}.txt",
            "TRACKERS_TO_EVAL": ["answer"], "TRACKER_SUB_FOLDER": "", "OUTPUT_FOLDER": "/nowhere"})
        metrics = [trackeval.metrics.HOTA(), trackeval.metrics.CLEAR(), trackeval.metrics.Identity()]
        results = [{} for _ in metrics]
        for video in last:
            raw = data_set.get_raw_seq_data("answer", video)
            data = data_set.get_preprocessed_seq_data(raw, "pedestrian")
            for metric, result in zip(metrics, results):
                result[video] = metric.eval_sequence(data)
    said = {}
    for video in last:
        said[video] = {key: plain(value) for result in results for key, value in result[video].items()}
    said["all"] = {key: plain(value) for metric, result in zip(metrics, results)
                   for key, value in metric.combine_sequences(result).items()}
    return said


def got10k_says():
    # Only the two functions that measure are taken; the package wants OpenCV and a download.
    scope = {}
    with open(os.path.join(sys.argv[2], "got10k/utils/metrics.py")) as source:
        exec(source.read().replace("from shapely.geometry import box, Polygon", ""), scope)
    success, precision = [], []
    for name in ("deer", "jogging"):
        boxes, truth = (np.loadtxt(os.path.join(HERE, "single", side, name + ".txt"), delimiter=",")[:, 2:6]
                        for side in ("answer", "truth"))
        ious = np.asarray(scope["rect_iou"](boxes, truth), float)[:, np.newaxis]
        errors = np.asarray(scope["center_error"](boxes, truth), float)[:, np.newaxis]
        success.append(np.mean(np.greater(ious, np.linspace(0, 1, 21)[np.newaxis, :]), axis=0))
        precision.append(np.mean(np.less_equal(errors, np.arange(0, 51)[np.newaxis, :]), axis=0))
    success, precision = np.mean(success, axis=0), np.mean(precision, axis=0)
    return dict(success_curve=plain(success), precision_curve=plain(precision),
                success_score=float(np.mean(success)), precision_score=float(precision[20]))


def boxes_by_frame(path, is_truth):
    frames = {}
    for entry in open(path):
        fields = [float(field) for field in entry.split(",")]
        if is_truth and fields[6] == 0:
            continue
        frames.setdefault(int(fields[0]), []).append(fields)
    return frames


def iou(a, b):
    width = min(a[2] + a[4], b[2] + b[4]) - max(a[2], b[2])
    height = min(a[3] + a[5], b[3] + b[5]) - max(a[3], b[3])
    both = max(width, 0) * max(height, 0)
    return both / (a[4] * a[5] + b[4] * b[5] - both)


def actev_says(videos, last):
    """MODE, MOTE and PMiss of all objects of whole videos, by the scorer's alignment, sweeper and metrics, with its
    default weights. The overlap is that of continuous boxes."""
    sys.path.insert(0, os.path.join(sys.argv[3], "lib"))
    import alignment
    import metrics
    from types import SimpleNamespace as Object
    confidences = [box[6] for video in videos for boxes in boxes_by_frame(
        os.path.join(HERE, "answer", video + ".txt"), False).values() for box in boxes]
    lowest, range_ = min(confidences), max(confidences) - min(confidences)

    def kernel(ref, sys_):
        overlap = iou(ref.box, sys_.box)
        if not overlap > 0.5:
            return alignment.DISALLOWED, {}
        return 1 + 1e-8 * overlap + 1e-6 * (sys_.presenceConf - lowest) / range_, {}

    correct, missed, false, ordered = [], [], [], []
    for video in videos:
        truth = boxes_by_frame(os.path.join(HERE, "truth", video + ".txt"), True)
        answer = boxes_by_frame(os.path.join(HERE, "answer", video + ".txt"), False)
        for frame in range(1, last[video] + 1):
            refs = [Object(objectID=(video, box[1]), box=box) for box in truth.get(frame, [])]
            found = [Object(objectID=(video, box[1]), box=box, presenceConf=box[6]) for box in answer.get(frame, [])]
            c, m, f = alignment.perform_alignment(refs, found, kernel)
            correct += c
            missed += m
            false += f
            ordered += [(frame, record) for record in c]
    confidence = lambda record: record.sys.presenceConf
    cost = lambda weight: lambda count: weight * count
    sweep = metrics.build_sweeper(confidence, [
        metrics.build_rfa_metric(sum(last[video] for video in videos)), metrics.build_pmiss_metric(),
        metrics.build_mode_metric(cost(1), cost(2)),
        metrics.build_mote_metric(ordered, confidence, cost(1), cost(2), cost(3))])
    points = sweep(correct + missed + false)
    targets = [0.05, 0.2, 0.5, 1.0, 4.0]
    at = metrics.get_points_along_confidence_curve(points, "rfa", lambda p: p["rfa"], "p", lambda p: p["p_miss"], targets)
    return dict(thresholds=[p[0] for p in points], mode=[p[1]["mode"] for p in points],
                mote=[p[1]["mote"] for p in points], min_mode=min(p[1]["mode"] for p in points),
                min_mote=min(p[1]["mote"] for p in points), targets=targets,
                p_miss=[at["p@%srfa" % target] for target in targets])


def last_frames():
    last = {}
    for video in VIDEOS:
        frames = [int(re.match(r"\d+", entry)[0]) for side in ("truth", "answer")
                  for entry in open(os.path.join(HERE, side, video + ".txt"))]
        last[video] = max(frames)
    return last


def main():
    np.float, np.int, np.bool = float, int, bool  # TrackEval was written for an older NumPy.
    sys.path.insert(0, sys.argv[1])
    generate()
    golden = dict(source="TrackEval 12c8791b303e0a0b50f753af204249e622d0281a, got10k toolkit "
                         "956e7286fdf209cbb125adac9a46376bd8297ffb, ActEV_Scorer "
                         "b8d82c094f5c2896eb0eba1061321bf1d82ad13c, by tests/golden/tracking/generate.py",
                  plain=trackeval_says("MOT15", last_frames()), mot17=trackeval_says("MOT17", last_frames()),
                  mot20=trackeval_says("MOT20", last_frames()), single=got10k_says(),
                  actev=actev_says(["crowd", "street"], last_frames()))
    with open(os.path.join(HERE, "golden.json"), "w") as out:
        json.dump(golden, out, indent=None, separators=(",", ":"))
        out.write("\n")


main()
