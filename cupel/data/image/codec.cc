// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/image/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

#include "cupel/data/image/opencv_call.h"

namespace cupel::data::image {
namespace {

constexpr std::array<std::uint8_t, 8> kPngSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

std::int64_t BigEndian(BytesView bytes, std::size_t offset, std::size_t count) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = (value << 8) | bytes[offset + i];
  return value;
}

tl::unexpected<Error> Truncated(std::string_view format) {
  return Fail(ErrorCode::kCorrupt, fmt::format("the {} is truncated", format), "", "copy the file again");
}

Result<ImageHeader> ReadPngHeader(BytesView bytes) {
  if (bytes.size() < 33) return Truncated("PNG");
  if (AsText(bytes.subspan(12, 4)) != "IHDR")
    return Fail(ErrorCode::kCorrupt, "the PNG does not begin with IHDR");
  return ImageHeader{ImageFormat::kPng, BigEndian(bytes, 20, 4), BigEndian(bytes, 16, 4)};
}

// ITU-T T.81 annex B: segments of marker and length; the size is in the frame header (SOF0-15 without DHT,
// JPG, DAC).
Result<ImageHeader> ReadJpegHeader(BytesView bytes) {
  std::size_t at = 2;
  while (at + 4 <= bytes.size()) {
    if (bytes[at] != 0xff) return Fail(ErrorCode::kCorrupt, fmt::format("no JPEG marker at byte {}", at));
    const std::uint8_t marker = bytes[at + 1];
    if (marker == 0xff) {  // Fill bytes may precede a marker.
      ++at;
      continue;
    }
    const auto length = static_cast<std::size_t>(BigEndian(bytes, at + 2, 2));
    const bool is_frame =
        marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (is_frame) {
      if (at + 9 > bytes.size()) return Truncated("JPEG");
      return ImageHeader{ImageFormat::kJpeg, BigEndian(bytes, at + 5, 2), BigEndian(bytes, at + 7, 2)};
    }
    if (length < 2 || marker == 0xda) return Fail(ErrorCode::kCorrupt, "the JPEG has no frame header");
    at += 2 + length;
  }
  return Truncated("JPEG");
}

/// Where a JPEG's first scan begins: what stands before it, metadata and thumbnails, may hold ends of its
/// own.
std::size_t FirstScan(BytesView bytes) {
  std::size_t at = 2;
  while (at + 4 <= bytes.size() && bytes[at] == 0xff && bytes[at + 1] != 0xda) {
    at += bytes[at + 1] == 0xff ? 1 : 2 + static_cast<std::size_t>(BigEndian(bytes, at + 2, 2));
  }
  return std::min(at, bytes.size());
}

// Decoders fill what is missing with grey; a picture that is not all there is refused instead.
bool HasEnd(BytesView bytes, ImageFormat format) {
  static constexpr std::array<std::uint8_t, 4> kIend = {'I', 'E', 'N', 'D'};
  static constexpr std::array<std::uint8_t, 2> kEndOfImage = {0xff, 0xd9};
  if (format == ImageFormat::kPng) {
    const auto found = std::search(bytes.begin(), bytes.end(), kIend.begin(), kIend.end());
    return bytes.end() - found >= 8;
  }
  const BytesView scans = bytes.subspan(FirstScan(bytes));
  return std::search(scans.begin(), scans.end(), kEndOfImage.begin(), kEndOfImage.end()) != scans.end();
}

// PNG's colour types, byte 25 of a file.
constexpr std::size_t kColourTypeAt = 25;
constexpr std::uint8_t kGrey = 0, kGreyAndAlpha = 4;

/// Whether a grey PNG names a shade that stands for transparency (tRNS), which OpenCV passes over.
bool NamesTransparentShade(BytesView png) {
  if (png[kColourTypeAt] != kGrey) return false;
  std::size_t at = kPngSignature.size();
  while (at + 8 <= png.size() && AsText(png.subspan(at + 4, 4)) != "IDAT") {
    if (AsText(png.subspan(at + 4, 4)) == "tRNS") return true;
    at += 12 + static_cast<std::size_t>(BigEndian(png, at, 4));
  }
  return false;
}

/// What OpenCV makes of grey with alpha has three equal channels.
void KeepFirstPlane(Image& image) {
  image.values.resize(static_cast<std::size_t>(image.PlaneSize()));
  image.channels = 1;
}

template <typename Element>
Result<Image> FromInterleaved(const cv::Mat& mat, float scale) {
  const int stored = mat.channels();
  const int channels = stored == 4 ? 3 : stored;
  Image image = FilledImage(channels, mat.rows, mat.cols, 0.0f);
  for (int y = 0; y < mat.rows; ++y) {
    const Element* row = mat.ptr<Element>(y);
    for (int x = 0; x < mat.cols; ++x) {
      const Element* pixel = row + x * stored;
      if (stored == 4 && static_cast<float>(pixel[3]) != scale) {
        return Fail(ErrorCode::kUnsupported,
                    fmt::format("the pixel at row {}, column {} is transparent", y, x), "",
                    "flatten the picture onto a background first");
      }
      // OpenCV stores blue, green, red.
      for (int channel = 0; channel < channels; ++channel) {
        image.At(channel, y, x) = static_cast<float>(pixel[channels - 1 - channel]) / scale;
      }
    }
  }
  return image;
}

Result<Image> FromMat(const cv::Mat& mat) {
  const int stored = mat.channels();
  if (mat.empty())
    return Fail(ErrorCode::kCorrupt, "the picture cannot be decoded", "", "copy the file again");
  if (stored == 1 || stored == 3 || stored == 4) {
    if (mat.depth() == CV_8U) return FromInterleaved<std::uint8_t>(mat, 255.0f);
    if (mat.depth() == CV_16U) return FromInterleaved<std::uint16_t>(mat, 65535.0f);
  }
  return Fail(ErrorCode::kUnsupported,
              fmt::format("the picture has {} channels of an unknown depth", stored));
}

Result<cv::Mat> ToBytes(const Image& image) {
  if (image.channels != 1 && image.channels != 3) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a picture has 1 or 3 channels, got {}", image.channels));
  }
  const auto channels = static_cast<int>(image.channels);
  cv::Mat mat(static_cast<int>(image.height), static_cast<int>(image.width), CV_8UC(channels));
  for (int y = 0; y < mat.rows; ++y) {
    std::uint8_t* row = mat.ptr<std::uint8_t>(y);
    for (int x = 0; x < mat.cols; ++x) {
      for (int channel = 0; channel < channels; ++channel) {
        const float value = std::clamp(image.At(channel, y, x), 0.0f, 1.0f);
        row[x * channels + channels - 1 - channel] = static_cast<std::uint8_t>(std::lround(value * 255.0f));
      }
    }
  }
  return mat;
}

