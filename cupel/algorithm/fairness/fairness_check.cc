// SPDX-License-Identifier: Apache-2.0
// evaluate.fairness: every definition of fairness that decisions alone can answer, side by side.
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/fairness/audit.h"
#include "cupel/algorithm/fairness/checks.h"
#include "cupel/algorithm/fairness/fairness_specs.h"
#include "cupel/algorithm/fairness/intersection.h"
#include "cupel/base/nearest.h"

namespace cupel::algorithm::fairness {
namespace {

using check::CheckResult;
using data::dataset::GroupAttribute;

check::Description Describe() {
  check::Description description;
  description.id = "evaluate.fairness";
  description.title = {"Fairness between groups", "群体公平性"};
  description.summary = {
      "Error rates, predictive values, selection, ranking and calibration of each group and of crossed "
      "groups, "
      "with gaps freed from their upward bias, simultaneous intervals, tests of difference and of likeness; "
      "both sides of the argument in plain words, and why both cannot be had when base rates differ.",
      "各群体及交叉群体的错误率、预测值、选择率、排序与校准；差距已校正向上偏差，附同时置信区间、差异检验与等"
      "效性"
      "检验；用通俗语言呈现争论双方，并说明基础率不同时为何无法兼得。"};
  description.principle = check::Principle::kFairness;
  description.requirements = {"A5"};
  description.parameters = FairnessParameters();
  description.metrics = FairnessMetrics();
  description.needs_model = false;
  description.source =
      "Chouldechova 2017; Kleinberg et al. 2016; Hardt et al. 2016; Newcombe 1998; ISO/IEC TR 24027:2021";
  return description;
}

Result<check::Text> WordOf(const check::Parameters& parameters, std::size_t i) {
  const std::vector<std::string> en = parameters.Texts("words");
  const std::vector<std::string> zh = parameters.Texts("words_zh");
  if (en.size() != 3 || zh.size() != 3) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("words and words_zh must have 3 texts, got {} and {}", en.size(), zh.size()), "",
                "say how to speak of the positive, the negative and the selected");
  }
  return check::Text{en[i], zh[i]};
}

Result<Settings> ReadSettings(const check::Context& context) {
  const check::Parameters& parameters = context.parameters;
  Settings settings;
  settings.level = parameters.Real("level");
  settings.smallest = parameters.Integer("min_group_size");
  settings.replicates = parameters.Integer("replicates");
  settings.margin = parameters.Real("margin");
  settings.seed = context.seed;
  settings.strata = parameters.Text("strata");
  settings.differentials = parameters.Boolean("differentials");
  CUPEL_TRY(settings.words.positive, WordOf(parameters, 0));
  CUPEL_TRY(settings.words.negative, WordOf(parameters, 1));
  CUPEL_TRY(settings.words.selected, WordOf(parameters, 2));
  return settings;
}

Audit AuditOf(GroupAttribute attribute, const Decisions& decisions, bool crossed) {
  Audit audit;
  audit.cells = CountCells(decisions.outcomes, attribute.group_of, attribute.group_names.size());
  audit.attribute = std::move(attribute);
  audit.crossed = crossed;
  for (std::size_t g = 0; g < audit.cells.size(); ++g) {
    if (audit.cells[g].n() > audit.cells[audit.reference].n()) audit.reference = g;
  }
  return audit;
}

/// Every choice of 2 .. most attributes, in order.
std::vector<GroupAttribute> Crossings(const std::vector<GroupAttribute>& attributes, std::int64_t most) {
  std::vector<GroupAttribute> crossings;
  std::vector<std::vector<std::size_t>> choices;
  for (std::size_t a = 0; a < attributes.size(); ++a) choices.push_back({a});
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (static_cast<std::int64_t>(choices[i].size()) >= most) continue;
    for (std::size_t next = choices[i].back() + 1; next < attributes.size(); ++next) {
      std::vector<std::size_t> longer = choices[i];
      longer.push_back(next);
      std::vector<GroupAttribute> members;
      for (const std::size_t a : longer) members.push_back(attributes[a]);
      crossings.push_back(Intersection(members));
      choices.push_back(std::move(longer));
    }
  }
  return crossings;
}

/// Sets the reference groups that the plan names.
Status SetReferences(const std::vector<std::string>& references, std::vector<Audit>& audits) {
  for (const std::string& reference : references) {
    const std::size_t equals = reference.find('=');
    const std::string name = reference.substr(0, equals);
    const auto audit = std::ranges::find(audits, name, &Audit::name);
    if (equals == std::string::npos || audit == audits.end()) {
      return Fail(
          ErrorCode::kInvalidArgument,
          fmt::format("references: expected \"attribute=group\" of an attribute that is compared, got "
                      "\"{}\"",
                      reference));
    }
    const std::string group = reference.substr(equals + 1);
    const auto it = std::ranges::find(audit->attribute.group_names, group);
    if (it == audit->attribute.group_names.end()) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("references: attribute \"{}\" has no group \"{}\"", name, group), "",
                  NearestRemedy(group, audit->attribute.group_names));
    }
    audit->reference = static_cast<std::size_t>(it - audit->attribute.group_names.begin());
  }
  return {};
}

