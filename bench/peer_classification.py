#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CPU seconds of scikit-learn on the rows' sizes of classification_bench.cc, one thread: the peer's side of it.

    OMP_NUM_THREADS=1 bench/peer_classification.py [ROWS]
"""
import sys
import time

import numpy as np
import sklearn.metrics as m

n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
rng = np.random.default_rng(1)
labels = rng.integers(0, 2, n)
scores = 0.8 * rng.random(n) + 0.2 * labels
answers = (scores > 0.5).astype(int)
ten = rng.integers(0, 10, n), rng.integers(0, 10, n)
for name, function in (
        ("roc_auc_score", lambda: m.roc_auc_score(labels, scores)),
        ("roc_auc_score, 1000 levels", lambda: m.roc_auc_score(labels, np.floor(scores * 1000) / 1000)),
        ("average_precision_score", lambda: m.average_precision_score(labels, scores)),
        ("confusion_matrix, 10 classes", lambda: m.confusion_matrix(*ten)),
        ("f1_score", lambda: m.f1_score(labels, answers)),
        ("log_loss", lambda: m.log_loss(labels, scores))):
    start = time.process_time()
    function()
    print(f"{name}: {time.process_time() - start:.2f} s", flush=True)
