// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/biometric/verification.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/base/error.h"
#include "cupel/stats/roc.h"

namespace cupel::algorithm::biometric {
namespace {

/// A pair on the axis that is cut: it is judged the same where its place is below the cut.
struct Placed {
  std::size_t place = 0;
  std::size_t fold = 0;
  bool is_same = false;
};

/// For every fold the cut that judges most of the other folds' pairs right; the first of several.
std::vector<FoldAccuracy> BestCuts(std::span<const Placed> pairs, std::size_t cuts, std::size_t folds) {
  // gain[fold][cut]: what right answers change by when the cut passes from cut - 1 to cut.
  std::vector<std::int64_t> gain(folds * (cuts + 1));
  std::vector<FoldAccuracy> result(folds);
  std::vector<std::int64_t> different(folds);
  for (const Placed& pair : pairs) {
    gain[pair.fold * (cuts + 1) + pair.place + 1] += pair.is_same ? 1 : -1;
    different[pair.fold] += pair.is_same ? 0 : 1;
    ++result[pair.fold].n;
  }
  std::vector<std::int64_t> all(cuts + 1);
  for (std::size_t fold = 0; fold < folds; ++fold) {
    for (std::size_t cut = 0; cut <= cuts; ++cut) all[cut] += gain[fold * (cuts + 1) + cut];
  }
  for (std::size_t fold = 0; fold < folds; ++fold) {
    const std::span<const std::int64_t> own(gain.data() + fold * (cuts + 1), cuts + 1);
    std::int64_t others_right = 0;
    std::int64_t own_right = different[fold];
    std::int64_t best = std::numeric_limits<std::int64_t>::min();
    for (std::size_t cut = 0; cut < cuts; ++cut) {
      others_right += all[cut] - own[cut];
      own_right += own[cut];
      if (others_right > best) {
        best = others_right;
        result[fold].right = own_right;
      }
    }
  }
  return result;
}

/// InsightFace's thresholds of squared distance: np.arange(0, 4, 0.01).
std::vector<double> Grid() {
  std::vector<double> grid(400);
  for (std::size_t i = 0; i < grid.size(); ++i) grid[i] = static_cast<double>(i) * 0.01;
  return grid;
}

}  // namespace

std::vector<FoldAccuracy> CrossValidatedAccuracy(std::span<const Pair> pairs, std::int64_t folds,
                                                 bool is_compatible) {
  const auto n = static_cast<std::int64_t>(pairs.size());
  CUPEL_CHECK(folds >= 2 && folds <= n);
  std::vector<double> axis;
  if (is_compatible) {
    axis = Grid();
  } else {
    for (const Pair& pair : pairs) axis.push_back(-pair.score);
    std::ranges::sort(axis);
    axis.erase(std::unique(axis.begin(), axis.end()), axis.end());
  }
  std::vector<Placed> placed;
  const std::int64_t longer = n % folds;
  for (std::int64_t i = 0; i < n; ++i) {
    const Pair& pair = pairs[static_cast<std::size_t>(i)];
    const std::int64_t size = n / folds;
    const std::int64_t fold = i < longer * (size + 1) ? i / (size + 1) : (i - longer) / size;
    // Compatible: a match is distance < threshold, so the place is the last threshold not above the distance.
    // Corrected: cut c accepts the c highest distinct scores.
    const double key = is_compatible ? 2 - 2 * pair.score : -pair.score;
    const auto at =
        is_compatible ? std::ranges::upper_bound(axis, key) - 1 : std::ranges::lower_bound(axis, key);
    placed.push_back({static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, at - axis.begin())),
                      static_cast<std::size_t>(fold), pair.is_same});
  }
  return BestCuts(placed, is_compatible ? axis.size() : axis.size() + 1, static_cast<std::size_t>(folds));
}

double NearestFarThreshold(std::span<const double> mated, std::span<const double> non_mated, double target) {
  const std::vector<stats::RocPoint> curve = stats::RocCurve(mated, non_mated);
  double best = std::numeric_limits<double>::infinity();
  double threshold = 0;
  for (std::size_t i = curve.size(); i-- > 0;) {
    // scikit-learn drops points on a straight line between their neighbours, the prepended (0, 0) apart.
    if (i > 1 && i + 1 < curve.size()) {
      const auto bend = [&](auto member) {
        return curve[i + 1].*member - 2 * (curve[i].*member) + curve[i - 1].*member != 0;
      };
      if (!bend(&stats::RocPoint::true_positives) && !bend(&stats::RocPoint::false_positives)) continue;
    }
    const double distance = std::abs(curve[i].fpr - target);
    if (distance < best) {
      best = distance;
      threshold = curve[i].threshold;
    }
  }
  return threshold;
}

}  // namespace cupel::algorithm::biometric
