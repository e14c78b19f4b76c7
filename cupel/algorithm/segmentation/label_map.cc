// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/label_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "cupel/base/file.h"
#include "cupel/data/dataset/npy.h"
#include "cupel/data/image/codec.h"

namespace cupel::algorithm::segmentation {
namespace {

namespace fs = std::filesystem;
using data::dataset::NumberArray;
using data::dataset::NumberType;

constexpr double kLargestLabel = 16777216;  // 2^24: labels are read through float32.
constexpr std::int64_t kMaxLabels = std::int64_t{1} << 31;

// PNG: 8 bytes of signature, then IHDR with its data from byte 16.
constexpr std::size_t kDepthByte = 24;
constexpr std::size_t kColourByte = 25;
constexpr std::uint8_t kRgb = 2;
constexpr std::uint8_t kPalette = 3;

std::uint32_t BigEndian(BytesView bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
         bytes[3];
}

/// The colours of the PLTE chunk, R + 256 G + 65536 B, to their index.
Result<std::map<std::int32_t, std::int32_t>> PaletteIndices(BytesView bytes) {
  constexpr std::size_t kSignature = 8, kChunkFrame = 12;
  for (std::size_t at = kSignature; at + kChunkFrame <= bytes.size();) {
    const std::size_t length = BigEndian(bytes.subspan(at, 4));
    if (length > bytes.size() - at - kChunkFrame) break;
    if (AsText(bytes.subspan(at + 4, 4)) == "PLTE") {
      std::map<std::int32_t, std::int32_t> indices;
      const BytesView colours = bytes.subspan(at + 8, length);
      for (std::size_t k = 0; k + 3 <= length; k += 3) {
        const std::int32_t colour = colours[k] + 256 * colours[k + 1] + 65536 * colours[k + 2];
        if (!indices.emplace(colour, static_cast<std::int32_t>(k / 3)).second) {
          return Fail(ErrorCode::kUnsupported, "the palette has one colour twice", "",
                      "save the labels as a grey picture");
        }
      }
      return indices;
    }
    at += length + kChunkFrame;
  }
  return Fail(ErrorCode::kCorrupt, "the palette is missing");
}

std::int32_t Byte(float value, double full) {
  return static_cast<std::int32_t>(std::lround(static_cast<double>(value) * full));
}

/// Grey values as they stood in the file.
void ReadGrey(const data::image::Image& image, int depth, LabelMap& map) {
  const double full = static_cast<double>((1 << depth) - 1);
  for (const float value : image.Plane(0)) map.labels.push_back(Byte(value, full));
}

Status ReadColour(const data::image::Image& image, BytesView bytes, bool palette, LabelMap& map) {
  std::map<std::int32_t, std::int32_t> indices;
  if (palette) {
    CUPEL_TRY(indices, PaletteIndices(bytes));
  }
  const auto red = image.Plane(0);
  const bool grey = image.channels == 1;  // A palette of greys may be decoded as grey.
  const auto green = grey ? red : image.Plane(1);
  const auto blue = grey ? red : image.Plane(2);
  for (std::size_t k = 0; k < red.size(); ++k) {
    const std::int32_t colour = Byte(red[k], 255) + 256 * Byte(green[k], 255) + 65536 * Byte(blue[k], 255);
    if (!palette) {
      map.labels.push_back(colour);
      continue;
    }
    const auto index = indices.find(colour);
    if (index == indices.end()) return Fail(ErrorCode::kCorrupt, "a pixel is not of the palette");
    map.labels.push_back(index->second);
  }
  return {};
}

/// Row `row` of an array whose rows are pictures.
Result<LabelMap> ReadRow(const NumberArray& array, std::int64_t row, LabelMap map) {
  std::vector<float> values(static_cast<std::size_t>(array.RowSize()));
  CUPEL_TRY_STATUS(array.ReadRow(row, values));
  map.labels.reserve(values.size());
  const bool bytes = array.type == NumberType::kU8;
  for (const float value : values) {
    if (std::abs(value) > kLargestLabel) {
      return Fail(ErrorCode::kCorrupt, fmt::format("a label must be within -2^24 and 2^24, got {}", value),
                  fmt::format("picture {}", row));
    }
    map.labels.push_back(Byte(value, bytes ? 255 : 1));
  }
  return map;
}

Result<NumberArray> OpenNpy(const fs::path& path) {
  CUPEL_TRY(const data::dataset::LoadedFile file, data::dataset::LoadFile(path, {}));
  Result<NumberArray> array = data::dataset::ParseNpy(file.blob);
  if (!array) return FailAt(path.string(), std::move(array).error());
  if (data::dataset::IsFloating(array->type)) {
    return Fail(ErrorCode::kInvalidArgument, "labels must be integers, got floating-point numbers",
                path.string());
  }
  if (array->shape.size() == 2) array->shape.insert(array->shape.begin(), 1);
  if (array->shape.size() < 3 || array->shape.size() > 4) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("labels must be of [h, w], [n, h, w] or [n, d, h, w], got {}",
                            data::dataset::ShapeText(array->shape)),
                path.string());
  }
  return array;
}

