// SPDX-License-Identifier: Apache-2.0
// evaluate.subgroup-search: which subgroups, of any combination of attributes, are served differently.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cupel/algorithm/check/figures.h"
#include "cupel/algorithm/fairness/checks.h"
#include "cupel/algorithm/fairness/decisions.h"
#include "cupel/algorithm/fairness/subgroup_search.h"
#include "cupel/algorithm/fairness/subgroup_tree.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::fairness {
namespace {

using check::CheckResult;
using data::dataset::GroupAttribute;

std::vector<check::ParameterSpec> Specs() {
  std::vector<check::ParameterSpec> specs = InputSpecs();
  check::ParameterSpec rates;
  rates.name = "rates";
  rates.type = check::ParameterType::kTextList;
  rates.fallback = Json::Array{"fpr", "fnr"};
  rates.meaning = {
      "Rates whose divergence is searched: selection_rate, base_rate, tpr, fpr, fnr, ppv, npv, fdr, "
      "for, accuracy",
      "要搜索其偏离的比率：selection_rate、base_rate、tpr、fpr、fnr、ppv、npv、fdr、for、accuracy"};
  specs.push_back(rates);
  check::ParameterSpec support;
  support.name = "min_support";
  support.fallback = 0.05;
  support.low = 1e-6;
  support.high = 1;
  support.meaning = {"Share of all samples that a subgroup must have", "子群体至少应占全部样本的比例"};
  specs.push_back(support);
  specs.push_back(IntegerSpec("min_group_size", 30, 1, 1e9, "samples",
                              {"Subgroups whose rate rests on fewer samples are not looked at",
                               "比率所依据的样本数少于该值的子群体不予考察"}));
  specs.push_back(
      IntegerSpec("max_items", 4, 1, 12, "attributes",
                  {"Attributes that describe a subgroup, at most", "描述一个子群体的属性数上限"}));
  specs.push_back(IntegerSpec("permutations", 1000, 99, 100000, "",
                              {"Shuffles for the corrected p-values", "校正 p 值所用的随机置换次数"}));
  specs.push_back(IntegerSpec("shown", 10, 1, 50, "subgroups",
                              {"Subgroups that are reported, at most", "最多报告的子群体数"}));
  check::ParameterSpec gain;
  gain.name = "min_gain";
  gain.fallback = 0.01;
  gain.low = 0;
  gain.high = 1;
  gain.meaning = {"A subgroup is reported when every one of its items adds at least this to its divergence",
                  "子群体的每个条件都使偏离至少增加该值时才报告"};
  specs.push_back(gain);
  return specs;
}

check::Description Describe() {
  check::Description description;
  description.id = "evaluate.subgroup-search";
  description.title = {"Search for subgroups that are served differently", "搜索受到不同对待的子群体"};
  description.summary = {
      "Every combination of attribute values with enough samples, how far its rate is from everybody's, with "
      "p-values corrected for the whole search by permutation, simultaneous intervals and effect sizes.",
      "样本充足的所有属性值组合，其比率偏离总体多少；p 值经置换法对整个搜索校正，附同时置信区间与效应量。"};
  description.principle = check::Principle::kFairness;
  description.requirements = {"A5"};
  description.parameters = Specs();
  description.metrics = {
      {"largest_divergence.*",
       {"Largest divergence of a subgroup, corrected", "子群体的最大偏离（校正后）"},
       "",
       false},
      {"weighted_divergence.*",
       {"Largest divergence weighted by size, corrected", "按规模加权的最大偏离（校正后）"},
       "",
       false},
      {"observed_divergence.*", {"Largest divergence as observed", "观测到的最大偏离"}, "", false},
      {"expected_divergence.*",
       {"Mean largest divergence if all were alike", "各子群体相同时最大偏离的均值"},
       "",
       false},
      {"smallest_p.*", {"Smallest corrected p-value", "最小校正 p 值"}, "", true},
      {"diverging.*",
       {"Subgroups that diverge beyond chance", "偏离不能用偶然解释的子群体数"},
       "subgroups",
       false},
      {"searched.*", {"Subgroups looked at", "考察的子群体数"}, "subgroups", true},
      {"overall.*", {"Rate of all", "总体比率"}, "", false},
      {"divergence.*", {"Rate of a subgroup minus the rate of all", "子群体比率减总体比率"}, "", false},
      {"p_adjusted.*", {"Corrected p-value of a subgroup", "子群体的校正 p 值"}, "", true},
      {"effect.*",
       {"Effect size of a subgroup (Cohen's h)", "子群体的效应量（Cohen's h）"},
       "radians",
       false},
  };
  description.needs_model = false;
  description.source =
      "Pastor et al. 2021 (DivExplorer); Westfall and Young 1993; Kearns et al. 2018; Cohen 1988";
  return description;
}

Result<std::vector<Rate>> RatesOf(const check::Parameters& parameters) {
  std::vector<Rate> rates;
  for (const std::string& name : parameters.Texts("rates")) {
    const auto it = std::ranges::find(AllRates(), name, &RateInfo::id);
    if (it == AllRates().end()) {
      std::vector<std::string_view> ids;
      for (const RateInfo& info : AllRates()) ids.push_back(info.id);
      return Fail(ErrorCode::kInvalidArgument, fmt::format("rates: unknown rate \"{}\"", name), "",
                  fmt::format("use {}", fmt::join(ids, ", ")));
    }
    rates.push_back(it->rate);
  }
  return rates;
}

/// Which samples are cases of the rate, and which of them are successes: the one-sample cells say so.
struct Samples {
  std::vector<std::uint8_t> is_case;
  std::vector<std::uint8_t> success;
};

Samples SamplesOf(const Decisions& decisions, Rate rate) {
  std::array<stats::GroupCount, 4> of_outcome;
  of_outcome[0] = CountOf(Cell{.tn = 1}, rate);
  of_outcome[1] = CountOf(Cell{.fp = 1}, rate);
  of_outcome[2] = CountOf(Cell{.fn = 1}, rate);
  of_outcome[3] = CountOf(Cell{.tp = 1}, rate);
  Samples samples;
  for (const Outcome outcome : decisions.outcomes) {
    samples.is_case.push_back(of_outcome[outcome].n > 0 ? 1 : 0);
    samples.success.push_back(of_outcome[outcome].k > 0 ? 1 : 0);
  }
  return samples;
}

/// Every item adds at least `gain` to |divergence|: what is reported is not a longer name for a shorter
/// subgroup.
bool EveryItemAdds(const SearchResult& search, const Subgroup& subgroup, double gain) {
  if (subgroup.items.size() == 1) return std::abs(subgroup.divergence) >= gain;
  for (std::size_t left_out = 0; left_out < subgroup.items.size(); ++left_out) {
    std::vector<Item> fewer = subgroup.items;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(left_out));
    const Subgroup* parent = search.Find(fewer);
    const double of_parent = parent == nullptr ? 0 : parent->divergence;  // absent: it has all the cases
    const double own = subgroup.divergence;
    if ((own < 0 ? of_parent - own : own - of_parent) < gain) return false;
  }
  return true;
}

