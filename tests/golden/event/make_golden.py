#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the reference implementations of the event schemes on small random data and writes what they answer.

    make_golden.py REFERENCES OUT

REFERENCES holds check-outs of these projects, OUT gets one JSON file each:
  sed_eval      TUT-ARG/sed_eval 0cb1b6d      (dcase_util replaced by the list class below)
  psds_eval     audioanalytic/psds_eval b8d82c0
  ActEV_Scorer  usnistgov/ActEV_Scorer 82304fa (a git repository with a commit, for its own version line)
  ActivityNet   activitynet/ActivityNet ea702d7 (Evaluation/eval_detection.py and utils.py)
  NAB           numenta/NAB 33ed91c
  ms-tcn        yabufarha/ms-tcn 3b0cfe0
scikit-learn 1.2.1, NumPy 1.24.2, SciPy 1.10.1, pandas 1.5.3 (Debian 12).
"""
import json
import os
import random
import re
import sys
import types

import numpy as np
import pandas as pd

# The references were written for older NumPy.
np.float = float
np.bool = bool

REFERENCES, OUT = sys.argv[1], sys.argv[2]


def path(*parts):
    return os.path.join(REFERENCES, *parts)


def number(value):
    return None if value is None or (isinstance(value, float) and np.isnan(value)) else float(value)


def write(name, cases):
    with open(os.path.join(OUT, name), "w", encoding="ascii") as file:
        file.write('{"cases":[\n')
        file.write(",\n".join(json.dumps(case, separators=(",", ":")) for case in cases))
        file.write("\n]}\n")


def random_events(rng, files, labels, count, length, scored):
    events = []
    for _ in range(count):
        start = round(rng.uniform(0, length - 2), 2)
        end = round(start + rng.choice([0.1, 0.5, 1.0, 2.0, 4.0]) * rng.uniform(0.5, 1), 2)
        score = round(rng.random(), 6) if scored else 1
        events.append([rng.choice(files), rng.choice(labels), start, min(end, length), score])
    return events


def shaken(rng, truth, files, labels, length, scored, spread=0.3):
    """Answers near the truth, some of another label, some lost, some invented."""
    answers = []
    for file, label, start, end, _ in truth:
        if rng.random() < 0.2:
            continue
        for _ in range(1 if rng.random() < 0.8 else 2):
            a = max(0, round(start + rng.uniform(-spread, spread), 2))
            b = min(length, max(a, round(end + rng.uniform(-spread, spread), 2)))
            answers.append([file, label if rng.random() < 0.8 else rng.choice(labels), a, b,
                            round(rng.random(), 6) if scored else 1])
    answers += random_events(rng, files, labels, len(truth) // 4, length, scored)
    rng.shuffle(answers)
    return answers


# ---- sed_eval

class EventList(list):
    """What sed_eval's sound_event uses of dcase_util.containers.MetaDataContainer."""

    @property
    def unique_files(self):
        return sorted({e["filename"] for e in self if "filename" in e})

    @property
    def max_offset(self):
        return max([e["offset"] for e in self], default=0)

    def filter(self, event_label):
        return EventList([e for e in self if e["event_label"] == event_label])


def import_sed_eval():
    fake = types.ModuleType("dcase_util")
    fake.containers = types.SimpleNamespace(MetaDataContainer=EventList)
    fake.ui = types.SimpleNamespace(FancyStringifier=object)
    sys.modules["dcase_util"] = fake
    package = types.ModuleType("sed_eval")
    package.__path__ = [path("sed_eval", "sed_eval")]
    sys.modules["sed_eval"] = package
    import importlib
    sound_event = importlib.import_module("sed_eval.sound_event")
    sound_event.SoundEventMetrics.ui = None
    return sound_event


def of_file(events, file):
    return EventList([{"filename": f, "event_label": l, "onset": s, "offset": e}
                      for f, l, s, e, _ in events if f == file])


def sed_eval_results(metrics, case, files, **kwargs):
    for file in files:
        metrics.evaluate(of_file(case["truth"], file), of_file(case["answers"], file), **kwargs)
    overall = metrics.results_overall_metrics()
    mean = metrics.results_class_wise_average_metrics()
    got = {"f": overall["f_measure"]["f_measure"], "precision": overall["f_measure"]["precision"],
           "recall": overall["f_measure"]["recall"], "er": overall["error_rate"]["error_rate"],
           "substitutions": overall["error_rate"]["substitution_rate"],
           "deletions": overall["error_rate"]["deletion_rate"],
           "insertions": overall["error_rate"]["insertion_rate"],
           "macro_f": mean["f_measure"]["f_measure"], "macro_er": mean["error_rate"]["error_rate"]}
    if overall.get("accuracy"):
        got["accuracy"] = overall["accuracy"]["accuracy"]
        got["balanced_accuracy"] = overall["accuracy"]["balanced_accuracy"]
        got["macro_accuracy"] = mean["accuracy"]["accuracy"]
    return {k: number(v) for k, v in got.items()}


