// SPDX-License-Identifier: Apache-2.0
// evaluate.subgroups: whether groups of people (or things) are served alike.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/evaluate/figures.h"
#include "cupel/algorithm/evaluate/group_rates.h"
#include "cupel/algorithm/evaluate/parameter_specs.h"
#include "cupel/algorithm/evaluate/predictions_input.h"
#include "cupel/base/nearest.h"
#include "cupel/stats/group_gap.h"
#include "cupel/stats/multiple_testing.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::evaluate {
namespace {

using check::CheckResult;
using data::dataset::GroupAttribute;
using data::dataset::Predictions;

constexpr std::string_view kId = "evaluate.subgroups";
constexpr std::size_t kMaxGroups = 64;  // all pairs are compared

std::vector<check::ParameterSpec> Specs() {
  check::ParameterSpec attributes;
  attributes.name = "attributes";
  attributes.type = check::ParameterType::kTextList;
  attributes.fallback = Json::Array{};
  attributes.meaning = {"Group attributes to compare; empty: all", "\u8981\u6bd4\u8f83\u7684\u5206\u7ec4\u5c5e\u6027\uff1b\u4e3a\u7a7a\u8868\u793a\u5168\u90e8"};
  check::ParameterSpec positive;
  positive.name = "positive_class";
  positive.type = check::ParameterType::kText;
  positive.fallback = "";
  positive.meaning = {"Class whose selection rate, TPR and FPR are compared; empty: the second of two classes",
                      "\u6bd4\u8f83\u5176\u9009\u62e9\u7387\u3001\u771f\u6b63\u7387\u4e0e\u5047\u6b63\u7387\u7684\u7c7b\u522b\uff1b\u4e3a\u7a7a\u8868\u793a\u4e24\u4e2a\u7c7b\u522b\u4e2d\u7684\u7b2c\u4e8c\u4e2a"};
  check::ParameterSpec smallest;
  smallest.name = "min_group_size";
  smallest.type = check::ParameterType::kInteger;
  smallest.unit = "samples";
  smallest.fallback = 30;
  smallest.low = 1;
  smallest.high = 1e9;
  smallest.meaning = {"Groups whose rate rests on fewer samples are left out", "\u6837\u672c\u6570\u5c11\u4e8e\u8be5\u503c\u7684\u7ec4\u4e0d\u53c2\u4e0e\u6bd4\u8f83"};
  check::ParameterSpec by_class;
  by_class.name = "by_class";
  by_class.type = check::ParameterType::kBoolean;
  by_class.fallback = false;
  by_class.meaning = {"Compare the classes with each other when the data name no groups", "\u6570\u636e\u6ca1\u6709\u5206\u7ec4\u65f6\u6bd4\u8f83\u5404\u7c7b\u522b"};
  return {attributes, positive, smallest, by_class, LevelSpec(), IntervalMethodSpec(), ReplicatesSpec(2000)};
}

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Differences between groups", "\u7fa4\u4f53\u5dee\u5f02"};
  description.summary = {
      "Accuracy and, for a positive class, selection rate, true and false positive rate of each group, and the largest gap "
      "between groups, freed from the upward bias that a maximum has, with a simultaneous interval and a corrected p-value.",
      "\u5404\u7fa4\u4f53\u7684\u51c6\u786e\u7387\uff0c\u4ee5\u53ca\u6b63\u7c7b\u7684\u9009\u62e9\u7387\u3001\u771f\u6b63\u7387\u4e0e\u5047\u6b63\u7387\uff1b\u7fa4\u4f53\u95f4\u6700\u5927\u5dee\u8ddd\uff08\u5df2\u6821\u6b63\u53d6\u6700\u5927\u503c\u5e26\u6765\u7684\u5411\u4e0a\u504f\u5dee\uff09\uff0c\u9644\u540c\u65f6\u7f6e\u4fe1\u533a\u95f4\u4e0e\u6821\u6b63\u540e\u7684 "
      "p \u503c\u3002"};
  description.principle = check::Principle::kFairness;
  description.requirements = {"A5"};
  description.parameters = Specs();
  description.metrics = {
      {"largest_gap.*", {"Largest gap of a rate over all attributes, corrected", "\u67d0\u6bd4\u7387\u5728\u6240\u6709\u5c5e\u6027\u4e0a\u7684\u6700\u5927\u5dee\u8ddd\uff08\u6821\u6b63\u540e\uff09"}, "", false},
      {"gap.*", {"Gap of a rate between the groups of an attribute, corrected", "\u67d0\u5c5e\u6027\u5404\u7ec4\u95f4\u67d0\u6bd4\u7387\u7684\u5dee\u8ddd\uff08\u6821\u6b63\u540e\uff09"}, "", false},
      {"observed_gap.*", {"Largest minus smallest rate, as observed", "\u89c2\u6d4b\u5230\u7684\u6700\u5927\u4e0e\u6700\u5c0f\u6bd4\u7387\u4e4b\u5dee"}, "", false},
      {"expected_gap.*", {"Mean gap that equal groups would show", "\u5404\u7ec4\u76f8\u540c\u65f6\u4e5f\u4f1a\u51fa\u73b0\u7684\u5e73\u5747\u5dee\u8ddd"}, "", false},
      {"p_holm.*", {"P-value of equal rates, Holm-corrected", "\u6bd4\u7387\u76f8\u7b49\u7684 p \u503c\uff08Holm \u6821\u6b63\uff09"}, "", true},
      {"ratio.*", {"Smallest over largest selection rate (80 % rule)", "\u6700\u5c0f\u4e0e\u6700\u5927\u9009\u62e9\u7387\u4e4b\u6bd4\uff0880 % \u89c4\u5219\uff09"}, "", true},
      {"accuracy.*", {"Accuracy of a group", "\u7fa4\u4f53\u51c6\u786e\u7387"}, "", true},
      {"selection_rate.*", {"Selection rate of a group", "\u7fa4\u4f53\u9009\u62e9\u7387"}, "", true},
      {"tpr.*", {"True positive rate of a group", "\u7fa4\u4f53\u771f\u6b63\u7387"}, "", true},
      {"fpr.*", {"False positive rate of a group", "\u7fa4\u4f53\u5047\u6b63\u7387"}, "", false},
  };
  description.needs_model = false;
  description.source = "Newcombe 1998; Holm 1979; Chouldechova 2017; ISO/IEC TR 24027:2021";
  return description;
}

