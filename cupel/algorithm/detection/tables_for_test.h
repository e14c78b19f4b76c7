// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Generated CSV files for the schemes that read tables: the same bytes everywhere.

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::detection::test_support {

struct TableFiles {
  std::string truth;
  std::string predictions;
};

/// Turned rectangles and parallelograms with whole corners; 12 images, 2 classes, distinct scores.
inline TableFiles RotatedTables() {
  ReproducibleStream stream(7, "rotated-tables");
  const auto draw = [&](std::uint64_t bound) { return static_cast<std::int64_t>(stream.Below(bound)); };
  const auto corners = [](std::int64_t x, std::int64_t y, std::int64_t a, std::int64_t b, std::int64_t k) {
    return fmt::format("{},{},{},{},{},{},{},{}", x, y, x + a, y + b, x + a - b * k / 4, y + b + a * k / 4,
                       x - b * k / 4, y + a * k / 4);
  };
  const std::string names = "x1,y1,x2,y2,x3,y3,x4,y4";
  TableFiles files = {"image,class," + names + ",difficult\n", "image,class,score," + names + "\n"};
  for (int i = 0; i < 12; ++i) files.truth += fmt::format("image {},,,,,,,,,,\n", i);
  for (int i = 0; i < 120; ++i) {
    const std::int64_t image = draw(12);
    const std::int64_t kind = draw(2);
    const std::int64_t x = draw(800);
    const std::int64_t y = draw(800);
    const std::int64_t a = 20 + draw(120);
    const std::int64_t b = draw(120) - 60;
    const std::int64_t k = 1 + draw(7);
    const int difficult = stream.Below(8) == 0 ? 1 : 0;
    files.truth += fmt::format("image {},class {},{},{}\n", image, kind, corners(x, y, a, b, k), difficult);
    for (std::int64_t copies = draw(4); copies > 0; --copies) {
      const double score = stream.UniformDouble();
      std::array<std::int64_t, 4> moved = {x, y, a, b};
      for (std::int64_t& value : moved) value += draw(15) - 7;
      files.predictions += fmt::format("image {},class {},{},{}\n", image, kind, score,
                                       corners(moved[0], moved[1], moved[2], moved[3], k));
    }
  }
  return files;
}

/// 15 scans, of which 3 have no lesion; equal scores; lesions to ignore and of unknown diameter.
inline TableFiles LesionTables() {
  ReproducibleStream stream(7, "lesion-tables");
  const auto draw = [&](std::uint64_t bound) { return static_cast<std::int64_t>(stream.Below(bound)); };
  TableFiles files = {"image,x,y,z,diameter,ignore\n", "image,x,y,z,score\n"};
  for (int i = 0; i < 15; ++i) files.truth += fmt::format("scan {},,,,,\n", i);
  const auto mark = [&](std::int64_t scan, std::array<std::int64_t, 3> at, std::int64_t near, bool likely) {
    for (std::int64_t& value : at) value += draw(static_cast<std::uint64_t>(2 * near + 1)) - near;
    const double score = static_cast<double>(draw(40) + (likely ? 20 : 0)) / 64;
    files.predictions += fmt::format("scan {},{},{},{},{}\n", scan, at[0], at[1], at[2], score);
  };
  for (int i = 0; i < 60; ++i) {
    const std::int64_t scan = draw(12);
    std::array<std::int64_t, 3> at{};
    for (std::int64_t& value : at) value = draw(300);
    const std::int64_t diameter = draw(10) == 0 ? -1 : 6 + draw(20);
    const int ignore = draw(8) == 0 ? 1 : 0;
    files.truth += fmt::format("scan {},{},{},{},{},{}\n", scan, at[0], at[1], at[2], diameter, ignore);
    for (std::int64_t marks = draw(3); marks > 0; --marks) mark(scan, at, 4, true);
  }
  for (int i = 0; i < 260; ++i) {
    const std::int64_t scan = draw(15);
    mark(scan, {150, 150, 150}, 150, false);
  }
  return files;
}

/// 200 samples of 6 attributes; some samples have none, some answers name none.
inline std::string AttributeTable() {
  ReproducibleStream stream(7, "attribute-table");
  std::string text;
  for (int a = 0; a < 6; ++a) text += fmt::format("{}truth_a{},score_a{}", a > 0 ? "," : "", a, a);
  text += "\n";
  for (int i = 0; i < 200; ++i) {
    for (std::uint64_t a = 0; a < 6; ++a) {
      const bool truth = stream.Below(8) < 1 + a / 2;
      const double score = static_cast<double>(stream.Below(8) + (truth ? 3 : 0)) / 10;
      text += fmt::format("{}{},{}", a > 0 ? "," : "", truth ? 1 : 0, score);
    }
    text += "\n";
  }
  return text;
}

}  // namespace cupel::algorithm::detection::test_support