struct Report {
  std::string rate_id;
  check::Text rate_title;
  double level = 0.95;
  std::vector<std::size_t> shown;  ///< In search.subgroups, by falling |divergence|.
};

std::vector<std::size_t> Shown(const SearchResult& search, double level, double gain, std::size_t most) {
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < search.subgroups.size() && shown.size() < most; ++i) {
    const Subgroup& subgroup = search.subgroups[i];
    if (subgroup.p_adjusted <= 1 - level && EveryItemAdds(search, subgroup, gain)) shown.push_back(i);
  }
  return shown;
}

/// The larger distance from 0, corrected and kept in the simultaneous limits, as stats/group_gap.h does.
check::Metric Corrected(std::string name, const Largest& largest, const SearchResult& search, bool weighted,
                        double level) {
  stats::Interval interval{0, 0, level, "newcombe-bonferroni"};
  for (const Subgroup& subgroup : search.subgroups) {
    const double weight =
        weighted ? static_cast<double>(subgroup.count.n) / static_cast<double>(search.all.n) : 1;
    interval.low = std::max({interval.low, weight * subgroup.interval.low, -weight * subgroup.interval.high});
    interval.high =
        std::max({interval.high, weight * subgroup.interval.high, -weight * subgroup.interval.low});
  }
  return {.name = std::move(name),
          .value = std::clamp(largest.observed - largest.expected_if_equal, interval.low, interval.high),
          .interval = interval,
          .n = search.all.n};
}