def read_street(name):
    rows = []
    with open(path("sed_eval", "tests", "data", "sound_event", name), encoding="ascii") as file:
        for line in file:
            fields = line.rstrip("\n").split("\t")
            if len(fields) > 3:
                rows.append([fields[0], fields[-1], float(fields[-3]), float(fields[-2]), 1])
    return rows


def make_sed_eval():
    sound_event = import_sed_eval()
    cases = [{"name": "street_fold1 of sed_eval's own tests", "truth": read_street("street_fold1_reference.txt"),
              "answers": read_street("street_fold1_detected.txt")}]
    for seed in range(8):
        rng = random.Random(seed)
        files, labels = ["a", "b", "c"], ["car", "dog", "fall"]
        truth = random_events(rng, files, labels, 12 + 2 * seed, 20, False)
        cases.append({"name": "random %d" % seed, "truth": truth,
                      "answers": shaken(rng, truth, files, labels, 20, False)})
    for case in cases:
        labels = sorted({e[1] for e in case["truth"]} | {e[1] for e in case["answers"]})
        files = sorted({e[0] for e in case["truth"]} | {e[0] for e in case["answers"]})
        expected = {}
        for resolution in (1.0, 0.25):
            expected["segment %g" % resolution] = sed_eval_results(
                sound_event.SegmentBasedMetrics(labels, time_resolution=resolution), case, files)
        expected["segment of 1200 s"] = sed_eval_results(
            sound_event.SegmentBasedMetrics(labels, time_resolution=1.0), case, files,
            evaluated_length_seconds=1200.0)
        for matching in ("optimal", "greedy"):
            for offset in (True, False):
                for silence in (None, "zero_score"):
                    expected["event %s %s %s" % (matching, "offset" if offset else "onset", silence)] = \
                        sed_eval_results(sound_event.EventBasedMetrics(
                            labels, evaluate_offset=offset, t_collar=0.2, percentage_of_length=0.5,
                            event_matching_type=matching, empty_system_output_handling=silence), case, files)
        case["expected"] = expected
    write("sed_eval.json", cases)


# ---- psds_eval

def table(events):
    return pd.DataFrame([[f, s, e, l] for f, l, s, e, _ in events],
                        columns=["filename", "onset", "offset", "event_label"])


def make_psds_eval():
    import warnings
    warnings.simplefilter("ignore")
    sys.path.insert(0, path("psds_eval", "src"))
    from psds_eval import PSDSEval
    cases = []
    for seed in range(8):
        rng = random.Random(100 + seed)
        files, labels = ["a", "b", "c", "d"], ["car", "dog", "fall"]
        truth = random_events(rng, files, labels, 24, 30, False)
        answers = shaken(rng, truth, files, labels, 30, True, spread=0.8)
        thresholds = [0.0, 0.2, 0.4, 0.6, 0.8]
        durations = {file: 30.0 for file in files}
        metadata = pd.DataFrame(sorted(durations.items()), columns=["filename", "duration"])
        rules = {"dtc": rng.choice([0.5, 0.7]), "gtc": rng.choice([0.5, 0.7]), "cttc": 0.3}
        evaluation = PSDSEval(dtc_threshold=rules["dtc"], gtc_threshold=rules["gtc"],
                              cttc_threshold=rules["cttc"], ground_truth=table(truth), metadata=metadata)
        for threshold in thresholds:
            evaluation.add_operating_point(table([e for e in answers if e[4] >= threshold]))
        mean, by_class = evaluation.compute_macro_f_score(table(answers))
        psds = []
        for alpha_ct, alpha_st, limit in [(0, 0, 1000), (0, 1, 3000), (0.5, 0, 2000), (1, 1, 4000)]:
            score = evaluation.psds(alpha_ct, alpha_st, limit).value
            psds.append({"alpha_ct": alpha_ct, "alpha_st": alpha_st, "max_efpr": limit, "score": number(score)})
        cases.append({"name": "random %d" % seed, "truth": truth, "answers": answers, "durations": durations,
                      "rules": rules, "thresholds": thresholds, "macro_f": number(mean),
                      "f": {k: number(v) for k, v in by_class.items()}, "psds": psds})
    write("psds_eval.json", cases)


# ---- ActEV_Scorer

