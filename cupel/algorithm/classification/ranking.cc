// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/ranking.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cupel::algorithm::classification {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Totals {
  double positive = 0;
  double negative = 0;
  bool Both() const { return positive > 0 && negative > 0; }
};

Totals TotalsOf(Groups groups) {
  Totals totals;
  for (const stats::ScoreGroup& group : groups) {
    totals.positive += group.positive;
    totals.negative += group.negative;
  }
  return totals;
}

/// Calls visit(tp, fp) at every threshold, falling; tp and fp are the weights accepted. A group that lost its
/// weight in a resample is no threshold. Stops when visit says false.
template <typename Visit>
void ForEachThreshold(Groups groups, const Visit& visit) {
  double tp = 0;
  double fp = 0;
  for (const stats::ScoreGroup& group : groups) {
    if (group.positive == 0 && group.negative == 0) continue;
    tp += group.positive;
    fp += group.negative;
    if (!visit(tp, fp)) return;
  }
}

double Between(double x, double x0, double y0, double x1, double y1) {
  return x1 == x0 ? y1 : y0 + (y1 - y0) / (x1 - x0) * (x - x0);
}

/// TPR on the curve at an FPR; on a vertical piece its upper end.
double TprOn(const std::vector<RatePoint>& points, double fpr) {
  const auto after = std::ranges::upper_bound(points, fpr, {}, &RatePoint::fpr);
  if (after == points.end()) return points.back().tpr;
  const auto before = after - 1;
  return Between(fpr, before->fpr, before->tpr, after->fpr, after->tpr);
}

}  // namespace

void RankingSums::Add(const stats::ScoreGroup& group) {
  wins_ += group.negative * (positives_ + group.positive / 2);
  positives_ += group.positive;
  negatives_ += group.negative;
  if (group.positive > 0) precision_ += group.positive * (positives_ / (positives_ + negatives_));
}

double RankingSums::RocAuc() const {
  return positives_ > 0 && negatives_ > 0 ? wins_ / (positives_ * negatives_) : kNan;
}

double RankingSums::AveragePrecision() const { return positives_ > 0 ? precision_ / positives_ : kNan; }

double RocAuc(Groups groups) {
  RankingSums sums;
  for (const stats::ScoreGroup& group : groups) sums.Add(group);
  return sums.RocAuc();
}

double AveragePrecision(Groups groups) {
  RankingSums sums;
  for (const stats::ScoreGroup& group : groups) sums.Add(group);
  return sums.AveragePrecision();
}

double PartialAuc(Groups groups, double max_fpr) {
  if (max_fpr >= 1) return RocAuc(groups);
  const Totals totals = TotalsOf(groups);
  if (!totals.Both()) return kNan;
  double area = 0;
  double tpr = 0;
  double fpr = 0;
  ForEachThreshold(groups, [&](double tp, double fp) {
    const double next_tpr = tp / totals.positive;
    const double next_fpr = fp / totals.negative;
    const double end = std::min(next_fpr, max_fpr);
    const double end_tpr = next_fpr <= max_fpr ? next_tpr : Between(end, fpr, tpr, next_fpr, next_tpr);
    area += (end - fpr) * (tpr + end_tpr) / 2;
    tpr = next_tpr;
    fpr = next_fpr;
    return next_fpr <= max_fpr;
  });
  const double least = max_fpr * max_fpr / 2;
  return (1 + (area - least) / (max_fpr - least)) / 2;
}

double PrecisionRecallArea(Groups groups) {
  const Totals totals = TotalsOf(groups);
  if (totals.positive == 0) return kNan;
  double area = 0;
  double recall = 0;
  double precision = 1;
  ForEachThreshold(groups, [&](double tp, double fp) {
    const double next_recall = tp / totals.positive;
    const double next_precision = tp / (tp + fp);
    area += (next_recall - recall) * (precision + next_precision) / 2;
    recall = next_recall;
    precision = next_precision;
    return true;
  });
  return area;
}

