// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/keypoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "cupel/base/file.h"
#include "cupel/base/json.h"

namespace cupel::algorithm::segmentation {
namespace {

constexpr std::size_t kMaxPoints = 10000;

Result<const Json::Array*> AnnotationsOf(const Json& document) {
  if (document.IsArray()) return &document.AsArray();
  CUPEL_TRY(const Json* list, document.ArrayAt("annotations"));
  return &list->AsArray();
}

Result<std::vector<Keypoint>> ReadPoints(const Json& annotation) {
  CUPEL_TRY(const Json* list, annotation.ArrayAt("keypoints"));
  const Json::Array& numbers = list->AsArray();
  if (numbers.empty() || numbers.size() % 3 != 0 || numbers.size() > 3 * kMaxPoints) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("keypoints must be x, y, v of 1 to {} points, got {} numbers", kMaxPoints,
                            numbers.size()));
  }
  if (!std::ranges::all_of(numbers, &Json::IsNumber)) {
    return Fail(ErrorCode::kCorrupt, "keypoints must be numbers");
  }
  std::vector<Keypoint> points;
  for (std::size_t k = 0; k < numbers.size(); k += 3) {
    points.push_back({numbers[k].AsNumber(), numbers[k + 1].AsNumber(), numbers[k + 2].AsNumber() > 0});
  }
  return points;
}

Result<std::optional<double>> OptionalNumber(const Json& annotation, std::string_view member) {
  if (annotation.Find(member) == nullptr) return std::optional<double>();
  CUPEL_TRY(const double number, annotation.NumberAt(member));
  return std::optional(number);
}

Result<std::optional<data::annotation::Box>> OptionalBox(const Json& annotation) {
  if (annotation.Find("bbox") == nullptr) return std::optional<data::annotation::Box>();
  CUPEL_TRY(const Json* list, annotation.ArrayAt("bbox"));
  const Json::Array& sides = list->AsArray();
  if (sides.size() != 4 || !std::ranges::all_of(sides, &Json::IsNumber)) {
    return Fail(ErrorCode::kCorrupt, "bbox must be four numbers");
  }
  return std::optional(data::annotation::Box{.x = sides[0].AsNumber(),
                                             .y = sides[1].AsNumber(),
                                             .w = sides[2].AsNumber(),
                                             .h = sides[3].AsNumber()});
}

Result<Subject> ReadSubject(const Json& annotation) {
  Subject subject;
  CUPEL_TRY(subject.id, annotation.IntegerAt("id"));
  CUPEL_TRY(subject.truth, ReadPoints(annotation));
  CUPEL_TRY(subject.box, OptionalBox(annotation));
  CUPEL_TRY(subject.area, OptionalNumber(annotation, "area"));
  CUPEL_TRY(subject.head_size, OptionalNumber(annotation, "head_size"));
  const Json* image = annotation.Find("image_id");
  subject.image = image == nullptr    ? fmt::format("annotation {}", subject.id)
                  : image->IsString() ? image->AsString()
                                      : image->Canonical();
  return subject;
}

/// Calls `read` for each annotation; its errors get the file and the place.
template <typename Read>
Status ForEachAnnotation(std::string_view text, const std::string& name, Read read) {
  Result<Json> document = Json::Parse(text);
  if (!document) return FailAt(name, std::move(document).error());
  Result<const Json::Array*> list = AnnotationsOf(*document);
  if (!list) return FailAt(name, std::move(list).error());
  for (std::size_t k = 0; k < (*list)->size(); ++k) {
    Status status = read((**list)[k]);
    if (!status) return FailAt(fmt::format("{}: annotations[{}]", name, k), std::move(status).error());
  }
  return {};
}

Result<std::unique_ptr<scheme::Input>> ReadKeypoints(const scheme::Sources& sources) {
  if (!sources.truth) {
    return Fail(ErrorCode::kInvalidArgument, "keypoints are compared with a truth",
                sources.predictions.string(), "give it with --truth");
  }
  CUPEL_TRY(const std::string truth, ReadTextFile(*sources.truth));
  CUPEL_TRY(const std::string answers, ReadTextFile(sources.predictions));
  CUPEL_TRY(std::vector<Subject> subjects,
            ParseKeypoints(truth, sources.truth->string(), answers, sources.predictions.string()));
  return std::make_unique<KeypointsInput>(std::move(subjects));
}

/// The mean of some true points.
Result<Keypoint> MeanPoint(const Subject& subject, std::span<const std::int64_t> indices) {
  Keypoint mean;
  for (const std::int64_t index : indices) {
    if (index < 0 || index >= static_cast<std::int64_t>(subject.truth.size())) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("there is no point {}, points are 0 to {}", index, subject.truth.size() - 1));
    }
    const Keypoint& point = subject.truth[static_cast<std::size_t>(index)];
    mean.x += point.x / static_cast<double>(indices.size());
    mean.y += point.y / static_cast<double>(indices.size());
  }
  return mean;
}

}  // namespace