def make_actev():
    for part in ("lib", "lib/protocols"):
        sys.path.insert(0, path("ActEV_Scorer", part))
    os.environ["GIT_DIR"] = path("ActEV_Scorer", ".git")
    from actev_sdl_v2 import ActEV_SDL_V2
    from activity_instance import ActivityInstance
    from metrics import compute_auc_new

    def instances(events):
        return [ActivityInstance({"activity": l, "activityID": i, "presenceConf": c,
                                  "localization": {f: {str(s): 1, str(e): 0}}})
                for i, (f, l, s, e, c) in enumerate(events)]

    def score(name, truth, answers, index):
        activities = {label: {} for label in sorted({e[1] for e in truth})}
        protocol = ActEV_SDL_V2({}, index, activities, "")
        protocol.pn, protocol.minmax = 1, None
        alignment = protocol.compute_alignment(instances(answers), instances(truth))
        results = protocol.compute_results(alignment, 0)
        expected = {"aggregated": {k: number(v) for k, v in results["scores_aggregated"]
                                   if re.search(r"@0\.[12](r|t)fa|n-mide$|n-mide_num", k)},
                    "points": sorted([a, number(c), m, number(v)] for a, c, m, v in
                                     results["scores_by_activity_and_threshold"] if m in ("p_miss", "rfa", "tfa"))}
        for axis, points in (("rfa", results["det_point_records"]), ("tfa", results["tfa_det_point_records"])):
            areas = [compute_auc_new([p[2] for p in curve], [p[1] for p in curve], thresh=0.2) / 0.2
                     for curve in points.values()]
            expected["nAUDC@0.2" + axis] = float(np.mean(areas))
        return {"name": name, "frame_rate": 30, "truth": truth, "answers": answers,
                "frames": {k: list(map(int, v["selected"])) for k, v in index.items()}, "expected": expected}

    def index_of(files, last):
        return {f: {"framerate": 30.0, "selected": {"0": 1, str(last): 0}} for f in files}

    # test_11-4 of the scorer's own tests: a public domain work of NIST.
    own = {}
    for side in ("test_11-4.json", "test_11-4_fake-sysout.json"):
        with open(path("ActEV_Scorer", "test", "data", side), encoding="ascii") as file:
            own[side] = [[f, a["activity"], int(min(s)), int(max(s)), a.get("presenceConf", 1)]
                         for a in json.load(file)["activities"] for f, s in a["localization"].items()]
    cases = [score("test_11-4 of ActEV_Scorer", own["test_11-4.json"], own["test_11-4_fake-sysout.json"],
                   {"VIRAT_S_000000.mp4": {"framerate": 30.0, "selected": {"1": 1, "4001": 0}}})]
    for seed in range(5):
        rng = random.Random(200 + seed)
        files, labels = ["u", "v", "w"], ["Closing", "Entering"]
        truth, answers = [], []
        for file in files:
            at = rng.randint(0, 100)
            while at < 8000:  # far enough apart that no answer fits two instances
                label, length = rng.choice(labels), rng.choice([12, 20, 45, 90, 200])
                truth.append([file, label, at, at + length, 1])
                for _ in range(rng.choice([0, 1, 1, 1, 2])):
                    start = max(0, at + rng.randint(-15, 15))
                    answers.append([file, label, start, start + max(5, length + rng.randint(-20, 20)),
                                    round(rng.random(), 3)])
                if rng.random() < 0.5:
                    start = at + length + rng.randint(60, 120)
                    answers.append([file, rng.choice(labels), start, start + rng.randint(10, 80),
                                    round(rng.random(), 3)])
                at += length + rng.randint(300, 900)
        cases.append(score("random %d" % seed, truth, answers, index_of(files, 9000)))
    write("actev.json", cases)


# ---- ActivityNet

def make_activitynet():
    with open(path("ActivityNet", "Evaluation", "utils.py"), encoding="ascii") as file:
        utils = file.read()
    with open(path("ActivityNet", "Evaluation", "eval_detection.py"), encoding="ascii") as file:
        detection = file.read()
    scope = {"np": np}
    exec(utils[utils.index("def interpolated_prec_rec"):utils.index("def wrapper_segment_iou")], scope)
    exec(detection[detection.index("def compute_average_precision_detection"):], scope)
    cases = []
    for seed in range(8):
        rng = random.Random(300 + seed)
        files, labels = ["a", "b", "c"], ["jump", "run", "sit"]
        truth = random_events(rng, files, labels, 20, 30, False)
        answers = shaken(rng, truth, files, labels, 30, True, spread=0.5)
        thresholds = [0.3, 0.5, 0.7, 0.9]
        ap = {}
        for label in sorted({e[1] for e in truth}):
            def frame(events, label=label):
                return pd.DataFrame([[f, s, e, c] for f, l, s, e, c in events if l == label],
                                    columns=["video-id", "t-start", "t-end", "score"])
            ap[label] = list(map(float, scope["compute_average_precision_detection"](
                frame(truth), frame(answers), np.array(thresholds))))
        cases.append({"name": "random %d" % seed, "truth": truth, "answers": answers, "thresholds": thresholds,
                      "ap": ap})
    write("activitynet.json", cases)


