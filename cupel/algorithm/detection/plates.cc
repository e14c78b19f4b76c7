// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/plates.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cupel/algorithm/detection/csv_rows.h"
#include "cupel/algorithm/detection/overlap.h"
#include "cupel/algorithm/detection/parameters.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/base/utf8.h"

namespace cupel::algorithm::detection {
namespace {

/// The characters of UTF-8; nothing when the text is none.
std::optional<std::vector<std::string_view>> Characters(std::string_view text) {
  std::vector<std::string_view> characters;
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    if (length == 0) return std::nullopt;
    characters.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return characters;
}

/// How many characters of `read` stand at their place in `truth`.
std::int64_t RightCharacters(std::string_view truth, std::string_view read) {
  const auto expected = Characters(truth);
  const auto given = Characters(read);
  std::int64_t right = 0;
  for (std::size_t c = 0; expected && given && c < std::min(expected->size(), given->size()); ++c) {
    if ((*expected)[c] == (*given)[c]) ++right;
  }
  return right;
}

Result<Plate> PlateOf(const CsvRow& row) {
  Plate plate;
  plate.text = row.Text("text");
  if (!Characters(plate.text)) CUPEL_TRY_STATUS(row.Wrong("column text must be UTF-8"));
  if (!row.IsEmpty("score")) {
    CUPEL_TRY(plate.score, row.Number("score"));
  }
  if (row.IsEmpty("x")) return plate;
  Box box;
  CUPEL_TRY(box.x, row.Number("x"));
  CUPEL_TRY(box.y, row.Number("y"));
  CUPEL_TRY(box.w, row.Number("w"));
  CUPEL_TRY(box.h, row.Number("h"));
  if (box.w < 0 || box.h < 0) CUPEL_TRY_STATUS(row.Wrong("w and h must be >= 0"));
  plate.box = box;
  return plate;
}

/// Without boxes nothing says which of several plates was read.
Status CheckBoxes(const Plates& plates) {
  std::vector<int> per_image(plates.images.size(), 0);
  const bool boxes = std::ranges::all_of(plates.truth, [](const Plate& p) { return p.box.has_value(); }) &&
                     std::ranges::all_of(plates.read, [](const Plate& p) { return p.box.has_value(); });
  if (boxes) return {};
  if (std::ranges::any_of(plates.truth, [](const Plate& p) { return p.box.has_value(); }) ||
      std::ranges::any_of(plates.read, [](const Plate& p) { return p.box.has_value(); })) {
    return Fail(ErrorCode::kInvalidArgument, "either all plates have boxes or none");
  }
  for (const auto* list : {&plates.truth, &plates.read}) {
    std::ranges::fill(per_image, 0);
    for (const Plate& plate : *list) {
      if (++per_image[static_cast<std::size_t>(plate.image)] < 2) continue;
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("image \"{}\" has two plates without boxes",
                              plates.images[static_cast<std::size_t>(plate.image)]),
                  "", "give x, y, w, h, so that plates can be told apart");
    }
  }
  return {};
}

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  if (!sources.truth) {
    return Fail(ErrorCode::kInvalidArgument, "plates need a truth file", "", "name it with --truth");
  }
  auto plates = std::make_unique<Plates>();
  NameIndex images;
  CUPEL_TRY_STATUS(ReadRows(*sources.truth, {{"image", "text"}, {}}, [&](const CsvRow& row) -> Status {
    CUPEL_TRY(Plate plate, PlateOf(row));
    plate.image = images.Add(row.Text("image"));
    if (!plate.text.empty()) plates->truth.push_back(std::move(plate));
    return {};
  }));
  CUPEL_TRY_STATUS(ReadRows(sources.predictions, {{"image", "text"}, {}}, [&](const CsvRow& row) -> Status {
    CUPEL_TRY(Plate plate, PlateOf(row));
    plate.image = images.Find(row.Text("image"));
    if (plate.image < 0) {
      return row.Wrong(fmt::format("image \"{}\" is not in the truth", row.Text("image")));
    }
    plates->read.push_back(std::move(plate));
    return {};
  }));
  plates->images = images.names();
  if (plates->truth.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "there is no plate to evaluate", sources.truth->string());
  }
  CUPEL_TRY_STATUS(CheckBoxes(*plates));
  return plates;
}

double OverlapOfPlates(const Plate& a, const Plate& b) {
  return a.box && b.box ? Iou(*a.box, *b.box) : std::numeric_limits<double>::infinity();
}

}  // namespace

