// SPDX-License-Identifier: Apache-2.0
// The attack against a reference of its own: the walk of the header's formula in double on linear models,
// sample by sample, without tiles, grid or early stops; and the exact robust accuracy of a linear classifier.
#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/attack_result.h"
#include "cupel/algorithm/inspect/attack_run.h"
#include "cupel/algorithm/inspect/start_point.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using check::CheckResult;
using data::dataset::DatasetPointer;

/// One visited point of the reference walk.
struct Visit {
  int restart = 0;
  int step = 0;
  double margin = 0;
  std::vector<double> x;
};

/// The two-class linear model's margin, and the direction that raises it for `label`.
class LinearReference {
 public:
  LinearReference(const RowModel& model, std::int32_t label) {
    const auto& layer = model.layers()[0];
    const auto rival = static_cast<std::size_t>(1 - label);
    const auto y = static_cast<std::size_t>(label);
    bias_ = double{layer.bias[rival]} - layer.bias[y];
    for (std::size_t i = 0; i < layer.weights[0].size(); ++i) {
      w_.push_back(double{layer.weights[rival][i]} - layer.weights[y][i]);
      length_ += w_.back() * w_.back();
    }
    length_ = std::sqrt(length_);
  }
  double Margin(const std::vector<double>& x) const {
    double margin = bias_;
    for (std::size_t i = 0; i < x.size(); ++i) margin += w_[i] * x[i];
    return margin;
  }
  /// x_{t+1} = clip(project(x_t + step * direction)).
  void Step(const AttackOptions& options, std::span<const float> original, std::vector<double>& x) const {
    const ThreatModel& threat = options.threat;
    double moved = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] += threat.epsilon * options.pgd.relative_step *
              (threat.norm == Norm::kL2 ? w_[i] / length_
               : w_[i] > 0              ? 1
                                        : -1);
      moved += (x[i] - original[i]) * (x[i] - original[i]);
    }
    const double shrink = std::min(1.0, threat.epsilon / std::sqrt(moved));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double offset = x[i] - original[i];
      const double kept =
          threat.norm == Norm::kL2 ? shrink * offset : std::clamp(offset, -threat.epsilon, threat.epsilon);
      x[i] = std::clamp(original[i] + kept, double{threat.box_low}, double{threat.box_high});
    }
  }
  /// Every point that all restarts visit, in order.
  std::vector<Visit> Walk(const AttackOptions& options, std::span<const float> original,
                          std::int64_t index) const {
    std::vector<Visit> visits;
    for (int restart = 0; restart < options.pgd.restarts; ++restart) {
      std::vector<double> x(original.begin(), original.end());
      if (options.pgd.random_start || restart > 0) {
        const std::vector<float> start =
            RandomStart(options.threat, original, options.seed, options.stream, index, restart);
        x.assign(start.begin(), start.end());
      }
      for (int step = 0; step <= options.pgd.steps; ++step) {
        visits.push_back({restart, step, Margin(x), x});
        Step(options, original, x);
      }
    }
    return visits;
  }

 private:
  double bias_ = 0;
  double length_ = 0;
  std::vector<double> w_;
};

struct WalkCase {
  const char* name;
  Norm norm;
  double epsilon;
  int steps;
  double relative_step;
  int restarts;
  bool random_start;
  Loss loss = Loss::kCrossEntropy;
};

void PrintTo(const WalkCase& test, std::ostream* os) { *os << test.name; }

class ReferenceWalk : public ::testing::TestWithParam<WalkCase> {
 protected:
  RowModel model_ = RowModel::Random({kFeatures, 2}, 5);
  DatasetPointer data_ = LabelledByModel(model_, 200, {kFeatures}, 0.0F, 1.0F, 9);
  Piece piece_ = AllOf(*data_);
};

