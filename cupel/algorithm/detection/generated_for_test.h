// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Generated data sets in COCO's two files, for tests and benchmarks: the same bytes everywhere (whole
/// numbers from ReproducibleStream; coordinates are multiples of 1/8 pixel).
///
/// Objects lie in random images; a share of the detections is an object's box, moved and stretched, the
/// others are random. Ids of images and classes are not in the order of the files.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "cupel/algorithm/detection/detections.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/annotation/coco.h"

namespace cupel::algorithm::detection::test_support {

struct GeneratedOptions {
  std::string name;  ///< Of the set, and of the random stream.
  std::uint64_t images = 30;
  std::uint64_t empty_images = 3;  ///< Of them, with nothing in them.
  std::uint64_t classes = 5;
  std::uint64_t objects = 200;
  std::uint64_t detections = 900;
  std::uint64_t crowd_of_32 = 0;     ///< So many of 32 objects are crowds.
  std::uint64_t ignore_of_32 = 0;    ///< So many are to be ignored.
  std::uint64_t score_levels = 0;    ///< 0: all scores differ.
  std::uint64_t unseen_classes = 0;  ///< Classes without an object.
  std::uint64_t dense = 0;           ///< Further detections of one class in one image.
  std::int64_t first_id = 1;         ///< Of the annotations.
};

struct GeneratedFiles {
  std::string truth;
  std::string results;
};

class Generator {
 public:
  explicit Generator(const GeneratedOptions& options) : options_(options), stream_(7, options.name) {}

  GeneratedFiles Make() {
    GeneratedFiles files;
    files.truth = "{\"images\":[";
    for (std::uint64_t i = 0; i < options_.images; ++i) {
      Add(files.truth, fmt::format(R"({{"id":{},"width":640,"height":480}})", ImageId(i)), i);
    }
    files.truth += "],\"categories\":[";
    for (std::uint64_t k = 0; k < options_.classes; ++k) {
      Add(files.truth, fmt::format(R"({{"id":{},"name":"class {}"}})", ClassId(k), k), k);
    }
    files.truth += "],\"annotations\":[";
    for (std::uint64_t i = 0; i < options_.objects; ++i) Add(files.truth, NextObject(i), i);
    files.truth += "]}";
    files.results = "[";
    for (std::uint64_t i = 0; i < options_.detections + options_.dense; ++i) {
      Add(files.results, NextDetection(i >= options_.detections), i);
    }
    files.results += "]";
    return files;
  }

 private:
  /// In eighths of a pixel.
  struct Placed {
    std::uint64_t image = 0;
    std::uint64_t category = 0;
    std::int64_t x = 0;
    std::int64_t y = 0;
    std::int64_t w = 0;
    std::int64_t h = 0;
  };

  static void Add(std::string& text, const std::string& element, std::uint64_t index) {
    if (index > 0) text += ",\n";
    text += element;
  }

  std::uint64_t ImageId(std::uint64_t i) const { return (i * 7 + 3) % options_.images * 11 + 5; }
  std::uint64_t ClassId(std::uint64_t k) const { return (options_.classes - k) * 3; }
  std::int64_t Draw(std::uint64_t bound) { return static_cast<std::int64_t>(stream_.Below(bound)); }

  /// 8 to 376 pixels.
  std::int64_t Side() { return (64 + Draw(130)) << Draw(5); }

  Placed RandomBox() {
    Placed box;
    box.image = stream_.Below(options_.images - options_.empty_images);
    box.category = stream_.Below(options_.classes);
    box.w = Side();
    box.h = Side();
    box.x = Draw(3000);
    box.y = Draw(2400);
    return box;
  }

  static std::string BoxText(const Placed& box) {
    return fmt::format("[{},{},{},{}]", static_cast<double>(box.x) / 8, static_cast<double>(box.y) / 8,
                       static_cast<double>(box.w) / 8, static_cast<double>(box.h) / 8);
  }

