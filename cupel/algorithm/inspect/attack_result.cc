// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_result.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/inspect/attack_figures.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::inspect {
namespace {

constexpr double kLevel = 0.95;

check::Metric Share(std::string name, std::int64_t k, std::int64_t n) {
  return {.name = std::move(name),
          .value = n == 0 ? 0 : static_cast<double>(k) / static_cast<double>(n),
          .interval = stats::Wilson(k, n, kLevel),
          .n = n,
          .count = k};
}

std::int64_t RobustCount(const AttackRun& run, const AttackPlan& plan, std::size_t budget) {
  return std::count_if(run.attacked.begin(), run.attacked.end(),
                       [&](const SampleRecord& record) { return record.BrokenAt(budget, plan.inherit) < 0; });
}

// The outcome that proves a sample broken at the primary budget, or null.
const AttackOutcome* Proof(const SampleRecord& record, const AttackPlan& plan, double* epsilon) {
  const int budget = record.BrokenAt(plan.epsilons.size() - 1, plan.inherit);
  if (budget < 0) return nullptr;
  *epsilon = plan.epsilons[static_cast<std::size_t>(budget)];
  return &record.outcomes[static_cast<std::size_t>(budget)];
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// Adds `robust_accuracy` first: it is the key metric.
void AddShares(const AttackRun& run, const AttackPlan& plan, check::CheckResult* result) {
  const auto attacked = static_cast<std::int64_t>(run.attacked.size());
  const std::size_t primary = plan.epsilons.size() - 1;
  const std::int64_t robust = RobustCount(run, plan, primary);
  result->metrics.push_back(Share("robust_accuracy", robust, run.samples));
  result->metrics.push_back(Share("clean_accuracy", attacked, run.samples));
  result->metrics.push_back(Share("attack_success", attacked - robust, attacked));
  for (std::size_t budget = 0; budget < primary; ++budget) {
    result->metrics.push_back(Share("robust_accuracy.eps_" + EpsilonName(plan.epsilons[budget]),
                                    RobustCount(run, plan, budget), run.samples));
  }
}

void AddPerturbations(const AttackRun& run, const AttackPlan& plan, check::CheckResult* result) {
  std::vector<double> moved;
  double largest = 0;
  for (const SampleRecord& record : run.attacked) {
    double epsilon = 0;
    const AttackOutcome* proof = Proof(record, plan, &epsilon);
    if (proof == nullptr) continue;
    moved.push_back(proof->moved.l2);
    largest = std::max(largest, proof->moved.In(plan.norm) / epsilon);
  }
  const auto broken = static_cast<std::int64_t>(moved.size());
  if (broken == 0) return;
  result->metrics.push_back(
      {.name = "median_perturbation_l2", .value = Median(moved), .interval = {}, .n = broken});
  result->metrics.push_back({.name = "largest_budget_use", .value = largest, .interval = {}, .n = broken});
}

// Successes whatever their distance: what a nearest-point attack is about.
void AddDistances(const AttackRun& run, const AttackPlan& plan, check::CheckResult* result) {
  std::vector<double> distances;
  for (const SampleRecord& record : run.attacked) {
    const AttackOutcome& outcome = record.outcomes.back();
    if (outcome.found_at > 0) distances.push_back(outcome.moved.In(plan.norm));
  }
  const auto found = static_cast<std::int64_t>(distances.size());
  result->metrics.push_back(Share("found", found, static_cast<std::int64_t>(run.attacked.size())));
  if (found == 0) return;
  result->metrics.push_back(
      {.name = "median_distance", .value = Median(distances), .interval = {}, .n = found});
}

// What was spent: passes with a gradient, and answers alone.
void AddEffort(const AttackRun& run, const AttackPlan& plan, const Reported& reported,
               check::CheckResult* result) {
  std::vector<std::int64_t> spent(plan.stages.size());
  for (const SampleRecord& record : run.attacked) {
    // A nearest-point attack ran once; every budget's outcome repeats its effort.
    const std::size_t runs = plan.nearest() ? 1 : record.outcomes.size();
    for (std::size_t i = 0; i < runs; ++i) {
      const AttackOutcome& outcome = record.outcomes[i];
      if (outcome.spent.empty()) spent[0] += outcome.evaluations;
      for (std::size_t stage = 0; stage < outcome.spent.size(); ++stage) spent[stage] += outcome.spent[stage];
    }
  }
  std::int64_t gradients = 0;
  std::int64_t queries = 0;
  for (std::size_t stage = 0; stage < spent.size(); ++stage)
    (plan.stages[stage].attack->gradients(run.class_count) > 0 ? gradients : queries) += spent[stage];
  const auto add = [&](std::string name, std::int64_t value) {
    result->metrics.push_back({.name = std::move(name),
                               .value = static_cast<double>(value),
                               .interval = {},
                               .n = static_cast<std::int64_t>(run.attacked.size())});
  };
  if (reported.gradients) add("gradient_evaluations", gradients);
  if (reported.queries) add("queries", queries);
  for (std::size_t stage = 0; reported.stages && stage < spent.size(); ++stage)
    add("evaluations." + plan.stages[stage].name, spent[stage]);
}

// Robust accuracy at the primary budget after each stage, in the order of the stages.
void AddStages(const AttackRun& run, const AttackPlan& plan, check::CheckResult* result) {
  std::int64_t standing = static_cast<std::int64_t>(run.attacked.size());
  for (std::size_t stage = 0; stage < plan.stages.size(); ++stage) {
    for (const SampleRecord& record : run.attacked) {
      double epsilon = 0;
      const AttackOutcome* proof = Proof(record, plan, &epsilon);
      standing -= proof != nullptr && proof->stage == static_cast<int>(stage);
    }
    result->metrics.push_back(
        Share("robust_accuracy.after." + plan.stages[stage].name, standing, run.samples));
  }
}

void AddQueries(const AttackRun& run, const AttackPlan& plan, check::CheckResult* result) {
  std::vector<std::int64_t> found_at;
  std::int64_t most = 0;
  for (const SampleRecord& record : run.attacked) {
    double epsilon = 0;
    if (const AttackOutcome* proof = Proof(record, plan, &epsilon)) found_at.push_back(proof->found_at);
    for (const AttackOutcome& outcome : record.outcomes) most = std::max(most, outcome.evaluations);
  }
  if (!found_at.empty()) {
    result->metrics.push_back({.name = "median_queries",
                               .value = Median({found_at.begin(), found_at.end()}),
                               .interval = {},
                               .n = static_cast<std::int64_t>(found_at.size())});
  }
  result->figures.push_back(
      QueryCurve(std::move(found_at), static_cast<std::int64_t>(run.attacked.size()), run.samples, most));
}

Json WitnessJson(const SampleRecord& record, const AttackOutcome& outcome, const AttackPlan& plan,
                 double epsilon, const Reported& reported) {
  Json json;
  json["sample"] = record.original;
  json["label"] = std::int64_t{record.goal.label};
  json["predicted"] = std::int64_t{outcome.predicted};
  json["norm"] = NormName(plan.norm);
  json["epsilon"] = epsilon;
  json["linf"] = outcome.moved.linf;
  json["l2"] = outcome.moved.l2;
  json["margin"] = outcome.margin;
  json["noise"] = outcome.noise;
  json["restart"] = outcome.restart;
  json["step"] = outcome.step;
  json["stored"] = nullptr;
  if (plan.norm == Norm::kL1) json["l1"] = outcome.moved.l1;
  if (record.goal.targeted()) json["target"] = std::int64_t{record.goal.target};
  if (reported.stages) json["attack"] = plan.stages[static_cast<std::size_t>(outcome.stage)].name;
  if (reported.queries && !reported.stages) json["queries"] = outcome.found_at;
  return json;
}

// Fills witnesses and the artifact; returns what the pictures show.
std::vector<PicturedAttack> AddWitnesses(const AttackRun& run, const AttackPlan& plan,
                                         const std::vector<std::int64_t>& sample_shape,
                                         const Reported& reported, check::CheckResult* result) {
  std::vector<float> stored;
  std::vector<PicturedAttack> pictured;
  std::int64_t rows = 0;
  for (const SampleRecord& record : run.attacked) {
    double epsilon = 0;
    const AttackOutcome* proof = Proof(record, plan, &epsilon);
    if (proof == nullptr) continue;
    Json witness = WitnessJson(record, *proof, plan, epsilon, reported);
    if (rows < plan.stored_inputs && !proof->adversarial.empty()) {
      witness["stored"] = rows++;
      stored.insert(stored.end(), proof->adversarial.begin(), proof->adversarial.end());
      if (pictured.size() < kPicturedAttacks) pictured.push_back({&record, proof, epsilon});
    }
    result->witnesses.push_back(std::move(witness));
  }
  if (rows > 0) result->artifacts.push_back(AdversarialArtifact(stored, sample_shape));
  return pictured;
}

void AddNotes(const AttackRun& run, const AttackPlan& plan, check::CheckResult* result) {
  if (!run.stability.position_independent) {
    result->notes.push_back({fmt::format("The model's answers depend on the position in a tile (logits by up "
                                         "to {:.2g}): another sharding of the "
                                         "data may change single inputs.",
                                         run.stability.position_noise),
                             fmt::format("模型的输出与样本在批次中的位置有关（logit 最多相差 "
                                         "{:.2g}）：数据分片方式不同时，"
                                         "个别样本的结果可能改变。",
                                         run.stability.position_noise)});
  }
  std::int64_t unconfirmed = 0;
  for (const SampleRecord& record : run.attacked) {
    for (const AttackOutcome& outcome : record.outcomes) unconfirmed += outcome.unconfirmed;
  }
  if (unconfirmed > 0) {
    result->notes.push_back(
        {fmt::format(
             "{} errors seen while searching were not confirmed by the exact executor and are not counted.",
             unconfirmed),
         fmt::format("搜索中出现的 {} 次错误未被精确执行器确认，未计入结果。", unconfirmed)});
  }
  if (plan.inherit && !plan.nearest() && plan.epsilons.size() > 1) {
    result->notes.push_back(
        {"An input broken within a small budget counts as broken within every larger one.",
         "在较小扰动预算内被攻破的样本，在更大的预算下同样计为被攻破。"});
  }
}

}  // namespace

std::string EpsilonName(double epsilon) { return fmt::format("{:.4g}", epsilon); }

Reported ReportedBy(const AttackPlan& plan, std::int64_t class_count) {
  Reported reported{
      .gradients = false, .queries = false, .distance = plan.nearest(), .stages = plan.stages.size() > 1};
  for (const Stage& stage : plan.stages)
    (stage.attack->gradients(class_count) > 0 ? reported.gradients : reported.queries) = true;
  return reported;
}

std::vector<check::MetricSpec> AttackMetrics(const Reported& reported) {
  std::vector<check::MetricSpec> metrics = {
      {"robust_accuracy", {"Robust accuracy", "鲁棒准确率"}, "", true},
      {"clean_accuracy", {"Clean accuracy", "干净样本准确率"}, "", true},
      {"attack_success", {"Attack success", "攻击成功率"}, "", false},
      {"robust_accuracy.eps_*", {"Robust accuracy at a smaller budget", "较小预算下的鲁棒准确率"}, "", true},
      {"median_perturbation_l2", {"Median perturbation (L2)", "扰动中位数（L2）"}, "data units", true},
      {"largest_budget_use",
       {"Largest perturbation as a share of the budget", "最大扰动占预算的比例"},
       "",
       false},
  };
  if (reported.distance) {
    metrics.push_back(
        {"found", {"Inputs with an adversarial one at any distance", "任意距离内被攻破的样本"}, "", false});
    metrics.push_back(
        {"median_distance", {"Median distance", "最近对抗样本的距离中位数"}, "data units", true});
  }
  if (reported.gradients)
    metrics.push_back({"gradient_evaluations", {"Gradient evaluations", "梯度计算次数"}, "passes", false});
  if (reported.queries) {
    metrics.push_back({"queries", {"Queries", "查询次数"}, "queries", false});
    metrics.push_back(
        {"median_queries", {"Median queries to success", "攻击成功所需查询次数中位数"}, "queries", true});
  }
  if (reported.stages) {
    metrics.push_back(
        {"robust_accuracy.after.*", {"Robust accuracy after a stage", "各阶段后的鲁棒准确率"}, "", true});
    metrics.push_back({"evaluations.*", {"Evaluations of a stage", "各阶段的计算次数"}, "passes", false});
  }
  return metrics;
}

Result<check::CheckResult> AttackResult(const AttackRun& run, const AttackPlan& plan,
                                        const data::dataset::Dataset& data) {
  const Reported reported = ReportedBy(plan, run.class_count);
  check::CheckResult result;
  AddShares(run, plan, &result);
  AddPerturbations(run, plan, &result);
  if (reported.distance) AddDistances(run, plan, &result);
  AddEffort(run, plan, reported, &result);
  if (reported.stages) AddStages(run, plan, &result);
  std::vector<CurvePoint> curve = {
      {0, Share("", static_cast<std::int64_t>(run.attacked.size()), run.samples)}};
  for (std::size_t budget = 0; budget < plan.epsilons.size(); ++budget) {
    curve.push_back({plan.epsilons[budget], Share("", RobustCount(run, plan, budget), run.samples)});
  }
  result.figures.push_back(RobustnessCurve(curve, plan.norm));
  if (reported.queries && !reported.stages) AddQueries(run, plan, &result);
  const std::vector<PicturedAttack> pictured =
      AddWitnesses(run, plan, data.info().sample_shape, reported, &result);
  CUPEL_TRY(Json pictures, AdversarialPictures(pictured, data));
  if (!pictures.IsNull()) result.figures.push_back(std::move(pictures));
  AddNotes(run, plan, &result);
  return result;
}

}  // namespace cupel::algorithm::inspect