INSTANTIATE_TEST_SUITE_P(
    Walks, ReferenceWalk,
    ::testing::Values(WalkCase{"fgsm", Norm::kLinf, 0.1, 1, 1, 1, false},
                      WalkCase{"small_steps", Norm::kLinf, 0.1, 12, 0.1, 1, false},
                      WalkCase{"too_short_to_arrive", Norm::kLinf, 0.1, 3, 0.1, 1, false},
                      WalkCase{"overshooting", Norm::kLinf, 0.1, 4, 3, 1, true},
                      WalkCase{"one_step_from_random", Norm::kLinf, 0.05, 1, 0.5, 1, true},
                      WalkCase{"restarts_after_the_original", Norm::kLinf, 0.08, 2, 0.2, 6, false},
                      WalkCase{"margin_restarts", Norm::kLinf, 0.08, 2, 0.2, 4, true, Loss::kMargin},
                      WalkCase{"l2_fgsm", Norm::kL2, 0.3, 1, 1, 1, false},
                      WalkCase{"l2_small_steps", Norm::kL2, 0.3, 12, 0.15, 1, false},
                      WalkCase{"l2_restarts", Norm::kL2, 0.3, 2, 0.2, 6, true},
                      WalkCase{"l2_overshooting", Norm::kL2, 0.3, 5, 4, 1, true}),
    [](const auto& test) { return std::string(test.param.name); });

// The first visited point that errs is the outcome: same restart, same step, same place, same margin. Points
// within 1e-5 of the boundary are too close to call for float32 and are skipped with their sample.
TEST_P(ReferenceWalk, EveryOutcomeIsItsFirstErringPoint) {
  const WalkCase& c = GetParam();
  AttackOptions options = Pgd(c.norm, c.epsilon, c.steps);
  options.pgd.relative_step = c.relative_step;
  options.pgd.restarts = c.restarts;
  options.pgd.random_start = c.random_start;
  options.pgd.loss = c.loss;
  const std::vector<AttackOutcome> outcomes = AttackAll(model_, model_, piece_, options);
  ASSERT_EQ(outcomes.size(), piece_.jobs.size());
  int broken = 0;
  int skipped = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto original = std::span(piece_.features).subspan(i * kFeatures, kFeatures);
    const std::vector<Visit> visits = LinearReference(model_, piece_.jobs[i].goal.label)
                                          .Walk(options, original, piece_.jobs[i].original_index);
    const bool close = std::ranges::any_of(visits, [](const Visit& v) { return std::abs(v.margin) < 1e-5; });
    skipped += close;
    if (close) continue;
    const auto first = std::ranges::find_if(visits, [](const Visit& v) { return v.margin > 0; });
    ASSERT_EQ(outcomes[i].broken, first != visits.end()) << "sample " << i;
    if (first == visits.end()) continue;
    ++broken;
    EXPECT_EQ(outcomes[i].restart, first->restart) << "sample " << i;
    EXPECT_EQ(outcomes[i].step, first->step) << "sample " << i;
    EXPECT_NEAR(outcomes[i].margin, first->margin, 1e-5);
    for (std::size_t j = 0; j < first->x.size(); ++j)
      EXPECT_NEAR(outcomes[i].adversarial[j], first->x[j], 1e-6);
  }
  EXPECT_GT(broken, 5);
  EXPECT_LT(skipped, 10);
}

class WholeRun : public ::testing::Test {
 protected:
  static AttackPlan PlanOf(Norm norm, std::vector<double> epsilons) {
    AttackPlan plan;
    plan.stages = OneStage(MakePgdAttack(Pgd(norm, 0, 40).pgd));
    plan.norm = norm;
    plan.seed = 11;
    plan.stream = "inspect.pgd";
    plan.epsilons = std::move(epsilons);
    plan.stored_inputs = 1000;
    return plan;
  }
  Result<CheckResult> RunOn(const data::dataset::Dataset& data, const AttackPlan& plan, int workers = 1,
                            check::Journal* journal = &check::NoJournal()) const {
    TestContext made(model_, data);
    made.context.workers = workers;
    made.context.journal = journal;
    const auto target = TargetOf(model_, model_, 2, {kFeatures});
    CUPEL_TRY(const AttackRun run, RunAttack(*target, plan, made.context, "inspect.pgd"));
    return AttackResult(run, plan, data);
  }
  static std::string Text(const CheckResult& result) {
    return ToJson(result, check::ArtifactBytes::kInline).Canonical();
  }
  static std::int64_t CountOf(const CheckResult& result, const std::string& name) {
    const check::Metric* metric = check::FindMetric(result.metrics, name);
    EXPECT_NE(metric, nullptr) << name;
    return metric == nullptr ? -1 : metric->count.value_or(-1);
  }

