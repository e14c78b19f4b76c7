// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/source_dataset.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/data/dataset/csv.h"

namespace cupel::data::dataset {
namespace {

class SourceDataset : public Dataset {
 public:
  explicit SourceDataset(DatasetParts parts) : parts_(std::move(parts)) {}

  const DatasetInfo& info() const override { return parts_.info; }
  std::int64_t size() const override { return static_cast<std::int64_t>(parts_.labels.size()); }
  std::span<const std::int32_t> labels() const override { return parts_.labels; }
  const std::vector<GroupAttribute>& group_attributes() const override { return parts_.groups; }
  std::int64_t OriginalIndex(std::int64_t index) const override { return index; }

  Status Read(std::span<const std::int64_t> indices, std::span<float> features) const override {
    CUPEL_TRY_STATUS(CheckRead(*this, indices, features));
    const auto sample_size = static_cast<std::size_t>(info().SampleSize());
    for (std::size_t i = 0; i < indices.size(); ++i) {
      CUPEL_TRY_STATUS(parts_.source->ReadSample(indices[i], features.subspan(i * sample_size, sample_size)));
    }
    return {};
  }

 private:
  DatasetParts parts_;
};

}  // namespace

Status CheckRead(const Dataset& dataset, std::span<const std::int64_t> indices, std::span<float> features) {
  for (const std::int64_t index : indices) {
    if (index < 0 || index >= dataset.size()) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("sample {} is outside 0 .. {}", index, dataset.size() - 1),
                  dataset.info().name);
    }
  }
  const std::int64_t needed = static_cast<std::int64_t>(indices.size()) * dataset.info().SampleSize();
  if (static_cast<std::int64_t>(features.size()) != needed) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} values are needed, got room for {}", needed, features.size()),
                dataset.info().name);
  }
  return {};
}

Result<std::unique_ptr<Dataset>> MakeSourceDataset(DatasetParts parts) {
  if (parts.labels.empty())
    return Fail(ErrorCode::kInvalidArgument, "the data set has no sample", parts.info.name);
  const std::int32_t largest = *std::ranges::max_element(parts.labels);
  if (parts.info.class_names.empty()) parts.info.class_names = NumberedClasses(std::int64_t{largest} + 1);
  const auto classes = static_cast<std::int64_t>(parts.info.class_names.size());
  for (std::size_t i = 0; i < parts.labels.size(); ++i) {
    if (parts.labels[i] >= 0 && parts.labels[i] < classes) continue;
    return Fail(ErrorCode::kCorrupt,
                fmt::format("label {} of sample {} is outside 0 .. {}", parts.labels[i], i, classes - 1),
                parts.info.name, "list every class in class_names");
  }
  for (const GroupAttribute& group : parts.groups) {
    const auto count = static_cast<std::int32_t>(group.group_names.size());
    const bool fits =
        std::ranges::all_of(group.group_of, [&](std::int32_t of) { return of >= -1 && of < count; });
    if (group.group_of.size() != parts.labels.size() || !fits) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("group attribute \"{}\" has {} values for {} samples, or one without a name",
                              group.name, group.group_of.size(), parts.labels.size()),
                  parts.info.name);
    }
  }
  return std::make_unique<SourceDataset>(std::move(parts));
}

}  // namespace cupel::data::dataset
