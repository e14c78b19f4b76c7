# SPDX-License-Identifier: Apache-2.0
"""Golden figures of the regression schemes, by the programs they must equal.

    python3 generate.py PROPERSCORING_CRPS

PROPERSCORING_CRPS: properscoring/_crps.py (TheClimateCorporation/properscoring 1ca13dcb). torchmetrics' figures by
NumPy from its formulas (functional/regression/{symmetric_mape,wmape,nrmse,concordance}.py). Made with NumPy 1.24.2,
SciPy 1.10.1, scikit-learn 1.2.1. Writes the CSVs and expected.json beside this file.
"""
import csv, json, os, sys
import numpy as np
from scipy import stats
from sklearn import metrics

here = os.path.dirname(os.path.abspath(__file__))
expected = {}
rng = np.random.RandomState(11)


def write(name, header, rows):
    with open(os.path.join(here, name), "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header] + rows)


def figures(y, p, w=None):
    out = {"mae": metrics.mean_absolute_error(y, p, sample_weight=w),
           "mse": metrics.mean_squared_error(y, p, sample_weight=w),
           "rmse": metrics.mean_squared_error(y, p, sample_weight=w, squared=False),
           "mape": metrics.mean_absolute_percentage_error(y, p, sample_weight=w),
           "r2": metrics.r2_score(y, p, sample_weight=w),
           "explained_variance": metrics.explained_variance_score(y, p, sample_weight=w)}
    for alpha in (0.1, 0.5, 0.9):
        out[f"pinball@alpha={alpha}"] = metrics.mean_pinball_loss(y, p, sample_weight=w, alpha=alpha)
        out[f"d2_pinball@alpha={alpha}"] = metrics.d2_pinball_score(y, p, sample_weight=w, alpha=alpha)
    assert abs(out["d2_pinball@alpha=0.5"] - metrics.d2_absolute_error_score(y, p, sample_weight=w)) < 1e-12
    return out


# Ages with ties; weighted and not; far from zero, where careless sums lose digits.
y = np.round(rng.gamma(6, 6, 150))
p = np.round(y + rng.normal(1, 5, 150), 1)
low, high = np.round(p - rng.rand(150) * 9, 2), np.round(p + rng.rand(150) * 9, 2)
w = np.round(rng.rand(150) + 0.1, 2)
write("plain.csv", ["truth", "prediction", "low", "high"], [[repr(float(v)) for v in row] for row in zip(y, p, low, high)])
write("weighted.csv", ["truth", "prediction", "weight"], [[repr(float(v)) for v in row] for row in zip(y, p, w)])
write("far.csv", ["truth", "prediction"], [[repr(float(v)) for v in row] for row in zip(y + 1e7, p + 1e7)])
for name, values in (("plain", figures(y, p)), ("weighted", figures(y, p, w)), ("far", figures(y + 1e7, p + 1e7))):
    expected.update({f"{name}:{key}": float(value) for key, value in values.items()})
n = len(y)
expected["plain:median_ae"] = float(metrics.median_absolute_error(y, p))
expected["plain:max_error"] = float(metrics.max_error(y, p))
expected["plain:pearson"] = float(stats.pearsonr(y, p)[0])
expected["plain:spearman"] = float(stats.spearmanr(y, p)[0])
expected["plain:kendall_tau_b"] = float(stats.kendalltau(y, p)[0])
expected["plain:smape"] = float(np.mean(2 * abs(p - y) / np.maximum(abs(y) + abs(p), 1.17e-6)))
expected["plain:wmape"] = float(np.sum(abs(p - y)) / np.sum(abs(y)))
rmse = np.sqrt(np.mean((p - y) ** 2))
for by, spread in (("mean", y.mean()), ("range", y.max() - y.min()), ("std", y.std())):
    expected[f"plain:nrmse@by={by}"] = float(rmse / spread)
for name, ddof in (("population", 0), ("unbiased", 1)):
    cov = np.cov(y, p, ddof=ddof)
    expected[f"plain:lin_ccc@variance={name}"] = float(2 * cov[0, 1] / (cov[0, 0] + cov[1, 1] + (y.mean() - p.mean()) ** 2))
for years in (0, 5, 10):
    expected[f"plain:cumulative_score@years={years}"] = float(np.mean(abs(p - y) <= years))
expected["plain:interval_coverage"] = float(np.mean((low <= y) & (y <= high)))
expected["plain:interval_width"] = float(np.mean(high - low))

# Ensembles.
members = np.round(y[:60, None] + rng.normal(0, 4, (60, 7)), 1)
write("ensemble.csv", ["truth"] + [f"member_{i}" for i in range(7)],
      [[repr(float(v)) for v in (a, *row)] for a, row in zip(y[:60], members)])
source = open(sys.argv[1]).read()
space = {"np": np}
exec("import contextlib\n@contextlib.contextmanager\ndef suppress_warnings(m):\n    yield\n" +
     source[source.index("def _crps_ensemble_vectorized"):source.index("try:\n    from ._gufuncs")], space)
expected["ensemble:crps"] = float(np.mean(space["_crps_ensemble_vectorized"](y[:60], members, np.ones_like(members))))
pairs = np.abs(members[:, :, None] - members[:, None]).sum((1, 2)) / (7 * 6)
expected["ensemble:crps@estimator=fair"] = float(np.mean(np.abs(members - y[:60, None]).mean(1) - pairs / 2))

# Counting on an 8 x 8 grid, empty cells left out.
rows, truth, guess = [], rng.poisson(0.6, (12, 8, 8)), np.round(rng.gamma(0.6, 1, (12, 8, 8)) * (rng.rand(12, 8, 8) < 0.5), 2)
for i in range(12):
    for r in range(8):
        for c in range(8):
            if truth[i, r, c] or guess[i, r, c] or (r, c) == (7, 7):
                rows.append([f"image{i}", r, c, int(truth[i, r, c]), repr(float(guess[i, r, c]))])
write("counts.csv", ["image", "row", "column", "truth", "prediction"], [rows[i] for i in rng.permutation(len(rows))])
difference = guess - truth
expected["counts:counting_mae"] = float(np.mean(abs(difference.sum((1, 2)))))
expected["counts:counting_rmse"] = float(np.sqrt(np.mean(difference.sum((1, 2)) ** 2)))
for level in range(4):
    k = 2**level
    regions = difference.reshape(12, k, 8 // k, k, 8 // k).sum((2, 4))
    expected[f"counts:game@level={level}"] = float(np.mean(abs(regions).sum((1, 2))))

with open(os.path.join(here, "expected.json"), "w") as file:
    json.dump(expected, file, indent=1, sort_keys=True)
    file.write("\n")