void AddMetrics(const SearchResult& search, const Report& report, CheckResult& result) {
  const std::string& id = report.rate_id;
  const std::int64_t n = search.all.n;
  double smallest_p = 1;
  std::int64_t diverging = 0;
  for (const Subgroup& subgroup : search.subgroups) {
    smallest_p = std::min(smallest_p, subgroup.p_adjusted);
    diverging += subgroup.p_adjusted <= 1 - report.level ? 1 : 0;
  }
  result.metrics.push_back(
      Corrected("largest_divergence." + id, search.divergence, search, false, report.level));
  result.metrics.push_back(
      Corrected("weighted_divergence." + id, search.weighted, search, true, report.level));
  result.metrics.push_back(
      {.name = "observed_divergence." + id, .value = search.divergence.observed, .n = n});
  result.metrics.push_back(
      {.name = "expected_divergence." + id, .value = search.divergence.expected_if_equal, .n = n});
  result.metrics.push_back({.name = "smallest_p." + id, .value = smallest_p, .n = n});
  result.metrics.push_back({.name = "diverging." + id, .value = static_cast<double>(diverging), .n = n});
  result.metrics.push_back(
      {.name = "searched." + id, .value = static_cast<double>(search.subgroups.size()), .n = n});
  result.metrics.push_back({.name = "overall." + id,
                            .value = static_cast<double>(search.all.k) / static_cast<double>(n),
                            .interval = stats::Wilson(search.all.k, n, report.level),
                            .n = n,
                            .count = search.all.k});
}

void AddSubgroups(const SearchResult& search, std::span<const GroupAttribute> attributes,
                  const Report& report, CheckResult& result) {
  for (const std::size_t i : report.shown) {
    const Subgroup& subgroup = search.subgroups[i];
    const std::string name = report.rate_id + "." + SubgroupName(subgroup.items, attributes);
    const std::int64_t n = subgroup.count.n;
    result.metrics.push_back(
        {.name = "divergence." + name, .value = subgroup.divergence, .interval = subgroup.interval, .n = n});
    result.metrics.push_back({.name = "p_adjusted." + name, .value = subgroup.p_adjusted, .n = n});
    result.metrics.push_back({.name = "effect." + name, .value = subgroup.effect, .n = n});
  }
}

check::Text FindingText(const SearchResult& search, std::span<const GroupAttribute> attributes,
                        const Report& report) {
  const std::size_t searched = search.subgroups.size();
  if (report.shown.empty()) {
    return {
        fmt::format("{}: none of {} subgroups diverges from all beyond what such a search finds by chance.",
                    report.rate_title.en, searched),
        fmt::format("{}：考察的 {} 个子群体中，没有一个的偏离超出此类搜索偶然会发现的程度。",
                    report.rate_title.zh, searched)};
  }
  const Subgroup& most = search.subgroups[report.shown.front()];
  const auto share = [](stats::GroupCount count) {
    return 100 * static_cast<double>(count.k) / static_cast<double>(count.n);
  };
  const std::string name = SubgroupName(most.items, attributes);
  return {fmt::format("{}: {:.1f} % over all; {:.1f} % ({} of {}) in the subgroup \"{}\", {:+.1f} points "
                      "(simultaneous interval over {} subgroups {:+.1f} to {:+.1f}; corrected p {:.4g}).",
                      report.rate_title.en, share(search.all), share(most.count), most.count.k, most.count.n,
                      name, 100 * most.divergence, searched, 100 * most.interval.low,
                      100 * most.interval.high, most.p_adjusted),
          fmt::format("{}：总体为 {:.1f} %；子群体“{}”为 {:.1f} %（{} 人中 {} 人），相差 {:+.1f} "
                      "个百分点（对 {} 个子群体的同时区间为 {:+.1f} 至 {:+.1f}；校正 p 值 {:.4g}）。",
                      report.rate_title.zh, share(search.all), name, share(most.count), most.count.n,
                      most.count.k, 100 * most.divergence, searched, 100 * most.interval.low,
                      100 * most.interval.high, most.p_adjusted)};
}

