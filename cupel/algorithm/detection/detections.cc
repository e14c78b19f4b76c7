// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/detections.h"

#include <algorithm>
#include <limits>
#include <numeric>

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

/// Indices of objects by class, within it by image, within it in the order of the file.
struct ByClass {
  ByClass(std::span<const Object> all, std::size_t classes, std::size_t images) : objects(all) {
    order.resize(objects.size());
    std::iota(order.begin(), order.end(), 0);
    CountingPass(order, images, [this](std::int32_t i) { return static_cast<std::size_t>(At(i).source); });
    begin = CountingPass(order, classes,
                         [this](std::int32_t i) { return static_cast<std::size_t>(At(i).category); });
  }

  const Object& At(std::int32_t i) const { return objects[static_cast<std::size_t>(i)]; }
  std::int32_t ImageAt(std::size_t place) const { return At(order[place]).source; }
  std::size_t RunEnd(std::size_t place, std::size_t category, std::int32_t image) const {
    while (place < begin[category + 1] && ImageAt(place) == image) ++place;
    return place;
  }

  std::span<const Object> objects;
  std::vector<std::int32_t> order;
  std::vector<std::size_t> begin;  ///< [c + 1]: class k has order[begin[k]] to order[begin[k + 1]].
};

}  // namespace

void ForEachCell(const Annotations& truth, std::span<const Object> found,
                 const std::function<void(const Cell& cell)>& visit) {
  const std::size_t classes = truth.categories.size();
  const ByClass own(truth.objects, classes, truth.sources.size());
  const ByClass answers(found, classes, truth.sources.size());
  constexpr std::int32_t kNone = std::numeric_limits<std::int32_t>::max();
  for (std::size_t k = 0; k < classes; ++k) {
    std::size_t t = own.begin[k];
    std::size_t d = answers.begin[k];
    while (t < own.begin[k + 1] || d < answers.begin[k + 1]) {
      const std::int32_t image = std::min(t < own.begin[k + 1] ? own.ImageAt(t) : kNone,
                                          d < answers.begin[k + 1] ? answers.ImageAt(d) : kNone);
      const std::size_t t_end = own.RunEnd(t, k, image);
      const std::size_t d_end = answers.RunEnd(d, k, image);
      visit({k, image, std::span(own.order).subspan(t, t_end - t),
             std::span(answers.order).subspan(d, d_end - d)});
      t = t_end;
      d = d_end;
    }
  }
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
