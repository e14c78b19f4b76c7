// SPDX-License-Identifier: Apache-2.0

/// Schemes of points of bodies and faces. The unit of intervals is the picture, with all its annotations.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/segmentation/class_values.h"
#include "cupel/algorithm/segmentation/schemes.h"

namespace cupel::algorithm::segmentation {
namespace {

using check::Parameters;

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMaxPointMetrics = 256;
constexpr std::size_t kCurveSteps = 100;

/// Sums over the annotations of a picture.
struct Ratio {
  double sum = 0;
  double count = 0;
};

/// [pictures], in the order in which they first appear; ratio_of: of each annotation.
template <typename RatioOf>
std::vector<Ratio> ByImage(const std::vector<Subject>& subjects, RatioOf ratio_of) {
  std::map<std::string_view, std::size_t> places;
  std::vector<Ratio> images;
  for (std::size_t k = 0; k < subjects.size(); ++k) {
    const auto [place, is_new] = places.emplace(subjects[k].image, images.size());
    if (is_new) images.emplace_back();
    const Ratio ratio = ratio_of(k);
    images[place->second].sum += ratio.sum;
    images[place->second].count += ratio.count;
  }
  return images;
}

/// sum / count over pictures. Precondition: some count is not 0.
check::Metric RatioMetric(std::string name, std::string_view scheme, const std::vector<Ratio>& images,
                          const Options& options) {
  double count = 0;
  for (const Ratio& image : images) count += image.count;
  const auto statistic = [&](std::span<const double> weights) {
    Ratio all;
    for (std::size_t k = 0; k < images.size(); ++k) {
      all.sum += weights[k] * images[k].sum;
      all.count += weights[k] * images[k].count;
    }
    return all.count > 0 ? all.sum / all.count : kNoValue;
  };
  const std::string stream = fmt::format("{}.{}", scheme, name);
  return scheme::Bootstrapped(std::move(name), static_cast<std::int64_t>(images.size()), statistic, stream,
                              options, static_cast<std::int64_t>(count));
}

std::vector<std::int64_t> Indices(const Parameters& parameters, std::string_view name) {
  std::vector<std::int64_t> indices;
  for (const double value : parameters.Reals(name)) indices.push_back(static_cast<std::int64_t>(value));
  return indices;
}

/// [subjects]
Result<std::vector<double>> Normalisers(const KeypointsInput& input, const Parameters& parameters) {
  const std::string& name = parameters.Text("normaliser");
  const Normaliser normaliser = name == "head"   ? Normaliser::kHead
                                : name == "box"  ? Normaliser::kBox
                                : name == "area" ? Normaliser::kArea
                                                 : Normaliser::kPair;
  const std::vector<std::int64_t> left = Indices(parameters, "left"), right = Indices(parameters, "right");
  std::vector<double> sizes;
  for (const Subject& subject : input.subjects()) {
    CUPEL_TRY(const double size, NormaliserOf(subject, normaliser, left, right));
    sizes.push_back(size);
  }
  return sizes;
}

bool PointIsNear(const Subject& subject, std::size_t point, double size, double fraction) {
  if (subject.answer.empty()) return false;
  const double x = subject.answer[point].x - subject.truth[point].x;
  const double y = subject.answer[point].y - subject.truth[point].y;
  return std::sqrt(x * x + y * y) / size <= fraction;
}

/// Right and annotated points from `first` to `last` of an annotation, those of `skip` left out.
Ratio NearPoints(const Subject& subject, std::size_t first, std::size_t last,
                 const std::vector<std::int64_t>& skip, double size, double fraction) {
  Ratio ratio;
  for (std::size_t point = first; point < last; ++point) {
    if (!subject.truth[point].visible) continue;
    if (std::ranges::find(skip, static_cast<std::int64_t>(point)) != skip.end()) continue;
    ratio.count += 1;
    if (PointIsNear(subject, point, size, fraction)) ratio.sum += 1;
  }
  return ratio;
}

bool IsEmpty(const std::vector<Ratio>& images) {
  return std::ranges::all_of(images, [](const Ratio& image) { return image.count == 0; });
}

Json ErrorCurve(const std::vector<std::optional<double>>& errors, double limit) {
  Json series;
  series["name"] = "faces";
  for (std::size_t k = 0; k <= kCurveSteps; ++k) {
    const double at = limit * static_cast<double>(k) / static_cast<double>(kCurveSteps);
    const auto below =
        std::ranges::count_if(errors, [at](const auto& error) { return error && *error <= at; });
    series["x"].Append(at);
    series["y"].Append(static_cast<double>(below) / static_cast<double>(errors.size()));
  }
  Json figure;
  figure["type"] = "curve";
  figure["title"]["en"] = "Cumulative error distribution";
  figure["title"]["zh"] = "累积误差分布";
  figure["xLabel"]["en"] = "normalised mean error";
  figure["xLabel"]["zh"] = "归一化平均误差";
  figure["yMin"] = 0;
  figure["yMax"] = 1;
  figure["series"].Append(std::move(series));
  return figure;
}

}  // namespace

Result<Evaluation> EvaluatePck(const KeypointsInput& input, const Parameters& parameters,
                               const Options& options) {
  CUPEL_TRY(const std::vector<double> sizes, Normalisers(input, parameters));
  const double fraction = parameters.Real("fraction");
  const std::vector<std::int64_t> skip = Indices(parameters, "skip");
  const std::vector<Subject>& subjects = input.subjects();
  const std::size_t points = subjects.front().truth.size();
  const auto images_of = [&](std::size_t first, std::size_t last) {
    return ByImage(subjects, [&](std::size_t k) {
      return NearPoints(subjects[k], first, last, skip, sizes[k], fraction);
    });
  };
  Evaluation evaluation;
  const std::vector<Ratio> all = images_of(0, points);
  if (IsEmpty(all)) return Fail(ErrorCode::kInvalidArgument, "the truth has no annotated point");
  evaluation.metrics.push_back(RatioMetric(std::string(scheme::kValue), "pck", all, options));
  for (std::size_t point = 0; point < std::min(points, kMaxPointMetrics); ++point) {
    const std::vector<Ratio> one = images_of(point, point + 1);
    if (IsEmpty(one)) continue;
    evaluation.metrics.push_back(RatioMetric(fmt::format("point.{}", point), "pck", one, options));
  }
  evaluation.notes = SingleUnitNote(all.size());
  return evaluation;
}

Result<Evaluation> EvaluateOks(const KeypointsInput& input, const Parameters& parameters,
                               const Options& options) {
  std::vector<double> sigmas = parameters.Reals("sigmas");
  const std::vector<Subject>& subjects = input.subjects();
  const std::size_t points = subjects.front().truth.size();
  if (sigmas.empty()) sigmas.assign(CocoSigmas().begin(), CocoSigmas().end());
  if (sigmas.size() != points) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{} sigmas for {} points", sigmas.size(), points),
                "", "give one for each with @sigmas=");
  }
  for (const Subject& subject : subjects) {
    if (!subject.area || !subject.box) {
      return Fail(ErrorCode::kInvalidArgument, "there is no area or no bbox",
                  fmt::format("annotation {}", subject.id));
    }
  }
  const std::vector<Ratio> images = ByImage(subjects, [&](std::size_t k) -> Ratio {
    const Subject& subject = subjects[k];
    if (std::ranges::none_of(subject.truth, &Keypoint::visible)) return {};
    return {subject.answer.empty() ? 0 : Oks(subject, sigmas), 1};
  });
  if (IsEmpty(images)) return Fail(ErrorCode::kInvalidArgument, "the truth has no annotated point");
  Evaluation evaluation;
  evaluation.metrics.push_back(
      RatioMetric(std::string(scheme::kValue), "keypoint_similarity", images, options));
  evaluation.notes = SingleUnitNote(images.size());
  return evaluation;
}