Result<Bytes> Encode(const Image& image, const char* extension, const std::vector<int>& parameters) {
  return CallOpenCv("encoding a picture", ErrorCode::kInternal, [&]() -> Result<Bytes> {
    CUPEL_TRY(const cv::Mat mat, ToBytes(image));
    Bytes bytes;
    if (!cv::imencode(extension, mat, bytes, parameters)) {
      return Fail(ErrorCode::kInternal, fmt::format("cannot encode a picture as {}", extension));
    }
    return bytes;
  });
}

}  // namespace

void PrepareOpenCv() {
  static const bool prepared = [] {
    cv::setNumThreads(0);
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    return true;
  }();
  static_cast<void>(prepared);
}

Result<ImageHeader> ReadImageHeader(BytesView bytes, std::int64_t max_pixels) {
  const bool is_png =
      bytes.size() >= kPngSignature.size() && std::ranges::equal(bytes.first(8), kPngSignature);
  const bool is_jpeg = bytes.size() >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
  if (!is_png && !is_jpeg) {
    return Fail(ErrorCode::kUnsupported, "the picture is neither PNG nor JPEG", "", "convert it to PNG");
  }
  CUPEL_TRY(const ImageHeader header, is_png ? ReadPngHeader(bytes) : ReadJpegHeader(bytes));
  if (header.height <= 0 || header.width <= 0) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the picture claims {} x {} pixels", header.height, header.width));
  }
  if (header.width > max_pixels / header.height) {
    return Fail(ErrorCode::kResourceLimit,
                fmt::format("the picture claims {} x {} pixels, more than the limit of {}", header.height,
                            header.width, max_pixels));
  }
  return header;
}

Result<Image> DecodeImage(BytesView bytes, std::int64_t channels, std::int64_t max_pixels) {
  if (channels != 0 && channels != 1 && channels != 3) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("channels must be 0, 1 or 3, got {}", channels));
  }
  CUPEL_TRY(const ImageHeader header, ReadImageHeader(bytes, max_pixels));
  if (!HasEnd(bytes, header.format)) return Truncated(header.format == ImageFormat::kPng ? "PNG" : "JPEG");
  const bool is_png = header.format == ImageFormat::kPng;
  if (is_png && NamesTransparentShade(bytes)) {
    return Fail(ErrorCode::kUnsupported, "the PNG names a transparent shade of grey", "",
                "flatten the picture onto a background first");
  }
  auto image = CallOpenCv("decoding a picture", ErrorCode::kCorrupt, [&]() -> Result<Image> {
    // A view: imdecode reads only.
    const cv::Mat encoded(1, static_cast<int>(bytes.size()), CV_8U, const_cast<std::uint8_t*>(bytes.data()));
    return FromMat(cv::imdecode(encoded, cv::IMREAD_UNCHANGED));
  });
  if (!image) return image;
  if (image->height != header.height || image->width != header.width) {
    return Fail(ErrorCode::kCorrupt, "the picture decodes to another size than its header says");
  }
  if (is_png && bytes[kColourTypeAt] == kGreyAndAlpha) KeepFirstPlane(*image);
  if (channels == 1) return ToGrey(*image);
  if (channels == 3) return ToColour(*image);
  return image;
}

Result<Bytes> EncodePng(const Image& image) {
  return Encode(image, ".png", {cv::IMWRITE_PNG_COMPRESSION, 9});
}

Result<Bytes> EncodeJpeg(const Image& image, int quality) {
  if (quality < 1 || quality > 100) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("quality must be in 1 .. 100, got {}", quality));
  }
  return Encode(image, ".jpg", {cv::IMWRITE_JPEG_QUALITY, quality});
}

Result<Image> JpegRoundTrip(const Image& image, int quality) {
  CUPEL_TRY(const Bytes bytes, EncodeJpeg(image, quality));
  return DecodeImage(bytes, image.channels);
}

}  // namespace cupel::data::image
