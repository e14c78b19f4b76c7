// SPDX-License-Identifier: Apache-2.0
// Shadow models, and inspect.lira and inspect.rmia as a plan runs them, on networks that learnt noisy rows by
// heart or never saw them.
#include "cupel/algorithm/leakage/shadow_models.h"

#include <cmath>

#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/leakage/leakage_for_test.h"
#include "cupel/base/interrupt.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::leakage {
namespace {

using check::CheckResult;
using cupel::testing::HasError;
using ::testing::HasSubstr;

TEST(DrawnInto, IsExactlyHalfAndAFairCoinForEachModel) {
  std::vector<int> count(16);
  for (std::int64_t sample = 0; sample < 4000; ++sample) {
    const std::vector<bool> drawn = DrawnInto(sample, 16, 9);
    EXPECT_EQ(std::count(drawn.begin(), drawn.end(), true), 8);
    for (std::size_t model = 0; model < 16; ++model) count[model] += drawn[model];
  }
  for (const int times : count) EXPECT_NEAR(times, 2000, 130);  // four standard deviations
  EXPECT_EQ(DrawnInto(5, 16, 9), DrawnInto(5, 16, 9));
  EXPECT_NE(DrawnInto(5, 16, 9), DrawnInto(5, 16, 10));
}

constexpr const char* kQuick =
    R"("shadows": 8, "epochs": 40, "batch_size": 50, "optimizer": "adam", "learning_rate": 0.01)";

class ShadowChecks : public ::testing::Test {
 protected:
  ShadowChecks() { ForgetShadowScores(); }
  ~ShadowChecks() override {
    Interrupt::SetRequested(false);
    ForgetShadowScores();
  }
  static std::string Parameters(const std::string& more = "") {
    return "{" + std::string(kQuick) + (more.empty() ? "" : ", " + more) + "}";
  }
  Setting Small(const std::string& more = R"("samples": 60, "population": 30)") const {
    return {
        .model = small_.get(), .training = few_.get(), .data = others_.get(), .parameters = Parameters(more)};
  }

