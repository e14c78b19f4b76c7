// SPDX-License-Identifier: Apache-2.0
// H03: one-to-many identification.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cupel/algorithm/biometric/error_rate.h"
#include "cupel/algorithm/biometric/searches.h"
#include "cupel/algorithm/biometric/themes.h"
#include "cupel/algorithm/scheme/figure.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/scheme/parameter.h"

namespace cupel::algorithm::biometric {
namespace {

using scheme::Evaluation;
using scheme::Options;

Status Need(const Searches& input, bool enrolled) {
  if (std::ranges::any_of(input.searches, [&](const Search& s) { return s.is_enrolled == enrolled; }))
    return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("there is no {} search", enrolled ? "mated" : "non-mated"));
}

Trials FalsePositives(const Searches& input, double threshold) {
  Trials trials;
  for (const Search& search : input.searches) {
    if (!search.is_enrolled) trials.Add(search.top_score >= threshold, search.subject);
  }
  return trials;
}

/// rank 0: anywhere in the list.
bool IsFound(const Search& search, double threshold, std::int64_t rank) {
  return search.mate_rank > 0 && (rank == 0 || search.mate_rank <= rank) && search.mate_score >= threshold;
}

Trials FalseNegatives(const Searches& input, double threshold, std::int64_t rank) {
  Trials trials;
  for (const Search& search : input.searches) {
    if (search.is_enrolled) trials.Add(!IsFound(search, threshold, rank), search.subject);
  }
  return trials;
}

Result<Evaluation> Fpir(const Searches& input, const check::Parameters& parameters, const Options& options) {
  CUPEL_TRY_STATUS(Need(input, false));
  Evaluation evaluation;
  evaluation.metrics.push_back(
      RateMetric(std::string(scheme::kValue), FalsePositives(input, parameters.Real("threshold")), options));
  NoteSmallSample(evaluation.metrics.front(), evaluation.notes);
  return evaluation;
}

Result<Evaluation> Fnir(const Searches& input, const check::Parameters& parameters, const Options& options) {
  CUPEL_TRY_STATUS(Need(input, true));
  Evaluation evaluation;
  evaluation.metrics.push_back(
      RateMetric(std::string(scheme::kValue),
                 FalseNegatives(input, parameters.Real("threshold"), parameters.Integer("rank")), options));
  NoteSmallSample(evaluation.metrics.front(), evaluation.notes);
  return evaluation;
}

Trials Hits(const Searches& input, double threshold, std::int64_t rank) {
  Trials trials = FalseNegatives(input, threshold, rank);
  for (std::uint8_t& error : trials.errors) error = error == 0 ? 1 : 0;
  return trials;
}

constexpr double kAnyScore = -std::numeric_limits<double>::infinity();

Result<Evaluation> RankHit(const Searches& input, const check::Parameters& parameters,
                           const Options& options) {
  CUPEL_TRY_STATUS(Need(input, true));
  Evaluation evaluation;
  evaluation.metrics.push_back(
      RateMetric(std::string(scheme::kValue), Hits(input, kAnyScore, parameters.Integer("rank")), options));
  std::int64_t last = 1;
  double mated = 0;
  for (const Search& search : input.searches) {
    last = std::max(last, search.mate_rank);
    mated += search.is_enrolled ? 1 : 0;
  }
  last = std::min<std::int64_t>(last, scheme::kMaxCurvePoints);
  std::vector<double> found(static_cast<std::size_t>(last) + 1);
  for (const Search& search : input.searches) {
    if (search.mate_rank > 0 && search.mate_rank <= last)
      found[static_cast<std::size_t>(search.mate_rank)] += 1;
  }
  std::vector<double> x;
  std::vector<double> y;
  double sum = 0;
  for (std::size_t rank = 1; rank < found.size(); ++rank) {
    sum += found[rank];
    x.push_back(static_cast<double>(rank));
    y.push_back(sum / mated);
  }
  evaluation.figures.push_back(scheme::CurveFigure({"Cumulative match characteristic", "累积匹配特性曲线"},
                                                   {"rank", false}, {"hit rate", false}, "CMC", x, y));
  return evaluation;
}

Result<Evaluation> DirAtFpir(const Searches& input, const check::Parameters& parameters,
                             const Options& options) {
  CUPEL_TRY_STATUS(Need(input, true));
  CUPEL_TRY_STATUS(Need(input, false));
  std::vector<double> tops;
  for (const Search& search : input.searches) {
    if (!search.is_enrolled) tops.push_back(search.top_score);
  }
  const double threshold = ThresholdAtRate(tops, parameters.Real("fpir"));
  Evaluation evaluation;
  evaluation.metrics.push_back(
      RateMetric(std::string(scheme::kValue), Hits(input, threshold, parameters.Integer("rank")), options));
  evaluation.metrics.push_back(RateMetric("fpir", FalsePositives(input, threshold), options));
  NoteSmallSample(evaluation.metrics.back(), evaluation.notes);
  if (threshold > std::numeric_limits<double>::lowest()) {
    check::Metric metric;
    metric.name = "threshold";
    metric.value = threshold;
    metric.n = static_cast<std::int64_t>(tops.size());
    evaluation.metrics.push_back(metric);
  }
  return evaluation;
}

scheme::Scheme Entry(std::string_view id, check::Text title, std::string_view definition) {
  scheme::Scheme entry;
  entry.id = id;
  entry.row = "H03";
  entry.title = std::move(title);
  entry.definition = definition;
  entry.rules.ties = "among equal scores the mate stands last; score >= threshold is a match";
  entry.rules.empty = "a mated search that returned nobody is a miss, a non-mated one is no false positive";
  entry.reference = "ISO/IEC 19795-1 and NIST FRTE 1:N, computed by NumPy from the definitions";
  entry.test = "SearchSchemesTest.RatesEqualNumPy";
  entry.input = &kSearches;
  return entry;
}

}  // namespace