double InterpolatedPrecision(Groups groups, int points) {
  const Totals totals = TotalsOf(groups);
  if (totals.positive == 0) return kNan;
  std::vector<std::pair<double, double>> curve;  // recall, precision
  ForEachThreshold(groups, [&](double tp, double fp) {
    curve.emplace_back(tp / totals.positive, tp / (tp + fp));
    return true;
  });
  for (std::size_t i = curve.size() - 1; i > 0; --i) {
    curve[i - 1].second = std::max(curve[i - 1].second, curve[i].second);
  }
  double sum = 0;
  if (points == 0) {
    double recall = 0;
    for (const auto& [next, precision] : curve) {
      sum += (next - recall) * precision;
      recall = next;
    }
    return sum;
  }
  for (int point = 0; point < points; ++point) {
    const double recall = static_cast<double>(point) / (points - 1);
    const auto found = std::ranges::lower_bound(curve, recall, {}, [](const auto& at) { return at.first; });
    if (found != curve.end()) sum += found->second;
  }
  return sum / points;
}

double TprAtFpr(Groups groups, double max_fpr) {
  const Totals totals = TotalsOf(groups);
  if (!totals.Both()) return kNan;
  double best = 0;
  ForEachThreshold(groups, [&](double tp, double fp) {
    if (fp / totals.negative > max_fpr) return false;
    best = tp / totals.positive;
    return true;
  });
  return best;
}

double RecallAtPrecision(Groups groups, double floor) {
  const Totals totals = TotalsOf(groups);
  if (totals.positive == 0) return kNan;
  double best = 0;
  ForEachThreshold(groups, [&](double tp, double fp) {
    if (tp / (tp + fp) >= floor) best = tp / totals.positive;
    return true;
  });
  return best;
}

double PrecisionAtRecall(Groups groups, double floor) {
  const Totals totals = TotalsOf(groups);
  if (totals.positive == 0) return kNan;
  double best = 0;
  ForEachThreshold(groups, [&](double tp, double fp) {
    if (tp / totals.positive >= floor) best = std::max(best, tp / (tp + fp));
    return true;
  });
  return best;
}

double EqualErrorRate(Groups groups, bool interpolated) {
  const Totals totals = TotalsOf(groups);
  if (!totals.Both()) return kNan;
  double last = -1;  // FPR - FNR, which rises from -1 to 1.
  double last_fpr = 0;
  double nearest = 1;
  double result = 0.5;
  ForEachThreshold(groups, [&](double tp, double fp) {
    const double fpr = fp / totals.negative;
    const double fnr = 1 - tp / totals.positive;
    const double difference = fpr - fnr;
    if (interpolated && difference >= 0) {
      result = last_fpr + (fpr - last_fpr) * (-last / (difference - last));
      return false;
    }
    if (!interpolated && std::abs(difference) < nearest) {
      nearest = std::abs(difference);
      result = (fpr + fnr) / 2;
    }
    last = difference;
    last_fpr = fpr;
    return true;
  });
  return result;
}

double LogAuc(Groups groups, double low, double high) {
  if (!TotalsOf(groups).Both()) return kNan;
  const std::vector<RatePoint> points = RatePoints(groups);
  double area = 0;
  double fpr = low;
  double tpr = TprOn(points, low);
  const auto step = [&](double next_fpr, double next_tpr) {
    area += (std::log10(next_fpr) - std::log10(fpr)) * (tpr + next_tpr) / 2;
    fpr = next_fpr;
    tpr = next_tpr;
  };
  for (const RatePoint& point : points) {
    if (point.fpr > low && point.fpr <= high) step(point.fpr, point.tpr);
  }
  if (fpr < high) step(high, TprOn(points, high));
  return area / (std::log10(high) - std::log10(low));
}

double KolmogorovSmirnov(Groups groups) {
  const Totals totals = TotalsOf(groups);
  if (!totals.Both()) return kNan;
  double largest = 0;
  ForEachThreshold(groups, [&](double tp, double fp) {
    largest = std::max(largest, std::abs(tp / totals.positive - fp / totals.negative));
    return true;
  });
  return largest;
}

std::vector<RatePoint> RatePoints(Groups groups) {
  const Totals totals = TotalsOf(groups);
  std::vector<RatePoint> points{{.threshold = std::numeric_limits<double>::infinity()}};
  double tp = 0;
  double fp = 0;
  for (const stats::ScoreGroup& group : groups) {
    if (group.positive == 0 && group.negative == 0) continue;
    tp += group.positive;
    fp += group.negative;
    points.push_back({.threshold = group.score,
                      .tpr = tp / totals.positive,
                      .fpr = fp / totals.negative,
                      .precision = tp / (tp + fp)});
  }
  return points;
}

}  // namespace cupel::algorithm::classification
