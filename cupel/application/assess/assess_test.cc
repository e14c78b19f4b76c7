// SPDX-License-Identifier: Apache-2.0
// Whole assessments of a tiny problem: workers, interruption, resumption, refusals.
#include <atomic>
#include <map>

#include "cupel/application/assess/tiny_problem_for_test.h"
#include "cupel/application/assess/verify.h"
#include "cupel/base/interrupt.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::assess {
namespace {

using algorithm::check::Verdict;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

/// The files of results/ and artifacts/: all that a run measured.
std::map<std::string, std::string> Measured(const std::filesystem::path& run) {
  std::map<std::string, std::string> files;
  for (const char* part : {"results", "artifacts"}) {
    if (!std::filesystem::exists(run / part)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(run / part)) {
      files[std::string(part) + "/" + entry.path().filename().string()] =
          ReadTextFile(entry.path()).value_or("");
    }
  }
  return files;
}

/// As if the user pressed Ctrl-C when `after` steps are done.
class StopAfter : public Progress {
 public:
  explicit StopAfter(int after) : left_(after) {}
  void Begin(std::string_view, std::int64_t, std::string_view) override {}
  void Advance(std::int64_t) override {
    if (--left_ == 0) Interrupt::SetRequested(true);
  }
  void Note(std::string_view) override {}
  void End() override {}

 private:
  std::atomic<int> left_;
};

TEST(Assess, ReachesTheVerdictsThatTheProblemHas) {
  const TinyProblem problem;
  CUPEL_ASSERT_OK(const Assessment assessment, problem.Finish(problem.Options("run")));
  ASSERT_EQ(assessment.checks.size(), 4U);
  const CheckRun& accuracy = assessment.checks[0];
  // 6 of the 42 labels (i = 0, 7, ..., 35) are wrong; nothing else is.
  EXPECT_EQ(accuracy.samples, 42);
  EXPECT_DOUBLE_EQ(FindMetric(accuracy.result.metrics, "accuracy")->value, 36.0 / 42);
  EXPECT_EQ(accuracy.verdict, Verdict::kPass);
  // An attacker who may move every pixel by 0.12 crosses a threshold that is about 0.1 away.
  EXPECT_EQ(assessment.checks[3].samples, 21);
  EXPECT_EQ(assessment.checks[3].verdict, Verdict::kFail);
  EXPECT_EQ(assessment.verdict, Verdict::kFail);
  EXPECT_EQ(assessment.checks[3].evidence.ledger_index, 4);
  EXPECT_FALSE(std::filesystem::exists(assessment.folder.Journal()));
}

TEST(Assess, DoesNotDependOnWorkers) {
  const TinyProblem problem;
  CUPEL_ASSERT_OK([[maybe_unused]] const Assessment one, problem.Finish(problem.Options("one", 1)));
  CUPEL_ASSERT_OK([[maybe_unused]] const Assessment two, problem.Finish(problem.Options("two", 2)));
  EXPECT_FALSE(Measured(problem.Path("one")).empty());
  EXPECT_EQ(Measured(problem.Path("one")), Measured(problem.Path("two")));
}

TEST(Assess, EndsTheSameWhereverItWasInterrupted) {
  const TinyProblem problem;
  CUPEL_ASSERT_OK([[maybe_unused]] const Assessment whole, problem.Finish(problem.Options("whole")));
  CUPEL_ASSERT_OK(const Plan plan, problem.ThePlan());
  const auto expected = Measured(problem.Path("whole"));
  int interrupted = 0;
  for (int after = 1; after <= 12; ++after) {
    RunOptions options = problem.Options("run" + std::to_string(after));
    StopAfter stop(after);
    options.progress = &stop;
    const Result<Assessment> first = RunAssessment(plan, options);
    Interrupt::SetRequested(false);
    if (!first) {
      ASSERT_THAT(first, HasError(ErrorCode::kInterrupted));
      EXPECT_THAT(VerifyRun(RunFolder(options.out), {}), HasError(ErrorCode::kNotFound)) << "not finished";
      ++interrupted;
    }
    options.progress = &SilentProgress();
    options.resume = true;
    ASSERT_THAT(problem.Finish(options), IsOk()) << after;
    EXPECT_EQ(Measured(options.out), expected) << after;
    EXPECT_THAT(VerifyRun(RunFolder(options.out), {}), IsOk()) << after;
    if (first) break;
  }
  EXPECT_GE(interrupted, 2);
}

TEST(Assess, DoesNotResumeAnotherPlanOrModel) {
  const TinyProblem problem;
  CUPEL_ASSERT_OK([[maybe_unused]] const Assessment first, problem.Finish(problem.Options("run")));
  RunOptions options = problem.Options("run");
  options.resume = true;
  CUPEL_ASSERT_OK(const Plan plan, problem.ThePlan());
  Plan other = plan;
  other.seed = 8;
  EXPECT_THAT(RunAssessment(other, options),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("another plan")));
  problem.WriteModel(13);
  EXPECT_THAT(RunAssessment(plan, options), HasError(ErrorCode::kInvalidArgument, HasSubstr("another plan")));
}

TEST(Assess, LeavesAFolderInUseAlone) {
  const TinyProblem problem;
  ASSERT_THAT(MakeFolder(problem.Path("run")), IsOk());
  problem.Write("run/notes", AsBytes("mine"));
  CUPEL_ASSERT_OK(const Plan plan, problem.ThePlan());
  RunOptions options = problem.Options("run");
  EXPECT_THAT(RunAssessment(plan, options), HasError(ErrorCode::kInvalidArgument, HasSubstr("not empty")));
  options.resume = true;
  EXPECT_THAT(RunAssessment(plan, options),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("no assessment")));
  EXPECT_FALSE(std::filesystem::exists(problem.Path("run/plan.json")));
}

TEST(Assess, NeedsNoModelWhereThereArePredictions) {
  const TinyProblem problem;
  problem.Write("answers.csv",
                AsBytes("label,score_0,score_1\n0,0.9,0.1\n1,0.2,0.8\n1,0.7,0.3\n0,0.6,0.4\n"));
  problem.Write("plan.toml",
                AsBytes("predictions = \"answers.csv\"\n[[check]]\nid = \"evaluate.accuracy\"\n"));
  CUPEL_ASSERT_OK(const Assessment assessment, problem.Finish(problem.Options("run")));
  EXPECT_EQ(FindMetric(assessment.checks[0].result.metrics, "accuracy")->value, 0.75);
  CUPEL_ASSERT_OK(const Verification verification, VerifyRun(assessment.folder, {}));
  EXPECT_THAT(verification.subject, HasSubstr("answers.csv sha256:"));
}

TEST(Assess, RefusesAModelThatDoesNotFitItsData) {
  const TinyProblem problem;
  std::string manifest = ReadTextFile(problem.Path("dataset.toml")).value_or("");
  manifest.replace(manifest.find("\"light\""), 7, "\"light\", \"grey\"");
  problem.Write("dataset.toml", AsBytes(manifest));
  EXPECT_THAT(problem.Finish(problem.Options("run")),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("2 classes")));
  EXPECT_FALSE(std::filesystem::exists(problem.Path("run")));
}

}  // namespace
}  // namespace cupel::application::assess
