// SPDX-License-Identifier: Apache-2.0
// Parts of data sets: exact counts, reading in any batches and shards, and choices that stay what they were.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/data/dataset/subset.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::ElementsAre;

/// Sample i has the features {i, i / 2} / n.
DatasetPointer Labelled(std::vector<std::int32_t> labels, std::size_t classes) {
  MemoryData data;
  data.info.name = "labelled";
  data.info.sample_shape = {2};
  for (std::size_t k = 0; k < classes; ++k) data.info.class_names.push_back(fmt::format("k{}", k));
  const auto n = static_cast<float>(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    data.features.push_back(static_cast<float>(i) / n);
    data.features.push_back(static_cast<float>(i) / 2 / n);
  }
  data.labels = std::move(labels);
  auto dataset = MakeMemoryDataset(std::move(data));
  CUPEL_CHECK(dataset.has_value());
  return *std::move(dataset);
}

DatasetPointer RandomWhole() {
  const auto classes = *rc::gen::inRange<std::size_t>(1, 6);
  auto labels = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::int32_t>>(
      rc::gen::inRange<std::int32_t>(0, static_cast<std::int32_t>(classes))));
  return Labelled(std::move(labels), classes);
}

std::vector<std::int64_t> Originals(const Dataset& dataset) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < dataset.size(); ++i) indices.push_back(dataset.OriginalIndex(i));
  return indices;
}

