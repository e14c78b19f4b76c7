// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Photographs of a printed sheet, put straight and shown to the model: the second half of a
/// print-and-photograph trial.
///
/// A photographed sticker, with the colours that printer, light and camera gave it, is put into pictures of a
/// data set (placed, turned and tilted by fresh draws; no light, blur or noise is simulated, the photograph
/// has its own) beside a grey and a random one. A photographed picture is shown to the model as it is. The
/// figures are for these photographs: another printer, camera or light is another trial.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cupel/algorithm/physical/sheet.h"
#include "cupel/algorithm/physical/trial.h"

namespace cupel::algorithm::physical {

struct Photograph {
  std::string file;
  data::image::Image straight;  ///< The sheet's picture as photographed, with the size asked for.
};

/// path: one PNG or JPEG, or a folder of them (other files in it are left alone), in the order of their
/// names. channels: 1 or 3. height, width: of the straight picture. Errors: kNotFound when there is none;
/// those of DecodeImage and Straighten with the file's name as place.
Result<std::vector<Photograph>> ReadPhotographs(const std::filesystem::path& path, const Sheet& sheet,
                                                std::int64_t channels, std::int64_t height,
                                                std::int64_t width);

struct CapturedPlan {
  OptimiseOptions how;          ///< Placement, geometric ranges, seed, stream, box.
  std::int64_t placements = 2;  ///< For each photograph and picture.
  std::int64_t target_class = -1;
  int workers = 1;
  Progress* progress = &SilentProgress();
};

struct CapturedResult {
  std::vector<PictureTrial> trials;    ///< Of pictures that the model answers rightly, and not as the target.
  std::vector<check::Metric> metrics;  ///< success, success.grey, success.random, success_over_baseline
  std::vector<check::Metric> by_photograph;  ///< Success of each, named by its file.
};

/// Errors: those of the target and the data set; kInvalidArgument when no picture counts.
Result<CapturedResult> TryPhotographs(const inspect::AttackTarget& target, const data::dataset::Dataset& data,
                                      const std::vector<Photograph>& photographs, const Sheet& sheet,
                                      const CapturedPlan& plan);

/// Mean absolute difference of light between a photographed and a printed picture, the paper alone.
double ColourError(const data::image::Image& photographed, const data::image::Image& printed,
                   const Sheet& sheet);

/// A photograph's picture as a sticker. Precondition: it has the sheet's pixels.
Sticker StickerOf(const data::image::Image& straight, const Sheet& sheet);

}  // namespace cupel::algorithm::physical
