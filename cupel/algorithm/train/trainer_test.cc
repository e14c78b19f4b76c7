// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/trainer.h"

#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/train/architectures.h"
#include "cupel/algorithm/train/batches.h"
#include "cupel/algorithm/train/halves_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::train {
namespace {

using cupel::testing::HasError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::int64_t ParameterCount(const graph::Graph& graph, bool with_statistics) {
  std::int64_t count = 0;
  for (const auto& [name, value] : graph.initializers) {
    if (with_statistics || (!name.ends_with(".mean") && !name.ends_with(".var")))
      count += graph::ElementCount(value.shape);
  }
  return count;
}

// The counts of the networks all attack baselines refer to (research note on inspection peers, part 2).
TEST(Architectures, HaveThePublishedNumbersOfParameters) {
  EXPECT_EQ(ParameterCount(MakeArchitecture("lenet", {1, 28, 28}, 10, 0).value(), false), 80202);
  EXPECT_EQ(ParameterCount(MakeArchitecture("resnet-small", {1, 28, 28}, 10, 0).value(), false), 77754);
}

TEST(Architectures, RefuseWhatTheyCannotTake) {
  EXPECT_THAT(MakeArchitecture("lenett", {1, 28, 28}, 10, 0),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("\"lenet\"")));
  EXPECT_THAT(MakeArchitecture("lenet", {1, 8, 8}, 10, 0),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("16x16")));
  EXPECT_THAT(MakeArchitecture("lenet", {30}, 10, 0),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("mlp")));
  EXPECT_THAT(MakeArchitecture("mlp", {30}, 1, 0), HasError(ErrorCode::kInvalidArgument));
}

class TrainsEvery : public ::testing::TestWithParam<const char*> {};

TEST_P(TrainsEvery, ArchitectureOnASeparableSet) {
  const Halves data(96);
  CUPEL_ASSERT_OK(const Trained trained, Train(SmallJob(data, GetParam())));

  ASSERT_EQ(trained.curve.size(), 3u);
  EXPECT_LT(trained.curve.back().loss, trained.curve.front().loss);
  EXPECT_EQ(trained.curve.back().validation_accuracy, 1.0);
  EXPECT_EQ(Accuracy(trained.graph, data).value(), 1.0);
}

INSTANTIATE_TEST_SUITE_P(Architectures, TrainsEvery, ::testing::Values("lenet", "resnet-small", "mlp"),
                         [](const auto& test) { return std::string(test.param).substr(0, 4); });

TEST(Train, GivesTheSameBytesTwiceAndOthersForAnotherSeed) {
  const Halves data(64);
  TrainJob job = SmallJob(data, "mlp");
  const Bytes first = Exported(Train(job).value());

  EXPECT_EQ(Exported(Train(job).value()), first);
  job.options.seed = 6;
  EXPECT_NE(Exported(Train(job).value()), first);
}

TEST(Train, NamesTheOptionThatIsOutOfRange) {
  const Halves data(64);
  TrainJob job = SmallJob(data, "mlp");
  job.options.learning_rate = -1;
  EXPECT_THAT(Train(job), HasError(ErrorCode::kInvalidArgument,
                                   HasSubstr("learning rate must be finite and > 0, got -1")));
  job = SmallJob(data, "mlp");
  job.options.batch_size = 65;
  EXPECT_THAT(Train(job), HasError(ErrorCode::kInvalidArgument, HasSubstr("65")));
}

// One batch, one epoch, rate so small that weights stay: running mean = 0.9 * 0 + 0.1 * batch mean of the
// stem's output.
TEST(Train, UpdatesBatchNormStatisticsWithTheNodesMomentum) {
  const Halves data(32);
  TrainJob job = SmallJob(data, "resnet-small");
  job.options = {.epochs = 1, .batch_size = 32, .learning_rate = 1e-12, .weight_decay = 0, .warmup = 0};
  graph::Graph stem = job.graph;
  stem.nodes.resize(1);
  stem.outputs = {{stem.nodes[0].outputs[0], graph::DataType::kFloat32, std::nullopt}};

  CUPEL_ASSERT_OK(const Trained trained, Train(job));

  const std::vector<double> mean = trained.graph.initializers.at("stem.norm.mean").AsDoubles();
  const std::vector<double> weight = stem.initializers.at("stem.weight").AsDoubles();
  // Channel 0 by hand: 3x3 convolution with padding 1 over the 32 images, in double.
  std::vector<std::int64_t> all(32);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  std::vector<float> x(32 * 256);
  ASSERT_TRUE(data.Read(all, x).has_value());
  double sum = 0;
  for (int image = 0; image < 32; ++image) {
    for (int row = 0; row < 16; ++row) {
      for (int column = 0; column < 16; ++column) {
        for (int k = 0; k < 9; ++k) {
          const int r = row + k / 3 - 1, c = column + k % 3 - 1;
          if (r >= 0 && r < 16 && c >= 0 && c < 16)
            sum +=
                weight[static_cast<std::size_t>(k)] * x[static_cast<std::size_t>(image * 256 + r * 16 + c)];
        }
      }
    }
  }
  EXPECT_NEAR(mean[0], 0.1 * sum / (32 * 256), 1e-5);
}

