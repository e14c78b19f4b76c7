# SPDX-License-Identifier: Apache-2.0
"""Golden figures of the biometric schemes, by the programs they must equal.

    python3 generate.py TREC_EVAL FAST_REID_RANK TORCHREID_RANK INSIGHTFACE_VERIFICATION

TREC_EVAL: the program (usnistgov/trec_eval f4253652, its "%6.4f" in meas_print_*.c widened to "%.17g");
FAST_REID_RANK: fastreid/evaluation/rank.py (JDAI-CV/fast-reid c9bc3ceb);
TORCHREID_RANK: torchreid/metrics/rank.py (KaiyangZhou/deep-person-reid f8cd150f);
INSIGHTFACE_VERIFICATION: recognition/arcface_torch/eval/verification.py (deepinsight/insightface 7fadd420).
Made with NumPy 1.24.2, SciPy 1.10.1, scikit-learn 1.2.1. Writes the CSVs and expected.json beside this file.
"""
import csv, json, os, subprocess, sys, tempfile
import numpy as np
from scipy.interpolate import interp1d
from scipy.optimize import brentq
from sklearn.metrics import ndcg_score, roc_curve
from sklearn.model_selection import KFold

here = os.path.dirname(os.path.abspath(__file__))
trec_eval, fast_reid, torchreid, insightface = sys.argv[1:5]
expected = {}
rng = np.random.RandomState(7)


