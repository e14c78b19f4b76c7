// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/family.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cupel/algorithm/fairness/audit.h"
#include "cupel/algorithm/fairness/differentials.h"
#include "cupel/algorithm/fairness/group_metrics.h"
#include "cupel/algorithm/fairness/grouped.h"
#include "cupel/algorithm/fairness/inequality.h"
#include "cupel/algorithm/fairness/intersection.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::fairness {
namespace {

using check::Metric;
using scheme::Evaluation;
using scheme::Options;

Result<std::unique_ptr<scheme::Input>> ReadGrouped(const scheme::Sources& sources) {
  auto input = std::make_unique<Grouped>();
  CUPEL_TRY(input->predictions, data::dataset::ReadPredictionsFile(sources.predictions));
  if (input->predictions.groups.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "the predictions name no groups", sources.predictions.string(),
                "add a column group_<attribute>");
  }
  return input;
}

Result<Audit> AuditOf(const Grouped& input, const check::Parameters& parameters) {
  const std::string& name = parameters.Text("attribute");
  CUPEL_TRY(const std::vector<data::dataset::GroupAttribute> all, CheckedAttributes(input.predictions));
  auto it = all.begin();
  if (!name.empty()) it = std::ranges::find(all, name, &data::dataset::GroupAttribute::name);
  if (it == all.end()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown group attribute \"{}\"", name));
  }
  CUPEL_TRY(const Decisions decisions, Decide(input.predictions, parameters));
  Audit audit;
  audit.attribute = *it;
  audit.cells = CountCells(decisions.outcomes, it->group_of, it->group_names.size());
  return audit;
}

/// The groups that have the rate.
Result<std::vector<stats::GroupCount>> Counts(const Audit& audit, Rate rate) {
  std::vector<stats::GroupCount> counts = CountsOf(audit, rate, LargeEnough(audit, rate, 1));
  if (counts.size() < 2) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("fewer than two groups of \"{}\" have a {}", audit.name(), InfoOf(rate).id));
  }
  return counts;
}

stats::GroupGap GapOf(std::span<const stats::GroupCount> counts, std::string_view stream,
                      const Options& options) {
  return stats::LargestGap(
      counts,
      {.level = options.level, .replicates = options.replicates, .seed = options.seed, .name = stream});
}

template <Rate kRate>
Result<Evaluation> Difference(const Grouped& input, const check::Parameters& parameters,
                              const Options& options) {
  CUPEL_TRY(const Audit audit, AuditOf(input, parameters));
  CUPEL_TRY(const std::vector<stats::GroupCount> counts, Counts(audit, kRate));
  const stats::GroupGap gap = GapOf(counts, InfoOf(kRate).id, options);
  const std::int64_t n = Sum(audit.cells).n();
  Evaluation evaluation;
  evaluation.metrics = {
      {.name = std::string(scheme::kValue), .value = gap.observed, .interval = gap.interval, .n = n},
      {.name = "corrected", .value = gap.corrected, .interval = gap.interval, .n = n},
      {.name = "expected_if_equal", .value = gap.expected_if_equal, .n = n},
      {.name = "p_value", .value = gap.p_value, .n = n}};
  return evaluation;
}

Result<Evaluation> ParityRatio(const Grouped& input, const check::Parameters& parameters,
                               const Options& options) {
  CUPEL_TRY(const Audit audit, AuditOf(input, parameters));
  CUPEL_TRY(const std::vector<stats::GroupCount> counts, Counts(audit, Rate::kSelection));
  const stats::GroupRatio ratio = stats::SmallestRatio(counts, options.level);
  if (!(ratio.value >= 0)) return Fail(ErrorCode::kInvalidArgument, "no group has a selected sample");
  Evaluation evaluation;
  evaluation.metrics = {{.name = std::string(scheme::kValue),
                         .value = ratio.value,
                         .interval = ratio.interval,
                         .n = Sum(audit.cells).n()}};
  return evaluation;
}

Result<Evaluation> EqualizedOdds(const Grouped& input, const check::Parameters& parameters,
                                 const Options& options) {
  CUPEL_TRY(const Audit audit, AuditOf(input, parameters));
  const std::int64_t n = Sum(audit.cells).n();
  Metric value{.name = std::string(scheme::kValue),
               .interval = stats::Interval{0, 0, options.level, "newcombe-bonferroni"},
               .n = n};
  Metric corrected = value;
  corrected.name = "corrected";
  for (const Rate rate : {Rate::kTpr, Rate::kFpr}) {
    CUPEL_TRY(const std::vector<stats::GroupCount> counts, Counts(audit, rate));
    const stats::GroupGap gap = GapOf(counts, InfoOf(rate).id, options);
    const stats::Interval shared = stats::GapInterval(counts, 1 - (1 - options.level) / 2);
    value.value = std::max(value.value, gap.observed);
    corrected.value = std::max(corrected.value, gap.corrected);
    value.interval->low = std::max(value.interval->low, shared.low);
    value.interval->high = std::max(value.interval->high, shared.high);
  }
  corrected.interval = value.interval;
  Evaluation evaluation;
  evaluation.metrics = {value, corrected};
  return evaluation;
}

