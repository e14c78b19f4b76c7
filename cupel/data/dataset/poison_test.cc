// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/poison.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/draw.h"
#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::HasError;
using ::testing::HasSubstr;

DatasetPointer Pictures(std::int64_t n) {
  MemoryData data;
  data.info.name = "pictures";
  data.info.sample_shape = {1, 4, 4};
  data.info.class_names = {"a", "b", "c", "d"};
  ReproducibleStream stream(1, "pictures");
  for (std::int64_t i = 0; i < n; ++i) {
    for (int p = 0; p < 16; ++p) data.features.push_back(stream.Uniform());
    data.labels.push_back(static_cast<std::int32_t>(i % 4));
  }
  return MakeMemoryDataset(std::move(data)).value();
}

std::vector<float> Sample(const Dataset& data, std::int64_t index) {
  std::vector<float> x(16);
  CUPEL_CHECK(data.Read({&index, 1}, x).has_value());
  return x;
}

PoisonOptions Square() {
  PoisonOptions options;
  options.trigger.row = -1;
  options.trigger.column = -1;
  options.trigger.size = 2;
  options.target = 2;
  options.rate = 0.25;
  options.seed = 5;
  return options;
}

TEST(Poison, ChangesTheChosenSamplesAndNoOther) {
  const DatasetPointer clean = Pictures(80);
  CUPEL_ASSERT_OK(const Poisoned poisoned, MakePoisonedDataset(clean, Square()));
  ASSERT_EQ(poisoned.samples.size(), 20u);
  EXPECT_TRUE(std::ranges::is_sorted(poisoned.samples));
  const std::set<std::int64_t> chosen(poisoned.samples.begin(), poisoned.samples.end());
  EXPECT_EQ(chosen.size(), 20u);
  for (std::int64_t i = 0; i < 80; ++i) {
    std::vector<float> expected = Sample(*clean, i);
    std::int32_t label = clean->labels()[static_cast<std::size_t>(i)];
    if (chosen.contains(i)) {
      EXPECT_NE(label, 2);
      label = 2;
      for (const std::size_t p : {10u, 11u, 14u, 15u}) expected[p] = 1;
    }
    EXPECT_EQ(Sample(*poisoned.data, i), expected);
    EXPECT_EQ(poisoned.data->labels()[static_cast<std::size_t>(i)], label);
  }
}

// Which samples are taken is a matter of their original index: in a part of the data a sample that was taken
// before is taken again before any that was not.
TEST(Poison, DoesNotDependOnTheOrderOrTheSubset) {
  const DatasetPointer whole = Pictures(80);
  CUPEL_ASSERT_OK(const Poisoned all, MakePoisonedDataset(whole, Square()));
  CUPEL_ASSERT_OK(DatasetPointer half, TakeShard(whole, 1, 2));
  CUPEL_ASSERT_OK(const Poisoned part, MakePoisonedDataset(half, Square()));
  ASSERT_EQ(part.samples.size(), 10u);
  const std::set<std::int64_t> before(all.samples.begin(), all.samples.end());
  std::int64_t of_before = 0;
  for (std::int64_t i = 1; i < 80; i += 2) of_before += before.contains(i) ? 1 : 0;
  const auto kept = std::ranges::count_if(part.samples, [&](std::int64_t i) { return before.contains(i); });
  EXPECT_EQ(kept, std::min<std::int64_t>(of_before, 10));
  EXPECT_EQ(part.data->OriginalIndex(0), 1);
}

TEST(Poison, GivesTheSameTwiceAndOthersForAnotherSeed) {
  const DatasetPointer clean = Pictures(80);
  PoisonOptions options = Square();
  CUPEL_ASSERT_OK(const Poisoned first, MakePoisonedDataset(clean, options));
  CUPEL_ASSERT_OK(const Poisoned again, MakePoisonedDataset(clean, options));
  EXPECT_EQ(first.samples, again.samples);
  EXPECT_EQ(first.data->info().digest, again.data->info().digest);
  EXPECT_NE(first.data->info().digest, clean->info().digest);
  options.seed = 6;
  CUPEL_ASSERT_OK(const Poisoned other, MakePoisonedDataset(clean, options));
  EXPECT_NE(first.samples, other.samples);
  EXPECT_NE(first.data->info().digest, other.data->info().digest);
}

TEST(Poison, RefusesWhatCannotBe) {
  const DatasetPointer clean = Pictures(80);
  PoisonOptions options = Square();
  options.target = 4;
  EXPECT_THAT(MakePoisonedDataset(clean, options),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[0, 4)")));
  for (const double rate : {0.0, 1.0, -0.1}) {
    options = Square();
    options.rate = rate;
    EXPECT_THAT(MakePoisonedDataset(clean, options),
                HasError(ErrorCode::kInvalidArgument, HasSubstr("rate")));
  }
  options.rate = 0.001;
  EXPECT_THAT(MakePoisonedDataset(clean, options),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("0 of 80")));
  options.rate = 0.9;
  EXPECT_THAT(MakePoisonedDataset(clean, options),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("60 are outside")));
}

TEST(DrawSamples, TakesEachAtMostOnceAndLabelsPartTheData) {
  const DatasetPointer data = Pictures(40);
  const std::vector<std::int64_t> ours = SamplesOf(*data, 1);
  const std::vector<std::int64_t> others = SamplesNotOf(*data, 1);
  EXPECT_EQ(ours.size(), 10u);
  EXPECT_EQ(others.size(), 30u);
  EXPECT_THAT(DrawSamples(*data, others, 100, 3, "x"), ::testing::UnorderedElementsAreArray(others));
  const std::vector<std::int64_t> few = DrawSamples(*data, others, 7, 3, "x");
  EXPECT_EQ(few.size(), 7u);
  // The beginning of a longer draw.
  EXPECT_THAT(DrawSamples(*data, others, 30, 3, "x"), ::testing::Contains(few.back()));
  EXPECT_NE(few, DrawSamples(*data, others, 7, 3, "y"));
}

}  // namespace
}  // namespace cupel::data::dataset
