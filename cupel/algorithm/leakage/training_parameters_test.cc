// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/training_parameters.h"

#include <gtest/gtest.h>

#include <set>

#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::leakage {
namespace {

Result<check::Parameters> Given(std::string_view text) {
  check::Description description;
  description.id = "test";
  description.parameters = TrainingSpecs(7);
  CUPEL_TRY(const Json json, Json::Parse(text));
  return check::Parameters::Create(description, json);
}

TEST(TrainingSpecs, DefaultsAreValidOptions) {
  CUPEL_ASSERT_OK(const check::Parameters parameters, Given("{}"));
  const train::TrainOptions options = TrainingFrom(parameters, 5);
  EXPECT_THAT(options.Validate(), cupel::testing::IsOk());
  EXPECT_EQ(options.epochs, 7);
  EXPECT_EQ(options.seed, 5U);
  EXPECT_EQ(options.optimizer, train::Optimizer::kSgd);
  EXPECT_EQ(parameters.Text("architecture"), "target");
}

TEST(TrainingSpecs, EveryParameterReachesTheTraining) {
  CUPEL_ASSERT_OK(const check::Parameters parameters,
                  Given(R"({"epochs": 3, "batch_size": 9, "optimizer": "adam", "learning_rate": 0.5,
                            "weight_decay": 0.25, "train_flip": true, "train_shift": 2})"));
  const train::TrainOptions options = TrainingFrom(parameters, 0);
  EXPECT_EQ(options.epochs, 3);
  EXPECT_EQ(options.batch_size, 9);
  EXPECT_EQ(options.optimizer, train::Optimizer::kAdam);
  EXPECT_EQ(options.learning_rate, 0.5);
  EXPECT_EQ(options.weight_decay, 0.25);
  EXPECT_TRUE(options.flip);
  EXPECT_EQ(options.shift, 2);
}

TEST(TrainingSpecs, RefuseWhatNoTrainingCanDo) {
  for (const char* text :
       {R"({"epochs": 0})", R"({"batch_size": 1})", R"({"learning_rate": 0})", R"({"optimizer": "lion"})",
        R"({"architecture": "vgg"})", R"({"train_shift": 65})"}) {
    EXPECT_THAT(Given(text), cupel::testing::HasError(ErrorCode::kInvalidArgument)) << text;
  }
}

// Seeds go into JSON, which keeps whole numbers below 2^53 alone.
TEST(TrainingSeed, DiffersByItemAndFitsANumberOfJson) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t index = 0; index < 1000; ++index) {
    const std::uint64_t seed = TrainingSeed(7, "test", index);
    EXPECT_LT(seed, std::uint64_t{1} << 53);
    EXPECT_EQ(seed, TrainingSeed(7, "test", index));
    seeds.insert(seed);
  }
  EXPECT_EQ(seeds.size(), 1000U);
  EXPECT_NE(TrainingSeed(7, "test", 1), TrainingSeed(8, "test", 1));
  EXPECT_NE(TrainingSeed(7, "test", 1), TrainingSeed(7, "other", 1));
}

struct Counting : Progress {
  void Begin(std::string_view, std::int64_t, std::string_view) override { ++begins; }
  void Advance(std::int64_t count) override { advanced += count; }
  void Note(std::string_view) override { ++begins; }
  void End() override { ++begins; }
  int begins = 0;
  std::int64_t advanced = 0;
};

TEST(SharedProgress, PassesOnlyAdvances) {
  Counting whole;
  SharedProgress shared(whole);
  shared.Begin("a", 3, "b");
  shared.Advance(2);
  shared.Note("c");
  shared.Advance(3);
  shared.End();
  EXPECT_EQ(whole.begins, 0);
  EXPECT_EQ(whole.advanced, 5);
}

}  // namespace
}  // namespace cupel::algorithm::leakage