Result<Evaluation> EvaluateMeanError(const KeypointsInput& input, const Parameters& parameters,
                                     const Options& options) {
  CUPEL_TRY(const std::vector<double> sizes, Normalisers(input, parameters));
  const double limit = parameters.Real("limit");
  const std::vector<Subject>& subjects = input.subjects();
  std::vector<std::optional<double>> errors;
  for (std::size_t k = 0; k < subjects.size(); ++k) errors.push_back(MeanError(subjects[k], sizes[k]));

  Evaluation evaluation;
  const std::vector<Ratio> measured =
      ByImage(subjects, [&](std::size_t k) { return errors[k] ? Ratio{*errors[k], 1} : Ratio{}; });
  if (IsEmpty(measured)) return Fail(ErrorCode::kInvalidArgument, "no face is answered");
  evaluation.metrics.push_back(
      RatioMetric(std::string(scheme::kValue), "mean_point_error", measured, options));
  const auto add = [&](std::string name, auto of_error) {
    const auto images =
        ByImage(subjects, [&](std::size_t k) { return Ratio{of_error(std::span(errors).subspan(k, 1)), 1}; });
    evaluation.metrics.push_back(RatioMetric(std::move(name), "mean_point_error", images, options));
  };
  add("curve_area",
      [limit](std::span<const std::optional<double>> one) { return ErrorCurveArea(one, limit); });
  add("failure_rate", [limit](std::span<const std::optional<double>> one) {
    return one.front() && *one.front() <= limit ? 0.0 : 1.0;
  });
  evaluation.notes = SingleUnitNote(measured.size());
  evaluation.figures.push_back(ErrorCurve(errors, limit));
  const auto missing = std::ranges::count_if(errors, [](const auto& error) { return !error; });
  if (missing > 0) {
    evaluation.notes.push_back(
        {fmt::format("{} of {} faces have no answer: failures that the mean error does not hold", missing,
                     errors.size()),
         fmt::format("{} / {} 张人脸没有结果：计为失败，但不计入平均误差", missing, errors.size())});
  }
  return evaluation;
}

}  // namespace cupel::algorithm::segmentation
