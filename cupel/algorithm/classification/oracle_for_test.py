#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Answers of scikit-learn, SciPy and of definitions written with NumPy, for the tests.

    oracle_for_test.py CASES.json > VALUES.json

CASES is {"cases": [{class_names, single, labels, answers, scores, weights, truths, predictions}]}; VALUES is the same
number of objects, each from a scheme's name and a figure ("roc_auc", "confusion_matrix#cell.0.1") to a number, or to
null where the reference has none.
"""
import json
import math
import sys
import warnings

import numpy as np
import scipy.stats
import sklearn.metrics as m
from sklearn.calibration import calibration_curve

warnings.simplefilter("ignore")


def number(function):
    """The function's number, or None where the reference refuses or has none."""
    try:
        value = float(function())
    except ValueError:
        return None
    return value if math.isfinite(value) else None


class Values(dict):
    def put(self, name, function):
        self[name] = number(function)


def divide(a, b):
    return a / b if b != 0 else math.nan


def geometric_mean(y, answers, w):
    recalls = m.recall_score(y, answers, labels=np.unique(y[w > 0]), average=None, sample_weight=w)
    return 0.0 if (recalls == 0).any() else scipy.stats.gmean(recalls)


def costs(values, y, answers, c, w, matrix, name):
    table = m.confusion_matrix(y, answers, labels=range(c), sample_weight=w)
    cost = (table * matrix).sum() / table.sum()
    trivial = (table.sum(1) @ matrix).min() / table.sum()
    values.put(name, lambda: cost)
    values.put(name + "#normalised", lambda: divide(cost, trivial))


def counted(values, y, answers, c, w):
    ones = np.ones(len(y)) if w is None else w
    values.put("accuracy", lambda: m.accuracy_score(y, answers, sample_weight=w))
    values.put("subset_accuracy", lambda: 1 - m.zero_one_loss(y, answers, sample_weight=w))
    values.put("hamming_loss", lambda: m.hamming_loss(y, answers, sample_weight=w))
    values.put("balanced_accuracy", lambda: m.balanced_accuracy_score(y, answers, sample_weight=w))
    values.put("balanced_accuracy@adjusted=true",
               lambda: m.balanced_accuracy_score(y, answers, sample_weight=w, adjusted=True))
    values.put("matthews_correlation", lambda: m.matthews_corrcoef(y, answers, sample_weight=w))
    values.put("g_mean", lambda: geometric_mean(y, answers, ones))
    for weights in ("none", "linear", "quadratic"):
        values.put(f"cohen_kappa@weights={weights}", lambda: m.cohen_kappa_score(
            y, answers, labels=range(c), weights=None if weights == "none" else weights, sample_weight=w))
    for normalize in ("none", "true", "pred", "all"):
        table = m.confusion_matrix(y, answers, labels=range(c), sample_weight=w,
                                   normalize=None if normalize == "none" else normalize)
        for i in range(c):
            for j in range(c):
                values.put(f"confusion_matrix@normalize={normalize}#cell.{i}.{j}", lambda: table[i, j])
    costs(values, y, answers, c, w, 1 - np.eye(c), "expected_cost")


def rates(values, y, answers, w, averages):
    for average in averages:
        for zero in (0, 1):
            tail = f"@average={average}@zero_division={zero}"
            for beta in (0.5, 1, 2):
                p, r, f, _ = m.precision_recall_fscore_support(y, answers, beta=beta, average=average, sample_weight=w,
                                                               zero_division=zero)
                values.put(f"f_score@beta={beta}" + tail, lambda: f)
            values.put("precision" + tail, lambda: p)
            values.put("recall" + tail, lambda: r)
            values.put("jaccard" + tail, lambda: m.jaccard_score(y, answers, average=average, sample_weight=w,
                                                                 zero_division=zero))


def of_positive(values, y, answers, w):
    for zero in (0, 1):
        tail = f"@average=binary@zero_division={zero}"
        p, r, f, _ = m.precision_recall_fscore_support(y, answers, labels=[1], average=None, sample_weight=w,
                                                       zero_division=zero)
        values.put("precision" + tail, lambda: p[0])
        values.put("recall" + tail, lambda: r[0])
        values.put("f_score" + tail, lambda: f[0])
        values.put("jaccard" + tail, lambda: m.jaccard_score(y, answers, labels=[1], average=None, sample_weight=w,
                                                             zero_division=zero)[0])
    tn, fp, fn, tp = m.confusion_matrix(y, answers, labels=[0, 1], sample_weight=w).ravel()
    plus, minus = m.class_likelihood_ratios(y, answers, labels=[0, 1], sample_weight=w)
    values.put("positive_likelihood_ratio", lambda: plus)
    values.put("negative_likelihood_ratio", lambda: minus)
    values.put("diagnostic_odds_ratio", lambda: divide(tp * tn, fp * fn))
    both = tp + fn > 0 and tn + fp > 0
    values.put("youden_j", lambda: m.balanced_accuracy_score(y, answers, sample_weight=w, adjusted=True)
               if both else math.nan)
    costs(values, y, answers, 2, w, np.array([[0, 1], [5.5, -0.25]]), "expected_cost@costs=0+1+5.5+-0.25")