# ---- NAB

def make_nab():
    sys.path.insert(0, path("NAB"))
    package = types.ModuleType("nab")
    package.__path__ = [path("NAB", "nab")]
    sys.modules["nab"] = package
    from nab.sweeper import Sweeper
    cases = []
    for seed in range(8):
        rng = random.Random(400 + seed)
        recordings = []
        for r in range(3):
            n = rng.randint(60, 120)
            windows = []
            at = rng.randint(0, 30)
            while at + 20 < n:
                windows.append([at, at + rng.randint(3, 12)])
                at = windows[-1][1] + rng.randint(5, 30)
            scores = [round(rng.random() ** 3, 4) for _ in range(n)]
            recordings.append({"scores": scores, "windows": windows})
        costs = {"tpWeight": 1.0, "fpWeight": rng.choice([0.11, 0.22]), "fnWeight": rng.choice([1.0, 2.0])}
        threshold = rng.choice([s for s in recordings[0]["scores"] if s > 0.3])
        total = []
        for i, r in enumerate(recordings):
            points = Sweeper(probationPercent=0.15, costMatrix=costs).calcSweepScore(
                list(range(len(r["scores"]))), r["scores"], [tuple(w) for w in r["windows"]], str(i))
            rows = Sweeper(costMatrix=costs).calcScoreByThreshold(points)
            at = [row for row in rows if row.threshold >= threshold][-1]
            total.append(at.score)
        cases.append({"recordings": recordings, "costs": costs, "threshold": threshold, "raw": total})
    write("nab.json", cases)


# ---- MS-TCN

def make_ms_tcn():
    with open(path("ms-tcn", "eval.py"), encoding="ascii") as file:
        text = file.read()
    scope = {"np": np}
    exec(text[text.index("def get_labels_start_end_time"):text.index("def main")], scope)
    cases = []
    for seed in range(8):
        rng = random.Random(500 + seed)
        videos = []
        for _ in range(3):
            truth = []
            while len(truth) < 60:
                truth += [rng.choice(["background", "cut", "pour", "stir"])] * rng.randint(3, 12)
            answer = [label if rng.random() < 0.9 else rng.choice(["cut", "pour"]) for label in truth[3:] + truth[:3]]
            overlaps = [0.1, 0.25, 0.5]
            videos.append({"truth": truth, "answers": answer,
                           "edit": float(scope["edit_score"](answer, truth)),
                           "counts": [list(scope["f_score"](answer, truth, k)) for k in overlaps]})
        cases.append({"overlaps": overlaps, "videos": videos})
    write("ms_tcn.json", cases)


# ---- scikit-learn

def make_sklearn():
    from scipy.interpolate import interp1d
    from scipy.optimize import brentq
    from sklearn import metrics
    cases = []
    for seed in range(8):
        rng = random.Random(600 + seed)
        n = 120
        labels = [int(rng.random() < 0.3) for _ in range(n)]
        scores = [round(min(1, max(0, 0.3 * y + rng.random() * 0.8)), seed % 3 + 1) for y in labels]
        answered = [int(s >= 0.5) for s in scores]
        p, r, f, _ = metrics.precision_recall_fscore_support(labels, answered, average="binary", zero_division=0)
        fpr, tpr, _ = metrics.roc_curve(labels, scores)
        eer = brentq(lambda x: 1.0 - x - interp1d(fpr, tpr)(x), 0.0, 1.0, xtol=1e-15)
        x, _, _ = metrics.roc_curve(labels, scores, drop_intermediate=False), 0, 0
        cost = min((10 * 0.01 * (1 - t) + 0.99 * q) / 0.1 for q, t in zip(x[0], x[1]))
        actual = (0.1 * np.mean([1 - a for a, y in zip(answered, labels) if y])
                  + 0.99 * np.mean([a for a, y in zip(answered, labels) if not y])) / 0.1
        cases.append({"labels": labels, "scores": scores, "auc": metrics.roc_auc_score(labels, scores),
                      "eer": eer, "f": f, "precision": p, "recall": r, "least_cost": cost, "actual_cost": actual})
    write("sklearn.json", cases)


if __name__ == "__main__":
    wanted = sys.argv[3:] or ["sed_eval", "psds_eval", "actev", "activitynet", "nab", "ms_tcn", "sklearn"]
    for each in wanted:
        globals()["make_" + each]()