/// A rate's groups that are large enough.
struct Comparison {
  std::string rate;
  std::string attribute;
  std::vector<std::string> names;
  std::vector<stats::GroupCount> counts;

  std::string Suffix() const { return rate + "." + attribute; }
};

struct Settings {
  double level = 0.95;
  stats::ProportionMethod method = stats::ProportionMethod::kWilson;
  std::int64_t smallest = 30;
  std::int64_t replicates = 2000;
  std::uint64_t seed = 0;
};

Result<std::vector<GroupAttribute>> ChosenAttributes(const Predictions& predictions, const check::Parameters& parameters) {
  if (predictions.groups.empty() && parameters.Boolean("by_class")) return std::vector{ClassAttribute(predictions)};
  std::vector<std::string> known;
  for (const GroupAttribute& attribute : predictions.groups) {
    if (static_cast<std::int64_t>(attribute.group_of.size()) != predictions.n) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("attribute \"{}\" names the group of {} samples, expected {}",
                                                           attribute.name, attribute.group_of.size(), predictions.n));
    }
    known.push_back(attribute.name);
  }
  const std::vector<std::string> wanted = parameters.Texts("attributes");
  if (wanted.empty() || predictions.groups.empty()) return predictions.groups;
  std::vector<GroupAttribute> chosen;
  for (const std::string& name : wanted) {
    const auto it = std::ranges::find(predictions.groups, name, &GroupAttribute::name);
    if (it == predictions.groups.end()) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown group attribute \"{}\"", name), std::string(kId),
                  NearestRemedy(name, known));
    }
    chosen.push_back(*it);
  }
  return chosen;
}