def interpolated(y, s, points):
    precision, recall, _ = m.precision_recall_curve(y, s)
    precision, recall = precision[:-1][::-1], recall[:-1][::-1]
    best = np.array([precision[recall >= r].max() for r in recall])
    if points == "all":
        return (np.diff(np.concatenate([[0], recall])) * best).sum()
    return np.mean([max(precision[recall >= i / 10], default=0) for i in range(11)])


def equal_error(y, s, w):
    fpr, tpr, _ = m.roc_curve(y, s, sample_weight=w, drop_intermediate=False)
    difference = fpr - (1 - tpr)
    after = int(np.argmax(difference >= 0))
    part = -difference[after - 1] / (difference[after] - difference[after - 1])
    return fpr[after - 1] + part * (fpr[after] - fpr[after - 1])


def ranked(values, y, s, w, tail):
    """y: 0 or 1."""
    kept = y if w is None else y[w > 0]
    both = 0 < kept.sum() < len(kept)
    put = lambda name, function: values.put(name + tail, function if both else lambda: math.nan)
    put("roc_auc", lambda: m.roc_auc_score(y, s, sample_weight=w))
    put("gini", lambda: 2 * m.roc_auc_score(y, s, sample_weight=w) - 1)
    for max_fpr in (0.1, 0.37, 1.0):
        put(f"partial_auc@max_fpr={max_fpr:g}", lambda: m.roc_auc_score(y, s, sample_weight=w, max_fpr=max_fpr))
    put("average_precision", lambda: m.average_precision_score(y, s, sample_weight=w))
    def area():
        precision, recall, _ = m.precision_recall_curve(y, s, sample_weight=w)
        return m.auc(recall, precision)
    put("pr_auc", area)
    for target in (0.01, 0.1, 0.3):
        def at():
            fpr, tpr, _ = m.roc_curve(y, s, sample_weight=w, drop_intermediate=False)
            return tpr[fpr <= target].max()
        put(f"tpr_at_fpr@fpr={target}", at)
    put("equal_error_rate", lambda: equal_error(y, s, w))
    if w is None:
        put("ks_statistic", lambda: scipy.stats.ks_2samp(s[y == 1], s[y == 0]).statistic)
        put("interpolated_precision", lambda: interpolated(y, s, "all"))
        put("interpolated_precision@points=11", lambda: interpolated(y, s, "11"))


def murphy(y, p, w):
    base = np.average(y, weights=w)
    reliability = resolution = 0
    for forecast in np.unique(p[w > 0]):
        here = p == forecast
        observed = np.average(y[here], weights=w[here])
        reliability += w[here].sum() / w.sum() * (forecast - observed) ** 2
        resolution += w[here].sum() / w.sum() * (observed - base) ** 2
    return reliability, resolution, base * (1 - base)


def hosmer_lemeshow(y, p, groups):
    breaks = np.unique(np.quantile(p, [i / groups for i in range(groups + 1)]))
    group = np.clip(np.searchsorted(breaks, p, side="left"), 1, None)
    statistic = 0
    for g in np.unique(group):
        here = group == g
        for observed, expected in ((y[here].sum(), p[here].sum()), ((1 - y[here]).sum(), (1 - p[here]).sum())):
            statistic += divide((observed - expected) ** 2, expected)
    return statistic, scipy.stats.chi2.sf(statistic, groups - 2)


def forecast(values, y, p, w, tail):
    """y: 0 or 1; p its probability."""
    values.put("brier_score" + tail, lambda: m.brier_score_loss(y, p, sample_weight=w, pos_label=1))
    parts = murphy(y, p, np.ones(len(y)) if w is None else w)
    for name, part in zip(("reliability", "resolution", "uncertainty"), parts):
        values.put(f"brier_score{tail}#{name}", lambda: part)
    if w is not None:
        return
    if len(np.unique(p)) > 12:
        statistic, p_value = hosmer_lemeshow(y, p, 7)
        values.put("hosmer_lemeshow@groups=7" + tail, lambda: statistic)
        values.put(f"hosmer_lemeshow@groups=7{tail}#p_value", lambda: p_value)
    z = divide(((y - p) * (1 - 2 * p)).sum(), math.sqrt(((1 - 2 * p) ** 2 * p * (1 - p)).sum()))
    values.put("spiegelhalter_z" + tail, lambda: z)
    values.put(f"spiegelhalter_z{tail}#p_value", lambda: 2 * scipy.stats.norm.sf(abs(z)))
    for threshold in (0.2, 0.5):
        act = p >= threshold
        values.put(f"net_benefit@threshold={threshold}" + tail,
                   lambda: (act & (y == 1)).mean() - (act & (y == 0)).mean() * threshold / (1 - threshold))
    for strategy in ("uniform", "quantile"):
        for bins in (5, 15):
            observed, predicted = calibration_curve(y, p, pos_label=1, n_bins=bins, strategy=strategy)
            name = f"reliability_curve@bins={bins}@strategy={strategy}{tail}"
            for i, (o, q) in enumerate(zip(observed, predicted)):
                values.put(f"{name}#observed.{i}", lambda: o)
                values.put(f"{name}#predicted.{i}", lambda: q)


