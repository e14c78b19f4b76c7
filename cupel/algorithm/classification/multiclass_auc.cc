// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/multiclass_auc.h"

#include <algorithm>
#include <limits>

#include "cupel/algorithm/classification/ranking.h"

namespace cupel::algorithm::classification {

MulticlassAuc::MulticlassAuc(const Labelled& input, bool pairs, bool weighted)
    : input_(input), pairs_(pairs), weighted_(weighted), occurs_(static_cast<std::size_t>(input.c)) {
  for (const std::int32_t label : input.labels) occurs_[static_cast<std::size_t>(label)] = 1;
  for (std::size_t label = 0; label < static_cast<std::size_t>(input.c); ++label) {
    std::vector<double> scores;
    for (std::size_t i = 0; i < static_cast<std::size_t>(input.n); ++i)
      scores.push_back(input.Score(i, label));
    orders_.push_back(stats::FallingOrder(scores));
  }
}

double MulticlassAuc::RestArea(std::size_t label, std::span<const double> weights) const {
  RankingSums sums;
  stats::ScoreGroup group;
  for (const std::uint32_t i : orders_[label]) {
    const double score = input_.Score(i, label);
    if (score != group.score) {
      sums.Add(group);
      group = {.score = score};
    }
    (static_cast<std::size_t>(input_.labels[i]) == label ? group.positive : group.negative) += weights[i];
  }
  sums.Add(group);
  return sums.RocAuc();
}

std::vector<double> MulticlassAuc::PairAreas(std::size_t label, std::span<const double> weights) const {
  const std::size_t c = orders_.size();
  std::vector<double> wins(c);    // Per other class: pairs in which `label` is higher, a tie counting 1/2.
  std::vector<double> totals(c);  // Weight of each class.
  std::vector<double> at_score(c);
  std::vector<std::size_t> touched;
  double above = 0;
  const auto close = [&] {
    const double own = at_score[label];
    for (const std::size_t other : touched) {
      if (other != label) wins[other] += at_score[other] * (above + own / 2);
      totals[other] += at_score[other];
      at_score[other] = 0;
    }
    above += own;
    touched.clear();
  };
  double score = 0;
  for (const std::uint32_t i : orders_[label]) {
    const double next = input_.Score(i, label);
    if (next != score) close();
    score = next;
    const auto truth = static_cast<std::size_t>(input_.labels[i]);
    if (at_score[truth] == 0) touched.push_back(truth);
    at_score[truth] += weights[i];
  }
  close();
  for (std::size_t other = 0; other < c; ++other) wins[other] /= totals[label] * totals[other];
  return wins;
}

double MulticlassAuc::Of(std::span<const double> weights) const {
  const std::size_t c = orders_.size();
  std::vector<double> totals(c);
  for (std::size_t i = 0; i < weights.size(); ++i)
    totals[static_cast<std::size_t>(input_.labels[i])] += weights[i];
  const bool may_skip = weighted_ && !pairs_;
  for (std::size_t label = 0; label < c; ++label) {
    if (occurs_[label] == 0 || (totals[label] == 0 && !may_skip))
      return std::numeric_limits<double>::quiet_NaN();
  }
  double sum = 0;
  double weight_sum = 0;
  const auto add = [&](double area, double weight) {
    sum += area * (weighted_ ? weight : 1);
    weight_sum += weighted_ ? weight : 1;
  };
  if (!pairs_) {
    for (std::size_t label = 0; label < c; ++label) {
      if (totals[label] > 0) add(RestArea(label, weights), totals[label]);
    }
    return sum / weight_sum;
  }
  std::vector<std::vector<double>> areas;
  for (std::size_t label = 0; label < c; ++label) areas.push_back(PairAreas(label, weights));
  for (std::size_t a = 0; a < c; ++a) {
    for (std::size_t b = a + 1; b < c; ++b) add((areas[a][b] + areas[b][a]) / 2, totals[a] + totals[b]);
  }
  return sum / weight_sum;
}

}  // namespace cupel::algorithm::classification