Result<std::vector<Subject>> ParseKeypoints(std::string_view truth, const std::string& truth_name,
                                            std::string_view answers, const std::string& answers_name) {
  std::vector<Subject> subjects;
  std::map<std::int64_t, std::size_t> places;
  CUPEL_TRY_STATUS(ForEachAnnotation(truth, truth_name, [&](const Json& annotation) -> Status {
    Result<Subject> subject = ReadSubject(annotation);
    if (!subject) return tl::unexpected(std::move(subject).error());
    if (!places.emplace(subject->id, subjects.size()).second) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("id {} stands twice", subject->id));
    }
    if (!subjects.empty() && subject->truth.size() != subjects.front().truth.size()) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("{} points, where the first annotation has {}", subject->truth.size(),
                              subjects.front().truth.size()));
    }
    subjects.push_back(*std::move(subject));
    return {};
  }));
  if (subjects.empty()) return Fail(ErrorCode::kInvalidArgument, "the truth has no annotation", truth_name);
  CUPEL_TRY_STATUS(ForEachAnnotation(answers, answers_name, [&](const Json& annotation) -> Status {
    CUPEL_TRY(const std::int64_t id, annotation.IntegerAt("id"));
    CUPEL_TRY(std::vector<Keypoint> points, ReadPoints(annotation));
    const auto place = places.find(id);
    if (place == places.end()) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("the truth has no annotation {}", id));
    }
    Subject& subject = subjects[place->second];
    if (!subject.answer.empty()) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("annotation {} is answered twice", id));
    }
    if (points.size() != subject.truth.size()) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("{} points, where the truth has {}", points.size(), subject.truth.size()));
    }
    subject.answer = std::move(points);
    return {};
  }));
  return subjects;
}

const scheme::InputFormat kKeypoints = {
    .name = "keypoints",
    .meaning =
        {"JSON: truth {\"annotations\": [{\"id\", \"image_id\", \"keypoints\": [x, y, v, ...], \"bbox\", "
         "\"area\", \"head_size\"}]}, answers [{\"id\", \"keypoints\"}], the id naming the annotation",
         "JSON：真值 {\"annotations\": [{\"id\", \"image_id\", \"keypoints\": [x, y, v, ...], \"bbox\", "
         "\"area\", \"head_size\"}]}，结果 [{\"id\", \"keypoints\"}]，按 id 对应"},
    .needs_truth = true,
    .read = ReadKeypoints};

Result<double> NormaliserOf(const Subject& subject, Normaliser normaliser, std::span<const std::int64_t> left,
                            std::span<const std::int64_t> right) {
  const std::string place = fmt::format("annotation {}", subject.id);
  double size = 0;
  if (normaliser == Normaliser::kPair) {
    CUPEL_TRY(const Keypoint a, MeanPoint(subject, left));
    CUPEL_TRY(const Keypoint b, MeanPoint(subject, right));
    size = std::hypot(a.x - b.x, a.y - b.y);
  } else if (normaliser == Normaliser::kHead) {
    if (!subject.head_size) return Fail(ErrorCode::kInvalidArgument, "there is no head_size", place);
    size = *subject.head_size;
  } else {
    if (!subject.box) return Fail(ErrorCode::kInvalidArgument, "there is no bbox", place);
    size = normaliser == Normaliser::kBox ? std::max(subject.box->w, subject.box->h)
                                          : std::sqrt(subject.box->w * subject.box->h);
  }
  if (!(size > 0)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("the size to divide by must be > 0, got {}", size),
                place);
  }
  return size;
}

double Oks(const Subject& subject, std::span<const double> sigmas) {
  CUPEL_CHECK(subject.area && subject.box && sigmas.size() == subject.truth.size() &&
              subject.answer.size() == subject.truth.size());
  const data::annotation::Box& box = *subject.box;
  const bool annotated = std::ranges::any_of(subject.truth, &Keypoint::visible);
  const auto outside = [](double value, double begin, double size) {
    return std::max(0.0, begin - size - value) + std::max(0.0, value - (begin + size * 2));
  };
  double sum = 0, count = 0;
  for (std::size_t k = 0; k < sigmas.size(); ++k) {
    if (annotated && !subject.truth[k].visible) continue;
    const double x =
        annotated ? subject.answer[k].x - subject.truth[k].x : outside(subject.answer[k].x, box.x, box.w);
    const double y =
        annotated ? subject.answer[k].y - subject.truth[k].y : outside(subject.answer[k].y, box.y, box.h);
    const double variance = (sigmas[k] * 2) * (sigmas[k] * 2);
    sum += std::exp(
        -((x * x + y * y) / variance / (*subject.area + std::numeric_limits<double>::epsilon()) / 2));
    count += 1;
  }
  return sum / count;
}

std::span<const double> CocoSigmas() {
  static constexpr std::array<double, 17> kSigmas = {.026, .025, .025, .035, .035, .079, .079, .072, .072,
                                                     .062, .062, .107, .107, .087, .087, .089, .089};
  return kSigmas;
}

std::optional<double> MeanError(const Subject& subject, double normaliser) {
  if (subject.answer.empty()) return std::nullopt;
  double sum = 0;
  for (std::size_t k = 0; k < subject.truth.size(); ++k) {
    const double x = subject.answer[k].x - subject.truth[k].x;
    const double y = subject.answer[k].y - subject.truth[k].y;
    sum += std::sqrt(x * x + y * y) / normaliser;
  }
  return sum / static_cast<double>(subject.truth.size());
}

double ErrorCurveArea(std::span<const std::optional<double>> errors, double limit) {
  double area = 0;
  for (const std::optional<double>& error : errors) {
    if (error) area += std::max(0.0, limit - *error) / limit;
  }
  return area / static_cast<double>(errors.size());
}

}  // namespace cupel::algorithm::segmentation
