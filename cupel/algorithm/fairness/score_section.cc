// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/check/figures.h"
#include "cupel/algorithm/fairness/audit.h"
#include "cupel/algorithm/fairness/calibration_within.h"
#include "cupel/algorithm/fairness/ranking.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::fairness {
namespace {

using check::CheckResult;
using check::Metric;

/// Groups that have enough of both classes.
std::vector<std::size_t> ScoredGroups(const Audit& audit, std::int64_t smallest) {
  const std::vector<std::size_t> negatives = LargeEnough(audit, Rate::kFpr, smallest);
  std::vector<std::size_t> groups = LargeEnough(audit, Rate::kTpr, smallest);
  std::erase_if(groups, [&](std::size_t g) { return !std::ranges::binary_search(negatives, g); });
  return groups;
}

void AddArea(std::string name, const std::optional<stats::Auc>& auc, std::int64_t n, CheckResult& result) {
  if (!auc) return;
  result.metrics.push_back({.name = std::move(name), .value = auc->value, .interval = auc->interval, .n = n});
}

/// Largest minus smallest of independent areas, less what equal ones would show, as stats/group_gap.h does
/// for rates: normal with DeLong's variances in place of counts.
Metric AreaGap(const Audit& audit, const std::vector<stats::Auc>& areas, const Settings& settings) {
  const auto pairs = static_cast<double>(areas.size() * (areas.size() - 1)) / 2;
  const double z = stats::TwoSidedZ(1 - (1 - settings.level) / pairs);
  stats::Interval interval{0, 0, settings.level, "delong-bonferroni"};
  double observed = 0;
  for (std::size_t i = 0; i < areas.size(); ++i) {
    for (std::size_t j = i + 1; j < areas.size(); ++j) {
      const double difference = std::abs(areas[i].value - areas[j].value);
      const double reach = z * std::sqrt(areas[i].variance + areas[j].variance);
      observed = std::max(observed, difference);
      interval.low = std::max(interval.low, difference - reach);
      interval.high = std::max(interval.high, difference + reach);
    }
  }
  double expected = 0;
  const std::string name = "evaluate.fairness.auc_gap." + audit.name();
  for (std::int64_t replicate = 0; replicate < settings.replicates; ++replicate) {
    ReproducibleStream stream(settings.seed, name, static_cast<std::uint64_t>(replicate));
    double low = 0, high = 0;
    for (std::size_t i = 0; i < areas.size(); ++i) {
      const double drawn = stream.Normal() * std::sqrt(areas[i].variance);
      low = i == 0 ? drawn : std::min(low, drawn);
      high = i == 0 ? drawn : std::max(high, drawn);
    }
    expected += (high - low) / static_cast<double>(settings.replicates);
  }
  return {.name = "gap.auc." + audit.name(),
          .value = std::clamp(observed - expected, interval.low, interval.high),
          .interval = interval,
          .n = Sum(audit.cells).n()};
}

void AddAreas(const Audit& audit, const std::vector<std::size_t>& groups, const Decisions& decisions,
              const Settings& settings, CheckResult& result) {
  const Scored samples{decisions.scores, decisions.outcomes, audit.attribute.group_of};
  const auto reference = static_cast<std::int32_t>(audit.reference);
  const bool has_reference = std::ranges::binary_search(groups, audit.reference);
  const double level = settings.level;
  std::vector<stats::Auc> areas;
  for (const std::size_t g : groups) {
    const auto group = static_cast<std::int32_t>(g);
    const Cell& cell = audit.cells[g];
    const std::int64_t all = Sum(audit.cells).n();
    const std::optional<stats::Auc> own = SubgroupAuc(samples, group, level);
    if (own) areas.push_back(*own);
    AddArea("auc." + audit.Suffix(g), own, cell.n(), result);
    AddArea("bpsn_auc." + audit.Suffix(g), BpsnAuc(samples, group, level), all, result);
    AddArea("bnsp_auc." + audit.Suffix(g), BnspAuc(samples, group, level), all, result);
    if (!has_reference || g == audit.reference) continue;
    const Cell& other = audit.cells[audit.reference];
    AddArea(fmt::format("xauc.{} over {}", audit.Suffix(g), audit.GroupName(audit.reference)),
            CrossAuc(samples, group, reference, level), cell.positives() + other.negatives(), result);
    AddArea(fmt::format("xauc.{} over {}", audit.Suffix(audit.reference), audit.GroupName(g)),
            CrossAuc(samples, reference, group, level), other.positives() + cell.negatives(), result);
  }
  if (areas.size() >= 2) result.metrics.push_back(AreaGap(audit, areas, settings));
}

Metric WithError(std::string name, double value, double error, std::int64_t n, double level) {
  const double reach = stats::TwoSidedZ(level) * error;
  return {.name = std::move(name),
          .value = value,
          .interval = stats::Interval{value - reach, value + reach, level, "normal"},
          .n = n};
}

void AddCalibration(const Audit& audit, std::size_t g, const WithinGroup& within, double level,
                    CheckResult& result) {
  const std::string suffix = audit.Suffix(g);
  const Cell& cell = audit.cells[g];
  result.metrics.push_back({.name = "ece." + suffix, .value = within.ece, .n = within.n});
  if (within.mean_of_positives) {
    result.metrics.push_back(WithError("balance_positive." + suffix, within.mean_of_positives->value,
                                       within.mean_of_positives->error, cell.positives(), level));
  }
  if (within.mean_of_negatives) {
    result.metrics.push_back(WithError("balance_negative." + suffix, within.mean_of_negatives->value,
                                       within.mean_of_negatives->error, cell.negatives(), level));
  }
  if (within.slope && within.intercept) {
    result.metrics.push_back(
        WithError("calibration_slope." + suffix, within.slope->value, within.slope->error, within.n, level));
    result.metrics.push_back(WithError("calibration_intercept." + suffix, within.intercept->value,
                                       within.intercept->error, within.n, level));
  }
}

Json CalibrationCurve(const std::string& name, const WithinGroup& within, double level) {
  Json series;
  series["name"] = name;
  for (const char* key : {"x", "y", "low", "high"}) series[key] = Json::Array{};
  for (const ScoreBin& bin : within.bins) {
    const stats::Interval interval = stats::Wilson(bin.positives, bin.n, level);
    series["x"].Append(bin.score);
    series["y"].Append(static_cast<double>(bin.positives) / static_cast<double>(bin.n));
    series["low"].Append(interval.low);
    series["high"].Append(interval.high);
  }
  return series;
}

}  // namespace