Result<Evaluation> TheilScheme(const Grouped& input, const check::Parameters& parameters,
                               const Options& options) {
  CUPEL_TRY(const Audit audit, AuditOf(input, parameters));
  const Cell all = Sum(audit.cells);
  const std::optional<Theil> theil = TheilIndex(all, options.level);
  if (!theil) return Fail(ErrorCode::kInvalidArgument, "every benefit is 0: the index does not exist");
  Evaluation evaluation;
  evaluation.metrics = {
      {.name = std::string(scheme::kValue), .value = theil->value, .interval = theil->interval, .n = all.n()},
      {.name = "between_groups", .value = *BetweenGroupEntropy(audit.cells, 1), .n = all.n()}};
  return evaluation;
}

Result<Evaluation> DifferentialFairnessScheme(const Grouped& input, const check::Parameters& parameters,
                                              const Options& options) {
  CUPEL_TRY(const Audit audit, AuditOf(input, parameters));
  CUPEL_TRY(const std::vector<stats::GroupCount> counts, Counts(audit, Rate::kSelection));
  Evaluation evaluation;
  evaluation.metrics = {DifferentialFairnessMetric(
      std::string(scheme::kValue), counts, parameters.Real("concentration"),
      {.level = options.level, .replicates = options.replicates, .seed = options.seed, .name = "epsilon"})};
  return evaluation;
}

Result<Evaluation> InequityScheme(const Grouped& input, const check::Parameters& parameters,
                                  const Options& options) {
  CUPEL_TRY(const Audit audit, AuditOf(input, parameters));
  CUPEL_TRY(const std::vector<stats::GroupCount> matches, Counts(audit, Rate::kFpr));
  CUPEL_TRY(const std::vector<stats::GroupCount> non_matches, Counts(audit, Rate::kFnr));
  if (matches.size() != non_matches.size()) {
    return Fail(ErrorCode::kInvalidArgument, "a group has mated or non-mated comparisons alone");
  }
  const double weight = parameters.Real("weight");
  const DifferentialWeights weights{weight, 1 - weight};
  const Differentials own = DifferentialsOf(matches, non_matches, weights);
  const DifferentialIntervals intervals = IntervalsOf(
      matches, non_matches, weights,
      {.level = options.level, .replicates = options.replicates, .seed = options.seed, .name = "inequity"});
  const std::int64_t n = Sum(audit.cells).n();
  Evaluation evaluation;
  evaluation.metrics = {
      {.name = std::string(scheme::kValue), .value = own.inequity, .interval = intervals.inequity, .n = n},
      {.name = "discrepancy_rate", .value = own.discrepancy, .interval = intervals.discrepancy, .n = n},
      {.name = "garbe", .value = own.garbe, .interval = intervals.garbe, .n = n},
      {.name = "fmr_max_over_mean",
       .value = own.fmr_max_over_mean,
       .interval = intervals.fmr_max_over_mean,
       .n = n},
      {.name = "fnmr_max_over_mean",
       .value = own.fnmr_max_over_mean,
       .interval = intervals.fnmr_max_over_mean,
       .n = n}};
  return evaluation;
}

std::vector<check::ParameterSpec> Specs(std::vector<check::ParameterSpec> more = {}) {
  std::vector<check::ParameterSpec> specs;
  check::ParameterSpec attribute;
  attribute.name = "attribute";
  attribute.type = check::ParameterType::kText;
  attribute.fallback = "";
  attribute.meaning = {"Attribute whose groups are compared; empty: the first",
                       "要比较其各组的属性；为空表示第一个"};
  specs.push_back(std::move(attribute));
  for (check::ParameterSpec& spec : InputSpecs()) {
    if (spec.name == "positive_class" || spec.name == "threshold") specs.push_back(std::move(spec));
  }
  for (check::ParameterSpec& spec : more) specs.push_back(std::move(spec));
  return specs;
}

check::ParameterSpec RealSpec(const char* name, double fallback, double low, double high,
                              check::Text meaning) {
  check::ParameterSpec spec;
  spec.name = name;
  spec.fallback = fallback;
  spec.low = low;
  spec.high = high;
  spec.meaning = std::move(meaning);
  return spec;
}

constexpr std::string_view kEmpty =
    "a group with nobody in the denominator is left out (fairlearn: its rate is 0); fewer than two groups "
    "are an error";

scheme::Scheme Entry(std::string_view id, std::string_view row, check::Text title,
                     std::string_view definition, std::string_view reference, std::string_view test) {
  scheme::Scheme entry;
  entry.id = id;
  entry.row = row;
  entry.title = std::move(title);
  entry.definition = definition;
  entry.rules.empty = kEmpty;
  entry.reference = reference;
  entry.test = test;
  entry.input = &GroupedFormat();
  entry.parameters = Specs();
  entry.higher_is_better = false;
  return entry;
}

