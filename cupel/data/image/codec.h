// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PNG and JPEG: the two formats that Cupel reads and writes.
///
/// Promises: a picture's size is read from its header and checked before anything is decoded, so that a small
/// file cannot claim much memory; a byte b becomes exactly b / 255.0f (16-bit PNG: v / 65535.0f); a truncated
/// file is an error. Does not promise: colour management (profiles are ignored), EXIF rotation (ignored), or
/// that a JPEG decodes to the same bytes under another version of libjpeg.

#include "cupel/base/bytes.h"
#include "cupel/data/image/image.h"

namespace cupel::data::image {

enum class ImageFormat { kPng, kJpeg };

struct ImageHeader {
  ImageFormat format = ImageFormat::kPng;
  std::int64_t height = 0;
  std::int64_t width = 0;
};

/// Reads the size without decoding.
/// Errors: kUnsupported when neither PNG nor JPEG; kCorrupt when the header is cut or false; kResourceLimit
/// when the picture has more than `max_pixels`.
Result<ImageHeader> ReadImageHeader(BytesView bytes, std::int64_t max_pixels = kMaxPixels);

/// channels: 1 or 3 to have the picture converted, 0 for those of the file (grey stays grey).
/// Transparency must be opaque everywhere and is dropped.
/// Errors: those of ReadImageHeader; kCorrupt; kUnsupported for transparent pixels.
Result<Image> DecodeImage(BytesView bytes, std::int64_t channels = 0, std::int64_t max_pixels = kMaxPixels);

/// 8 bits a channel: round(255 v), clamped. Errors: kInvalidArgument unless 1 or 3 channels.
Result<Bytes> EncodePng(const Image& image);

/// quality: 1 to 100. Chroma is subsampled 4:2:0, as cameras do.
/// Errors: kInvalidArgument for the quality or the channels.
Result<Bytes> EncodeJpeg(const Image& image, int quality);

/// What is left of a picture after storing it as JPEG. Same channels and size.
Result<Image> JpegRoundTrip(const Image& image, int quality);

}  // namespace cupel::data::image
