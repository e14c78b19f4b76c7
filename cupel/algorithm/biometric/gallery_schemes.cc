// SPDX-License-Identifier: Apache-2.0
// H07: re-identification.
#include <fmt/format.h>

#include <functional>

#include "cupel/algorithm/biometric/galleries.h"
#include "cupel/algorithm/biometric/mean_of_queries.h"
#include "cupel/algorithm/biometric/themes.h"
#include "cupel/algorithm/scheme/figure.h"
#include "cupel/algorithm/scheme/parameter.h"

namespace cupel::algorithm::biometric {
namespace {

using scheme::Evaluation;
using scheme::Options;

using OfQuery = std::function<double(std::span<const RankedImage>)>;

Result<Evaluation> Mean(const Galleries& input, const OfQuery& value, std::string_view stream,
                        const Options& options) {
  if (input.queries.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "no query has a match in the gallery beside its junk");
  }
  std::vector<double> values;
  for (const auto& query : input.queries) values.push_back(value(query));
  Evaluation evaluation;
  evaluation.metrics.push_back(MeanOfQueries(values, stream, options));
  if (input.without_match > 0) {
    evaluation.notes.push_back(
        {fmt::format("{} queries without a match in the gallery are left out", input.without_match),
         fmt::format("{} 个查询在底库中没有匹配项，未计入", input.without_match)});
  }
  return evaluation;
}

Result<Evaluation> Map(const Galleries& input, const check::Parameters&, const Options& options) {
  return Mean(input, AveragePrecision, "reid_map.value", options);
}

Result<Evaluation> Minp(const Galleries& input, const check::Parameters&, const Options& options) {
  return Mean(input, InverseNegativePenalty, "reid_minp.value", options);
}

/// The hit rate at ranks 1 .. 50.
Json CmcFigure(const Galleries& input,
               const std::function<double(std::span<const RankedImage>, std::int64_t)>& hit) {
  constexpr std::int64_t kRanks = 50;
  std::vector<double> x;
  std::vector<double> y;
  for (std::int64_t rank = 1; rank <= kRanks; ++rank) {
    double sum = 0;
    for (const auto& query : input.queries) sum += hit(query, rank);
    x.push_back(static_cast<double>(rank));
    y.push_back(sum / static_cast<double>(input.queries.size()));
  }
  return scheme::CurveFigure({"Cumulative match characteristic", "累积匹配特性曲线"}, {"rank", false},
                             {"hit rate", false}, "CMC", x, y);
}

Result<Evaluation> Cmc(const Galleries& input, const check::Parameters& parameters, const Options& options) {
  const std::int64_t rank = parameters.Integer("rank");
  const bool is_single = parameters.Text("shots") == "single";
  const auto hit = [is_single](std::span<const RankedImage> query, std::int64_t at) {
    return is_single ? SingleShotHit(query, at) : static_cast<double>(IsHit(query, at));
  };
  CUPEL_TRY(Evaluation evaluation,
            Mean(
                input, [&](std::span<const RankedImage> query) { return hit(query, rank); }, "reid_cmc.value",
                options));
  evaluation.figures.push_back(CmcFigure(input, hit));
  return evaluation;
}

scheme::Scheme Entry(std::string_view id, check::Text title, std::string_view definition) {
  scheme::Scheme entry;
  entry.id = id;
  entry.row = "H07";
  entry.title = std::move(title);
  entry.definition = definition;
  entry.rules.matching = "gallery images of the query's identity and camera are removed";
  entry.rules.ties = "equal scores keep the file's order";
  entry.rules.empty = "queries without a match in the gallery are left out";
  entry.rules.averaging = "mean over queries; bootstrap of queries";
  entry.reference = "torchreid eval_market1501 and fast-reid eval_market1501 (mINP)";
  entry.test = "GallerySchemesTest.EqualsFastReid";
  entry.input = &kGalleries;
  return entry;
}

}  // namespace

std::vector<scheme::Scheme> GallerySchemes() {
  scheme::Scheme map = Entry("reid_map", {"Re-identification mAP", "重识别平均精度均值"},
                             "mean over matches of (matches so far) / position");
  map.evaluate = scheme::On<Galleries, Map>;
  scheme::Scheme minp =
      Entry("reid_minp", {"Re-identification mINP", "重识别 mINP"}, "matches / position of the last match");
  minp.evaluate = scheme::On<Galleries, Minp>;
  scheme::Scheme cmc = Entry("reid_cmc", {"Re-identification CMC", "重识别 CMC"},
                             "share of queries with a match among the first k");
  cmc.parameters = {
      scheme::IntegerParameter("rank", 1, 1, 1000, {"Positions that are looked at", "查看的位置数"}),
      scheme::ChoiceParameter("shots", {"multi", "single"},
                              {"single: one image of each identity is drawn (CUHK03), in expectation",
                               "single：每个身份随机取一张图像（CUHK03），取期望值"})};
  cmc.evaluate = scheme::On<Galleries, Cmc>;
  return {map, minp, cmc};
}

}  // namespace cupel::algorithm::biometric