template <Rate kRate>
scheme::Scheme DifferenceEntry(std::string_view id, check::Text title, std::string_view definition,
                               std::string_view reference, std::string_view test) {
  scheme::Scheme entry = Entry(id, "L01", std::move(title), definition, reference, test);
  entry.evaluate = scheme::On<Grouped, Difference<kRate>>;
  return entry;
}

std::vector<scheme::Scheme> GroupSchemes() {
  std::vector<scheme::Scheme> all;
  all.push_back(DifferenceEntry<Rate::kSelection>(
      "demographic_parity_difference", {"Demographic parity difference", "人口统计均等差"},
      "max over groups of P(selected) - min", "fairlearn demographic_parity_difference",
      "FairnessFamilyTest.EqualsTheReferences"));
  all.push_back(DifferenceEntry<Rate::kTpr>(
      "equal_opportunity_difference", {"Equal opportunity difference", "机会均等差"},
      "max over groups of TPR - min", "AIF360 equal_opportunity_difference (two groups, absolute value)",
      "FairnessFamilyTest.EqualsTheReferences"));
  all.push_back(DifferenceEntry<Rate::kPpv>(
      "predictive_parity_difference", {"Predictive parity difference", "预测均等差"},
      "max over groups of PPV - min", "AIF360 false_discovery_rate_difference (two groups, absolute value)",
      "FairnessFamilyTest.EqualsTheReferences"));
  all.push_back(DifferenceEntry<Rate::kAccuracy>(
      "accuracy_parity_difference", {"Accuracy parity difference", "准确率均等差"},
      "max over groups of accuracy - min", "AIF360 error_rate_difference (two groups, absolute value)",
      "FairnessFamilyTest.EqualsTheReferences"));
  all.push_back(Entry("demographic_parity_ratio", "L01", {"Demographic parity ratio", "人口统计均等比"},
                      "min over groups of P(selected) / max", "fairlearn demographic_parity_ratio",
                      "FairnessFamilyTest.EqualsTheReferences"));
  all.back().higher_is_better = true;
  all.back().evaluate = scheme::On<Grouped, ParityRatio>;
  all.push_back(Entry("equalized_odds_difference", "L01", {"Equalized odds difference", "几率均等差"},
                      "the larger of the largest differences of TPR and FPR",
                      "fairlearn equalized_odds_difference", "FairnessFamilyTest.EqualsTheReferences"));
  all.back().evaluate = scheme::On<Grouped, EqualizedOdds>;
  all.push_back(Entry("differential_fairness", "L01", {"Differential fairness", "差分公平性"},
                      "max over groups of |ln P(D|g) / P(D|h)|, rates (k + c/2) / (n + c)",
                      "AIF360 smoothed_edf", "DifferentialFairnessTest.AgreesWithAif360"));
  all.back().unit = "nat";
  all.back().parameters =
      Specs({RealSpec("concentration", 1, 0.001, 1000,
                      {"Weight of the uniform prior, in samples", "均匀先验的权重（样本数）"})});
  all.back().evaluate = scheme::On<Grouped, DifferentialFairnessScheme>;
  all.push_back(Entry("theil_index", "L02", {"Theil index of benefits", "收益的泰尔指数"},
                      "mean of (b/m) ln(b/m), b = decision - label + 1, m its mean", "AIF360 theil_index",
                      "InequalityTest.AgreesWithAif360"));
  all.back().rules.empty = "0 ln 0 = 0; an error when every benefit is 0";
  all.back().unit = "nat";
  all.back().evaluate = scheme::On<Grouped, TheilScheme>;
  all.push_back(
      Entry("inequity_rate", "L03", {"Inequity rate of a biometric comparison", "生物特征比对的不公平率"},
            "(max FMR / min FMR)^w (max FNMR / min FNMR)^(1 - w), rates (k + 1/2) / (n + 1); label 1 "
            "is a mated pair",
            "ISO/IEC 19795-10; NIST IR 8429 (definition, in NumPy)",
            "DifferentialsTest.EqualTheDefinitionsInNumPy"));
  all.back().unit = "times";
  all.back().parameters = Specs({RealSpec("weight", 0.5, 0, 1, {"Weight of false matches", "误识的权重"})});
  all.back().evaluate = scheme::On<Grouped, InequityScheme>;
  return all;
}

}  // namespace

const scheme::InputFormat& GroupedFormat() {
  static const scheme::InputFormat format = {
      .name = "grouped",
      .meaning = {"A predictions file (label, and score_<class>, score or prediction) with columns "
                  "group_<attribute>.",
                  "带有 group_<属性> 列的预测文件（label，以及 score_<类别>、score 或 prediction）。"},
      .needs_truth = false,
      .read = ReadGrouped};
  return format;
}

const scheme::Family& Family() {
  static const std::vector<scheme::Scheme> schemes = GroupSchemes();
  static const scheme::Family family = {
      .id = "fairness", .title = {"Fairness between groups", "群体公平性"}, .schemes = schemes};
  return family;
}

}  // namespace cupel::algorithm::fairness
