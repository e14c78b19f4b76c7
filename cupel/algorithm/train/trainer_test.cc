// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/trainer.h"

#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/onnx/writer.h"
#include "cupel/algorithm/train/architectures.h"
#include "cupel/algorithm/train/batches.h"
#include "cupel/algorithm/train/optimizer.h"
#include "cupel/base/file.h"
#include "cupel/base/interrupt.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::train {
namespace {

using cupel::testing::HasError;
using cupel::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Images of two classes: bright above or bright below, with noise.
class Halves : public data::dataset::Dataset {
 public:
  explicit Halves(std::int64_t n, std::int64_t side = 16) {
    info_.name = "halves";
    info_.sample_shape = {1, side, side};
    info_.class_names = {"above", "below"};
    for (std::int64_t i = 0; i < n; ++i) labels_.push_back(static_cast<std::int32_t>(i % 2));
  }
  const data::dataset::DatasetInfo& info() const override { return info_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(labels_.size()); }
  Status Read(std::span<const std::int64_t> indices, std::span<float> out) const override {
    const std::int64_t size = info_.SampleSize();
    for (std::size_t i = 0; i < indices.size(); ++i) {
      ReproducibleStream stream(1, "halves", static_cast<std::uint64_t>(indices[i]));
      for (std::int64_t p = 0; p < size; ++p) {
        const bool below = p >= size / 2;
        const bool bright = below == (labels_[static_cast<std::size_t>(indices[i])] == 1);
        out[i * static_cast<std::size_t>(size) + static_cast<std::size_t>(p)] =
            stream.Uniform() * 0.6F + (bright ? 0.4F : 0.0F);
      }
    }
    return {};
  }
  std::span<const std::int32_t> labels() const override { return labels_; }
  const std::vector<data::dataset::GroupAttribute>& group_attributes() const override { return groups_; }
  std::int64_t OriginalIndex(std::int64_t index) const override { return index; }

 private:
  data::dataset::DatasetInfo info_;
  std::vector<std::int32_t> labels_;
  std::vector<data::dataset::GroupAttribute> groups_;
};

std::int64_t ParameterCount(const graph::Graph& graph, bool with_statistics) {
  std::int64_t count = 0;
  for (const auto& [name, value] : graph.initializers) {
    if (with_statistics || (!name.ends_with(".mean") && !name.ends_with(".var")))
      count += graph::ElementCount(value.shape);
  }
  return count;
}

TrainJob SmallJob(const Halves& data, const char* architecture) {
  TrainJob job;
  job.graph = MakeArchitecture(architecture, data.info().sample_shape, 2, 5).value();
  job.data = &data;
  job.validation = &data;
  job.options.epochs = 3;
  job.options.batch_size = 16;
  job.options.learning_rate = 0.02;
  job.options.seed = 5;
  return job;
}

Bytes Exported(const Trained& trained) { return onnx::WriteModel(trained.graph).value(); }

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

TEST(Train, ResumesToTheSameBytes) {
  const Halves data(64);
  for (const Optimizer optimizer : {Optimizer::kSgd, Optimizer::kAdam}) {
    const ScratchFolder folder;
    TrainJob job = SmallJob(data, "resnet-small");
    job.options.optimizer = optimizer;
    job.options.learning_rate = 0.002;
    const Bytes straight = Exported(Train(job).value());
    job.checkpoint = folder / "ck";
    // The third note falls into the second epoch (4 batches each): stop there, as SIGINT would.
    struct StopLater : Progress {
      int batches = 0;
      void Begin(std::string_view, std::int64_t, std::string_view) override {}
      void Advance(std::int64_t) override { Interrupt::SetRequested(++batches == 6); }
      void Note(std::string_view) override {}
      void End() override {}
    } stop;
    job.progress = &stop;

    EXPECT_THAT(Train(job), HasError(ErrorCode::kInterrupted));
    Interrupt::SetRequested(false);
    job.progress = &SilentProgress();
    job.resume = true;
    EXPECT_EQ(Exported(Train(job).value()), straight);
  }
}

TEST(Train, RefusesADamagedOrForeignCheckpoint) {
  const Halves data(64);
  const ScratchFolder folder;
  TrainJob job = SmallJob(data, "mlp");
  job.options.epochs = 1;
  job.checkpoint = folder / "ck";
  job.resume = true;
  ASSERT_TRUE(Train(job).has_value());

  TrainJob other = job;
  other.options.learning_rate = 0.03;
  EXPECT_THAT(Train(other), HasError(ErrorCode::kInvalidArgument, HasSubstr("another training")));
  CUPEL_ASSERT_OK(Bytes bytes, ReadFile(*job.checkpoint));
  for (std::size_t place : {std::size_t{0}, std::size_t{9}, bytes.size() / 2, bytes.size() - 1}) {
    Bytes damaged = bytes;
    damaged[place] ^= 1;
    ASSERT_TRUE(WriteFileAtomic(*job.checkpoint, damaged).has_value());
    EXPECT_THAT(Train(job), HasError(ErrorCode::kCorrupt)) << place;
  }
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

TEST(Optimizer, TakesTheStepsOfItsFormula) {
  TrainOptions options{.momentum = 0.9, .nesterov = true, .weight_decay = 0.1};
  const std::vector<tensor::Tensor> weights = {tensor::FromFloats(std::vector<float>{1, 2}, {1, 2})};
  const std::vector<tensor::Tensor> gradients = {tensor::FromFloats(std::vector<float>{0.5F, -1}, {1, 2})};
  OptimizerState state = InitialState(weights, Optimizer::kSgd);

  Update(weights, gradients, 0.1, options, state);
  // d = g + 0.1 w = {0.6, -0.8}; v = d; w -= 0.1 (d + 0.9 v) = w - 0.19 d
  EXPECT_NEAR(tensor::ToFloats(weights[0])[0], 1 - 0.19 * 0.6, 1e-6);
  EXPECT_NEAR(tensor::ToFloats(weights[0])[1], 2 + 0.19 * 0.8, 1e-6);

  options.optimizer = Optimizer::kAdam;
  options.weight_decay = 0;
  const std::vector<tensor::Tensor> other = {tensor::FromFloats(std::vector<float>{1, 2}, {1, 2})};
  state = InitialState(other, Optimizer::kAdam);
  Update(other, gradients, 0.01, options, state);
  // The first step of Adam has length rate in the direction of the gradient's sign.
  EXPECT_NEAR(tensor::ToFloats(other[0])[0], 0.99, 1e-5);
  EXPECT_NEAR(tensor::ToFloats(other[0])[1], 2.01, 1e-5);
}

TEST(Optimizer, RateRisesThenFallsToZero) {
  const TrainOptions options{.learning_rate = 1, .warmup = 0.1};
  EXPECT_NEAR(RateAt(0, 100, options), 0.1, 1e-12);
  EXPECT_NEAR(RateAt(9, 100, options), 1.0, 1e-12);
  EXPECT_NEAR(RateAt(10, 100, options), 1.0, 1e-12);
  EXPECT_NEAR(RateAt(55, 100, options), 0.5, 1e-12);
  EXPECT_LT(RateAt(99, 100, options), 0.001);
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
