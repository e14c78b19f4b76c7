#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes peers.json: what torchmetrics and uncertainty-calibration answer on generated samples.

Run once, with both projects' sources and PyTorch on the path:
    PYTHONPATH=<torchmetrics>/src:<lightning utilities>/src:<verified_calibration> python3 make_peers.py > peers.json
The sources used: torchmetrics 1.9.0 (commit dab0333), lightning utilities (c89c402), verified_calibration (ee81c34),
PyTorch 1.13, NumPy 1.24.2, scikit-learn 1.2.1.
"""
import json
import sys

import numpy as np
import torch
import torchmetrics.functional.classification as tm
import calibration.utils as kumar

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(20261125)


def binary_case(n, levels):
    labels = rng.integers(0, 2, n)
    scores = np.clip(0.5 + 0.2 * (labels - 0.5) + 0.25 * rng.standard_normal(n), 0, 1)
    if levels:
        scores = np.round(scores * levels) / levels
    scores = np.array([float("%.12g" % s) for s in scores])
    p, t = torch.tensor(scores), torch.tensor(labels)
    values = {}
    for name, function in (("specificity", tm.binary_specificity),
                           ("negative_predictive_value", tm.binary_negative_predictive_value)):
        values[f"{name}@average=binary"] = function(p, t).item()
    values["equal_error_rate@mode=compatible"] = tm.binary_eer(p, t).item()
    values["log_auc@low=0.01@high=0.5"] = tm.binary_logauc(p, t, fpr_range=(0.01, 0.5)).item()
    values["log_auc"] = tm.binary_logauc(p, t).item()
    for floor in (0.3, 0.6, 0.8, 0.95):
        values[f"recall_at_precision@precision={floor}"] = tm.binary_recall_at_fixed_precision(p, t, floor)[0].item()
        values[f"precision_at_recall@recall={floor}"] = tm.binary_precision_at_fixed_recall(p, t, floor)[0].item()
    for name, norm in (("expected", "l1"), ("maximum", "max"), ("rms", "l2")):
        for bins in (10, 15):
            values[f"{name}_calibration_error@bins={bins}@target=positive"] = tm.binary_calibration_error(
                p, t, n_bins=bins, norm=norm).item()
    for bins in (5, 15):
        values[f"adaptive_calibration_error@bins={bins}@target=positive"] = kumar.get_ece_em(
            scores, labels, num_bins=bins)
        values[f"debiased_calibration_error@bins={bins}@target=positive"] = kumar.lower_bound_scaling_ce(
            scores, labels, p=2, debias=True, num_bins=bins)
    return {"class_names": ["0", "1"], "single": True, "labels": labels.tolist(), "scores": scores.tolist(),
            "values": values}


def multiclass_case(n, c, levels):
    labels = rng.integers(0, c, n)
    logits = rng.standard_normal((n, c)) + 1.5 * np.eye(c)[labels]
    scores = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    if levels:  # exact quarters and the like: ties, and confidences on bin edges
        scores = np.floor(scores * levels) / levels
        scores[np.arange(n), rng.integers(0, c, n)] += 1 - scores.sum(1)
    scores = np.array([[float("%.12g" % s) for s in row] for row in scores])
    p, t = torch.tensor(scores), torch.tensor(labels)
    answers = torch.tensor(scores.argmax(1))
    values = {}
    for average in ("macro", "micro", "weighted"):
        for name, function in (("specificity", tm.multiclass_specificity),
                               ("negative_predictive_value", tm.multiclass_negative_predictive_value)):
            values[f"{name}@average={average}"] = function(answers, t, num_classes=c, average=average).item()
    for name, norm in (("expected", "l1"), ("maximum", "max"), ("rms", "l2")):
        for bins in (10, 15):
            values[f"{name}_calibration_error@bins={bins}"] = tm.multiclass_calibration_error(
                p, t, num_classes=c, n_bins=bins, norm=norm).item()
    for bins in (5, 15):
        values[f"adaptive_calibration_error@bins={bins}"] = kumar.get_ece_em(scores, labels, num_bins=bins)
        values[f"debiased_calibration_error@bins={bins}"] = kumar.lower_bound_scaling_ce(
            scores, labels, p=2, debias=True, num_bins=bins, mode="top-label")
        values[f"classwise_calibration_error@bins={bins}"] = kumar.get_ece(
            scores, labels, num_bins=bins, mode="marginal")
        values[f"classwise_calibration_error@bins={bins}@binning=equal_mass"] = kumar.get_ece_em(
            scores, labels, num_bins=bins, mode="marginal")
    return {"class_names": [str(k) for k in range(c)], "single": False, "labels": labels.tolist(),
            "scores": scores.ravel().tolist(), "values": values}


cases = [binary_case(n, levels) for n, levels in ((40, 0), (120, 10), (300, 0), (300, 20))]
cases += [multiclass_case(n, c, levels) for n, c, levels in ((60, 3, 0), (200, 4, 0), (150, 3, 8))]
json.dump({"cases": cases}, sys.stdout, separators=(",", ":"))