def selective(values, errors, confidence):
    n = len(errors)
    higher = (confidence[None, :] > confidence[:, None]).sum(1)
    equal = (confidence[None, :] == confidence[:, None]).sum(1)
    kept = np.arange(1, n + 1)[:, None]
    risks = (np.clip((kept - higher) / equal, 0, 1) * errors).sum(1) / np.arange(1, n + 1)
    r = errors.mean()
    optimum = r + (1 - r) * math.log(1 - r) if r < 1 else 1
    values.put("aurc", lambda: risks.mean())
    values.put("excess_aurc", lambda: risks.mean() - optimum)
    for coverage in (0.25, 0.8, 1.0):
        values.put(f"selective_accuracy@coverage={coverage:g}",
                   lambda: 1 - risks[math.ceil(coverage * n - 1e-9) - 1])


def binary_case(values, case, y, answers, w):
    s = np.array(case["scores"])
    is_prob = ((s >= 0) & (s <= 1)).all()
    of_positive(values, y, answers, w)
    ranked(values, y, s, w, "")
    for k in (1, 2):
        values.put(f"top_k_accuracy@k={k}", lambda: m.top_k_accuracy_score(y, s, k=k, sample_weight=w, labels=[0, 1]))
    if not is_prob:
        return
    values.put("log_loss", lambda: m.log_loss(y, s, labels=[0, 1], sample_weight=w))
    forecast(values, y, s, w, "")
    if w is None and not case["has_prediction"]:
        selective(values, (y != answers).astype(float), np.maximum(s, 1 - s))


def multiclass_case(values, case, y, answers, c, w):
    s = np.array(case["scores"]).reshape(-1, c)
    for k in (1, 2, 3):
        values.put(f"top_k_accuracy@k={k}",
                   lambda: m.top_k_accuracy_score(y, s, k=k, sample_weight=w, labels=range(c)))
    values.put("log_loss", lambda: m.log_loss(y, s, labels=range(c), sample_weight=w))
    for average in ("macro", "weighted"):
        values.put(f"multiclass_auc@multi_class=ovr@average={average}", lambda: m.roc_auc_score(
            y, s, multi_class="ovr", average=average, labels=range(c), sample_weight=w))
        if w is None:
            values.put(f"multiclass_auc@multi_class=ovo@average={average}", lambda: m.roc_auc_score(
                y, s, multi_class="ovo", average=average, labels=range(c))
                if len(np.unique(y)) == c else math.nan)
    for label in (0, c - 1):
        ranked(values, (y == label).astype(int), s[:, label], w, f"@positive={label}")
        forecast(values, (y == label).astype(int), s[:, label], w, f"@positive={label}")
    if w is None and not case["has_prediction"]:
        selective(values, (y != answers).astype(float), s.max(1))


def multilabel_case(values, case, c, w):
    y = np.array(case["truths"]).reshape(-1, c)
    answers = np.array(case["predictions"]).reshape(-1, c)
    rates(values, y, answers, w, ("macro", "micro", "weighted", "samples"))
    values.put("hamming_loss", lambda: m.hamming_loss(y, answers, sample_weight=w))
    values.put("subset_accuracy", lambda: 1 - m.zero_one_loss(y, answers, sample_weight=w))


def values_of(case):
    values = Values()
    c = len(case["class_names"])
    w = np.array(case["weights"]) if case["weights"] else None
    if case["truths"]:
        multilabel_case(values, case, c, w)
        return values
    y = np.array(case["labels"])
    answers = np.array(case["answers"])
    counted(values, y, answers, c, w)
    rates(values, y, answers, w, ("macro", "micro", "weighted"))
    if case["single"]:
        binary_case(values, case, y, answers, w)
    elif case["scores"]:
        multiclass_case(values, case, y, answers, c, w)
    return values


with open(sys.argv[1]) as file:
    json.dump({"values": [values_of(case) for case in json.load(file)["cases"]]}, sys.stdout)
