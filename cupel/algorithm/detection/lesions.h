// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Free-response evaluation of lesions (catalogue D08): candidates are points with a score, lesions are
/// spheres; as the LUNA16 challenge does it.

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::detection {

struct Lesion {
  std::int32_t image = 0;
  double x = 0;
  double y = 0;
  double z = 0;
  double diameter = 0;  ///< Below 0: not known, 10.
  bool ignore = false;  ///< Irrelevant: marks on it are neither right nor wrong.
};

struct Candidate {
  std::int32_t image = 0;
  double x = 0;
  double y = 0;
  double z = 0;
  double score = 0;
};

struct Lesions : scheme::Input {
  std::vector<std::string> images;  ///< Also those without a lesion.
  std::vector<Lesion> lesions;
  std::vector<Candidate> candidates;
  std::int64_t size() const override { return static_cast<std::int64_t>(images.size()); }
};

/// "lesions": two CSV files.
extern const scheme::InputFormat kLesions;

/// A mark after matching.
struct Mark {
  double score = 0;
  std::int32_t image = 0;
  bool right = false;
};

struct FreeResponse {
  std::vector<Mark> marks;                 ///< By falling score.
  std::vector<std::int32_t> lesion_image;  ///< Of every lesion that counts.
};

/// A lesion is found by the marks whose distance to its centre is below its radius, and counts once, with the
/// best of their scores; further marks on it are left out, as are marks on lesions to ignore. All others are
/// false positives. max_candidates: of each image only those scoring above the (max_candidates + 1)-th; 0:
/// all.
FreeResponse MatchLesions(const Lesions& input, std::int64_t max_candidates);

struct FrocPoint {
  double false_positives = 0;  ///< Per image.
  double sensitivity = 0;
};

/// From (0, 0), one point a distinct score. weights: how often each image counts. Precondition: the lesions'
/// weights do not sum to 0.
std::vector<FrocPoint> FrocCurve(const FreeResponse& response, std::span<const double> weights);

/// Linear between points, as NumPy's interp: beyond the last point its sensitivity.
double SensitivityAt(std::span<const FrocPoint> curve, double false_positives);

Result<scheme::Evaluation> Froc(const Lesions& input, const check::Parameters& parameters,
                                const scheme::Options& options);

std::vector<scheme::Scheme> LesionSchemes();

}  // namespace cupel::algorithm::detection