  std::string NextObject(std::uint64_t index) {
    Placed box = RandomBox();
    box.category = stream_.Below(options_.classes - options_.unseen_classes);
    objects_.push_back(box);
    const double share = static_cast<double>(8 + Draw(9)) / 16;
    const double area = static_cast<double>(box.w * box.h) / 64 * share;
    const bool crowd = stream_.Below(32) < options_.crowd_of_32;
    const bool ignore = stream_.Below(32) < options_.ignore_of_32;
    return fmt::format(
        R"({{"id":{},"image_id":{},"category_id":{},"bbox":{},"area":{},"iscrowd":{},"ignore":{}}})",
        static_cast<std::int64_t>(index) + options_.first_id, ImageId(box.image), ClassId(box.category),
        BoxText(box), area, crowd ? 1 : 0, ignore ? 1 : 0);
  }

  std::string NextDetection(bool dense) {
    Placed box = RandomBox();
    if (stream_.Below(8) < 3) {
      box = objects_[stream_.Below(objects_.size())];
      box.x += box.w * (Draw(33) - 16) / 96;
      box.y += box.h * (Draw(33) - 16) / 96;
      box.w += box.w * (Draw(17) - 8) / 64;
      box.h += box.h * (Draw(17) - 8) / 64;
      if (stream_.Below(10) == 0) box.category = stream_.Below(options_.classes);
    }
    if (dense) box.image = 0;
    if (dense) box.category = 0;
    const double score = options_.score_levels > 0 ? static_cast<double>(Draw(options_.score_levels)) / 16
                                                   : stream_.UniformDouble();
    return fmt::format(R"({{"image_id":{},"category_id":{},"bbox":{},"score":{}}})", ImageId(box.image),
                       ClassId(box.category), BoxText(box), score);
  }

  GeneratedOptions options_;
  ReproducibleStream stream_;
  std::vector<Placed> objects_;
};

inline Detections ParseFiles(const GeneratedFiles& files) {
  Detections detections;
  detections.truth = data::annotation::ParseCocoTruth(files.truth, "truth.json").value();
  detections.found =
      data::annotation::ParseCocoResults(files.results, "results.json", detections.truth).value();
  return detections;
}

/// The sets of the golden numbers: crowds, ignored objects, equal scores, empty images and classes, more than
/// 100 detections of a class in an image, an id of 0, and all of it together.
inline std::vector<GeneratedOptions> GoldenSets() {
  std::vector<GeneratedOptions> sets = {
      {.name = "plain"},
      {.name = "crowds", .crowd_of_32 = 6},
      {.name = "ignored", .ignore_of_32 = 8},
      {.name = "ties", .score_levels = 9},
      {.name = "empty",
       .images = 40,
       .empty_images = 20,
       .classes = 12,
       .objects = 60,
       .detections = 200,
       .unseen_classes = 4},
      {.name = "dense", .crowd_of_32 = 3, .dense = 400},
      {.name = "id-zero", .objects = 30, .detections = 300, .first_id = 0},
  };
  for (const char* name : {"all-1", "all-2", "all-3", "all-4", "all-5", "all-6"}) {
    sets.push_back({.name = name,
                    .images = 60,
                    .empty_images = 9,
                    .classes = 9,
                    .objects = 350,
                    .detections = 2500,
                    .crowd_of_32 = 3,
                    .ignore_of_32 = 3,
                    .score_levels = 16,
                    .unseen_classes = 2,
                    .dense = 250,
                    .first_id = 0});
  }
  return sets;
}

/// Two classes, distinct scores, ignored objects: for the references that know no crowds.
inline GeneratedOptions SimpleSet() {
  return {.name = "simple",
          .images = 50,
          .empty_images = 5,
          .classes = 2,
          .objects = 300,
          .detections = 1200,
          .ignore_of_32 = 4};
}

/// One class, images without a face.
inline GeneratedOptions FaceSet() {
  return {.name = "faces",
          .images = 40,
          .empty_images = 4,
          .classes = 1,
          .objects = 60,
          .detections = 900,
          .ignore_of_32 = 8};
}

/// The size of the peer's measured figure: 1,000 images, 80 classes, 7,254 objects, 98,855 detections.
inline GeneratedOptions LargeSet() {
  return {.name = "large",
          .images = 1000,
          .empty_images = 10,
          .classes = 80,
          .objects = 7254,
          .detections = 98855,
          .crowd_of_32 = 1};
}

}  // namespace cupel::algorithm::detection::test_support