Result<std::optional<std::int32_t>> PositiveClass(const Predictions& predictions, const std::string& name) {
  if (name.empty()) return predictions.c == 2 && !predictions.groups.empty() ? std::optional(1) : std::nullopt;
  const auto it = std::ranges::find(predictions.class_names, name);
  if (it == predictions.class_names.end()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("positive_class: unknown class \"{}\"", name), std::string(kId),
                NearestRemedy(name, predictions.class_names));
  }
  return static_cast<std::int32_t>(it - predictions.class_names.begin());
}

/// Keeps the groups of at least `smallest` samples (the kMaxGroups largest of them) and says which were left out.
Comparison LargeEnough(const GroupRate& rate, const GroupAttribute& attribute, std::int64_t smallest, CheckResult& result) {
  std::vector<std::size_t> order(rate.counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return rate.counts[a].n > rate.counts[b].n; });
  std::vector<bool> kept(rate.counts.size());
  for (std::size_t i = 0; i < std::min(order.size(), kMaxGroups); ++i) kept[order[i]] = rate.counts[order[i]].n >= smallest;
  Comparison comparison{.rate = rate.name, .attribute = attribute.name, .names = {}, .counts = {}};
  std::vector<std::string> left_out;
  for (std::size_t g = 0; g < rate.counts.size(); ++g) {
    if (kept[g]) {
      comparison.names.push_back(attribute.group_names[g]);
      comparison.counts.push_back(rate.counts[g]);
    } else if (rate.counts[g].n > 0) {
      left_out.push_back(fmt::format("{} ({})", attribute.group_names[g], rate.counts[g].n));
    }
  }
  if (!left_out.empty()) {
    result.notes.push_back(
        {fmt::format("too few samples to compare {} by {}: {}", rate.name, attribute.name, Few(left_out)),
         fmt::format("\u6837\u672c\u8fc7\u5c11\uff0c\u672a\u6309 {} \u6bd4\u8f83 {}\uff1a{}", attribute.name, rate.name, Few(left_out))});
  }
  return comparison;
}

void AddGroupMetrics(const Comparison& comparison, const Settings& settings, CheckResult& result) {
  Json figure = Figure("bars", {fmt::format("{} by {}", comparison.rate, comparison.attribute),
                                fmt::format("\u6309 {} \u7684 {}", comparison.attribute, comparison.rate)});
  figure["min"] = 0;
  figure["max"] = 1;
  Json::Array bars;
  for (std::size_t g = 0; g < comparison.counts.size(); ++g) {
    const auto [k, n] = comparison.counts[g];
    const stats::Interval interval = stats::ProportionInterval(k, n, settings.level, settings.method);
    const double value = static_cast<double>(k) / static_cast<double>(n);
    result.metrics.push_back({.name = comparison.Suffix() + "." + comparison.names[g],
                              .value = value,
                              .interval = interval,
                              .n = n,
                              .count = k});
    bars.push_back(Bar(comparison.names[g], value, interval));
  }
  figure["series"] = std::move(bars);
  result.figures.push_back(std::move(figure));
}

std::int64_t SamplesOf(const Comparison& comparison) {
  std::int64_t n = 0;
  for (const stats::GroupCount& count : comparison.counts) n += count.n;
  return n;
}

