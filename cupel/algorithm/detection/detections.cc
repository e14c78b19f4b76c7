// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/detections.h"

#include "cupel/data/annotation/coco.h"

namespace cupel::algorithm::detection {
namespace {

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  if (!sources.truth) {
    return Fail(ErrorCode::kInvalidArgument, "detections need a truth file", "",
                "name the COCO instances file with --truth");
  }
  auto detections = std::make_unique<Detections>();
  CUPEL_TRY(detections->truth, data::annotation::ReadCocoTruth(*sources.truth));
  if (detections->truth.sources.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "there is no image to evaluate", sources.truth->string());
  }
  CUPEL_TRY(detections->found, data::annotation::ReadCocoResults(sources.predictions, detections->truth));
  return detections;
}

/// One stable pass of a counting sort.
template <typename Key>
std::vector<std::size_t> CountingPass(std::vector<std::int32_t>& order, std::size_t keys, const Key& key) {
  std::vector<std::size_t> begin(keys + 1, 0);
  for (const std::int32_t i : order) ++begin[key(i) + 1];
  for (std::size_t k = 0; k < keys; ++k) begin[k + 1] += begin[k];
  std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
  std::vector<std::int32_t> sorted(order.size());
  for (const std::int32_t i : order) sorted[next[key(i)]++] = i;
  order = std::move(sorted);
  return begin;
}

}  // namespace

ByClass GroupByClass(std::span<const Object> objects, std::size_t classes, std::size_t images) {
  ByClass grouped;
  grouped.order.resize(objects.size());
  for (std::size_t i = 0; i < objects.size(); ++i) grouped.order[i] = static_cast<std::int32_t>(i);
  const auto at = [&](std::int32_t i) -> const Object& { return objects[static_cast<std::size_t>(i)]; };
  CountingPass(grouped.order, images, [&](std::int32_t i) { return static_cast<std::size_t>(at(i).source); });
  grouped.begin = CountingPass(grouped.order, classes,
                               [&](std::int32_t i) { return static_cast<std::size_t>(at(i).category); });
  return grouped;
}

const scheme::InputFormat kDetections = {
    .name = "detections",
    .meaning = {"Predictions: a COCO results file, an array of {image_id, category_id, bbox: [x, y, w, h], "
                "score}. Truth: a COCO instances file with images, categories and annotations {id, image_id, "
                "category_id, bbox, area, iscrowd, ignore}.",
                "预测：COCO 结果文件，即 {image_id, category_id, bbox: [x, y, w, h], score} "
                "数组。真值：COCO 实例标注文件，含 images、categories 与 annotations（id、image_id、"
                "category_id、bbox、area、iscrowd、ignore）。"},
    .needs_truth = true,
    .read = Read};

}  // namespace cupel::algorithm::detection
