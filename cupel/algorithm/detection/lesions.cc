// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/lesions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "cupel/algorithm/detection/csv_rows.h"
#include "cupel/algorithm/detection/figures.h"
#include "cupel/algorithm/detection/parameters.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::detection {
namespace {

constexpr double kUnknownDiameter = 10;
constexpr std::array<double, 7> kRates = {0.125, 0.25, 0.5, 1, 2, 4, 8};

/// x, y and, if there is one, z.
template <typename T>
Status ReadPosition(const CsvRow& row, T& item) {
  CUPEL_TRY(item.x, row.Number("x"));
  CUPEL_TRY(item.y, row.Number("y"));
  if (row.IsEmpty("z")) return {};
  CUPEL_TRY(item.z, row.Number("z"));
  return {};
}

Status ReadTruth(const std::filesystem::path& path, Lesions& input, NameIndex& images) {
  return ReadRows(path, {{"image", "x", "y", "diameter"}, {}}, [&](const CsvRow& row) -> Status {
    Lesion lesion;
    lesion.image = images.Add(row.Text("image"));
    if (row.IsEmpty("x") && row.IsEmpty("y") && row.IsEmpty("diameter")) return {};
    CUPEL_TRY_STATUS(ReadPosition(row, lesion));
    CUPEL_TRY(lesion.diameter, row.Number("diameter"));
    CUPEL_TRY(lesion.ignore, row.Flag("ignore"));
    input.lesions.push_back(lesion);
    return {};
  });
}

Status ReadCandidates(const std::filesystem::path& path, Lesions& input, const NameIndex& images) {
  return ReadRows(path, {{"image", "x", "y", "score"}, {}}, [&](const CsvRow& row) -> Status {
    Candidate candidate;
    candidate.image = images.Find(row.Text("image"));
    if (candidate.image < 0) {
      return row.Wrong(fmt::format("image \"{}\" is not in the truth", row.Text("image")));
    }
    CUPEL_TRY_STATUS(ReadPosition(row, candidate));
    CUPEL_TRY(candidate.score, row.Number("score"));
    input.candidates.push_back(candidate);
    return {};
  });
}

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  if (!sources.truth) {
    return Fail(ErrorCode::kInvalidArgument, "lesions need a truth file", "", "name it with --truth");
  }
  auto input = std::make_unique<Lesions>();
  NameIndex images;
  CUPEL_TRY_STATUS(ReadTruth(*sources.truth, *input, images));
  CUPEL_TRY_STATUS(ReadCandidates(sources.predictions, *input, images));
  if (images.names().empty()) {
    return Fail(ErrorCode::kInvalidArgument, "there is no image to evaluate", sources.truth->string());
  }
  input->images = images.names();
  return input;
}

template <typename T>
std::vector<std::vector<const T*>> ByImage(std::span<const T> items, std::size_t images) {
  std::vector<std::vector<const T*>> grouped(images);
  for (const T& item : items) grouped[static_cast<std::size_t>(item.image)].push_back(&item);
  return grouped;
}

void KeepBest(std::vector<const Candidate*>& candidates, std::int64_t limit) {
  if (limit <= 0 || static_cast<std::int64_t>(candidates.size()) <= limit) return;
  std::vector<double> scores;
  for (const Candidate* candidate : candidates) scores.push_back(candidate->score);
  std::ranges::sort(scores, std::greater<>());
  const double first_out = scores[static_cast<std::size_t>(limit)];
  std::erase_if(candidates, [&](const Candidate* candidate) { return candidate->score <= first_out; });
}

bool IsOn(const Candidate& candidate, const Lesion& lesion) {
  const double radius = (lesion.diameter < 0 ? kUnknownDiameter : lesion.diameter) / 2;
  const double dx = lesion.x - candidate.x;
  const double dy = lesion.y - candidate.y;
  const double dz = lesion.z - candidate.z;
  return dx * dx + dy * dy + dz * dz < radius * radius;
}

void MatchImage(std::span<const Lesion* const> lesions, std::span<const Candidate* const> candidates,
                std::vector<Mark>& marks) {
  std::vector<bool> on_lesion(candidates.size(), false);
  for (const Lesion* lesion : lesions) {
    double best = -std::numeric_limits<double>::infinity();
    bool found = false;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (!IsOn(*candidates[i], *lesion)) continue;
      on_lesion[i] = true;
      found = true;
      best = std::max(best, candidates[i]->score);
    }
    if (found && !lesion->ignore) marks.push_back({best, lesion->image, true});
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!on_lesion[i]) marks.push_back({candidates[i]->score, candidates[i]->image, false});
  }
}

double WeightOf(std::span<const std::int32_t> images, std::span<const double> weights) {
  double sum = 0;
  for (const std::int32_t image : images) sum += weights[static_cast<std::size_t>(image)];
  return sum;
}

/// Mean over the seven rates; NaN when no lesion is drawn.
double Cpm(const FreeResponse& response, std::span<const double> weights) {
  if (WeightOf(response.lesion_image, weights) <= 0) return std::numeric_limits<double>::quiet_NaN();
  const std::vector<FrocPoint> curve = FrocCurve(response, weights);
  double sum = 0;
  for (const double rate : kRates) sum += SensitivityAt(curve, rate);
  return sum / static_cast<double>(kRates.size());
}

Json FrocFigure(std::span<const FrocPoint> curve) {
  Series series{.name = "FROC", .x = {}, .y = {}};
  for (const FrocPoint& point : curve) {
    series.x.push_back(point.false_positives);
    series.y.push_back(point.sensitivity);
  }
  return CurveFigure({"Free-response curve", "FROC 曲线"},
                     {{"False positives per image", "每图误检数"}, {"Sensitivity", "敏感度"}, true, false},
                     {std::move(series)});
}

}  // namespace