Json BarsFigure(const SearchResult& search, std::span<const GroupAttribute> attributes,
                const Report& report) {
  Json figure = check::Figure(
      "bars",
      {fmt::format("{} of the subgroups that diverge most; the line is everybody's", report.rate_title.en),
       fmt::format("偏离最大的子群体的{}；横线为总体", report.rate_title.zh)});
  figure["min"] = 0;
  figure["max"] = 1;
  figure["reference"] = static_cast<double>(search.all.k) / static_cast<double>(search.all.n);
  Json::Array bars;
  for (const std::size_t i : report.shown) {
    const auto [k, n] = search.subgroups[i].count;
    bars.push_back(check::Bar(SubgroupName(search.subgroups[i].items, attributes),
                              static_cast<double>(k) / static_cast<double>(n),
                              stats::Wilson(k, n, report.level)));
  }
  figure["series"] = std::move(bars);
  return figure;
}

class SubgroupSearch : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<CheckResult> Run(const check::Context& context) const override {
    CUPEL_TRY(const data::dataset::Predictions* predictions, context.predictions());
    CUPEL_TRY(const std::vector<GroupAttribute> attributes,
              ChosenAttributes(*predictions, context.parameters));
    CUPEL_TRY(const std::vector<Rate> rates, RatesOf(context.parameters));
    CheckResult result;
    if (attributes.empty()) {
      result.not_applicable = check::Text{"the data name no groups", "数据没有分组"};
      return result;
    }
    CUPEL_TRY(const Decisions decisions, Decide(*predictions, context.parameters));
    for (const Rate rate : rates) {
      CUPEL_TRY_STATUS(SearchRate(rate, attributes, decisions, context, result));
    }
    if (result.metrics.empty()) {
      result.not_applicable = check::Text{"no subgroup has enough samples, or no decision differs",
                                          "没有样本充足的子群体，或所有决策相同"};
    }
    return result;
  }

 private:
  static Status SearchRate(Rate rate, std::span<const GroupAttribute> attributes, const Decisions& decisions,
                           const check::Context& context, CheckResult& result) {
    const check::Parameters& parameters = context.parameters;
    const RateInfo& info = InfoOf(rate);
    const std::string stream = fmt::format("evaluate.subgroup-search.{}", info.id);
    const Samples samples = SamplesOf(decisions, rate);
    const SearchOptions options{.min_support = parameters.Real("min_support"),
                                .min_cases = parameters.Integer("min_group_size"),
                                .max_items = parameters.Integer("max_items"),
                                .permutations = parameters.Integer("permutations"),
                                .level = parameters.Real("level"),
                                .seed = context.seed,
                                .name = stream};
    CUPEL_TRY(const SearchResult search,
              SearchSubgroups(attributes, samples.is_case, samples.success, options));
    if (search.subgroups.empty()) return {};
    Report report{.rate_id = std::string(info.id),
                  .rate_title = info.title,
                  .level = options.level,
                  .shown = Shown(search, options.level, parameters.Real("min_gain"),
                                 static_cast<std::size_t>(parameters.Integer("shown")))};
    AddMetrics(search, report, result);
    AddSubgroups(search, attributes, report, result);
    result.notes.push_back(FindingText(search, attributes, report));
    if (report.shown.empty()) return {};
    result.figures.push_back(TreeFigure(search, attributes, report.shown, info.title, options.level));
    result.figures.push_back(BarsFigure(search, attributes, report));
    return {};
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& SubgroupSearchCheck() {
  static const SubgroupSearch check;
  return check;
}

}  // namespace cupel::algorithm::fairness
