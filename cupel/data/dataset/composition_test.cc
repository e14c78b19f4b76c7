// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/composition.h"

#include <cmath>

#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using ::testing::ElementsAre;

TEST(Composition, CountsClassesAndGroups) {
  MemoryData data;
  data.info.sample_shape = {1};
  data.info.class_names = {"no", "yes"};
  data.features = {0, 0, 0, 0};
  data.labels = {0, 1, 1, 1};
  data.groups = {{"sex", {"f", "m"}, {0, 0, 1, -1}}};
  CUPEL_ASSERT_OK(const auto dataset, MakeMemoryDataset(std::move(data)));

  const Composition composition = Compose(*dataset);

  EXPECT_EQ(composition.samples, 4);
  EXPECT_THAT(composition.class_counts, ElementsAre(1, 3));
  EXPECT_EQ(composition.ImbalanceRatio(), 3.0);
  ASSERT_EQ(composition.groups.size(), 1u);
  EXPECT_THAT(composition.groups[0].counts, ElementsAre(2, 1));
  EXPECT_THAT(composition.groups[0].counts_by_class, ElementsAre(1, 1, 0, 1));
  EXPECT_EQ(composition.groups[0].unknown, 1);
}

TEST(Composition, AClassWithoutSamplesIsInfinitelyUnbalanced) {
  MemoryData data;
  data.info.sample_shape = {1};
  data.info.class_names = {"a", "b", "c"};
  data.features = {0, 0};
  data.labels = {0, 2};
  CUPEL_ASSERT_OK(const auto dataset, MakeMemoryDataset(std::move(data)));
  EXPECT_TRUE(std::isinf(Compose(*dataset).ImbalanceRatio()));
}

}  // namespace
}  // namespace cupel::data::dataset