std::vector<PlateReading> ReadPlates(const Plates& plates, double overlap) {
  std::vector<PlateReading> readings(plates.truth.size());
  std::vector<std::vector<std::size_t>> in_image(plates.images.size());
  for (std::size_t i = 0; i < plates.truth.size(); ++i) {
    in_image[static_cast<std::size_t>(plates.truth[i].image)].push_back(i);
    readings[i].characters = RightCharacters(plates.truth[i].text, plates.truth[i].text);
  }
  std::vector<const Plate*> order;
  for (const Plate& plate : plates.read) order.push_back(&plate);
  std::ranges::stable_sort(order, std::greater<>(), &Plate::score);
  for (const Plate* plate : order) {
    double largest = overlap;
    PlateReading* best = nullptr;
    std::string_view text;
    for (const std::size_t i : in_image[static_cast<std::size_t>(plate->image)]) {
      const double own = OverlapOfPlates(*plate, plates.truth[i]);
      if (readings[i].found || own <= largest) continue;
      largest = own;
      best = &readings[i];
      text = plates.truth[i].text;
    }
    if (best == nullptr) continue;
    best->found = true;
    best->exact = plate->text == text;
    best->right = RightCharacters(text, plate->text);
  }
  return readings;
}

Result<scheme::Evaluation> PlateReadRate(const Plates& plates, const check::Parameters& parameters,
                                         const scheme::Options& options) {
  const std::vector<PlateReading> readings = ReadPlates(plates, parameters.Real("overlap"));
  const auto n = static_cast<std::int64_t>(readings.size());
  const std::int64_t found = std::ranges::count_if(readings, &PlateReading::found);
  const std::int64_t exact = std::ranges::count_if(readings, &PlateReading::exact);
  scheme::Evaluation evaluation;
  evaluation.metrics.push_back(scheme::Share(std::string(scheme::kValue), exact, n, options));
  evaluation.metrics.push_back(scheme::Share("found", found, n, options));
  if (found > 0) evaluation.metrics.push_back(scheme::Share("read_of_found", exact, found, options));
  std::int64_t characters = 0;
  std::vector<double> right(plates.images.size());
  std::vector<double> all(plates.images.size());
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const auto image = static_cast<std::size_t>(plates.truth[i].image);
    right[image] += static_cast<double>(readings[i].right);
    all[image] += static_cast<double>(readings[i].characters);
    characters += readings[i].characters;
  }
  const auto accuracy = [&](std::span<const double> weights) {
    double sum = 0;
    double count = 0;
    for (std::size_t image = 0; image < weights.size(); ++image) {
      sum += weights[image] * right[image];
      count += weights[image] * all[image];
    }
    return sum / count;
  };
  evaluation.metrics.push_back(scheme::Bootstrapped("character_accuracy", plates.size(), accuracy,
                                                    "plate_read_rate.character_accuracy", options,
                                                    characters));
  return evaluation;
}

std::vector<scheme::Scheme> PlateSchemes() {
  scheme::Scheme made;
  made.id = "plate_read_rate";
  made.row = "D11";
  made.title = {"Licence plates found and read without error", "车牌端到端识别率"};
  made.definition =
      "share of the plates that a reading with IoU > overlap found and whose characters are all right; "
      "beside "
      "it the share found, the share read right of those, and characters right at their place among all";
  made.rules = {
      .matching =
          "per image, by falling score: the free plate with the largest IoU > overlap; without boxes, one "
          "plate "
          "an image; characters are compared place by place (UTF-8)",
      .ties = "equal scores: order of the file; equal overlaps: the first plate",
      .empty = "a plate that is not found counts as wrong, with all its characters; no plate: an error",
      .averaging = "plain over plates, over characters"};
  made.reference = "CCPD protocol (Xu et al., ECCV 2018, section 5); verified by hand";
  made.test = "PlateTest.EqualsTheHandCount";
  made.input = &kPlates;
  made.parameters = {OverlapSpec(0.6)};
  made.evaluate = scheme::On<Plates, PlateReadRate>;
  return {made};
}

const scheme::InputFormat kPlates = {
    .name = "plates",
    .meaning = {"Predictions: CSV with image, text, score (optional), x, y, w, h (optional). Truth: CSV with "
                "image, text, x, y, w, h (optional); a row without text stands for an image without a plate.",
                "预测：CSV，列为 image、text、score（可选）、x、y、w、h（可选）。真值：CSV，列为 "
                "image、text、x、y、w、h（可选）；无 text 的行表示无车牌图像。"},
    .needs_truth = true,
    .read = Read};

}  // namespace cupel::algorithm::detection
