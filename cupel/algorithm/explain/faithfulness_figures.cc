// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/faithfulness_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/data/image/codec.h"

namespace cupel::algorithm::explain {
namespace {

using check::Text;

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
std::vector<float> HeatMap(const std::vector<double>& map, std::size_t places) {
  std::vector<double> sums(places, 0.0);
  for (std::size_t i = 0; i < map.size(); ++i) sums[i % places] += map[i];
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

Json Series(Text name, const std::vector<SampleFaithfulness>& samples,
            const std::vector<double>& (*curve)(const SampleFaithfulness&)) {
  Json series;
  series["name"] = ToJson(name);
  const std::size_t points = curve(samples.front()).size();
  for (std::size_t i = 0; i < points; ++i) {
    double sum = 0;
    for (const SampleFaithfulness& sample : samples) sum += curve(sample)[i];
    series["x"].Append(static_cast<double>(i) / static_cast<double>(points - 1));
    series["y"].Append(sum / static_cast<double>(samples.size()));
  }
  return series;
}

}  // namespace

bool CanPicture(const std::vector<std::int64_t>& sample_shape) {
  return sample_shape.size() == 3 && (sample_shape[0] == 1 || sample_shape[0] == 3);
}

Json RemovalFigure(const std::vector<SampleFaithfulness>& samples) {
  Json figure;
  figure["type"] = "curve";
  figure["title"] = ToJson(Text{"Confidence while pixels are removed or added", "删除或插入像素时的置信度"});
  figure["caption"] =
      ToJson(Text{"A faithful map falls faster than random order in deletion and rises faster in insertion.",
                  "忠实的归因图在删除时比随机顺序下降更快，在插入时上升更快。"});
  figure["series"] =
      Json::Array{Series({"deletion, by attribution", "删除（按归因）"}, samples,
                         [](const SampleFaithfulness& s) -> const auto& { return s.map.deletion; }),
                  Series({"deletion, random", "删除（随机）"}, samples,
                         [](const SampleFaithfulness& s) -> const auto& { return s.random.deletion; }),
                  Series({"insertion, by attribution", "插入（按归因）"}, samples,
                         [](const SampleFaithfulness& s) -> const auto& { return s.map.insertion; }),
                  Series({"insertion, random", "插入（随机）"}, samples,
                         [](const SampleFaithfulness& s) -> const auto& { return s.random.insertion; })};
  figure["xLabel"] = ToJson(Text{"share of pixels", "像素比例"});
  figure["yLabel"] = ToJson(Text{"probability of the class", "该类别的概率"});
  figure["xUnit"] = "fraction";
  figure["yUnit"] = "fraction";
  figure["yMin"] = 0;
  figure["yMax"] = 1;
  return figure;
}

Result<Json> HeatMapFigure(const std::vector<PicturedMaps>& maps, const data::dataset::DatasetInfo& info) {
  Json figure;
  figure["type"] = "images";
  figure["title"] =
      ToJson(Text{"What the model looks at (integrated gradients)", "模型关注的区域（积分梯度）"});
  figure["caption"] =
      ToJson(Text{"Red speaks for the class, blue against it. The last column is the control: the same "
                  "network with random weights.",
                  "红色支持该类别，蓝色反对。最后一列为对照："
                  "权重随机化后的同一网络。"});
  figure["columns"] = Json::Array{ToJson(Text{"input", "输入"}), ToJson(Text{"attribution", "归因"}),
                                  ToJson(Text{"random weights", "随机权重"})};
  const auto places = static_cast<std::size_t>(info.sample_shape[1] * info.sample_shape[2]);
  for (const PicturedMaps& maps_of_one : maps) {
    std::vector<float> light = maps_of_one.x;
    for (float& value : light) value = (value - info.box_low) / (info.box_high - info.box_low);
    CUPEL_TRY(Json input, Cell(info.sample_shape[0], info.sample_shape, light));
    CUPEL_TRY(Json map, Cell(3, info.sample_shape, HeatMap(maps_of_one.map, places)));
    CUPEL_TRY(Json control, Cell(3, info.sample_shape, HeatMap(maps_of_one.control, places)));
    Json row;
    const std::string& name = info.class_names[static_cast<std::size_t>(maps_of_one.target_class)];
    row["caption"] = ToJson(Text{"answer: " + name, "回答：" + name});
    row["cells"] = Json::Array{std::move(input), std::move(map), std::move(control)};
    figure["rows"].Append(std::move(row));
  }
  return figure;
}

}  // namespace cupel::algorithm::explain
