// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/figures.h"

#include <algorithm>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/data/image/codec.h"

namespace cupel::algorithm::backdoor {
namespace {

constexpr std::size_t kMostBars = 100;

}  // namespace

bool CanPicture(const data::dataset::DatasetInfo& info) {
  return info.IsImage() && (info.sample_shape[0] == 1 || info.sample_shape[0] == 3);
}

Result<Json> PictureCell(std::int64_t channels, const data::dataset::DatasetInfo& info,
                         std::span<const float> values, float low, float high, const check::Text& caption) {
  std::vector<float> light(values.begin(), values.end());
  for (float& value : light) value = (value - low) / (high - low);
  CUPEL_TRY(const data::image::Image image,
            data::image::MakeImage(channels, info.sample_shape[1], info.sample_shape[2], light));
  CUPEL_TRY(const Bytes png, data::image::EncodePng(image));
  Json cell;
  cell["png"] = "data:image/png;base64," + ToBase64(png);
  cell["caption"] = ToJson(caption);
  return cell;
}

Result<Json> SampleCell(const data::dataset::DatasetInfo& info, std::span<const float> sample,
                        const check::Text& caption) {
  return PictureCell(info.sample_shape[0], info, sample, info.box_low, info.box_high, caption);
}

Json ClassBars(const check::Text& title, const check::Text& value_label,
               const std::vector<std::string>& class_names, std::span<const check::Metric> values,
               std::optional<double> reference) {
  Json figure;
  figure["type"] = "bars";
  figure["title"] = ToJson(title);
  figure["valueLabel"] = ToJson(value_label);
  for (std::size_t i = 0; i < std::min(values.size(), kMostBars); ++i) {
    Json bar;
    bar["label"] = class_names[i];
    bar["value"] = JsonOrNull(values[i].value);
    if (values[i].interval) {
      bar["low"] = values[i].interval->low;
      bar["high"] = values[i].interval->high;
    }
    figure["series"].Append(std::move(bar));
  }
  if (reference) figure["reference"] = JsonOrNull(*reference);
  figure["min"] = 0;
  return figure;
}

const std::string& ClassName(const data::dataset::DatasetInfo& info, std::int32_t label) {
  return info.class_names[static_cast<std::size_t>(label)];
}

}  // namespace cupel::algorithm::backdoor
