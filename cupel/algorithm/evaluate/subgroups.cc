// SPDX-License-Identifier: Apache-2.0
// evaluate.subgroups: whether groups of people (or things) are served alike.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/check/figures.h"
#include "cupel/algorithm/evaluate/group_rates.h"
#include "cupel/algorithm/evaluate/parameter_specs.h"
#include "cupel/algorithm/evaluate/predictions_input.h"
#include "cupel/base/nearest.h"
#include "cupel/stats/group_gap.h"
#include "cupel/stats/multiple_testing.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::evaluate {
namespace {

using check::Bar;
using check::Figure;
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
  attributes.meaning = {"Group attributes to compare; empty: all", "要比较的分组属性；为空表示全部"};
  check::ParameterSpec positive;
  positive.name = "positive_class";
  positive.type = check::ParameterType::kText;
  positive.fallback = "";
  positive.meaning = {
      "Class whose selection rate, TPR and FPR are compared; empty: the second of two classes",
      "比较其选择率、真正率与假正率的类别；为空表示两个类别中的第二个"};
  check::ParameterSpec smallest;
  smallest.name = "min_group_size";
  smallest.type = check::ParameterType::kInteger;
  smallest.unit = "samples";
  smallest.fallback = 30;
  smallest.low = 1;
  smallest.high = 1e9;
  smallest.meaning = {"Groups whose rate rests on fewer samples are left out",
                      "样本数少于该值的组不参与比较"};
  check::ParameterSpec by_class;
  by_class.name = "by_class";
  by_class.type = check::ParameterType::kBoolean;
  by_class.fallback = false;
  by_class.meaning = {"Compare the classes with each other when the data name no groups",
                      "数据没有分组时比较各类别"};
  return {attributes, positive, smallest, by_class, LevelSpec(), IntervalMethodSpec(), ReplicatesSpec(2000)};
}

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Differences between groups", "群体差异"};
  description.summary = {
      "Accuracy and, for a positive class, selection rate, true and false positive rate of each group, and "
      "the largest gap "
      "between groups, freed from the upward bias that a maximum has, with a simultaneous interval and a "
      "corrected p-value.",
      "各群体的准确率，以及正类的选择率、真正率与假正率；群体间最大差距（已校正取最大值带来的向上偏差），附同"
      "时置信区间与校正后的 "
      "p 值。"};
  description.principle = check::Principle::kFairness;
  description.requirements = {"A5"};
  description.parameters = Specs();
  description.metrics = {
      {"largest_gap.*",
       {"Largest gap of a rate over all attributes, corrected", "某比率在所有属性上的最大差距（校正后）"},
       "",
       false},
      {"gap.*",
       {"Gap of a rate between the groups of an attribute, corrected", "某属性各组间某比率的差距（校正后）"},
       "",
       false},
      {"observed_gap.*",
       {"Largest minus smallest rate, as observed", "观测到的最大与最小比率之差"},
       "",
       false},
      {"expected_gap.*",
       {"Mean gap that equal groups would show", "各组相同时也会出现的平均差距"},
       "",
       false},
      {"p_holm.*", {"P-value of equal rates, Holm-corrected", "比率相等的 p 值（Holm 校正）"}, "", true},
      {"ratio.*",
       {"Smallest over largest selection rate (80 % rule)", "最小与最大选择率之比（80 % 规则）"},
       "",
       true},
      {"accuracy.*", {"Accuracy of a group", "群体准确率"}, "", true},
      {"selection_rate.*", {"Selection rate of a group", "群体选择率"}, "", true},
      {"tpr.*", {"True positive rate of a group", "群体真正率"}, "", true},
      {"fpr.*", {"False positive rate of a group", "群体假正率"}, "", false},
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

Result<std::vector<GroupAttribute>> ChosenAttributes(const Predictions& predictions,
                                                     const check::Parameters& parameters) {
  if (predictions.groups.empty() && parameters.Boolean("by_class"))
    return std::vector{ClassAttribute(predictions)};
  std::vector<std::string> known;
  for (const GroupAttribute& attribute : predictions.groups) {
    if (static_cast<std::int64_t>(attribute.group_of.size()) != predictions.n) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("attribute \"{}\" names the group of {} samples, expected {}", attribute.name,
                              attribute.group_of.size(), predictions.n));
    }
    known.push_back(attribute.name);
  }
  const std::vector<std::string> wanted = parameters.Texts("attributes");
  if (wanted.empty() || predictions.groups.empty()) return predictions.groups;
  std::vector<GroupAttribute> chosen;
  for (const std::string& name : wanted) {
    const auto it = std::ranges::find(predictions.groups, name, &GroupAttribute::name);
    if (it == predictions.groups.end()) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown group attribute \"{}\"", name),
                  std::string(kId), NearestRemedy(name, known));
    }
    chosen.push_back(*it);
  }
  return chosen;
}

