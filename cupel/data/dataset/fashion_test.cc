// SPDX-License-Identifier: Apache-2.0
// The example's manifests against Debian's package dataset-fashion-mnist.

#include <cmath>
#include <filesystem>

#include "cupel/data/dataset/open.h"
#include "cupel/data/dataset/subset.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::IsOk;
using ::testing::Each;
using ::testing::ElementsAre;

const std::filesystem::path kManifests = std::filesystem::path(CUPEL_SOURCE_DIR) / "examples/fashion";

bool HasPackage() {
  return std::filesystem::exists("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz");
}

std::vector<std::int64_t> CountClasses(const Dataset& dataset) {
  std::vector<std::int64_t> counts(dataset.info().class_names.size());
  for (const std::int32_t label : dataset.labels()) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

TEST(Fashion, TestSetIsWhatItsAuthorsPublished) {
  if (!HasPackage()) GTEST_SKIP() << "install dataset-fashion-mnist to run this test";
  CUPEL_ASSERT_OK(const auto dataset, OpenDataset(kManifests / "test.toml"));
  EXPECT_EQ(dataset->size(), 10000);
  EXPECT_THAT(dataset->info().sample_shape, ElementsAre(1, 28, 28));
  EXPECT_EQ(dataset->info().class_names[9], "Ankle boot");
  // The first labels of t10k-labels-idx1-ubyte, as shown in many tutorials: ankle boot, pullover, trousers,
  // ...
  EXPECT_THAT(dataset->labels().first(10), ElementsAre(9, 2, 1, 1, 6, 1, 4, 6, 5, 7));
  EXPECT_THAT(CountClasses(*dataset), Each(1000));
}

TEST(Fashion, TrainingSetIsWhatItsAuthorsPublished) {
  if (!HasPackage()) GTEST_SKIP() << "install dataset-fashion-mnist to run this test";
  CUPEL_ASSERT_OK(auto dataset, OpenDataset(kManifests / "train.toml"));
  EXPECT_EQ(dataset->size(), 60000);
  EXPECT_THAT(CountClasses(*dataset), Each(6000));
  EXPECT_THAT(dataset->labels().first(5), ElementsAre(9, 0, 0, 3, 0));
  // Mean and deviation of the training pixels, 0.2860 and 0.3530: the constants that people normalise with.
  std::vector<float> picture(784);
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < dataset->size(); ++i) {
    ASSERT_THAT(dataset->Read(std::span(&i, 1), picture), IsOk());
    for (const float value : picture) {
      sum += value;
      squares += static_cast<double>(value) * value;
    }
  }
  const double mean = sum / (60000.0 * 784);
  EXPECT_NEAR(mean, 0.2860, 0.00005);
  EXPECT_NEAR(std::sqrt(squares / (60000.0 * 784) - mean * mean), 0.3530, 0.00005);
  CUPEL_ASSERT_OK(const auto part,
                  TakeSubset(DatasetPointer(std::move(dataset)), {SubsetKind::kStratified, 1000, 1}));
  EXPECT_THAT(CountClasses(*part), Each(100));
}

}  // namespace
}  // namespace cupel::data::dataset
