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
}

TEST_F(ShadowChecks, AreTrainedAnewForAnotherSeedModelOrParameter) {
  const auto trainings = [](Setting setting) {
    MemoryJournal journal;
    setting.journal = &journal;
    EXPECT_TRUE(RunCheck(RmiaCheck(), setting).has_value());
    return journal.saved;
  };
  Setting setting = Small();
  EXPECT_EQ(trainings(setting), 8);
  EXPECT_EQ(trainings(setting), 0);
  setting.seed = 8;
  EXPECT_EQ(trainings(setting), 8);
  const auto model = TrainedOn(*few_, 2);
  setting.model = model.get();
  EXPECT_EQ(trainings(setting), 8);
  setting.parameters = Parameters(R"("samples": 60, "population": 31)");
  EXPECT_EQ(trainings(setting), 8);
  const auto others = NoisyRows(120, 8, 0.5, 5);
  setting.data = others.get();
  EXPECT_EQ(trainings(setting), 8);
  // What is done with the scores does not matter to the networks.
  setting.parameters = Parameters(R"("samples": 60, "population": 31, "gamma": 1.5, "mode": "online")");
  EXPECT_EQ(trainings(setting), 0);
}

TEST_F(ShadowChecks, EveryArchitectureAndFurtherSamplesWork) {
  for (const char* more : {R"("samples": 30, "population": 10, "architecture": "mlp")",
                           R"("samples": 30, "population": 10, "further": 50)"}) {
    CUPEL_ASSERT_OK(const CheckResult result, RunCheck(LiraCheck(), Small(more)));
    EXPECT_GT(MetricOf(result, "auc").value, 0.5) << more;
  }
}

/// The noisy rows as pictures of 4 x 4 pixels.
DatasetPointer AsPictures(const data::dataset::Dataset& rows) {
  data::dataset::MemoryData data;
  data.info = rows.info();
  data.info.sample_shape = {1, 4, 4};
  data.features.resize(static_cast<std::size_t>(rows.size()) * 16);
  for (std::int64_t i = 0; i < rows.size(); ++i) {
    EXPECT_TRUE(rows.Read({&i, 1}, std::span(data.features).subspan(static_cast<std::size_t>(i) * 16, 16))
                    .has_value());
  }
  data.labels.assign(rows.labels().begin(), rows.labels().end());
  return data::dataset::MakeMemoryDataset(std::move(data)).value();
}

TEST_F(ShadowChecks, PicturesCanBeAskedAboutMirroredAndMoved) {
  const auto members = AsPictures(*NoisyRows(100, 16, 0.8, 1));
  const auto others = AsPictures(*NoisyRows(110, 16, 0.8, 2));
  const auto model = TrainedOn(*members, 40);
  Setting setting{.model = model.get(),
                  .training = members.get(),
                  .data = others.get(),
                  .parameters = Parameters(R"("samples": 0, "population": 10)")};
  CUPEL_ASSERT_OK(const CheckResult plain, RunCheck(LiraCheck(), setting));
  setting.parameters =
      Parameters(R"("samples": 0, "population": 10, "flip_queries": true, "shift_queries": 1)");
  CUPEL_ASSERT_OK(const CheckResult queried, RunCheck(LiraCheck(), setting));
  EXPECT_GT(MetricOf(plain, "auc").interval->low, 0.5);
  // Copies of noise say little of it, and are averaged in.
  EXPECT_GT(MetricOf(queried, "auc").value, 0.5);
  EXPECT_NE(AsText(plain), AsText(queried));
}

/// A network with dropout draws from one generator in the process: its shadows are trained one after the
/// other.
TEST_F(ShadowChecks, OfANetworkWithDropoutAreTheSameOnTwoWorkers) {
  graph::Graph graph = train::MakeArchitecture("mlp", {8}, 2, 1).value();
  ASSERT_EQ(graph.nodes[1].op_type, "Relu");
  const std::string after = graph.nodes[1].outputs[0];
  graph.nodes[2].inputs[0] = "dropped";
  graph.nodes.insert(graph.nodes.begin() + 2, graph::Node{"drop", "Dropout", "", {after}, {"dropped"}, {}});
  const auto model = AsClassifier(graph, {8});
  Setting setting = Small(R"("samples": 20, "population": 10)");
  setting.model = model.get();
  CUPEL_ASSERT_OK(const CheckResult one, RunCheck(LiraCheck(), setting));
  ForgetShadowScores();
  setting.workers = 2;
  CUPEL_ASSERT_OK(const CheckResult two, RunCheck(LiraCheck(), setting));
  EXPECT_EQ(AsText(one), AsText(two));
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
