// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/population.h"

#include <set>

#include "cupel/algorithm/leakage/answers.h"
#include "cupel/algorithm/leakage/leakage_for_test.h"
#include "cupel/algorithm/train/augment.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::leakage {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

class Drawing : public ::testing::Test {
 protected:
  Drawing() {
    context_.model = model_.get();
    context_.training_data = inside_.get();
    context_.data = outside_.get();
  }
  DatasetPointer inside_ = NoisyRows(50, 3, 0, 1);
  DatasetPointer outside_ = NoisyRows(40, 3, 0, 2);
  std::unique_ptr<executor::Classifier> model_ = TrainedOn(*inside_, 1);
  check::Context context_;
};

TEST_F(Drawing, GivesDisjointPartsOfTheRightSides) {
  for (const std::int64_t further : {0, 7, 1000}) {
    CUPEL_ASSERT_OK(
        const Population drawn,
        DrawPopulation(context_,
                       {.samples = 20, .reference = 10, .further = further, .seed = 5, .stream = "test"}));
    EXPECT_EQ(drawn.members.size(), 20U);
    EXPECT_EQ(drawn.others.size(), 20U);
    EXPECT_EQ(drawn.reference.size(), 10U);
    EXPECT_EQ(drawn.further.size(), static_cast<std::size_t>(std::min<std::int64_t>(further, 40)));
    std::set<std::pair<bool, std::int64_t>> seen;
    for (const auto* part : {&drawn.members, &drawn.others, &drawn.reference, &drawn.further}) {
      for (const PoolSample& sample : *part) {
        EXPECT_TRUE(seen.insert({sample.member, sample.index}).second);
        EXPECT_LT(sample.index, sample.member ? 50 : 40);
      }
    }
    for (const PoolSample& sample : drawn.members) EXPECT_TRUE(sample.member);
    for (const PoolSample& sample : drawn.others) EXPECT_FALSE(sample.member);
    for (const PoolSample& sample : drawn.reference) EXPECT_FALSE(sample.member);
  }
}

TEST_F(Drawing, TakesAllOfTheSmallerSideByDefault) {
  CUPEL_ASSERT_OK(const Population drawn,
                  DrawPopulation(context_, {.reference = 5, .seed = 5, .stream = "test"}));
  EXPECT_EQ(drawn.members.size(), 35U);
  EXPECT_EQ(drawn.others.size(), 35U);
}

TEST_F(Drawing, DependsOnTheSeed) {
  const auto members = [&](std::uint64_t seed) {
    std::vector<std::int64_t> indices;
    const Result<Population> drawn = DrawPopulation(context_, {.samples = 20, .seed = seed, .stream = "t"});
    EXPECT_THAT(drawn, IsOk());
    for (const PoolSample& sample : drawn->members) indices.push_back(sample.index);
    return indices;
  };
  EXPECT_EQ(members(1), members(1));
  EXPECT_NE(members(1), members(2));
}

TEST_F(Drawing, NeedsSomebodyToAudit) {
  EXPECT_THAT(DrawPopulation(context_, {.reference = 40, .stream = "test"}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("nothing is left to audit")));
}

TEST_F(Drawing, PoolsReadBothSidesUnderNumbersOfTheirOwn) {
  const Pool pool(*inside_, *outside_, {{true, 4}, {false, 4}, {true, 0}});
  EXPECT_EQ(pool.size(), 3);
  EXPECT_EQ(pool.OriginalIndex(0), 9);
  EXPECT_EQ(pool.OriginalIndex(1), 8);
  EXPECT_EQ(pool.OriginalIndex(2), 1);
  EXPECT_EQ(pool.labels()[0], inside_->labels()[4]);
  EXPECT_EQ(pool.labels()[1], outside_->labels()[4]);
  std::vector<float> both(6);
  const std::vector<std::int64_t> first_two = {0, 1};
  ASSERT_THAT(pool.Read(first_two, both), IsOk());
  std::vector<float> one(3);
  const std::int64_t four = 4;
  ASSERT_THAT(inside_->Read({&four, 1}, one), IsOk());
  EXPECT_TRUE(std::equal(one.begin(), one.end(), both.begin()));
  ASSERT_THAT(outside_->Read({&four, 1}, one), IsOk());
  EXPECT_TRUE(std::equal(one.begin(), one.end(), both.begin() + 3));
  EXPECT_NE(pool.info().digest, Pool(*inside_, *outside_, {{true, 4}, {false, 5}, {true, 0}}).info().digest);
}

/// Two pictures of 3 x 3 pixels, and a model whose logits are its four corners.
TEST(AskAll, AsksAboutMirroredAndMovedCopies) {
  data::dataset::MemoryData data;
  data.info.sample_shape = {1, 3, 3};
  data.info.class_names = {"0", "1"};
  for (int i = 0; i < 18; ++i) data.features.push_back(static_cast<float>(i) / 18);
  data.labels = {0, 1};
  const auto pictures = data::dataset::MakeMemoryDataset(data).value();
  graph::Graph graph = train::MakeArchitecture("mlp", {1, 3, 3}, 2, 1).value();
  const auto model = AsClassifier(graph, {1, 3, 3});
  const Queries queries{.mirror = true, .shift = 1};
  ASSERT_EQ(queries.Count(), 18);
  CUPEL_ASSERT_OK(const std::vector<float> answers, AskAll(*model, *pictures, queries, 2, SilentProgress()));
  ASSERT_EQ(answers.size(), 2U * 18 * 2);
  // The same copies, made by hand: each answer belongs to one of them, and all 18 are asked about.
  std::set<std::pair<float, float>> wanted;
  for (const bool mirror : {false, true}) {
    for (int down = -1; down <= 1; ++down) {
      for (int right = -1; right <= 1; ++right) {
        std::vector<float> image(data.features.begin() + 9, data.features.end());
        train::Augment(image, {1, 3, 3}, mirror, down, right);
        const std::vector<float> z =
            tensor::ToFloats(model->Logits(tensor::FromFloats(image, {1, 1, 3, 3})).value());
        wanted.insert({z[0], z[1]});
      }
    }
  }
  ASSERT_EQ(wanted.size(), 18U);
  for (std::size_t q = 0; q < 18; ++q) {
    const float a = answers[36 + 2 * q];
    const float b = answers[36 + 2 * q + 1];
    EXPECT_TRUE(std::ranges::any_of(wanted, [&](const auto& z) {
      return std::abs(z.first - a) < 1e-5 && std::abs(z.second - b) < 1e-5;
    }));
  }
  EXPECT_THAT(
      AskAll(*TrainedOn(*NoisyRows(60, 3, 0, 1), 1), *NoisyRows(5, 3, 0, 1), queries, 1, SilentProgress()),
      HasError(ErrorCode::kInvalidArgument, HasSubstr("for images")));
}

}  // namespace
}  // namespace cupel::algorithm::leakage