  RowModel model_ = RowModel::Random({kFeatures, 2}, 5);
  DatasetPointer data_ = LabelledByModel(model_, 700, {kFeatures}, 0.3F, 0.7F, 9);
};

TEST_F(WholeRun, RobustAccuracyIsTheFormulasAtEveryBudgetAndNorm) {
  for (const Norm norm : {Norm::kLinf, Norm::kL2}) {
    const double reach = norm == Norm::kL2 ? 3 : 1;  // the box stays out of reach of both
    const std::vector<double> epsilons = {0.004 * reach, 0.02 * reach, 0.05 * reach, 0.09 * reach};
    CUPEL_ASSERT_OK(const CheckResult result, RunOn(*data_, PlanOf(norm, epsilons)));
    for (std::size_t budget = 0; budget < epsilons.size(); ++budget) {
      const std::string name = budget + 1 == epsilons.size()
                                   ? "robust_accuracy"
                                   : "robust_accuracy.eps_" + EpsilonName(epsilons[budget]);
      EXPECT_EQ(CountOf(result, name), ExactRobust(model_, *data_, norm, epsilons[budget])) << name;
    }
    EXPECT_GT(CountOf(result, "robust_accuracy"), 20);
    EXPECT_LT(CountOf(result, "robust_accuracy"), 600);
  }
}

// A ball that is small beside the rounding of the positions in it: L2 walks lie on its sphere, where float32
// positions reach beyond it. They must not, and must still find what the formula says there is to find.
TEST_F(WholeRun, SmallL2BallsAreKeptToTheBit) {
  std::int64_t broken = 0;
  for (const double epsilon : {2.0 / 255, 4.0 / 255, 0.03}) {
    CUPEL_ASSERT_OK(const CheckResult result, RunOn(*data_, PlanOf(Norm::kL2, {epsilon})));
    EXPECT_EQ(CountOf(result, "robust_accuracy"), ExactRobust(model_, *data_, Norm::kL2, epsilon));
    broken += data_->size() - CountOf(result, "robust_accuracy");
    for (const Json& witness : result.witnesses) EXPECT_LE(witness["l2"].AsNumber(), epsilon);
  }
  EXPECT_GT(broken, 5);
}

// At the smallest budget that a plan may name nothing moves visibly, and nobody is broken who was not wrong
// to the last bit.
TEST_F(WholeRun, TheSmallestBudgetChangesNothing) {
  for (const Norm norm : {Norm::kLinf, Norm::kL2}) {
    CUPEL_ASSERT_OK(const CheckResult result, RunOn(*data_, PlanOf(norm, {1e-6})));
    EXPECT_EQ(CountOf(result, "robust_accuracy"), data_->size());
    EXPECT_TRUE(result.witnesses.empty());
    EXPECT_TRUE(result.artifacts.empty());
  }
}

TEST_F(WholeRun, AnyNumberOfWorkersGivesTheSameBytes) {
  const AttackPlan plan = PlanOf(Norm::kL2, {0.06, 0.2});
  CUPEL_ASSERT_OK(const CheckResult one, RunOn(*data_, plan, 1));
  for (const int workers : {2, 3, 7}) {
    CUPEL_ASSERT_OK(const CheckResult more, RunOn(*data_, plan, workers));
    EXPECT_EQ(Text(more), Text(one)) << workers << " workers";
  }
}

