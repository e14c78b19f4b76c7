// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/faithfulness_figures.h"

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/explain/heat_map.h"

namespace cupel::algorithm::explain {
namespace {

using check::Text;

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
  for (const PicturedMaps& maps_of_one : maps) {
    CUPEL_TRY(Json input, InputCell(info, maps_of_one.x));
    CUPEL_TRY(Json map, HeatMapCell(info, maps_of_one.map));
    CUPEL_TRY(Json control, HeatMapCell(info, maps_of_one.control));
    Json row;
    const std::string& name = info.class_names[static_cast<std::size_t>(maps_of_one.target_class)];
    row["caption"] = ToJson(Text{"answer: " + name, "回答：" + name});
    row["cells"] = Json::Array{std::move(input), std::move(map), std::move(control)};
    figure["rows"].Append(std::move(row));
  }
  return figure;
}

}  // namespace cupel::algorithm::explain
