// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reading licence plates (catalogue D11): found and read without an error, by the rule of CCPD (Xu et al.,
/// ECCV 2018): IoU above 0.6 and all characters right.

#include <optional>

#include "cupel/algorithm/detection/detections.h"

namespace cupel::algorithm::detection {

struct Plate {
  std::int32_t image = 0;
  std::string text;
  std::optional<Box> box;
  double score = 1;
};

struct Plates : scheme::Input {
  std::vector<std::string> images;
  std::vector<Plate> truth;
  std::vector<Plate> read;
  std::int64_t size() const override { return static_cast<std::int64_t>(images.size()); }
};

/// "plates": two CSV files.
extern const scheme::InputFormat kPlates;

/// What became of each plate of the truth.
struct PlateReading {
  bool found = false;
  bool exact = false;
  std::int64_t characters = 0;  ///< Of the truth.
  std::int64_t right = 0;       ///< Equal at the same place.
};

/// By falling score, the free plate of the image with the largest IoU > overlap. Plates without boxes match
/// any of their image: there must be one at most.
std::vector<PlateReading> ReadPlates(const Plates& plates, double overlap);

Result<scheme::Evaluation> PlateReadRate(const Plates& plates, const check::Parameters& parameters,
                                         const scheme::Options& options);

std::vector<scheme::Scheme> PlateSchemes();

}  // namespace cupel::algorithm::detection