// Labels that the graph has no class for, and graphs that are no classifiers, are the caller's mistake.
TEST(Train, RefusesDataAndGraphsThatDoNotFit) {
  Halves data(64);
  TrainJob job = SmallJob(data, "mlp");
  data.SetLabel(7, 2);
  EXPECT_THAT(Train(job), HasError(ErrorCode::kInvalidArgument, HasSubstr("label must be in [0, 2), got 2")));
  job = SmallJob(data, "mlp");
  job.graph.outputs = {{"x", graph::DataType::kFloat32, std::nullopt}};
  EXPECT_THAT(Train(job), HasError(ErrorCode::kInvalidArgument, HasSubstr("[16, 1, 16, 16]")));
  EXPECT_FALSE(Accuracy(MakeArchitecture("mlp", {3, 16, 16}, 2, 0).value(), data).has_value());
}

TEST(Batches, AnEpochTakesEverySampleOnceInItsOwnOrder) {
  std::vector<std::int64_t> all(100);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  for (const int epoch : {1, 2})
    EXPECT_THAT(EpochOrder(100, 3, epoch), ::testing::UnorderedElementsAreArray(all));
  EXPECT_EQ(EpochOrder(100, 3, 1), EpochOrder(100, 3, 1));
  EXPECT_NE(EpochOrder(100, 3, 1), EpochOrder(100, 3, 2));
  EXPECT_NE(EpochOrder(100, 3, 1), EpochOrder(100, 4, 1));
}

// What happens to a sample does not depend on the batch that it is in, only on seed, epoch and sample.
TEST(Batches, AugmentASampleAlikeInEveryBatch) {
  const Halves data(40);
  TrainOptions options;
  options.flip = true;
  options.shift = 3;
  const auto row_of = [&](std::vector<std::int64_t> indices, std::size_t row, int epoch) {
    const Batch batch = ReadBatch(data, indices, epoch, options).value();
    return tensor::ToFloats(batch.x[static_cast<std::int64_t>(row)]);
  };
  bool another_epoch_differs = false;
  for (std::int64_t sample = 0; sample < 10; ++sample) {
    const std::vector<float> alone = row_of({sample}, 0, 1);
    EXPECT_EQ(row_of({33, sample, 2}, 1, 1), alone);
    another_epoch_differs = another_epoch_differs || row_of({sample}, 0, 2) != alone;
  }
  EXPECT_TRUE(another_epoch_differs);
}

// By its definition: the pixel at (row, column) comes from `down` rows above and `right` columns to the left,
// of the picture or of its mirror image; nothing but zeros enters.
TEST(Augment, EqualsItsDefinitionForEveryShift) {
  const std::vector<std::int64_t> shape = {2, 4, 3};
  std::vector<float> before(24);
  for (std::size_t i = 0; i < before.size(); ++i) before[i] = static_cast<float>(i + 1);
  for (const bool mirror : {false, true}) {
    for (int down = -5; down <= 5; ++down) {
      for (int right = -4; right <= 4; ++right) {
        std::vector<float> image = before;
        Augment(image, shape, mirror, down, right);
        for (int k = 0; k < 24; ++k) {
          const int row = k / 3 % 4 - down;
          const int column = k % 3 - right;
          const bool inside = row >= 0 && row < 4 && column >= 0 && column < 3;
          const int from = k / 12 * 12 + row * 3 + (mirror ? 2 - column : column);
          ASSERT_EQ(image[static_cast<std::size_t>(k)], inside ? before[static_cast<std::size_t>(from)] : 0)
              << mirror << " " << down << " " << right;
        }
      }
    }
  }
}

TEST(Augment, MirrorsAndMovesExactly) {
  std::vector<float> image = {1, 2, 3, 4, 5, 6};  // [1, 2, 3]
  Augment(image, {1, 2, 3}, true, 0, 0);
  EXPECT_THAT(image, ElementsAre(3, 2, 1, 6, 5, 4));
  Augment(image, {1, 2, 3}, false, 1, 1);
  EXPECT_THAT(image, ElementsAre(0, 0, 0, 0, 3, 2));
}

}  // namespace
}  // namespace cupel::algorithm::train
