// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/score/scorecard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/score/rules.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::score {
namespace {

using check::Metric;
using check::Text;

constexpr double kLevel = 0.95;

struct FactorName {
  const char* id;
  const char* en;
  const char* zh;
};

constexpr std::array<FactorName, kFactors> kNames = {
    {{"white-box", "White-box attack", "白盒攻击"},
     {"query", "Black-box query attack", "黑盒查询攻击"},
     {"transfer", "Transfer attack", "迁移攻击"},
     {"physical", "Physical-world attack", "物理世界攻击"},
     {"backdoor", "Backdoor", "后门"},
     {"membership", "Membership inference", "成员推断"},
     {"inversion", "Inversion and extraction", "反演与窃取"}}};

double Low(const Metric& metric) { return metric.interval ? metric.interval->low : metric.value; }
double High(const Metric& metric) { return metric.interval ? metric.interval->high : metric.value; }

double Harm(const Metric& metric) { return 100 * (1 - std::clamp(High(metric), 0.0, 1.0)); }

// The lowest score counts, with the figure that gave it.
void Lower(Factor& factor, double score, Text basis) {
  score = std::clamp(score, 0.0, 100.0);
  if (factor.score && *factor.score <= score) return;
  factor.score = score;
  factor.basis = std::move(basis);
}

Text Basis(std::string_view check, std::string_view metric, const char* which, double value) {
  const bool low = std::string_view(which) == "low";
  return {fmt::format("{}: {} bound of {} is {:.4g}", check, low ? "lower" : "upper", metric, value),
          fmt::format("{}：{} 的置信{}限为 {:.4g}", check, metric, low ? "下" : "上", value)};
}

void Apply(const Rule& rule, const Measured& measured, Factor& factor) {
  const std::vector<Metric>& metrics = measured.result->metrics;
  const Metric* metric = check::FindMetric(metrics, rule.metric);
  if (metric == nullptr) return;
  factor.checks.emplace_back(rule.check);
  switch (rule.formula) {
    case Formula::kRobustAccuracy:
      return Lower(factor, 100 * Low(*metric), Basis(rule.check, rule.metric, "low", Low(*metric)));
    case Formula::kHarm:
      return Lower(factor, Harm(*metric), Basis(rule.check, rule.metric, "high", High(*metric)));
    case Formula::kHarmWhenFlagged: {
      const Metric* flagged = check::FindMetric(metrics, "flagged_classes");
      if (flagged != nullptr && flagged->value > 0)
        return Lower(factor, Harm(*metric), Basis(rule.check, rule.metric, "high", High(*metric)));
      return Lower(factor, 100,
                   {fmt::format("{}: no class is flagged", rule.check),
                    fmt::format("{}：没有类别被标记", rule.check)});
    }
    case Formula::kFlag:
      return Lower(factor, metric->value > 0 ? 0 : 100,
                   {fmt::format("{}: {} is {:.4g}", rule.check, rule.metric, metric->value),
                    fmt::format("{}：{} 为 {:.4g}", rule.check, rule.metric, metric->value)});
    case Formula::kArea:
      return Lower(factor, 100 * (1 - std::max(0.0, 2 * High(*metric) - 1)),
                   Basis(rule.check, rule.metric, "high", High(*metric)));
  }
}

// Attacks on the same samples with the same largest budget, whose broken samples may be counted together.
struct Together {
  std::int64_t n = 0;
  std::int64_t right = 0;
  std::set<std::int64_t> broken;
  std::vector<std::string> checks;
};

std::string KeyOf(const Measured& measured) {
  const Json* norm = measured.parameters->Find("norm");
  const Json* epsilons = measured.parameters->Find("epsilons");
  const Json* samples = measured.parameters->Find("samples");
  if (norm == nullptr || epsilons == nullptr || !epsilons->IsArray() || epsilons->AsArray().empty())
    return "";
  double largest = 0;
  for (const Json& epsilon : epsilons->AsArray()) largest = std::max(largest, epsilon.AsNumber());
  return fmt::format("{}|{}|{:.17g}|{}", measured.subset, norm->AsString(), largest,
                     samples == nullptr ? "" : samples->Canonical());
}

void AddTo(Together& together, const Measured& measured) {
  const Metric* robust = check::FindMetric(measured.result->metrics, "robust_accuracy");
  const Metric* clean = check::FindMetric(measured.result->metrics, "clean_accuracy");
  if (robust == nullptr || clean == nullptr || !clean->count) return;
  together.n = robust->n;
  together.right = *clean->count;
  together.checks.emplace_back(measured.id);
  for (const Json& witness : measured.result->witnesses) {
    if (witness.Find("sample") != nullptr) together.broken.insert(witness["sample"].AsInteger());
  }
}

void ApplyTogether(FactorId id, std::span<const Measured> measured, Factor& factor) {
  std::map<std::string, Together> groups;
  for (const Measured& one : measured) {
    const bool speaks = std::ranges::any_of(Rules(), [&](const Rule& rule) {
      return rule.factor == id && rule.check == one.id && rule.formula == Formula::kRobustAccuracy;
    });
    if (!speaks || one.parameters == nullptr) continue;
    if (const std::string key = KeyOf(one); !key.empty()) AddTo(groups[key], one);
  }
  for (const auto& [key, together] : groups) {
    if (together.checks.size() < 2 || together.n == 0) continue;
    const std::int64_t standing =
        std::max<std::int64_t>(0, together.right - static_cast<std::int64_t>(together.broken.size()));
    const double low = stats::Wilson(standing, together.n, kLevel).low;
    Lower(factor, 100 * low,
          {fmt::format("{} attacks together: lower bound of robust accuracy is {:.4g}",
                       together.checks.size(), low),
           fmt::format("{} 种攻击合计：鲁棒准确率的置信下限为 {:.4g}", together.checks.size(), low)});
  }
}

}  // namespace

Scorecard ScoreOf(std::span<const Measured> measured) {
  std::vector<Measured> counted;
  for (const Measured& one : measured) {
    if (one.result != nullptr && !one.result->not_applicable) counted.push_back(one);
  }
  Scorecard card;
  for (const FactorName& name : kNames)
    card.factors.push_back(
        {.id = name.id, .title = {name.en, name.zh}, .score = {}, .checks = {}, .basis = {}});
  for (const Measured& one : counted) {
    for (const Rule& rule : Rules()) {
      if (rule.check == one.id) Apply(rule, one, card.factors[static_cast<std::size_t>(rule.factor)]);
    }
  }
  card.complete = true;
  for (std::size_t i = 0; i < card.factors.size(); ++i) {
    Factor& factor = card.factors[i];
    ApplyTogether(static_cast<FactorId>(i), counted, factor);
    card.complete = card.complete && factor.score.has_value();
    if (!factor.score || (card.overall && *card.overall <= *factor.score)) continue;
    card.overall = factor.score;
    card.weakest = factor.id;
  }
  return card;
}

Json ToJson(const Scorecard& scorecard) {
  Json json;
  json["factors"] = Json::Array{};
  for (const Factor& factor : scorecard.factors) {
    Json item;
    item["id"] = factor.id;
    item["title"] = check::ToJson(factor.title);
    item["score"] = factor.score ? Json(*factor.score) : Json();
    item["checks"] = Json::ArrayOf(factor.checks);
    if (factor.score) item["basis"] = check::ToJson(factor.basis);
    json["factors"].Append(std::move(item));
  }
  json["overall"] = scorecard.overall ? Json(*scorecard.overall) : Json();
  json["weakest"] = scorecard.weakest;
  json["complete"] = scorecard.complete;
  return json;
}

}  // namespace cupel::algorithm::score
