// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Points of a body or a face, true and answered.
///
///     truth    {"annotations": [{"id": 1, "image_id": 7, "keypoints": [x, y, v, ...], "bbox": [x, y, w, h]?,
///                                "area": a?, "head_size": s?}, ...]}
///     answers  [{"id": 1, "keypoints": [x, y, v, ...]}, ...]    (or the truth's form)
///
/// COCO's members; v > 0 marks a point of the truth that is annotated, v of an answer is not read. An answer
/// belongs to the annotation with its id (a person's box was given); an annotation without one counts as all
/// wrong. All have equally many points. Other members are not read.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::algorithm::segmentation {

struct Keypoint {
  double x = 0;
  double y = 0;
  bool visible = false;
};

struct Subject {
  std::int64_t id = 0;
  std::string image;  ///< image_id as text; the id when there is none.
  std::vector<Keypoint> truth;
  std::vector<Keypoint> answer;  ///< Empty: none.
  std::optional<data::annotation::Box> box;
  std::optional<double> area;
  std::optional<double> head_size;
};

class KeypointsInput : public scheme::Input {
 public:
  explicit KeypointsInput(std::vector<Subject> subjects) : subjects_(std::move(subjects)) {}

  const std::vector<Subject>& subjects() const { return subjects_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(subjects_.size()); }

 private:
  std::vector<Subject> subjects_;
};

/// Errors: kCorrupt for JSON of another form, naming the file and the annotation's place; kInvalidArgument
/// for an answer to an annotation that is not there, an id twice, or another number of points.
Result<std::vector<Subject>> ParseKeypoints(std::string_view truth, const std::string& truth_name,
                                            std::string_view answers, const std::string& answers_name);

/// "keypoints"
extern const scheme::InputFormat kKeypoints;

/// By what a distance is divided.
enum class Normaliser {
  kHead,  ///< head_size (MPII: 0.6 of the head box's diagonal).
  kBox,   ///< The longer side of the box.
  kArea,  ///< sqrt(w h) of the box.
  kPair,  ///< The distance of two true points (or the means of two groups): eye corners, torso.
};

/// Errors: kInvalidArgument when the subject lacks what the normaliser needs, or it is not > 0. left, right:
/// of kPair, indices of points.
Result<double> NormaliserOf(const Subject& subject, Normaliser normaliser, std::span<const std::int64_t> left,
                            std::span<const std::int64_t> right);

/// Object keypoint similarity, the mean over annotated points of exp(-d^2 / (2 (area + 2^-52) (2 sigma)^2)).
/// An annotation without annotated points is measured by how far points lie outside its box enlarged
/// threefold. Source: cocoapi `cocoeval.py`, computeOks. Preconditions: area and box are there, as many
/// sigmas as points, there is an answer.
double Oks(const Subject& subject, std::span<const double> sigmas);

/// COCO's sigmas of the 17 points of a person.
std::span<const double> CocoSigmas();

/// The mean distance of points over the normaliser; no value without an answer. All points count, visible or
/// not (300-W).
std::optional<double> MeanError(const Subject& subject, double normaliser);

/// The area under the share of faces with error <= e, over e from 0 to `limit`, divided by limit: exact, as
/// the mean of max(0, limit - error) / limit. Faces without an answer have none. Precondition: limit > 0.
double ErrorCurveArea(std::span<const std::optional<double>> errors, double limit);

}  // namespace cupel::algorithm::segmentation
