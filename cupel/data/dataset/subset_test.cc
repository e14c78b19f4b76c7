// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/subset.h"

#include <cmath>
#include <set>

#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// n samples of one feature i / n; class 0 has half of them, classes 1 and 2 a quarter each.
DatasetPointer MakeWhole(std::int64_t n) {
  MemoryData data;
  data.info.name = "whole";
  data.info.sample_shape = {1};
  GroupAttribute parity{"parity", {"even", "odd"}, {}};
  for (std::int64_t i = 0; i < n; ++i) {
    data.features.push_back(static_cast<float>(i) / static_cast<float>(n));
    data.labels.push_back(static_cast<std::int32_t>(i % 4 < 2 ? 0 : i % 4 - 1));
    parity.group_of.push_back(static_cast<std::int32_t>(i % 2));
  }
  data.groups.push_back(parity);
  auto dataset = MakeMemoryDataset(std::move(data));
  CUPEL_CHECK(dataset.has_value());
  return *std::move(dataset);
}

std::vector<std::int64_t> Originals(const Dataset& dataset) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < dataset.size(); ++i) indices.push_back(dataset.OriginalIndex(i));
  return indices;
}

TEST(Subset, FirstKeepsTheBeginning) {
  CUPEL_ASSERT_OK(const auto part, TakeSubset(MakeWhole(8), {SubsetKind::kFirst, 3}));
  EXPECT_THAT(Originals(*part), ElementsAre(0, 1, 2));
  EXPECT_THAT(part->labels(), ElementsAre(0, 0, 1));
  EXPECT_THAT(part->group_attributes()[0].group_of, ElementsAre(0, 1, 0));
}

TEST(Subset, RandomIsReproducibleSortedAndReadsTheRightSamples) {
  const DatasetPointer whole = MakeWhole(1000);
  CUPEL_ASSERT_OK(const auto part, TakeSubset(whole, {SubsetKind::kRandom, 100, 7}));
  CUPEL_ASSERT_OK(const auto again, TakeSubset(whole, {SubsetKind::kRandom, 100, 7}));
  CUPEL_ASSERT_OK(const auto other, TakeSubset(whole, {SubsetKind::kRandom, 100, 8}));
  const auto originals = Originals(*part);
  EXPECT_EQ(originals, Originals(*again));
  EXPECT_NE(originals, Originals(*other));
  EXPECT_TRUE(std::is_sorted(originals.begin(), originals.end()));
  EXPECT_EQ(std::set(originals.begin(), originals.end()).size(), 100u);
  std::vector<float> features(2);
  ASSERT_THAT(part->Read(std::vector<std::int64_t>{99, 4}, features), IsOk());
  EXPECT_EQ(features[0], static_cast<float>(originals[99]) / 1000.0f);
  EXPECT_EQ(features[1], static_cast<float>(originals[4]) / 1000.0f);
}

TEST(Subset, RandomChoosesEverySampleEquallyOften) {
  const DatasetPointer whole = MakeWhole(20);
  std::vector<int> chosen(20);
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    CUPEL_ASSERT_OK(const auto part, TakeSubset(whole, {SubsetKind::kRandom, 5, seed}));
    for (const std::int64_t index : Originals(*part)) ++chosen[static_cast<std::size_t>(index)];
  }
  // Binomial(2000, 1/4): mean 500, deviation 19.4; five deviations.
  for (const int count : chosen) EXPECT_NEAR(count, 500, 97);
}

TEST(Subset, StratifiedKeepsTheSharesOfTheClasses) {
  const DatasetPointer whole = MakeWhole(1000);
  CUPEL_ASSERT_OK(const auto part, TakeSubset(whole, {SubsetKind::kStratified, 102, 1}));
  std::vector<int> counts(3);
  for (const std::int32_t label : part->labels()) ++counts[static_cast<std::size_t>(label)];
  EXPECT_THAT(counts, ElementsAre(51, 26, 25));  // 51, 25.5, 25.5: the lower class gets the odd one.
  const auto originals = Originals(*part);
  EXPECT_TRUE(std::is_sorted(originals.begin(), originals.end()));
}