Result<std::optional<std::int32_t>> PositiveClass(const Predictions& predictions, const std::string& name) {
  if (name.empty())
    return predictions.c == 2 && !predictions.groups.empty() ? std::optional(1) : std::nullopt;
  const auto it = std::ranges::find(predictions.class_names, name);
  if (it == predictions.class_names.end()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("positive_class: unknown class \"{}\"", name),
                std::string(kId), NearestRemedy(name, predictions.class_names));
  }
  return static_cast<std::int32_t>(it - predictions.class_names.begin());
}

/// Keeps the groups of at least `smallest` samples (the kMaxGroups largest of them) and says which were left
/// out.
Comparison LargeEnough(const GroupRate& rate, const GroupAttribute& attribute, std::int64_t smallest,
                       CheckResult& result) {
  std::vector<std::size_t> order(rate.counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return rate.counts[a].n > rate.counts[b].n; });
  std::vector<bool> kept(rate.counts.size());
  for (std::size_t i = 0; i < std::min(order.size(), kMaxGroups); ++i)
    kept[order[i]] = rate.counts[order[i]].n >= smallest;
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
         fmt::format("样本过少，未按 {} 比较 {}：{}", attribute.name, rate.name, Few(left_out))});
  }
  return comparison;
}

void AddGroupMetrics(const Comparison& comparison, const Settings& settings, CheckResult& result) {
  Json figure = Figure("bars", {fmt::format("{} by {}", comparison.rate, comparison.attribute),
                                fmt::format("按 {} 的 {}", comparison.attribute, comparison.rate)});
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
  result.metrics.push_back(
      {.name = "gap." + suffix, .value = gap.corrected, .interval = gap.interval, .n = n});
  result.metrics.push_back({.name = "observed_gap." + suffix, .value = gap.observed, .n = n});
  result.metrics.push_back({.name = "expected_gap." + suffix, .value = gap.expected_if_equal, .n = n});
  result.metrics.push_back({.name = "p_holm." + suffix, .value = p_holm, .n = n});
  result.notes.push_back(
      {fmt::format("{} by {}: highest for {}, lowest for {}; observed gap {:.4f}, of which {:.4f} would show "
                   "among equal "
                   "groups; Holm-corrected p {:.4g}",
                   comparison.rate, comparison.attribute, comparison.names[gap.highest],
                   comparison.names[gap.lowest], gap.observed, gap.expected_if_equal, p_holm),
       fmt::format("按 {} 的 {}：{} 最高，{} 最低；观测差距 {:.4f}，其中 {:.4f} 在各组相同时也会出现；Holm "
                   "校正 p 值 {:.4g}",
                   comparison.attribute, comparison.rate, comparison.names[gap.highest],
                   comparison.names[gap.lowest], gap.observed, gap.expected_if_equal, p_holm)});
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

/// Over all attributes: the largest corrected gap of each rate; limits at a level divided among the
/// attributes.
void AddLargestGaps(const std::vector<Comparison>& comparisons, const std::vector<stats::GroupGap>& gaps,
                    double level, CheckResult& result) {
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
      {fmt::format("the groups of {} differ in how often they are positive: then equal TPR, equal FPR and "
                   "equal precision cannot "
                   "all hold (Chouldechova 2017)",
                   base.attribute),
       fmt::format("{} 各组的正例率不同：真正率、假正率与精确率不可能同时相等（Chouldechova 2017）",
                   base.attribute)});
}

void NoteUnknown(const GroupAttribute& attribute, CheckResult& result) {
  const auto unknown =
      std::ranges::count_if(attribute.group_of, [](std::int32_t group) { return group < 0; });
  if (unknown == 0) return;
  result.notes.push_back(
      {fmt::format("{} samples have no known {} and were left out", unknown, attribute.name),
       fmt::format("{} 个样本的 {} 未知，未计入", unknown, attribute.name)});
}

class Subgroups : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<CheckResult> Run(const check::Context& context) const override {
    CUPEL_TRY(const Predictions* predictions, UsablePredictions(context));
    CUPEL_TRY(const std::vector<GroupAttribute> attributes,
              ChosenAttributes(*predictions, context.parameters));
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
      return {"the data name no groups; set by_class = true to compare the classes",
              "数据没有分组；可设 by_class = true 比较各类别"};
    }
    return {fmt::format("no attribute has two groups of at least {} samples", smallest),
            fmt::format("没有任何属性具有两个样本数不少于 {} 的组", smallest)};
  }

  static void Compare(const std::vector<Comparison>& comparisons, const Settings& settings,
                      CheckResult& result) {
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
