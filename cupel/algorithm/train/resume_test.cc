// SPDX-License-Identifier: Apache-2.0
// A training that was cut anywhere ends in the same bytes; a checkpoint that is not its own is refused with a
// sentence, whatever its bytes.
#include <gmock/gmock.h>

#include <functional>

#include "cupel/algorithm/train/checkpoint.h"
#include "cupel/algorithm/train/halves_for_test.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::train {
namespace {

using cupel::testing::HasError;
using cupel::testing::ScratchFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Dropout between the layers of the mlp; its ratio is an initialiser that the loss does not depend on.
graph::Graph WithDropout(graph::Graph graph) {
  const auto relu =
      std::ranges::find_if(graph.nodes, [](const graph::Node& node) { return node.op_type == "Relu"; });
  graph::Node dropout{"drop", "Dropout", "", {relu->outputs[0], "ratio"}, {"dropped"}, {}};
  (relu + 1)->inputs[0] = "dropped";
  graph.nodes.insert(relu + 1, dropout);
  graph.initializers["ratio"] = graph::TensorValue::FromFloats({}, {0.5F});
  return graph;
}

struct ResumeCase {
  const char* name;
  const char* architecture;
  void (*change)(TrainJob& job);
};

void PrintTo(const ResumeCase& test, std::ostream* os) { *os << test.name; }

class Resume : public ::testing::TestWithParam<ResumeCase> {};

INSTANTIATE_TEST_SUITE_P(
    Trainings, Resume,
    ::testing::Values(ResumeCase{"sgd", "mlp", [](TrainJob&) {}},
                      ResumeCase{"adam", "mlp",
                                 [](TrainJob& job) { job.options.optimizer = Optimizer::kAdam; }},
                      ResumeCase{"augmented", "mlp",
                                 [](TrainJob& job) {
                                   job.options.flip = true;
                                   job.options.shift = 2;
                                 }},
                      ResumeCase{"dropout", "mlp", [](TrainJob& job) { job.graph = WithDropout(job.graph); }},
                                    ResumeCase{"batch_norm", "resnet-small",
                                 [](TrainJob& job) {
                                   job.options.optimizer = Optimizer::kAdam;
                                   job.options.learning_rate = 0.002;
                                 }}),
    [](const auto& test) { return std::string(test.param.name); });

// 3 epochs of 4 batches: cut in the first, at the borders, in the last.
TEST_P(Resume, FromEveryCutEndsInTheSameBytes) {
  const Halves data(64);
  TrainJob job = SmallJob(data, GetParam().architecture);
  GetParam().change(job);
  CUPEL_ASSERT_OK(const Trained straight, Train(job));
  const bool few = std::string(GetParam().architecture) != "mlp";
  for (const int cut : few ? std::vector<int>{6} : std::vector<int>{1, 4, 5, 8, 11}) {
    const ScratchFolder folder;
    job.checkpoint = folder / "ck";
    {
      StopAfter stop(cut);
      job.progress = &stop;
      EXPECT_THAT(Train(job), HasError(ErrorCode::kInterrupted)) << "cut after " << cut;
      EXPECT_EQ(stop.ends, 1);
    }
    job.progress = &SilentProgress();
    EXPECT_EQ(std::filesystem::exists(*job.checkpoint), cut >= 4);
    job.resume = true;
    CUPEL_ASSERT_OK(const Trained resumed, Train(job));
    EXPECT_EQ(Exported(resumed), Exported(straight)) << "cut after " << cut;
    ASSERT_EQ(resumed.curve.size(), straight.curve.size());
    for (std::size_t i = 0; i < resumed.curve.size(); ++i) {
      EXPECT_EQ(resumed.curve[i].loss, straight.curve[i].loss);
      EXPECT_EQ(resumed.curve[i].training_accuracy, straight.curve[i].training_accuracy);
    }
    job.resume = false;
  }
}

// Dropout draws by seed and step: twice the same in one process, another way for another seed, and not the
// network without it.
TEST(Dropout, IsDrawnFromTheSeedOfTheTraining) {
  const Halves data(64);
  TrainJob job = SmallJob(data, "mlp");
  const Bytes without = Exported(Train(job).value());
  job.graph = WithDropout(job.graph);
  CUPEL_ASSERT_OK(const Trained first, Train(job));
  EXPECT_EQ(Exported(Train(job).value()), Exported(first));
  EXPECT_EQ(first.graph.initializers.at("ratio").AsDoubles(), std::vector<double>{0.5});
  EXPECT_NE(Exported(first), without);
}

}  // namespace
}  // namespace cupel::algorithm::train