TEST(Subset, ShardsAreDisjointAndTogetherTheWhole) {
  const DatasetPointer whole = MakeWhole(10);
  std::multiset<std::int64_t> all;
  for (std::int64_t k = 0; k < 3; ++k) {
    CUPEL_ASSERT_OK(const auto shard, TakeShard(whole, k, 3));
    for (const std::int64_t index : Originals(*shard)) all.insert(index);
  }
  EXPECT_THAT(all, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(TakeShard(whole, 3, 3), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(TakeShard(whole, 10, std::numeric_limits<std::int64_t>::max()),
              HasError(ErrorCode::kInvalidArgument));
  CUPEL_ASSERT_OK(const auto last, TakeShard(whole, 9, std::numeric_limits<std::int64_t>::max()));
  EXPECT_THAT(Originals(*last), ElementsAre(9));
}

TEST(Subset, APartOfAPartKeepsTheFilesNumbers) {
  CUPEL_ASSERT_OK(auto odd, TakeShard(MakeWhole(10), 1, 2));
  CUPEL_ASSERT_OK(const auto part, TakeSubset(DatasetPointer(std::move(odd)), {SubsetKind::kFirst, 2}));
  EXPECT_THAT(Originals(*part), ElementsAre(1, 3));
}

TEST(Subset, DigestNamesTheWholeAndTheChoice) {
  const DatasetPointer whole = MakeWhole(10);
  CUPEL_ASSERT_OK(const auto all, TakeSubset(whole, {}));
  CUPEL_ASSERT_OK(const auto first, TakeSubset(whole, {SubsetKind::kFirst, 5}));
  CUPEL_ASSERT_OK(const auto random, TakeSubset(whole, {SubsetKind::kRandom, 5, 1}));
  EXPECT_EQ(all->info().digest, whole->info().digest);
  EXPECT_NE(first->info().digest, whole->info().digest);
  EXPECT_NE(first->info().digest, random->info().digest);
}

TEST(Subset, TextAndBack) {
  for (const char* text : {"all", "first 10", "random 10 seed 7", "stratified 3 seed 18446744073709551615"}) {
    CUPEL_ASSERT_OK(const Subset subset, Subset::Parse(text));
    EXPECT_EQ(subset.ToString(), text);
  }
  EXPECT_EQ(Subset::Parse("random 5")->seed, 0u);
  EXPECT_THAT(Subset::Parse("frist 10"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("did you mean \"first\"")));
  for (const char* text : {"", "first", "first x", "first 0", "first -1", "first 3 seed 1", "all 3",
                           "random 3 seed", "random 3 sed 1"}) {
    EXPECT_THAT(Subset::Parse(text), HasError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(Subset, RefusesMoreThanThereIs) {
  EXPECT_THAT(TakeSubset(MakeWhole(4), {SubsetKind::kFirst, 5}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("1 to 4 samples, got 5")));
  EXPECT_THAT(TakeSubset(MakeWhole(4), {SubsetKind::kRandom, 0}), HasError(ErrorCode::kInvalidArgument));
}

TEST(MemoryDataset, ChecksWhatItIsGiven) {
  const auto make = [](std::vector<float> features, std::vector<std::int32_t> labels) {
    MemoryData data;
    data.info.sample_shape = {2};
    data.info.class_names = {"a", "b"};
    data.features = std::move(features);
    data.labels = std::move(labels);
    return MakeMemoryDataset(std::move(data));
  };
  EXPECT_THAT(make({0, 1, 0, 1}, {0, 1}), IsOk());
  EXPECT_THAT(make({0, 1, 0}, {0, 1}), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(make({0, 1, 0, 1}, {0, 2}), HasError(ErrorCode::kCorrupt, HasSubstr("label 2 of sample 1")));
  EXPECT_THAT(make({0, 1, NAN, 1}, {0, 1}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("value 0 of sample 1")));
  EXPECT_THAT(make({0, 1, 2, 1}, {0, 1}), HasError(ErrorCode::kInvalidArgument, HasSubstr("outside [0, 1]")));
  EXPECT_THAT(make({}, {}), HasError(ErrorCode::kInvalidArgument));
  CUPEL_ASSERT_OK(const auto dataset, make({0, 1, 0, 1}, {0, 1}));
  std::vector<float> room(2);
  EXPECT_THAT(dataset->Read(std::vector<std::int64_t>{2}, room),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("outside 0 .. 1")));
  EXPECT_THAT(dataset->Read(std::vector<std::int64_t>{0, 1}, room),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("4 values")));
}

}  // namespace
}  // namespace cupel::data::dataset