Result<std::vector<LabelPair>> ReadNpyPairs(const fs::path& truth_path, const fs::path& answer_path) {
  CUPEL_TRY(const NumberArray truth, OpenNpy(truth_path));
  CUPEL_TRY(const NumberArray answer, OpenNpy(answer_path));
  if (truth.shape != answer.shape) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the answer is of {}, the truth of {}", data::dataset::ShapeText(answer.shape),
                            data::dataset::ShapeText(truth.shape)),
                answer_path.string());
  }
  if (truth.Rows() * truth.RowSize() > kMaxLabels) {
    return Fail(ErrorCode::kResourceLimit, fmt::format("more than {} labels", kMaxLabels),
                truth_path.string());
  }
  LabelMap shape;
  shape.width = truth.shape.back();
  shape.height = truth.shape[truth.shape.size() - 2];
  shape.depth = truth.shape.size() == 4 ? truth.shape[1] : 1;
  std::vector<LabelPair> pairs;
  for (std::int64_t row = 0; row < truth.Rows(); ++row) {
    LabelPair pair;
    pair.name = std::to_string(row);
    CUPEL_TRY(pair.truth, ReadRow(truth, row, shape));
    CUPEL_TRY(pair.answer, ReadRow(answer, row, shape));
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

Result<LabelMap> ReadPng(const fs::path& path) {
  CUPEL_TRY(const Bytes bytes, ReadFile(path, std::uint64_t{1} << 30));
  Result<LabelMap> map = DecodeLabelPng(bytes);
  if (!map) return FailAt(path.string(), std::move(map).error());
  return map;
}

Result<LabelPair> ReadPngPair(std::string name, const fs::path& truth, const fs::path& answer) {
  LabelPair pair;
  pair.name = std::move(name);
  CUPEL_TRY(pair.truth, ReadPng(truth));
  CUPEL_TRY(pair.answer, ReadPng(answer));
  if (pair.truth.height != pair.answer.height || pair.truth.width != pair.answer.width) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the answer is of {} x {} pixels, the truth of {} x {}", pair.answer.width,
                            pair.answer.height, pair.truth.width, pair.truth.height),
                answer.string());
  }
  return pair;
}

Result<std::set<std::string>> PngNames(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".png") names.insert(it->path().filename().string());
  }
  if (error) return tl::unexpected(SystemError(folder, "list"));
  return names;
}

Result<std::vector<LabelPair>> ReadFolders(const fs::path& truth, const fs::path& answer) {
  CUPEL_TRY(const std::set<std::string> truth_names, PngNames(truth));
  CUPEL_TRY(const std::set<std::string> answer_names, PngNames(answer));
  for (const auto& [names, others, folder] :
       {std::tuple(&truth_names, &answer_names, &answer), std::tuple(&answer_names, &truth_names, &truth)}) {
    for (const std::string& name : *names) {
      if (!others->contains(name)) {
        return Fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is missing", name), folder->string());
      }
    }
  }
  std::vector<LabelPair> pairs;
  std::int64_t labels = 0;
  for (const std::string& name : truth_names) {
    Result<LabelPair> pair = ReadPngPair(name, truth / name, answer / name);
    if (!pair) return tl::unexpected(std::move(pair).error());
    labels += static_cast<std::int64_t>(pair->truth.size());
    if (labels > kMaxLabels) {
      return Fail(ErrorCode::kResourceLimit, fmt::format("more than {} labels", kMaxLabels), truth.string());
    }
    pairs.push_back(*std::move(pair));
  }
  return pairs;
}