def write(name, header, rows):
    with open(os.path.join(here, name), "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header] + rows)


# H01, H06: 603 comparisons with ties; no score lies on a threshold of the grid, where rounding would decide.
same = rng.rand(603) < 0.45
score = np.round(np.clip(np.round(rng.normal(np.where(same, 0.55, 0.2), 0.18), 2), -0.99, 0.99) + 0.003, 3)
write("comparisons.csv", ["kind", "score"],
      [["mated" if s else "non-mated", repr(float(v))] for s, v in zip(same, score)])
expected["fmr@threshold=0.45"] = float(np.mean(score[~same] >= 0.45))
expected["fnmr@threshold=0.45"] = float(np.mean(score[same] < 0.45))
fpr, tpr, _ = roc_curve(same, score, drop_intermediate=False)
for target in (0.001, 0.01, 0.05, 0.1):
    expected[f"fnmr_at_fmr@fmr={target}"] = float(1 - tpr[fpr <= target].max())
    expected[f"tar_at_far@far={target}"] = float(tpr[fpr <= target].max())
expected["det_eer"] = float(brentq(lambda x: 1 - x - interp1d(fpr, tpr)(x), 0.0, 1.0))
fpr, tpr, _ = roc_curve(same, score)
fpr, tpr = np.flipud(fpr), np.flipud(tpr)
for target in (0.001, 0.01, 0.05, 0.1):  # InsightFace eval_ijbc.py, lines 455 to 470
    _, index = min(list(zip(abs(fpr - target), range(len(fpr)))))
    expected[f"tar_at_far@far={target}@mode=compatible"] = float(tpr[index])
source = open(insightface).read()
space = {"np": np, "KFold": KFold}
exec(source[source.index("class LFold"):source.index("def calculate_val(")], space)
first = np.tile([1.0, 0.0], (len(score), 1))
second = np.stack([score, np.sqrt(1 - score**2)], 1)
_, _, accuracy = space["calculate_roc"](np.arange(0, 4, 0.01), first, second, same, nrof_folds=10)
expected["verification_accuracy@mode=compatible"] = float(np.mean(accuracy))
expected["verification_accuracy@mode=compatible/standard_deviation"] = float(np.std(accuracy))
folds = []
for train, test in KFold(10).split(score):
    cuts = np.r_[np.inf, np.unique(score)[::-1]]
    best = cuts[np.argmax([np.mean((score[train] >= c) == same[train]) for c in cuts])]
    folds.append(np.mean((score[test] >= best) == same[test]))
expected["verification_accuracy"] = float(np.mean(folds))

# H03: 60 searches of a gallery, lists of up to 8 candidates, ties included.
rows, searches = [], []
for i in range(60):
    enrolled = bool(rng.rand() < 0.6)
    n = int(rng.randint(0, 9))
    scores = np.round(rng.normal(0.3, 0.15, n), 1)
    mate = np.zeros(n, bool)
    if enrolled and n and rng.rand() < 0.9:
        mate[rng.randint(n)] = True
        scores[mate] = np.round(scores[mate] + 0.25, 1)
    searches.append((enrolled, scores, mate))
    for s, m in zip(scores, mate):
        rows.append([f"q{i}", int(enrolled), int(m), repr(float(s))])
    if n == 0:
        rows.append([f"q{i}", int(enrolled), "", ""])
write("searches.csv", ["search", "enrolled", "mate", "score"], [rows[i] for i in rng.permutation(len(rows))])


def missed(search, threshold, rank):
    _, scores, mate = search
    if not mate.any():
        return True
    place = 1 + np.sum(scores[~mate] >= scores[mate][0])
    return scores[mate][0] < threshold or (rank and place > rank)


mated = [s for s in searches if s[0]]
tops = np.array([max(s[1], default=-np.inf) for s in searches if not s[0]])
expected["fpir@threshold=0.5"] = float(np.mean(tops >= 0.5))
for rank in (0, 1, 3):
    expected[f"fnir@threshold=0.5@rank={rank}"] = float(np.mean([missed(s, 0.5, rank) for s in mated]))
    expected[f"rank_hit@rank={rank}"] = float(1 - np.mean([missed(s, -9, rank) for s in mated]))
for target in (0.05, 0.2):
    cut = min(t for t in np.r_[np.unique(tops[tops > -9]) + 1e-9, 9] if np.mean(tops >= t) <= target)
    expected[f"dir_at_fpir@fpir={target}"] = float(1 - np.mean([missed(s, cut, 1) for s in mated]))

# H04: three species of attack.
rows, attacks, bona_fide = [], {}, []
for name, n, mean in (("bona-fide", 90, 0.7), ("print", 40, 0.2), ("replay", 30, 0.3), ("mask", 12, 0.45)):
    values = np.round(rng.normal(mean, 0.15, n), 2)
    answered = rng.rand(n) > 0.05
    for value, ok in zip(values, answered):
        text = repr(float(value)) if ok else ""
        if name == "bona-fide":
            rows.append(["bona-fide", "", text, ""])
        else:
            accepted = int(ok and value > 0.55)
            rows.append(["attack", name, text, accepted])
    if name == "bona-fide":
        bona_fide = values[answered]
        expected["bpcer@threshold=0.5/bpnrr"] = float(np.mean(~answered))
    else:
        attacks[name] = values[answered]
        expected[f"iapar/iapar.{name}"] = float(np.mean(answered & (values > 0.55)))
write("presentations.csv", ["kind", "species", "score", "accepted"], [rows[i] for i in rng.permutation(len(rows))])
for name, values in attacks.items():
    expected[f"apcer@threshold=0.5/apcer.{name}"] = float(np.mean(values >= 0.5))
worst = lambda t: max(np.mean(v >= t) for v in attacks.values())
expected["apcer@threshold=0.5"] = float(worst(0.5))
expected["bpcer@threshold=0.5"] = float(np.mean(bona_fide < 0.5))
expected["acer@threshold=0.5"] = float((worst(0.5) + np.mean(bona_fide < 0.5)) / 2)
expected["iapar"] = max(v for k, v in expected.items() if k.startswith("iapar/"))
cuts = np.unique(np.r_[np.concatenate(list(attacks.values())) + 1e-9, bona_fide])
for target in (0.05, 0.1):
    expected[f"bpcer_at_apcer@apcer={target}"] = float(np.mean(bona_fide < min(c for c in cuts if worst(c) <= target)))
    cut = max(c for c in cuts if np.mean(bona_fide < c) <= target)
    expected[f"apcer_at_bpcer@bpcer={target}"] = float(worst(cut))

# H07: 15 queries, 40 gallery images, 9 identities, 3 cameras; no ties, so that argsort's order is defined.
queries, gallery = rng.randint(0, 9, 15), rng.randint(1, 9, 40)
query_cameras, gallery_cameras = rng.randint(0, 3, 15), rng.randint(0, 3, 40)
distance = np.stack([(rng.permutation(40) * 25 + 7) / 1000 for _ in range(15)])
distance = np.round(distance + 0.3501 * (queries[:, None] != gallery[None]), 5)
assert all(len(np.unique(row)) == 40 for row in distance)
write("galleries.csv", ["query", "identity", "camera", "gallery_identity", "gallery_camera", "score"],
      [[f"q{i}", f"p{queries[i]}", f"c{query_cameras[i]}", f"p{gallery[j]}", f"c{gallery_cameras[j]}",
        repr(float(-distance[i, j]))] for i in range(15) for j in range(40)])
for path, prefix in ((fast_reid, "fast"), (torchreid, "torchreid")):
    space = {}
    exec(compile(open(path).read().replace("from .rank_cylib", "from rank_cylib").replace("np.bool)", "bool)"), path, "exec"), space)
    result = space["eval_market1501"](distance, queries, gallery, query_cameras, gallery_cameras, 20)
    if prefix == "fast":
        expected["reid_map"], expected["reid_minp"] = float(np.mean(result[1])), float(np.mean(result[2]))
        for rank in (1, 5, 10):
            expected[f"reid_cmc@rank={rank}"] = float(result[0][rank - 1])
    else:
        assert abs(result[1] - expected["reid_map"]) < 1e-12
        np.random.seed(1)
        repeats = [space["eval_cuhk03"](distance, queries, gallery, query_cameras, gallery_cameras, 20)[0] for _ in range(400)]
        for rank in (1, 5):  # 4000 random draws: compared within their spread
            expected[f"reid_cmc@rank={rank}@shots=single"] = float(np.mean(repeats, 0)[rank - 1])

# H08: 12 queries, up to 30 documents, graded, some not judged, some not retrieved, tied scores.
rows, run, qrels = [], [], []
for q in range(12):
    for d in range(30):
        judged, retrieved = rng.rand() < 0.8, rng.rand() < 0.7
        gain = int(rng.choice([0, 0, 0, 1, 2, 3])) if q != 5 else 0
        value = round(float(rng.rand()) + 0.2 * gain, 1)
        if not judged and not retrieved:
            continue
        rows.append([f"q{q}", f"d{d:02}", gain if judged else "", value if retrieved else ""])
        if judged:
            qrels.append(f"q{q} 0 d{d:02} {gain}")
        if retrieved:
            run.append(f"q{q} Q0 d{d:02} 1 {value} run")
write("rankings.csv", ["query", "document", "relevance", "score"], [rows[i] for i in rng.permutation(len(rows))])
with tempfile.TemporaryDirectory() as folder:
    for name, lines in (("run", run), ("qrels", qrels)):
        with open(os.path.join(folder, name), "w") as file:
            file.write("\n".join(lines) + "\n")
    measures = [x for m in ("P.5,10", "recall.5,10", "recip_rank", "map", "Rprec", "ndcg", "ndcg_cut.5,10") for x in ("-m", m)]
    printed = subprocess.run([trec_eval] + measures + [os.path.join(folder, "qrels"), os.path.join(folder, "run")],
                             check=True, capture_output=True, text=True).stdout
    figures = {line.split()[0]: float(line.split()[2]) for line in printed.splitlines() if line.split()[1] == "all"}
for ours, theirs in (("precision_at_k@k=5", "P_5"), ("precision_at_k@k=10", "P_10"), ("recall_at_k@k=5", "recall_5"),
                     ("recall_at_k@k=10", "recall_10"), ("mrr", "recip_rank"), ("retrieval_map", "map"),
                     ("r_precision", "Rprec"), ("ndcg", "ndcg"), ("ndcg@k=5", "ndcg_cut_5"), ("ndcg@k=10", "ndcg_cut_10")):
    expected[ours] = figures[theirs]
# scikit-learn wants every document judged and retrieved.
rows, gains, values = [], rng.randint(0, 4, (8, 12)), np.round(rng.rand(8, 12), 1)
for q in range(8):
    rows += [[f"q{q}", int(gains[q, d]), repr(float(values[q, d]))] for d in range(12)]
write("rankings_full.csv", ["query", "relevance", "score"], rows)
for k in (0, 5):
    expected[f"full:ndcg@k={k}@ties=averaged"] = float(ndcg_score(gains, values, k=k or None))
    expected[f"full:ndcg@k={k}@ties=averaged@gain=exponential"] = float(ndcg_score(2.0**gains - 1, values, k=k or None))

with open(os.path.join(here, "expected.json"), "w") as file:
    json.dump(expected, file, indent=1, sort_keys=True)
    file.write("\n")