TEST_F(WholeRun, AnyNumberOfShardsCountsTheSame) {
  const AttackPlan plan = PlanOf(Norm::kLinf, {0.02, 0.05});
  CUPEL_ASSERT_OK(const CheckResult whole, RunOn(*data_, plan));
  for (const int shards : {2, 3, 5}) {
    std::int64_t robust = 0;
    std::size_t witnesses = 0;
    for (int shard = 0; shard < shards; ++shard) {
      CUPEL_ASSERT_OK(const auto part, TakeShard(data_, shard, shards));
      CUPEL_ASSERT_OK(const CheckResult result, RunOn(*part, plan));
      robust += CountOf(result, "robust_accuracy");
      witnesses += result.witnesses.size();
    }
    EXPECT_EQ(robust, CountOf(whole, "robust_accuracy")) << shards << " shards";
    EXPECT_EQ(witnesses, whole.witnesses.size());
  }
}

// A killed run has any prefix, or any subset, of its records.
TEST_F(WholeRun, EverySubsetOfTheJournalLeadsToTheSameBytes) {
  const AttackPlan plan = PlanOf(Norm::kLinf, {0.02, 0.05});
  MemoryJournal whole;
  CUPEL_ASSERT_OK(const CheckResult straight, RunOn(*data_, plan, 1, &whole));
  ASSERT_EQ(whole.pieces.size(), 11U);  // blocks of 64 of 700 samples, cut here in three interleaved sets
  for (unsigned subset = 0; subset < 8; ++subset) {
    MemoryJournal cut;
    unsigned bit = 1;
    for (const auto& [key, piece] : whole.pieces) {
      if ((subset & bit) != 0) cut.pieces[key] = piece;
      bit = bit == 4 ? 1 : 2 * bit;
    }
    CUPEL_ASSERT_OK(const CheckResult resumed, RunOn(*data_, plan, 2, &cut));
    EXPECT_EQ(Text(resumed), Text(straight)) << "subset " << subset;
    EXPECT_EQ(cut.pieces, whole.pieces);
  }
}

// Records that parse but are not whole: read as they stand, a lost outcome would count as robust.
TEST_F(WholeRun, AMutilatedRecordIsAttackedAnew) {
  const AttackPlan plan = PlanOf(Norm::kLinf, {0.02, 0.05});
  MemoryJournal whole;
  CUPEL_ASSERT_OK(const CheckResult straight, RunOn(*data_, plan, 1, &whole));
  const auto mutilate = [&](const std::function<void(Json & piece)>& change) {
    MemoryJournal journal;
    journal.pieces = whole.pieces;
    change(journal.pieces.begin()->second);
    CUPEL_ASSERT_OK(const CheckResult resumed, RunOn(*data_, plan, 1, &journal));
    EXPECT_EQ(Text(resumed), Text(straight));
    EXPECT_EQ(journal.pieces, whole.pieces);
  };
  const auto first_with = [](Json& piece, std::size_t outcomes) -> Json::Array& {
    return std::ranges::find_if(piece.AsArray(), [&](Json& r) { return r.AsArray().size() == outcomes; })
        ->AsArray();
  };
  mutilate([](Json& piece) { piece.AsArray().pop_back(); });
  mutilate([](Json& piece) { piece.AsArray()[0] = Json::Array{}; });
  mutilate([&](Json& piece) { first_with(piece, 2).pop_back(); });
  mutilate([&](Json& piece) { first_with(piece, 2).push_back(first_with(piece, 2).back()); });
  mutilate([&](Json& piece) { first_with(piece, 1)[0]["broken"] = false; });
  mutilate([&](Json& piece) { first_with(piece, 1)[0].AsObject().erase("margin"); });
  mutilate([&](Json& piece) { first_with(piece, 1)[0]["adversarial"] = "AAAAAA=="; });
  mutilate([&](Json& piece) { first_with(piece, 1)[0]["adversarial"] = "AAA="; });
}