Result<std::unique_ptr<scheme::Input>> ReadLabelMaps(const scheme::Sources& sources) {
  const fs::path& answer = sources.predictions;
  if (!sources.truth) {
    return Fail(ErrorCode::kInvalidArgument, "label maps are compared with a truth", answer.string(),
                "give it with --truth");
  }
  const fs::path& truth = *sources.truth;
  std::vector<LabelPair> pairs;
  if (fs::is_directory(truth)) {
    CUPEL_TRY(pairs, ReadFolders(truth, answer));
  } else if (truth.extension() == ".npy") {
    CUPEL_TRY(pairs, ReadNpyPairs(truth, answer));
  } else {
    CUPEL_TRY(LabelPair pair, ReadPngPair(truth.filename().string(), truth, answer));
    pairs.push_back(std::move(pair));
  }
  if (pairs.empty()) return Fail(ErrorCode::kInvalidArgument, "there is no picture", truth.string());
  return std::make_unique<LabelsInput>(std::move(pairs));
}

}  // namespace

Result<LabelMap> DecodeLabelPng(BytesView bytes) {
  CUPEL_TRY(const data::image::ImageHeader header, data::image::ReadImageHeader(bytes));
  if (header.format != data::image::ImageFormat::kPng) {
    return Fail(ErrorCode::kUnsupported, "labels are read from PNG, not from JPEG, which changes values");
  }
  CUPEL_TRY(const data::image::Image image, data::image::DecodeImage(bytes));
  const int depth = bytes[kDepthByte];
  const std::uint8_t colour = bytes[kColourByte];
  if (colour == kRgb && depth != 8) return Fail(ErrorCode::kUnsupported, "colours of 16 bits are no labels");
  LabelMap map;
  map.height = image.height;
  map.width = image.width;
  map.labels.reserve(static_cast<std::size_t>(image.PlaneSize()));
  if (colour == kRgb || colour == kPalette) {
    CUPEL_TRY_STATUS(ReadColour(image, bytes, colour == kPalette, map));
  } else {
    ReadGrey(image, depth, map);
  }
  return map;
}

Status LabelsInput::PlaneOnly(std::string_view what) const {
  for (const LabelPair& pair : pairs_) {
    if (pair.truth.depth > 1) {
      return Fail(ErrorCode::kUnsupported, fmt::format("{} is defined for plane pictures, not volumes", what),
                  pair.name);
    }
  }
  return {};
}

std::vector<std::int32_t> LabelsOf(const std::vector<LabelPair>& pairs) {
  std::set<std::int32_t> labels;
  for (const LabelPair& pair : pairs) {
    for (const LabelMap* map : {&pair.truth, &pair.answer}) {
      // Neighbours are mostly equal; a set is asked only where the label changes.
      const std::int32_t* last = nullptr;
      for (const std::int32_t& label : map->labels) {
        if (last == nullptr || *last != label) labels.insert(label);
        last = &label;
      }
    }
  }
  return {labels.begin(), labels.end()};
}

const scheme::InputFormat kLabelMaps = {
    .name = "label-maps",
    .meaning =
        {"pictures whose pixels are labels: a PNG (grey: the value; palette: the index; RGB: "
         "R + 256 G + 65536 B), a folder of PNG paired by name, or an NPY of integers [n, h, w] or "
         "[n, d, h, w]",
         "像素为标签的图像：PNG（灰度取值、调色板取索引、RGB 取 R + 256 G + 65536 B）、按文件名配对的 PNG "
         "文件夹，或整数 NPY，形状 [n, h, w] 或 [n, d, h, w]"},
    .needs_truth = true,
    .read = ReadLabelMaps};

}  // namespace cupel::algorithm::segmentation