FreeResponse MatchLesions(const Lesions& input, std::int64_t max_candidates) {
  const auto lesions = ByImage(std::span<const Lesion>(input.lesions), input.images.size());
  auto candidates = ByImage(std::span<const Candidate>(input.candidates), input.images.size());
  FreeResponse response;
  for (std::size_t image = 0; image < input.images.size(); ++image) {
    KeepBest(candidates[image], max_candidates);
    MatchImage(lesions[image], candidates[image], response.marks);
    for (const Lesion* lesion : lesions[image]) {
      if (!lesion->ignore) response.lesion_image.push_back(lesion->image);
    }
  }
  std::ranges::stable_sort(response.marks, std::greater<>(), &Mark::score);
  return response;
}

std::vector<FrocPoint> FrocCurve(const FreeResponse& response, std::span<const double> weights) {
  const double lesions = WeightOf(response.lesion_image, weights);
  const double images = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<FrocPoint> curve = {{}};
  double right = 0;
  double wrong = 0;
  for (std::size_t i = 0; i < response.marks.size(); ++i) {
    const Mark& mark = response.marks[i];
    (mark.right ? right : wrong) += weights[static_cast<std::size_t>(mark.image)];
    const bool tied = i + 1 < response.marks.size() && response.marks[i + 1].score == mark.score;
    if (!tied) curve.push_back({wrong / images, right / lesions});
  }
  return curve;
}

double SensitivityAt(std::span<const FrocPoint> curve, double false_positives) {
  const auto after = std::ranges::upper_bound(curve, false_positives, {}, &FrocPoint::false_positives);
  if (after == curve.end()) return curve.back().sensitivity;
  const FrocPoint& from = *(after - 1);
  const double slope =
      (after->sensitivity - from.sensitivity) / (after->false_positives - from.false_positives);
  return slope * (false_positives - from.false_positives) + from.sensitivity;
}

Result<scheme::Evaluation> Froc(const Lesions& input, const check::Parameters& parameters,
                                const scheme::Options& options) {
  const FreeResponse response = MatchLesions(input, parameters.Integer("max_candidates"));
  scheme::Evaluation evaluation;
  if (response.lesion_image.empty()) {
    evaluation.notes.push_back(
        {"there is no lesion that counts, so there is no sensitivity", "没有参与计数的病灶，敏感度不存在"});
    return evaluation;
  }
  const auto lesions = static_cast<std::int64_t>(response.lesion_image.size());
  evaluation.metrics.push_back(scheme::Bootstrapped(
      std::string(scheme::kValue), input.size(), [&](std::span<const double> w) { return Cpm(response, w); },
      "froc.value", options));
  for (const double rate : kRates) {
    const std::string name = fmt::format("sensitivity_at_{}", rate);
    const auto at_rate = [&](std::span<const double> w) {
      if (WeightOf(response.lesion_image, w) <= 0) return std::numeric_limits<double>::quiet_NaN();
      return SensitivityAt(FrocCurve(response, w), rate);
    };
    evaluation.metrics.push_back(
        scheme::Bootstrapped(name, input.size(), at_rate, "froc." + name, options, lesions));
  }
  const std::vector<double> once(input.images.size(), 1.0);
  evaluation.figures.push_back(FrocFigure(FrocCurve(response, once)));
  return evaluation;
}

std::vector<scheme::Scheme> LesionSchemes() {
  scheme::Scheme made;
  made.id = "froc";
  made.row = "D08";
  made.title = {"Free-response sensitivity (CPM)", "自由响应敏感度（CPM）"};
  made.definition =
      "mean sensitivity at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false positives per image, linear between the points "
      "of the free-response curve";
  made.rules = {
      .matching =
          "a mark nearer to a lesion's centre than its radius finds it; a lesion counts once, with its best "
          "mark's score; marks on lesions to ignore and further marks on a lesion are left out; a mark may "
          "find two lesions",
      .ties = "equal scores are one point of the curve",
      .empty =
          "images without lesions count in the rate; beyond the last point its sensitivity; no lesion: "
          "no figure",
      .averaging = "plain mean over the seven rates"};
  made.reference =
      "LUNA16 noduleCADEvaluationLUNA16.py (as in wentaozhu/DeepLung, commit 0fedeae8), np.interp at the "
      "seven "
      "rates";
  made.test = "FrocTest.EqualsTheLuna16Script";
  made.input = &kLesions;
  made.parameters = {Count("max_candidates", 100, 0, 1000000,
                           {"Marks of an image that count, those above the score of the next; 0: all",
                            "每幅图像计入的候选数上限，0 表示全部"})};
  made.evaluate = scheme::On<Lesions, Froc>;
  return {made};
}

const scheme::InputFormat kLesions = {
    .name = "lesions",
    .meaning = {"Predictions: CSV with image, x, y, z (optional), score. Truth: CSV with image, x, y, z "
                "(optional), diameter (below 0: not known), ignore (optional); a row with the image alone "
                "stands for an image without lesions.",
                "预测：CSV，列为 image、x、y、z（可选）、score。真值：CSV，列为 "
                "image、x、y、z（可选）、diameter（负值表示未知）、ignore（可选）；仅有 image "
                "的行表示无病灶图像。"},
    .needs_truth = true,
    .read = Read};

}  // namespace cupel::algorithm::detection