TEST_F(WholeRun, OutcomesComeBackFromJsonBitForBit) {
  const Piece piece = AllOf(*data_);
  int broken = 0;
  for (const AttackOutcome& before : AttackAll(model_, model_, piece, Pgd(Norm::kL2, 0.2, 10))) {
    CUPEL_ASSERT_OK(const Json json, Json::Parse(OutcomeToJson(before).Canonical()));
    CUPEL_ASSERT_OK(const AttackOutcome after, OutcomeFromJson(json));
    EXPECT_EQ(after.broken, before.broken);
    EXPECT_EQ(after.evaluations, before.evaluations);
    EXPECT_EQ(after.adversarial, before.adversarial);
    EXPECT_EQ(after.margin, before.margin);
    EXPECT_EQ(after.noise, before.noise);
    EXPECT_EQ(after.moved.l2, before.moved.l2);
    EXPECT_EQ(after.restart, before.restart);
    EXPECT_EQ(after.step, before.step);
    broken += before.broken;
  }
  EXPECT_GT(broken, 100);
}

TEST_F(WholeRun, AModelThatIsAlwaysWrongHasNothingToAttack) {
  data::dataset::MemoryData wrong;
  wrong.info = data_->info();
  for (std::int64_t i = 0; i < 20; ++i) {
    const std::vector<float> x = SampleOf(*data_, i);
    wrong.features.insert(wrong.features.end(), x.begin(), x.end());
    wrong.labels.push_back(1 - data_->labels()[static_cast<std::size_t>(i)]);
  }
  CUPEL_ASSERT_OK(const auto data, data::dataset::MakeMemoryDataset(std::move(wrong)));
  CUPEL_ASSERT_OK(const CheckResult result, RunOn(*data, PlanOf(Norm::kLinf, {0.1})));
  EXPECT_EQ(CountOf(result, "robust_accuracy"), 0);
  const check::Metric* success = check::FindMetric(result.metrics, "attack_success");
  EXPECT_EQ(success->n, 0);
  EXPECT_EQ(success->interval->low, 0);
  EXPECT_EQ(success->interval->high, 1);
  EXPECT_EQ(check::FindMetric(result.metrics, "median_perturbation_l2"), nullptr);
}

TEST_F(WholeRun, PredictionsOfOtherDataAreRefused) {
  TestContext made(model_, *data_);
  made.predictions.n -= 1;
  const auto target = TargetOf(model_, model_, 2, {kFeatures});
  EXPECT_THAT(RunAttack(*target, PlanOf(Norm::kLinf, {0.1}), made.context, "x"),
              cupel::testing::HasError(ErrorCode::kInvalidArgument, ::testing::HasSubstr("699 samples")));
}

// What is claimed can be checked again, and every claim that is changed is caught.
TEST_F(WholeRun, WitnessesAreConfirmedAndForgedOnesAreNot) {
  CUPEL_ASSERT_OK(const CheckResult honest, RunOn(*data_, PlanOf(Norm::kL2, {0.2})));
  const auto target = TargetOf(model_, model_, 2, {kFeatures});
  ASSERT_GT(honest.witnesses.size(), 100U);
  EXPECT_THAT(VerifyWitnesses(*target, *data_, honest),
              cupel::testing::IsOkAndHolds(static_cast<std::int64_t>(honest.witnesses.size())));
  struct Forgery {
    const char* member;
    Json value;
    ErrorCode code;
  };
  const double tight = honest.witnesses[3]["l2"].AsNumber() * (1 - 1e-9);
  for (const Forgery& forgery :
       std::vector<Forgery>{{"epsilon", tight, ErrorCode::kVerificationFailed},
                            {"sample", 999, ErrorCode::kCorrupt},
                            {"sample", "x", ErrorCode::kCorrupt},
                            {"stored", -1, ErrorCode::kCorrupt},
                            {"stored", 100000, ErrorCode::kCorrupt},
                            {"norm", "l7", ErrorCode::kInvalidArgument},
                            {"sample", honest.witnesses[4]["sample"], ErrorCode::kVerificationFailed}}) {
    CheckResult forged = honest;
    forged.witnesses[3][forgery.member] = forgery.value;
    EXPECT_THAT(VerifyWitnesses(*target, *data_, forged), cupel::testing::HasError(forgery.code))
        << forgery.member;
  }
  CheckResult without = honest;
  without.artifacts.clear();
  EXPECT_THAT(VerifyWitnesses(*target, *data_, without), cupel::testing::HasError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace cupel::algorithm::inspect