std::vector<scheme::Scheme> SearchSchemes() {
  const check::ParameterSpec threshold = scheme::RealParameter(
      "threshold", 0.5, 0, 0, {"A candidate counts at or above this score", "得分不低于该值的候选才计入"});
  const auto rank = [](std::int64_t fallback) {
    return scheme::IntegerParameter("rank", fallback, 0, 1000000,
                                    {"Candidates that are looked at; 0 for all", "查看的候选数；0 为全部"});
  };
  scheme::Scheme fpir = Entry("fpir", {"False positive identification rate", "错误肯定辨识率"},
                              "share of non-mated searches with a candidate at or above the threshold");
  fpir.parameters = {threshold};
  fpir.higher_is_better = false;
  fpir.evaluate = scheme::On<Searches, Fpir>;
  scheme::Scheme fnir = Entry(
      "fnir", {"False negative identification rate", "错误否定辨识率"},
      "share of mated searches whose mate is not within the rank with a score at or above the threshold");
  fnir.parameters = {threshold, rank(0)};
  fnir.higher_is_better = false;
  fnir.evaluate = scheme::On<Searches, Fnir>;
  scheme::Scheme hit = Entry("rank_hit", {"Rank-k hit rate and CMC", "前 k 命中率与 CMC 曲线"},
                             "share of mated searches whose mate is among the first k candidates");
  hit.parameters = {rank(1)};
  hit.evaluate = scheme::On<Searches, RankHit>;
  scheme::Scheme dir =
      Entry("dir_at_fpir", {"Detection and identification rate at FPIR", "给定 FPIR 下的检出辨识率"},
            "1 - FNIR at the smallest threshold with FPIR <= the target on this set");
  dir.parameters = {scheme::RealParameter("fpir", 0.01, 1e-9, 1, {"The FPIR not to exceed", "FPIR 上限"}),
                    rank(1)};
  dir.evaluate = scheme::On<Searches, DirAtFpir>;
  return {fpir, fnir, hit, dir};
}

}  // namespace cupel::algorithm::biometric
