// SPDX-License-Identifier: Apache-2.0
// H01: false match and false non-match rates, and the curve that joins them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "cupel/algorithm/biometric/comparisons.h"
#include "cupel/algorithm/biometric/error_rate.h"
#include "cupel/algorithm/biometric/themes.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/scheme/parameter.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::biometric {
namespace {

using scheme::Evaluation;
using scheme::Options;

constexpr std::string_view kThresholdRule =
    "a comparison matches when score >= threshold; equal scores match together";

Status NeedBoth(const Comparisons& input) {
  for (const bool mated : {true, false}) {
    if (input.Scores(mated).empty()) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("there is no {} comparison with a score", mated ? "mated" : "non-mated"));
    }
  }
  return {};
}

Trials TrialsAt(const Comparisons& input, bool mated, double threshold) {
  Trials trials;
  for (const Attempt& attempt : input.attempts) {
    if (!attempt.is_acquired || attempt.is_mated != mated) continue;
    const bool matches = attempt.score >= threshold;
    trials.Add(mated ? !matches : matches, attempt.subject);
  }
  return trials;
}

check::Metric Plain(std::string name, double value, std::int64_t n) {
  check::Metric metric;
  metric.name = std::move(name);
  metric.value = value;
  metric.n = n;
  return metric;
}

/// The rate of one kind of comparison at a threshold that was given.
Result<Evaluation> RateAt(const Comparisons& input, bool mated, double threshold, const Options& options) {
  const Trials trials = TrialsAt(input, mated, threshold);
  if (trials.errors.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("there is no {} comparison with a score", mated ? "mated" : "non-mated"));
  }
  Evaluation evaluation;
  evaluation.metrics.push_back(RateMetric(std::string(scheme::kValue), trials, options));
  NoteSmallSample(evaluation.metrics.front(), evaluation.notes);
  return evaluation;
}

Result<Evaluation> Fmr(const Comparisons& input, const check::Parameters& parameters,
                       const Options& options) {
  return RateAt(input, false, parameters.Real("threshold"), options);
}

Result<Evaluation> Fnmr(const Comparisons& input, const check::Parameters& parameters,
                        const Options& options) {
  return RateAt(input, true, parameters.Real("threshold"), options);
}

Result<Evaluation> FnmrAtFmr(const Comparisons& input, const check::Parameters& parameters,
                             const Options& options) {
  CUPEL_TRY_STATUS(NeedBoth(input));
  const double target = parameters.Real("fmr");
  const std::vector<double> non_mated = input.Scores(false);
  const double threshold = ThresholdAtRate(non_mated, target);
  Evaluation evaluation;
  evaluation.metrics.push_back(
      RateMetric(std::string(scheme::kValue), TrialsAt(input, true, threshold), options));
  evaluation.metrics.push_back(RateMetric("fmr", TrialsAt(input, false, threshold), options));
  if (std::isfinite(threshold)) {
    evaluation.metrics.push_back(Plain("threshold", threshold, static_cast<std::int64_t>(non_mated.size())));
  }
  NoteSmallSample(evaluation.metrics[0], evaluation.notes);
  const std::int64_t needed = stats::SamplesForZeroErrors(target, 0.95);
  const auto n = static_cast<std::int64_t>(non_mated.size());
  if (n < needed) {
    evaluation.notes.push_back(
        {fmt::format("{} non-mated comparisons cannot support an FMR of {:g}: even without an error {} are "
                     "needed at 95 %, and {} for the rule of 30",
                     n, target, needed, stats::SamplesForRuleOf30(target)),
         fmt::format(
             "{} 次非配对比对不足以支持 FMR {:g}：即使没有错误，95 % 置信下也需要 {} 次，30 法则需要 {} 次",
             n, target, needed, stats::SamplesForRuleOf30(target))});
  }
  return evaluation;
}

/// Scores that may be told apart by the bootstrap of the EER: enough for a picture of its spread.
constexpr std::size_t kMaxLevels = 500;

/// The EER of weights by level, in falling order of score; NaN without one of the kinds.

double WeightedEer(std::span<const double> mated, std::span<const double> non_mated) {
  const double all_mated = std::accumulate(mated.begin(), mated.end(), 0.0);
  const double all_non_mated = std::accumulate(non_mated.begin(), non_mated.end(), 0.0);
  double fmr = 0;
  double fnmr = 1;
  double accepted = 0;
  double matched = 0;
  for (std::size_t level = 0; level < mated.size(); ++level) {
    accepted += mated[level];
    matched += non_mated[level];
    const double next_fmr = matched / all_non_mated;
    const double next_fnmr = 1 - accepted / all_mated;
    if (next_fnmr <= next_fmr) {
      const double before = fnmr - fmr;
      return fmr + before / (before - (next_fnmr - next_fmr)) * (next_fmr - fmr);
    }
    fmr = next_fmr;
    fnmr = next_fnmr;
  }
  return std::nan("");
}

/// The level of every acquired attempt, 0 the highest; equal scores share one, and neighbours do beyond
/// kMaxLevels.
std::vector<std::size_t> LevelsOf(std::span<const double> scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<std::size_t> distinct(scores.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && scores[order[i]] != scores[order[i - 1]]) ++count;
    distinct[order[i]] = count;
  }
  ++count;
  if (count > kMaxLevels) {
    for (std::size_t& level : distinct) level = level * kMaxLevels / count;
  }
  return distinct;
}