void AddGap(const Comparison& comparison, const stats::GroupGap& gap, double p_holm, CheckResult& result) {
  const std::string suffix = comparison.Suffix();
  const std::int64_t n = SamplesOf(comparison);
  result.metrics.push_back({.name = "gap." + suffix, .value = gap.corrected, .interval = gap.interval, .n = n});
  result.metrics.push_back({.name = "observed_gap." + suffix, .value = gap.observed, .n = n});
  result.metrics.push_back({.name = "expected_gap." + suffix, .value = gap.expected_if_equal, .n = n});
  result.metrics.push_back({.name = "p_holm." + suffix, .value = p_holm, .n = n});
  result.notes.push_back(
      {fmt::format("{} by {}: highest for {}, lowest for {}; observed gap {:.4f}, of which {:.4f} would show among equal "
                   "groups; Holm-corrected p {:.4g}",
                   comparison.rate, comparison.attribute, comparison.names[gap.highest], comparison.names[gap.lowest],
                   gap.observed, gap.expected_if_equal, p_holm),
       fmt::format("\u6309 {} \u7684 {}\uff1a{} \u6700\u9ad8\uff0c{} \u6700\u4f4e\uff1b\u89c2\u6d4b\u5dee\u8ddd {:.4f}\uff0c\u5176\u4e2d {:.4f} \u5728\u5404\u7ec4\u76f8\u540c\u65f6\u4e5f\u4f1a\u51fa\u73b0\uff1bHolm \u6821\u6b63 p \u503c {:.4g}",
                   comparison.attribute, comparison.rate, comparison.names[gap.highest], comparison.names[gap.lowest],
                   gap.observed, gap.expected_if_equal, p_holm)});
}

/// The ratio of selection rates of one attribute. Without any selection there is none.
void AddRatio(const Comparison& comparison, double level, CheckResult& result) {
  const stats::GroupRatio ratio = stats::SmallestRatio(comparison.counts, level);
  if (std::isnan(ratio.value)) return;
  result.metrics.push_back({.name = "ratio." + comparison.Suffix(),
                            .value = ratio.value,
                            .interval = ratio.interval,
                            .n = SamplesOf(comparison)});
}

/// Over all attributes: the largest corrected gap of each rate; limits at a level divided among the attributes.
void AddLargestGaps(const std::vector<Comparison>& comparisons, const std::vector<stats::GroupGap>& gaps, double level,
                    CheckResult& result) {
  std::map<std::string, std::vector<std::size_t>> by_rate;
  for (std::size_t i = 0; i < comparisons.size(); ++i) by_rate[comparisons[i].rate].push_back(i);
  for (const auto& [rate, members] : by_rate) {
    const double shared = 1 - (1 - level) / static_cast<double>(members.size());
    check::Metric metric{.name = "largest_gap." + rate,
                         .interval = stats::Interval{0, 0, level, "newcombe-bonferroni"}};
    for (const std::size_t i : members) {
      const stats::Interval interval = stats::GapInterval(comparisons[i].counts, shared);
      metric.value = std::max(metric.value, gaps[i].corrected);
      metric.interval->low = std::max(metric.interval->low, interval.low);
      metric.interval->high = std::max(metric.interval->high, interval.high);
      metric.n = std::max(metric.n, SamplesOf(comparisons[i]));
    }
    result.metrics.push_back(std::move(metric));
  }
}

void NoteBaseRates(const Comparison& base, double level, CheckResult& result) {
  if (stats::GapInterval(base.counts, level).low <= 0) return;
  result.notes.push_back(
      {fmt::format("the groups of {} differ in how often they are positive: then equal TPR, equal FPR and equal precision cannot "
                   "all hold (Chouldechova 2017)",
                   base.attribute),
       fmt::format("{} \u5404\u7ec4\u7684\u6b63\u4f8b\u7387\u4e0d\u540c\uff1a\u771f\u6b63\u7387\u3001\u5047\u6b63\u7387\u4e0e\u7cbe\u786e\u7387\u4e0d\u53ef\u80fd\u540c\u65f6\u76f8\u7b49\uff08Chouldechova 2017\uff09", base.attribute)});
}

