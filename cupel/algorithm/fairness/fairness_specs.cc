// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/fairness_specs.h"

#include <fmt/format.h>

#include "cupel/algorithm/fairness/decisions.h"

namespace cupel::algorithm::fairness {
namespace {

check::ParameterSpec TextsSpec(std::string name, std::vector<std::string> fallback, check::Text meaning) {
  check::ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = check::ParameterType::kTextList;
  spec.fallback = fallback.empty() ? Json(Json::Array{}) : Json::ArrayOf(fallback);
  spec.meaning = std::move(meaning);
  return spec;
}

std::vector<check::MetricSpec> RateMetrics() {
  return {
      {"largest_gap.*",
       {"Largest gap of a rate over all attributes, corrected", "某比率在所有属性上的最大差距（校正后）"},
       "",
       false},
      {"equalized_odds.*",
       {"Larger of the gaps of TPR and FPR, corrected", "真正率与假正率差距中的较大者（校正后）"},
       "",
       false},
      {"gap.*",
       {"Gap between the groups of an attribute, corrected", "某属性各组间的差距（校正后）"},
       "",
       false},
      {"observed_gap.*", {"Largest minus smallest, as observed", "观测到的最大与最小之差"}, "", false},
      {"expected_gap.*",
       {"Mean gap that equal groups would show", "各组相同时也会出现的平均差距"},
       "",
       false},
      {"p_holm.*", {"P-value of equal rates, Holm-corrected", "比率相等的 p 值（Holm 校正）"}, "", true},
      {"ratio.*", {"Smallest over largest selection rate", "最小与最大选择率之比"}, "", true},
      {"difference.*", {"Rate minus the reference group's", "与基准组比率之差"}, "", false},
      {"equivalence_p.*", {"P-value of differing by the margin or more", "差异不小于界值的 p 值"}, "", false},
      {"average_odds.*",
       {"Mean difference of TPR and FPR from the reference group", "真正率与假正率相对基准组的平均差"},
       "",
       false},
      {"conditional_difference.*",
       {"Difference from the reference group within strata", "分层后与基准组之差"},
       "",
       false},
      {"conditional_p.*", {"P-value of equal rates in every stratum", "各层比率均相等的 p 值"}, "", true},
      {"fn_over_fp.*", {"False negatives over false positives", "假负数与假正数之比"}, "to 1", false},
  };
}

std::vector<check::MetricSpec> OtherMetrics() {
  return {
      {"auc.*", {"Area under the ROC curve within a group", "组内 ROC 曲线下面积"}, "", true},
      {"bpsn_auc.*",
       {"Others' positives against the group's negatives", "他组正例对本组负例的 AUC"},
       "",
       true},
      {"bnsp_auc.*",
       {"The group's positives against others' negatives", "本组正例对他组负例的 AUC"},
       "",
       true},
      {"xauc.*",
       {"Positives of one group against negatives of another", "一组正例对另一组负例的 AUC"},
       "",
       true},
      {"ece.*", {"Expected calibration error within a group", "组内期望校准误差"}, "", false},
      {"balance_positive.*", {"Mean score of the positives", "正例的平均评分"}, "", true},
      {"balance_negative.*", {"Mean score of the negatives", "负例的平均评分"}, "", false},
      {"calibration_slope.*",
       {"Slope of the label on the score's log-odds", "标签对评分对数几率的斜率"},
       "per log-odds",
       true},
      {"calibration_intercept.*",
       {"Intercept of the label on the score's log-odds", "标签对评分对数几率的截距"},
       "log-odds",
       true},
      {"theil", {"Theil index of benefits", "收益的泰尔指数"}, "nat", false},
      {"theil_between.*", {"Part of the Theil index between groups", "泰尔指数的组间部分"}, "nat", false},
      {"differential_fairness.*", {"Epsilon of differential fairness", "差分公平性的 epsilon"}, "nat", false},
      {"inequity_rate.*", {"Inequity rate", "不公平率"}, "times", false},
      {"discrepancy_rate.*", {"Fairness discrepancy rate", "公平差异率"}, "", true},
      {"garbe.*", {"GARBE", "GARBE"}, "index", false},
      {"fmr_max_over_mean.*",
       {"Largest FMR over the geometric mean", "最大误识率与几何平均之比"},
       "times",
       false},
      {"fnmr_max_over_mean.*",
       {"Largest FNMR over the geometric mean", "最大拒识率与几何平均之比"},
       "times",
       false},
      {"shrunken.*",
       {"Rate of a small group, shrunk to the mean of all", "小组比率（向总体均值收缩）"},
       "",
       false},
  };
}

}  // namespace

std::vector<check::ParameterSpec> FairnessParameters() {
  std::vector<check::ParameterSpec> specs = InputSpecs();
  specs.push_back(
      TextsSpec("references", {},
                {"Group that the others are compared with, as \"attribute=group\"; else the largest",
                 "作为比较基准的组，写作“属性=组”；否则取最大的组"}));
  specs.push_back(
      IntegerSpec("min_group_size", 30, 1, 1e9, "samples",
                  {"Groups whose rate rests on fewer samples are left out", "样本数少于该值的组不参与比较"}));
  specs.push_back(IntegerSpec("crossed", 2, 1, 4, "attributes",
                              {"Attributes are crossed up to this many at a time; 1: not at all",
                               "最多同时交叉的属性数；1 表示不交叉"}));
  specs.push_back(
      IntegerSpec("replicates", 2000, 100, 100000, "", {"Bootstrap replicates", "自助法重复次数"}));
  check::ParameterSpec margin;
  margin.name = "margin";
  margin.fallback = 0.05;
  margin.low = 0.001;
  margin.high = 0.5;
  margin.meaning = {"Rates that differ by less count as alike, for the equivalence tests",
                    "等效性检验中，差异小于该值即视为相近"};
  specs.push_back(margin);
  check::ParameterSpec strata;
  strata.name = "strata";
  strata.type = check::ParameterType::kText;
  strata.fallback = "";
  strata.meaning = {"Attribute within whose groups rates are compared too (conditional parity); empty: none",
                    "还要在其各组内部比较比率的属性（条件均等）；为空表示无"};
  specs.push_back(strata);
  check::ParameterSpec differentials;
  differentials.name = "differentials";
  differentials.type = check::ParameterType::kBoolean;
  differentials.fallback = false;
  differentials.meaning = {"Samples are biometric comparisons: report the differentials of ISO/IEC 19795-10",
                           "样本为生物特征比对：报告 ISO/IEC 19795-10 的差异指标"};
  specs.push_back(differentials);
  specs.push_back(
      TextsSpec("words", {"are positive", "are not positive", "were selected"},
                {"How the report speaks of the positive, the negative and the selected, in English",
                 "报告中对正例、负例与被选中者的英文说法"}));
  specs.push_back(
      TextsSpec("words_zh", {"为正例", "为负例", "被选中"}, {"The same in Chinese", "同上，中文说法"}));
  return specs;
}

std::vector<check::MetricSpec> FairnessMetrics() {
  std::vector<check::MetricSpec> specs = RateMetrics();
  for (check::MetricSpec& spec : OtherMetrics()) specs.push_back(std::move(spec));
  for (const RateInfo& info : AllRates()) {
    specs.push_back({fmt::format("{}.*", info.id), info.title, "", info.higher_is_better});
  }
  return specs;
}

}  // namespace cupel::algorithm::fairness