std::vector<std::int64_t> Counts(const Dataset& dataset) {
  std::vector<std::int64_t> counts(dataset.info().class_names.size());
  for (const std::int32_t label : dataset.labels()) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

TEST(SubsetProperty, CountsAreExactAndSharesAreKept) {
  EXPECT_TRUE(rc::check("counts", [] {
    const DatasetPointer whole = RandomWhole();
    const std::int64_t n = whole->size();
    const auto count = *rc::gen::inRange<std::int64_t>(1, n + 1);
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    for (const SubsetKind kind : {SubsetKind::kFirst, SubsetKind::kRandom, SubsetKind::kStratified}) {
      const auto part = TakeSubset(whole, {kind, count, seed});
      RC_ASSERT(part.has_value() && (*part)->size() == count);
      const auto originals = Originals(**part);
      RC_ASSERT(std::ranges::is_sorted(originals));
      RC_ASSERT(std::set(originals.begin(), originals.end()).size() == static_cast<std::size_t>(count));
      for (std::size_t i = 0; i < originals.size(); ++i)
        RC_ASSERT((*part)->labels()[i] == whole->labels()[static_cast<std::size_t>(originals[i])]);
      if (kind != SubsetKind::kStratified) continue;
      // Largest remainders: every class within one of its share, and none above what it has.
      const auto all = Counts(*whole), chosen = Counts(**part);
      for (std::size_t k = 0; k < all.size(); ++k) {
        const double share =
            static_cast<double>(all[k]) * static_cast<double>(count) / static_cast<double>(n);
        RC_ASSERT(std::abs(static_cast<double>(chosen[k]) - share) < 1);
        RC_ASSERT(chosen[k] <= all[k]);
      }
    }
  }));
}

TEST(SubsetProperty, ShardsOfPartsTogetherAreThePart) {
  EXPECT_TRUE(rc::check("shards", [] {
    const DatasetPointer whole = RandomWhole();
    const auto count = *rc::gen::inRange<std::int64_t>(1, whole->size() + 1);
    auto part = TakeSubset(whole, {SubsetKind::kStratified, count, 3});
    const DatasetPointer shared = *std::move(part);
    const auto shards = *rc::gen::inRange<std::int64_t>(1, 7);
    std::vector<std::int64_t> together;
    for (std::int64_t k = 0; k < shards; ++k) {
      const auto shard = TakeShard(shared, k, shards);
      RC_ASSERT(shard.has_value() == (k < count));
      if (!shard) continue;
      for (const std::int64_t index : Originals(**shard)) together.push_back(index);
    }
    std::ranges::sort(together);
    RC_ASSERT(together == Originals(*shared));
  }));
}

TEST(SubsetProperty, FeaturesDoNotDependOnBatches) {
  EXPECT_TRUE(rc::check("batches", [] {
    const DatasetPointer whole = RandomWhole();
    const auto count = *rc::gen::inRange<std::int64_t>(1, whole->size() + 1);
    const auto part = TakeSubset(whole, {SubsetKind::kRandom, count, *rc::gen::arbitrary<std::uint64_t>()});
    std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
    std::iota(indices.begin(), indices.end(), std::int64_t{0});
    std::vector<float> at_once(indices.size() * 2);
    RC_ASSERT((*part)->Read(indices, at_once).has_value());
    const auto batch = *rc::gen::inRange<std::size_t>(1, 9);
    std::vector<float> in_batches;
    for (std::size_t at = 0; at < indices.size(); at += batch) {
      const std::size_t size = std::min(batch, indices.size() - at);
      std::vector<float> features(size * 2);
      RC_ASSERT((*part)->Read(std::span(indices).subspan(at, size), features).has_value());
      in_batches.insert(in_batches.end(), features.begin(), features.end());
    }
    RC_ASSERT(at_once == in_batches);
    const auto n = static_cast<float>(whole->size());
    for (std::size_t i = 0; i < indices.size(); ++i)
      RC_ASSERT(at_once[2 * i] == static_cast<float>((*part)->OriginalIndex(indices[i])) / n);
  }));
}

TEST(Subset, TiesOfSharesGoToTheLowerClass) {
  // Shares of 4 out of 3 + 3 + 3 + 3: exact. Of 5: one class more, the lowest. Of 7: three more.
  const DatasetPointer whole = Labelled({0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3}, 5);
  const auto counts = [&](std::int64_t count) {
    return Counts(**TakeSubset(whole, {SubsetKind::kStratified, count, 9}));
  };
  EXPECT_THAT(counts(4), ElementsAre(1, 1, 1, 1, 0));
  EXPECT_THAT(counts(5), ElementsAre(2, 1, 1, 1, 0));
  EXPECT_THAT(counts(7), ElementsAre(2, 2, 2, 1, 0));
  EXPECT_THAT(counts(1), ElementsAre(1, 0, 0, 0, 0));
  EXPECT_THAT(counts(12), ElementsAre(3, 3, 3, 3, 0));
}

TEST(Subset, NestedDigestsNameEveryStep) {
  const DatasetPointer whole = Labelled(std::vector<std::int32_t>(20, 0), 1);
  const auto digest = [](const DatasetPointer& of, const Subset& subset) {
    return (*TakeSubset(of, subset))->info().digest.Hex();
  };
  std::set<std::string> digests = {whole->info().digest.Hex()};
  for (const char* text :
       {"first 10", "random 10 seed 0", "random 10 seed 1", "stratified 10 seed 1", "first 9"}) {
    digests.insert(digest(whole, *Subset::Parse(text)));
  }
  const DatasetPointer half = *TakeSubset(whole, *Subset::Parse("first 10"));
  digests.insert(digest(half, *Subset::Parse("first 9")));  // The same samples, chosen in another way.
  digests.insert((*TakeShard(whole, 0, 2))->info().digest.Hex());
  digests.insert((*TakeShard(whole, 1, 2))->info().digest.Hex());
  EXPECT_EQ(digests.size(), 9u);
  EXPECT_EQ(digest(whole, *Subset::Parse("first 20")), whole->info().digest.Hex())
      << "all of it is the whole";
}

// Evidence names subsets by text and seed: the same text must choose the same samples in every version. The
// lists come from a second implementation, in Python, of Philox, FNV-1a, SplitMix64, Fisher-Yates and largest
// remainders (the one behind ReproducibleStream.NeverChanges).
TEST(Subset, TheSameTextChoosesTheSameSamplesInEveryVersion) {
  const auto chosen = [](const DatasetPointer& whole, const char* text) {
    const auto subset = Subset::Parse(text);
    EXPECT_THAT(subset, IsOk());
    return Originals(**TakeSubset(whole, *subset));
  };
  const auto zeros = [](std::size_t n) { return Labelled(std::vector<std::int32_t>(n, 0), 1); };
  EXPECT_THAT(chosen(zeros(1000), "random 8 seed 7"), ElementsAre(29, 38, 442, 630, 633, 653, 656, 751));
  EXPECT_THAT(chosen(zeros(10), "random 5 seed 18446744073709551615"), ElementsAre(1, 4, 5, 7, 9));
  EXPECT_THAT(chosen(zeros(70000), "random 5 seed 20261121"), ElementsAre(5403, 38557, 38948, 39637, 66420));
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 100; ++i) labels.insert(labels.end(), {0, 0, 0, 1, 1, 2});
  EXPECT_THAT(chosen(Labelled(labels, 3), "stratified 9 seed 7"),
              ElementsAre(19, 26, 73, 213, 223, 275, 422, 466, 538));
  EXPECT_THAT(chosen(Labelled(labels, 4), "stratified 6 seed 0"), ElementsAre(39, 82, 265, 318, 355, 557));
}

}  // namespace
}  // namespace cupel::data::dataset
