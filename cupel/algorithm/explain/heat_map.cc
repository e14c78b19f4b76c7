// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/heat_map.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/explain/localisation.h"
#include "cupel/data/image/codec.h"

namespace cupel::algorithm::explain {
namespace {

Result<Json> Cell(std::int64_t channels, const std::vector<std::int64_t>& shape,
                  std::span<const float> values) {
  CUPEL_TRY(const data::image::Image image, data::image::MakeImage(channels, shape[1], shape[2], values));
  CUPEL_TRY(const Bytes png, data::image::EncodePng(image));
  Json cell;
  cell["png"] = "data:image/png;base64," + ToBase64(png);
  return cell;
}

// Attributions summed over channels, as red (for) and blue (against) on white, scaled to the 99th percentile
// so that one pixel does not wash out the rest.
std::vector<float> HeatMap(const std::vector<double>& map, const std::vector<std::int64_t>& shape) {
  const std::vector<double> sums = PlaceSums(map, shape);
  const std::size_t places = sums.size();
  std::vector<double> sizes(places);
  std::transform(sums.begin(), sums.end(), sizes.begin(), [](double value) { return std::abs(value); });
  const auto high = sizes.begin() + static_cast<std::ptrdiff_t>((places - 1) * 99 / 100);
  std::nth_element(sizes.begin(), high, sizes.end());
  const double scale = *high > 0 ? *high : std::max(1e-300, *std::max_element(sizes.begin(), sizes.end()));
  std::vector<float> colours(3 * places);
  for (std::size_t i = 0; i < places; ++i) {
    const auto strength = static_cast<float>(std::clamp(sums[i] / scale, -1.0, 1.0));
    colours[i] = strength < 0 ? 1 + strength : 1;
    colours[places + i] = 1 - std::abs(strength);
    colours[2 * places + i] = strength > 0 ? 1 - strength : 1;
  }
  return colours;
}

}  // namespace

bool CanPicture(const std::vector<std::int64_t>& sample_shape) {
  return sample_shape.size() == 3 && (sample_shape[0] == 1 || sample_shape[0] == 3);
}

Result<Json> InputCell(const data::dataset::DatasetInfo& info, std::span<const float> x) {
  std::vector<float> light(x.begin(), x.end());
  for (float& value : light) value = (value - info.box_low) / (info.box_high - info.box_low);
  return Cell(info.sample_shape[0], info.sample_shape, light);
}

Result<Bytes> HeatMapPng(const data::dataset::DatasetInfo& info, const std::vector<double>& map) {
  CUPEL_TRY(
      const data::image::Image image,
      data::image::MakeImage(3, info.sample_shape[1], info.sample_shape[2], HeatMap(map, info.sample_shape)));
  return data::image::EncodePng(image);
}

Result<Json> HeatMapCell(const data::dataset::DatasetInfo& info, const std::vector<double>& map) {
  return Cell(3, info.sample_shape, HeatMap(map, info.sample_shape));
}

Result<Json> WithheldCell(const data::dataset::DatasetInfo& info, const check::Text& why) {
  const auto places = static_cast<std::size_t>(info.sample_shape[1] * info.sample_shape[2]);
  CUPEL_TRY(Json cell, Cell(1, info.sample_shape, std::vector<float>(places, 0.75F)));
  cell["caption"] = ToJson(why);
  return cell;
}

}  // namespace cupel::algorithm::explain
