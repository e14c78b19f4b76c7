// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/save.h"

#include <gmock/gmock.h>

#include "cupel/base/file.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/data/dataset/open.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::IsOk;

std::unique_ptr<Dataset> Drawn(std::vector<std::int64_t> shape, std::int64_t n) {
  MemoryData data;
  data.info.name = "drawn \"here\"";
  data.info.sample_shape = std::move(shape);
  data.info.class_names = {"a", "b\\c", "d"};
  data.info.box_low = -2;
  data.info.box_high = 1.5F;
  data.info.licence = "MIT";
  data.info.provenance = "a test";
  data.info.lawful_basis = "made here";
  ReproducibleStream stream(1, "drawn");
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < data.info.SampleSize(); ++j)
      data.features.push_back(stream.Uniform(-2.0F, 1.5F));
    data.labels.push_back(static_cast<std::int32_t>(stream.Below(3)));
  }
  return MakeMemoryDataset(std::move(data)).value();
}

// Pictures and table rows, fewer and more than a block.
TEST(SaveAsNpy, ComesBackBitByBit) {
  for (const std::int64_t n : {1, 300}) {
    for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{3, 4, 5}, {7}}) {
      const cupel::testing::ScratchFolder folder;
      const auto data = Drawn(shape, n);
      ASSERT_THAT(SaveAsNpy(*data, folder / "made"), IsOk());
      CUPEL_ASSERT_OK(const auto read, OpenDataset(folder / "made" / "dataset.toml"));
      ASSERT_EQ(read->size(), n);
      EXPECT_EQ(read->info().name, data->info().name);
      EXPECT_EQ(read->info().sample_shape, shape);
      EXPECT_EQ(read->info().class_names, data->info().class_names);
      EXPECT_EQ(read->info().box_low, -2);
      EXPECT_EQ(read->info().box_high, 1.5F);
      for (std::int64_t i = 0; i < n; ++i) {
        std::vector<float> before(static_cast<std::size_t>(data->info().SampleSize()));
        std::vector<float> after = before;
        ASSERT_TRUE(data->Read({&i, 1}, before).has_value());
        ASSERT_TRUE(read->Read({&i, 1}, after).has_value());
        ASSERT_EQ(after, before);
        ASSERT_EQ(read->labels()[static_cast<std::size_t>(i)], data->labels()[static_cast<std::size_t>(i)]);
      }
    }
  }
}

TEST(SaveAsNpy, SaysWhereItCannotWrite) {
  const cupel::testing::ScratchFolder folder;
  ASSERT_TRUE(WriteFileAtomic(folder / "file", "x"));
  EXPECT_FALSE(SaveAsNpy(*Drawn({2}, 3), folder / "file" / "below").has_value());
}

}  // namespace
}  // namespace cupel::data::dataset