void AddScores(const Audit& audit, const Decisions& decisions, const Settings& settings,
               CheckResult& result) {
  const std::vector<std::size_t> groups = ScoredGroups(audit, settings.smallest);
  AddAreas(audit, groups, decisions, settings, result);
  Json figure = check::Figure(
      "curve", {fmt::format("Does a score mean the same? Share of those who {}, by score and {}",
                            settings.words.positive.en, audit.name()),
                fmt::format("同样的评分含义是否相同？按评分与 {} 统计的“{}”比例", audit.name(),
                            settings.words.positive.zh)});
  figure["xLabel"] = check::TextJson({"score", "评分"});
  figure["yLabel"] = check::TextJson({settings.words.positive.en, settings.words.positive.zh});
  figure["xMin"] = 0;
  figure["xMax"] = 1;
  figure["yMin"] = 0;
  figure["yMax"] = 1;
  Json::Array series;
  for (const std::size_t g : groups) {
    const auto within = CalibrationWithin(decisions.scores, decisions.outcomes, audit.attribute.group_of,
                                          static_cast<std::int32_t>(g));
    if (!within) continue;
    AddCalibration(audit, g, *within, settings.level, result);
    if (series.size() < check::kMaxCurves) {
      series.push_back(CalibrationCurve(audit.GroupName(g), *within, settings.level));
    }
  }
  if (series.size() < 2) return;
  figure["series"] = std::move(series);
  result.figures.push_back(std::move(figure));
}

}  // namespace cupel::algorithm::fairness
