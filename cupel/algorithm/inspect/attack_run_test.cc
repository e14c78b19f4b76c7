// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_run.h"

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/attack_result.h"
#include "cupel/algorithm/inspect/linear_model_for_test.h"
#include "cupel/algorithm/inspect/pgd_attack.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using check::CheckResult;
using check::Metric;
using cupel::testing::HasError;
using data::dataset::DatasetPointer;

class AttackRunTest : public ::testing::Test {
 protected:
  static AttackPlan Plan() {
    AttackPlan plan;
    plan.stages = OneStage(MakePgdAttack({.steps = 20, .relative_step = 0.25, .random_start = true}));
    plan.seed = 4;
    plan.stream = "inspect.pgd";
    plan.epsilons = {0.02, 0.05, 0.1};
    plan.stored_inputs = 1000;
    return plan;
  }

  Result<CheckResult> RunOn(const data::dataset::Dataset& data, const AttackPlan& plan, int workers = 1,
                            check::Journal* journal = &check::NoJournal()) {
    TestContext made(model_, data);
    made.context.workers = workers;
    made.context.journal = journal;
    const auto target = TargetOf(model_, model_, 4, {1, 3, 4});
    CUPEL_TRY(const AttackRun run, RunAttack(*target, plan, made.context, "inspect.pgd"));
    return AttackResult(run, plan, data);
  }

  static std::string Text(const CheckResult& result) {
    return ToJson(result, check::ArtifactBytes::kInline).Canonical();
  }

  static const Metric& Find(const CheckResult& result, std::string_view name) {
    const auto found = std::find_if(result.metrics.begin(), result.metrics.end(),
                                    [&](const Metric& m) { return m.name == name; });
    CUPEL_CHECK(found != result.metrics.end());
    return *found;
  }

  RowModel model_ = RowModel::Random({12, 24, 4}, 21);
  DatasetPointer data_ = LabelledByModel(model_, 600, {1, 3, 4}, 0.0F, 1.0F, 2);
};

TEST_F(AttackRunTest, OneAndTwoWorkersGiveTheSameBytes) {
  CUPEL_ASSERT_OK(const CheckResult one, RunOn(*data_, Plan(), 1));
  CUPEL_ASSERT_OK(const CheckResult two, RunOn(*data_, Plan(), 2));
  EXPECT_EQ(Text(one), Text(two));
}

TEST_F(AttackRunTest, TwoShardsGiveTheWitnessesOfTheWhole) {
  CUPEL_ASSERT_OK(const CheckResult whole, RunOn(*data_, Plan()));
  std::map<std::int64_t, Json> by_sample;
  const std::size_t features = 12;
  std::int64_t robust = 0;
  for (int shard = 0; shard < 2; ++shard) {
    CUPEL_ASSERT_OK(const auto part, TakeShard(data_, shard, 2));
    CUPEL_ASSERT_OK(const CheckResult result, RunOn(*part, Plan()));
    CUPEL_ASSERT_OK(const std::vector<float> inputs,
                    ReadAdversarialArtifact(result.artifacts[0].bytes, {1, 3, 4}));
    robust += *Find(result, "robust_accuracy").count;
    for (const Json& witness : result.witnesses) {
      Json copy = witness;
      const auto row = static_cast<std::size_t>(witness["stored"].AsInteger());
      for (std::size_t j = 0; j < features; ++j) copy["input"].Append(inputs[row * features + j]);
      copy["stored"] = nullptr;
      by_sample[witness["sample"].AsInteger()] = copy;
    }
  }
  CUPEL_ASSERT_OK(const std::vector<float> inputs,
                  ReadAdversarialArtifact(whole.artifacts[0].bytes, {1, 3, 4}));
  ASSERT_EQ(whole.witnesses.size(), by_sample.size());
  EXPECT_EQ(robust, *Find(whole, "robust_accuracy").count);
  for (const Json& witness : whole.witnesses) {
    Json copy = witness;
    const auto row = static_cast<std::size_t>(witness["stored"].AsInteger());
    for (std::size_t j = 0; j < features; ++j) copy["input"].Append(inputs[row * features + j]);
    copy["stored"] = nullptr;
    EXPECT_EQ(by_sample[witness["sample"].AsInteger()], copy);
  }
}

TEST_F(AttackRunTest, AJournalContinuesWithoutNewPassesAndWithTheSameBytes) {
  MemoryJournal journal;
  CUPEL_ASSERT_OK(const CheckResult first, RunOn(*data_, Plan(), 1, &journal));
  EXPECT_EQ(journal.pieces.size(), 10U);  // blocks of 64 of 600 samples
  const std::int64_t passes = model_.passes();
  CUPEL_ASSERT_OK(const CheckResult again, RunOn(*data_, Plan(), 1, &journal));
  EXPECT_EQ(Text(first), Text(again));
  EXPECT_LE(model_.passes() - passes, 6);  // the stability test alone

  journal.pieces.erase(journal.pieces.begin());
  journal.pieces.begin()->second = Json("damaged");
  CUPEL_ASSERT_OK(const CheckResult mended, RunOn(*data_, Plan(), 2, &journal));
  EXPECT_EQ(Text(first), Text(mended));
}

TEST_F(AttackRunTest, RobustAccuracyFallsWithTheBudgetAndCountsAddUp) {
  CUPEL_ASSERT_OK(const CheckResult result, RunOn(*data_, Plan()));
  const Metric& small = Find(result, "robust_accuracy.eps_0.02");
  const Metric& large = Find(result, "robust_accuracy");
  EXPECT_EQ(Find(result, "clean_accuracy").value, 1);
  EXPECT_GT(small.value, large.value);
  EXPECT_GT(large.value, 0.02);
  EXPECT_EQ(*Find(result, "attack_success").count + *large.count, 600);
  EXPECT_EQ(static_cast<std::int64_t>(result.witnesses.size()), *Find(result, "attack_success").count);
  EXPECT_LE(Find(result, "largest_budget_use").value, 1);
  EXPECT_EQ(large.interval->method, "wilson");
}