  DatasetPointer few_ = NoisyRows(100, 8, 0.5, 1);
  DatasetPointer others_ = NoisyRows(120, 8, 0.5, 2);
  std::unique_ptr<executor::Classifier> small_ = TrainedOn(*few_, 40);
};

TEST_F(ShadowChecks, AreTheSameForOneAndTwoWorkersAndForTheSameSeed) {
  Setting setting = Small();
  CUPEL_ASSERT_OK(const CheckResult one, RunCheck(LiraCheck(), setting));
  ForgetShadowScores();
  setting.workers = 2;
  CUPEL_ASSERT_OK(const CheckResult two, RunCheck(LiraCheck(), setting));
  EXPECT_EQ(AsText(one), AsText(two));
  setting.seed = 4;
  CUPEL_ASSERT_OK(const CheckResult other, RunCheck(LiraCheck(), setting));
  EXPECT_NE(AsText(one), AsText(other));
}

/// Asks for a stop after so many batches, as SIGINT would.
struct StopAfter : Progress {
  explicit StopAfter(std::int64_t batches) : left(batches) {}
  void Begin(std::string_view, std::int64_t all, std::string_view) override { total = all; }
  void Advance(std::int64_t count) override {
    done += count;
    if ((left -= count) == 0) Interrupt::SetRequested(true);
  }
  void Note(std::string_view) override {}
  void End() override {}
  std::atomic<std::int64_t> left;
  std::atomic<std::int64_t> done{0};
  std::int64_t total = 0;
};

TEST_F(ShadowChecks, AKilledRunGoesOnAndEndsTheSame) {
  Setting setting = Small();
  StopAfter whole(-1);
  setting.progress = &whole;
  CUPEL_ASSERT_OK(const CheckResult uninterrupted, RunCheck(LiraCheck(), setting));
  EXPECT_EQ(whole.done, whole.total);
  ForgetShadowScores();
  MemoryJournal journal;
  StopAfter stop(whole.total / 2);
  setting.journal = &journal;
  setting.progress = &stop;
  EXPECT_THAT(RunCheck(LiraCheck(), setting), HasError(ErrorCode::kInterrupted));
  Interrupt::SetRequested(false);
  const int kept = journal.saved;
  EXPECT_GT(kept, 1);
  EXPECT_LT(kept, 8);
  journal.pieces.begin()->second["scores"] = "AAAA";  // a damaged piece is made again
  StopAfter rest(-1);
  setting.progress = &rest;
  CUPEL_ASSERT_OK(const CheckResult resumed, RunCheck(LiraCheck(), setting));
  EXPECT_EQ(journal.saved, 8 + 1);
  EXPECT_LT(rest.done, whole.total);
  EXPECT_EQ(AsText(resumed), AsText(uninterrupted));
}

TEST_F(ShadowChecks, LiraAndRmiaShareTheModels) {
  MemoryJournal journal;
  Setting setting = Small();
  setting.journal = &journal;
  CUPEL_ASSERT_OK(const CheckResult lira, RunCheck(LiraCheck(), setting));
  EXPECT_EQ(journal.saved, 8);
  MemoryJournal second;
  setting.journal = &second;
  CUPEL_ASSERT_OK(const CheckResult shared, RunCheck(RmiaCheck(), setting));
  EXPECT_EQ(second.saved, 0);
  ForgetShadowScores();
  CUPEL_ASSERT_OK(const CheckResult alone, RunCheck(RmiaCheck(), setting));
  EXPECT_EQ(second.saved, 8);
  EXPECT_EQ(AsText(shared), AsText(alone));
  // Another model, seed, data or parameter is another result.
  setting.seed = 8;
  CUPEL_ASSERT_OK(const CheckResult other, RunCheck(RmiaCheck(), setting));
  EXPECT_EQ(second.saved, 16);
  const auto model = TrainedOn(*few_, 2);
  setting.seed = 3;
  setting.model = model.get();
  MemoryJournal third;
  setting.journal = &third;
  CUPEL_ASSERT_OK(const CheckResult another, RunCheck(RmiaCheck(), setting));
  EXPECT_EQ(third.saved, 8);
}

TEST_F(ShadowChecks, EveryArchitectureAndFurtherSamplesWork) {
  for (const char* more : {R"("samples": 30, "population": 10, "architecture": "mlp")",
                           R"("samples": 30, "population": 10, "further": 50)"}) {
    CUPEL_ASSERT_OK(const CheckResult result, RunCheck(LiraCheck(), Small(more)));
    EXPECT_GT(MetricOf(result, "auc").value, 0.5) << more;
  }
}

TEST_F(ShadowChecks, RefuseWhatCannotBe) {
  Setting setting = Small(R"("samples": 10)");
  setting.parameters = R"({"shadows": 5})";
  EXPECT_THAT(RunCheck(LiraCheck(), setting),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("shadows must be even and >= 4, got 5")));
  setting.parameters = R"({"population": 0})";
  EXPECT_THAT(RunCheck(RmiaCheck(), setting),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("population must be >= 1")));
  setting.parameters = R"({"architecture": "lenet", "population": 1})";
  EXPECT_THAT(RunCheck(LiraCheck(), setting), HasError(ErrorCode::kInvalidArgument, HasSubstr("lenet")));
  setting.parameters = R"({"flip_queries": true, "population": 1, "shadows": 4, "epochs": 1})";
  EXPECT_THAT(RunCheck(LiraCheck(), setting), HasError(ErrorCode::kInvalidArgument, HasSubstr("for images")));
  setting.parameters = "{}";
  setting.training = nullptr;
  for (const check::Check* check : {&LiraCheck(), &RmiaCheck(), &MembershipCheck()}) {
    CUPEL_ASSERT_OK(const CheckResult result, RunCheck(*check, setting));
    ASSERT_TRUE(result.not_applicable.has_value());
    EXPECT_FALSE(result.not_applicable->zh.empty());
  }
}

}  // namespace
}  // namespace cupel::algorithm::leakage