void NoteUnknown(const GroupAttribute& attribute, CheckResult& result) {
  const auto unknown = std::ranges::count_if(attribute.group_of, [](std::int32_t group) { return group < 0; });
  if (unknown == 0) return;
  result.notes.push_back({fmt::format("{} samples have no known {} and were left out", unknown, attribute.name),
                          fmt::format("{} \u4e2a\u6837\u672c\u7684 {} \u672a\u77e5\uff0c\u672a\u8ba1\u5165", unknown, attribute.name)});
}

class Subgroups : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<CheckResult> Run(const check::Context& context) const override {
    CUPEL_TRY(const Predictions* predictions, UsablePredictions(context));
    CUPEL_TRY(const std::vector<GroupAttribute> attributes, ChosenAttributes(*predictions, context.parameters));
    CUPEL_TRY(const std::optional<std::int32_t> positive,
              PositiveClass(*predictions, context.parameters.Text("positive_class")));
    CUPEL_TRY(const Settings settings, ReadSettings(context));
    CheckResult result;
    std::vector<Comparison> comparisons;
    for (const GroupAttribute& attribute : attributes) {
      NoteUnknown(attribute, result);
      for (const GroupRate& rate : CountGroupRates(*predictions, attribute, positive)) {
        Comparison comparison = LargeEnough(rate, attribute, settings.smallest, result);
        if (comparison.counts.size() < 2) continue;
        if (rate.name == "base_rate") {
          NoteBaseRates(comparison, settings.level, result);
        } else {
          comparisons.push_back(std::move(comparison));
        }
      }
    }
    if (comparisons.empty()) {
      result.not_applicable = NothingToCompare(attributes.empty(), settings.smallest);
      return result;
    }
    Compare(comparisons, settings, result);
    return result;
  }

 private:
  static Result<Settings> ReadSettings(const check::Context& context) {
    Settings settings;
    settings.level = context.parameters.Real("level");
    CUPEL_TRY(settings.method, stats::ParseProportionMethod(context.parameters.Text("interval")));
    settings.smallest = context.parameters.Integer("min_group_size");
    settings.replicates = context.parameters.Integer("replicates");
    settings.seed = context.seed;
    return settings;
  }

  static check::Text NothingToCompare(bool no_attributes, std::int64_t smallest) {
    if (no_attributes) {
      return {"the data name no groups; set by_class = true to compare the classes", "\u6570\u636e\u6ca1\u6709\u5206\u7ec4\uff1b\u53ef\u8bbe by_class = true \u6bd4\u8f83\u5404\u7c7b\u522b"};
    }
    return {fmt::format("no attribute has two groups of at least {} samples", smallest),
            fmt::format("\u6ca1\u6709\u4efb\u4f55\u5c5e\u6027\u5177\u6709\u4e24\u4e2a\u6837\u672c\u6570\u4e0d\u5c11\u4e8e {} \u7684\u7ec4", smallest)};
  }

  static void Compare(const std::vector<Comparison>& comparisons, const Settings& settings, CheckResult& result) {
    std::vector<stats::GroupGap> gaps;
    std::vector<double> p_values;
    for (const Comparison& comparison : comparisons) {
      const std::string stream = fmt::format("{}.{}", kId, comparison.Suffix());
      gaps.push_back(stats::LargestGap(comparison.counts, {.level = settings.level,
                                                           .replicates = settings.replicates,
                                                           .seed = settings.seed,
                                                           .name = stream}));
      p_values.push_back(gaps.back().p_value);
    }
    const std::vector<double> adjusted = stats::HolmAdjusted(p_values);
    AddLargestGaps(comparisons, gaps, settings.level, result);
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
      AddGap(comparisons[i], gaps[i], adjusted[i], result);
      if (comparisons[i].rate == "selection_rate") AddRatio(comparisons[i], settings.level, result);
    }
    for (const Comparison& comparison : comparisons) AddGroupMetrics(comparison, settings, result);
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& SubgroupsCheck() {
  static const Subgroups check;
  return check;
}

}  // namespace cupel::algorithm::evaluate