/// The EER with a bootstrap interval over subjects, or over comparisons within their kind.
check::Metric EerMetric(const Comparisons& input, double value, const Options& options) {
  std::vector<double> scores;
  std::vector<const Attempt*> attempts;
  for (const Attempt& attempt : input.attempts) {
    if (!attempt.is_acquired) continue;
    scores.push_back(attempt.score);
    attempts.push_back(&attempt);
  }
  const std::vector<std::size_t> levels = LevelsOf(scores);
  const std::size_t width = *std::ranges::max_element(levels) + 1;
  const auto eer = [width](std::span<const double> cells) {
    return WeightedEer(cells.first(width), cells.subspan(width));
  };
  std::vector<std::int64_t> counts(2 * width);
  std::map<std::int64_t, std::vector<std::size_t>> subjects;  // without a name: a subject of its own
  bool has_subjects = false;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const std::size_t cell = levels[i] + (attempts[i]->is_mated ? 0 : width);
    ++counts[cell];
    const std::int32_t subject = attempts[i]->subject;
    has_subjects = has_subjects || subject >= 0;
    subjects[subject >= 0 ? subject : -1 - static_cast<std::int64_t>(i)].push_back(cell);
  }
  std::vector<std::int32_t> strata(2 * width);
  std::fill(strata.begin() + static_cast<std::ptrdiff_t>(width), strata.end(), 1);
  check::Metric metric;
  if (!has_subjects) {
    metric = scheme::BootstrappedCounts(std::string(scheme::kValue), counts, strata, eer, "det_eer.value",
                                        options);
  } else {
    const std::vector<std::vector<std::size_t>> units = [&] {
      std::vector<std::vector<std::size_t>> all;
      for (auto& [subject, cells] : subjects) all.push_back(std::move(cells));
      return all;
    }();
    std::vector<double> cells(2 * width);
    metric = scheme::Bootstrapped(
        std::string(scheme::kValue), static_cast<std::int64_t>(units.size()),
        [&](std::span<const double> weights) {
          std::ranges::fill(cells, 0.0);
          for (std::size_t unit = 0; unit < units.size(); ++unit) {
            for (const std::size_t cell : units[unit]) cells[cell] += weights[unit];
          }
          return eer(cells);
        },
        "det_eer.value", options, static_cast<std::int64_t>(attempts.size()));
  }
  metric.value = value;
  return metric;
}

Result<Evaluation> DetEer(const Comparisons& input, const check::Parameters&, const Options& options) {
  CUPEL_TRY_STATUS(NeedBoth(input));
  const std::vector<double> mated = input.Scores(true);
  const std::vector<double> non_mated = input.Scores(false);
  const EqualErrorRate eer = EerOf(mated, non_mated);
  Evaluation evaluation;
  evaluation.metrics.push_back(EerMetric(input, eer.value, options));
  evaluation.metrics.push_back(
      Plain("threshold", eer.threshold, static_cast<std::int64_t>(mated.size() + non_mated.size())));
  evaluation.figures.push_back(DetFigure(DetCurve(mated, non_mated)));
  return evaluation;
}

scheme::Scheme Entry(std::string_view id, check::Text title) {
  scheme::Scheme entry;
  entry.id = id;
  entry.row = "H01";
  entry.title = std::move(title);
  entry.rules.ties = kThresholdRule;
  entry.rules.empty = "failures to acquire are not comparisons and are left out";
  entry.input = &kComparisons;
  entry.higher_is_better = false;
  return entry;
}

}  // namespace

std::vector<scheme::Scheme> ComparisonSchemes() {
  const check::ParameterSpec threshold = scheme::RealParameter(
      "threshold", 0.5, 0, 0, {"A comparison matches at or above this score", "得分不低于该值即判为匹配"});
  scheme::Scheme fmr = Entry("fmr", {"False match rate", "错误匹配率"});
  fmr.definition = "share of non-mated comparisons with score >= threshold";
  fmr.reference = "ISO/IEC 19795-1; counts by NumPy";
  fmr.test = "ComparisonSchemesTest.RatesEqualNumPy";
  fmr.parameters = {threshold};
  fmr.evaluate = scheme::On<Comparisons, Fmr>;

  scheme::Scheme fnmr = Entry("fnmr", {"False non-match rate", "错误不匹配率"});
  fnmr.definition = "share of mated comparisons with score < threshold";
  fnmr.reference = fmr.reference;
  fnmr.test = fmr.test;
  fnmr.parameters = {threshold};
  fnmr.evaluate = scheme::On<Comparisons, Fnmr>;

  scheme::Scheme at_fmr = Entry("fnmr_at_fmr", {"FNMR at a given FMR", "给定 FMR 下的 FNMR"});
  at_fmr.definition =
      "FNMR at the smallest threshold with FMR <= the target on this set; no interpolation between working "
      "points";
  at_fmr.rules.averaging = "the interval takes the threshold as given";
  at_fmr.reference =
      "scikit-learn roc_curve(drop_intermediate=False): 1 - the largest TPR with FPR <= target";
  at_fmr.test = "ComparisonSchemesTest.FnmrAtFmrEqualsScikitLearn";
  at_fmr.parameters = {scheme::RealParameter("fmr", 1e-3, 1e-9, 0.5, {"The FMR not to exceed", "FMR 上限"})};
  at_fmr.evaluate = scheme::On<Comparisons, FnmrAtFmr>;

  scheme::Scheme eer = Entry("det_eer", {"Equal error rate and DET curve", "等错误率与 DET 曲线"});
  eer.definition = "FMR = FNMR, linear interpolation between the two working points around the crossing";
  eer.rules.averaging = "bootstrap over subjects, or within mated and non-mated; at most 500 levels of score";
  eer.reference = "scikit-learn roc_curve with scipy brentq on the interpolated curve";
  eer.test = "ComparisonSchemesTest.EqualErrorRateEqualsSciPy";
  eer.evaluate = scheme::On<Comparisons, DetEer>;
  return {fmr, fnmr, at_fmr, eer};
}

}  // namespace cupel::algorithm::biometric