void NoteUnknown(const Audit& audit, CheckResult& result) {
  const auto unknown = std::ranges::count(audit.attribute.group_of, -1);
  if (unknown == 0) return;
  result.notes.push_back(
      {fmt::format("{} samples have no known {} and were left out.", unknown, audit.name()),
       fmt::format("{} 个样本的 {} 未知，未计入。", unknown, audit.name())});
}

void NoteScores(const Decisions& decisions, CheckResult& result) {
  if (!decisions.scores.empty()) return;
  result.notes.push_back(
      {"The predictions are answers without scores: ranking and calibration of the groups "
       "could not be compared.",
       "预测只有答案而没有评分：无法比较各组的排序与校准。"});
}

/// Cohort and label decide every figure, and neither can be seen from the figures.
void NoteScope(const Decisions& decisions, CheckResult& result) {
  result.notes.push_back(
      {fmt::format("These figures hold for the {} samples of this file and for the labels as recorded in it: "
                   "another choice of cases gives other figures, and if recording differs between groups, so "
                   "do they.",
                   decisions.outcomes.size()),
       fmt::format(
           "以上数字只适用于该文件的 {} 个样本及其中记录的标签：选取不同的案例会得到不同的数字；若各组"
           "的记录方式不同，数字也随之不同。",
           decisions.outcomes.size())});
}

class Fairness : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<CheckResult> Run(const check::Context& context) const override {
    CUPEL_TRY(const data::dataset::Predictions* predictions, context.predictions());
    CUPEL_TRY(std::vector<GroupAttribute> attributes, ChosenAttributes(*predictions, context.parameters));
    CUPEL_TRY(const Settings settings, ReadSettings(context));
    CheckResult result;
    if (attributes.empty()) {
      result.not_applicable = check::Text{"the data name no groups", "数据没有分组"};
      return result;
    }
    CUPEL_TRY(const Decisions decisions, Decide(*predictions, context.parameters));
    CUPEL_TRY(const std::optional<Audit> strata, StrataOf(*predictions, decisions, settings.strata));
    std::vector<Audit> audits;
    const std::int64_t crossed = context.parameters.Integer("crossed");
    std::vector<GroupAttribute> crossings = Crossings(attributes, crossed);
    for (GroupAttribute& attribute : attributes) {
      audits.push_back(AuditOf(std::move(attribute), decisions, false));
    }
    for (GroupAttribute& attribute : crossings) {
      audits.push_back(AuditOf(std::move(attribute), decisions, true));
    }
    CUPEL_TRY_STATUS(SetReferences(context.parameters.Texts("references"), audits));
    if (std::ranges::none_of(audits, [&](const Audit& audit) {
          return LargeEnough(audit, Rate::kSelection, settings.smallest).size() >= 2;
        })) {
      result.not_applicable = TooSmall(settings.smallest);
      return result;
    }
    Measure(audits, strata, decisions, settings, result);
    return result;
  }

 private:
  static check::Text TooSmall(std::int64_t smallest) {
    return {fmt::format("no attribute has two groups of at least {} samples", smallest),
            fmt::format("没有任何属性具有两个样本数不少于 {} 的组", smallest)};
  }

  static Result<std::optional<Audit>> StrataOf(const data::dataset::Predictions& predictions,
                                               const Decisions& decisions, const std::string& name) {
    if (name.empty()) return std::optional<Audit>();
    const auto it = std::ranges::find(predictions.groups, name, &GroupAttribute::name);
    if (it == predictions.groups.end()) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("strata: unknown group attribute \"{}\"", name));
    }
    return std::optional<Audit>(AuditOf(*it, decisions, false));
  }

  /// Plain words stand first, so that a reader meets them first.
  static void Measure(const std::vector<Audit>& audits, const std::optional<Audit>& strata,
                      const Decisions& decisions, const Settings& settings, CheckResult& result) {
    for (const Audit& audit : audits) {
      if (!audit.crossed) AddPlainWords(audit, decisions, settings, result);
    }
    AddRates(audits, settings, result);
    for (const Audit& audit : audits) {
      if (audit.crossed) continue;
      NoteUnknown(audit, result);
      AddPairs(audit, strata ? &*strata : nullptr, decisions, settings, result);
      if (!decisions.scores.empty()) AddScores(audit, decisions, settings, result);
    }
    AddInequality(audits, settings, result);
    NoteScores(decisions, result);
    NoteScope(decisions, result);
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& FairnessCheck() {
  static const Fairness check;
  return check;
}

}  // namespace cupel::algorithm::fairness