TEST_F(AttackRunTest, WronglyAnsweredSamplesAreNeitherAttackedNorRobust) {
  data::dataset::MemoryData mislabelled;
  mislabelled.info = data_->info();
  for (std::int64_t i = 0; i < 100; ++i) {
    const std::vector<float> x = SampleOf(*data_, i);
    mislabelled.features.insert(mislabelled.features.end(), x.begin(), x.end());
    mislabelled.labels.push_back(i < 30 ? (data_->labels()[static_cast<std::size_t>(i)] + 1) % 4
                                        : data_->labels()[static_cast<std::size_t>(i)]);
  }
  CUPEL_ASSERT_OK(const auto data, data::dataset::MakeMemoryDataset(std::move(mislabelled)));
  CUPEL_ASSERT_OK(const CheckResult result, RunOn(*data, Plan()));
  EXPECT_EQ(Find(result, "clean_accuracy").count, 70);
  EXPECT_EQ(Find(result, "gradient_evaluations").n, 70);
  for (const Json& witness : result.witnesses) EXPECT_GE(witness["sample"].AsInteger(), 30);
}

TEST_F(AttackRunTest, WithoutInheritanceEveryBudgetIsMeasuredByItself) {
  AttackPlan plan = Plan();
  plan.inherit = false;
  CUPEL_ASSERT_OK(const CheckResult all, RunOn(*data_, plan));
  plan.epsilons = {0.1};
  CUPEL_ASSERT_OK(const CheckResult alone, RunOn(*data_, plan));
  EXPECT_EQ(Find(all, "robust_accuracy").count, Find(alone, "robust_accuracy").count);
  EXPECT_EQ(all.witnesses, alone.witnesses);
}

TEST_F(AttackRunTest, StoredInputsAreBoundedButVerdictsAreNot) {
  AttackPlan plan = Plan();
  CUPEL_ASSERT_OK(const CheckResult all, RunOn(*data_, plan));
  plan.stored_inputs = 5;
  CUPEL_ASSERT_OK(const CheckResult few, RunOn(*data_, plan));
  EXPECT_EQ(few.witnesses.size(), all.witnesses.size());
  CUPEL_ASSERT_OK(const std::vector<float> inputs,
                  ReadAdversarialArtifact(few.artifacts[0].bytes, {1, 3, 4}));
  EXPECT_EQ(inputs.size(), 5U * 12U);
  EXPECT_LE(few.figures.back()["rows"].AsArray().size(), 5U);
}

class WitnessTest : public AttackRunTest {
 protected:
  void SetUp() override {
    CUPEL_ASSERT_OK(result_, RunOn(*data_, Plan()));
    target_ = TargetOf(model_, model_, 4, {1, 3, 4});
  }
  // The float at (row, feature) of the artifact, to change it.
  float* Stored(std::size_t row, std::size_t feature) {
    Bytes& bytes = result_.artifacts[0].bytes;
    const std::size_t header = bytes.size() - result_.witnesses.size() * 12 * sizeof(float);
    return reinterpret_cast<float*>(bytes.data() + header) + row * 12 + feature;
  }
  CheckResult result_;
  std::unique_ptr<AttackTarget> target_;
};

TEST_F(WitnessTest, EveryStoredInputIsConfirmedAgain) {
  EXPECT_THAT(VerifyWitnesses(*target_, *data_, result_),
              cupel::testing::IsOkAndHolds(static_cast<std::int64_t>(result_.witnesses.size())));
}

TEST_F(WitnessTest, AnInputThatLeftTheBallIsCaught) {
  *Stored(2, 0) = *Stored(2, 0) > 0.5F ? 0.0F : 1.0F;
  EXPECT_THAT(VerifyWitnesses(*target_, *data_, result_),
              HasError(ErrorCode::kVerificationFailed, ::testing::HasSubstr("more than epsilon")));
}

TEST_F(WitnessTest, AnInputThatTheModelAnswersRightlyIsCaught) {
  const std::vector<float> original = SampleOf(*data_, result_.witnesses[1]["sample"].AsInteger());
  std::copy(original.begin(), original.end(), Stored(1, 0));
  EXPECT_THAT(VerifyWitnesses(*target_, *data_, result_),
              HasError(ErrorCode::kVerificationFailed, ::testing::HasSubstr("rightly")));
}

TEST_F(WitnessTest, ADamagedArtifactIsRefused) {
  result_.artifacts[0].bytes[1] ^= 1;
  EXPECT_THAT(VerifyWitnesses(*target_, *data_, result_), HasError(ErrorCode::kCorrupt));
  result_.artifacts[0].bytes.resize(20);
  EXPECT_THAT(VerifyWitnesses(*target_, *data_, result_), HasError(ErrorCode::kCorrupt));
}

TEST(WitnessArtifact, HeaderIsThatOfNumpy) {
  const check::Artifact artifact = AdversarialArtifact(std::vector<float>(2 * 6), {1, 2, 3});
  const std::string text(AsText(artifact.bytes).substr(0, 128));
  EXPECT_EQ(text.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_NE(text.find("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 2, 3), }"),
            std::string::npos);
  EXPECT_EQ((artifact.bytes.size() - 2 * 6 * sizeof(float)) % 64, 0U);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
