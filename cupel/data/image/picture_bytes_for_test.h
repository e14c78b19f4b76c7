// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PNG files chunk by chunk, and JPEG segments, for tests of what OpenCV's encoders do not write.
/// Source: PNG specification, second edition (ISO/IEC 15948), chapters 5 and 11; RFC 1950; Exif 2.3.

#include <string_view>
#include <vector>

#include "cupel/base/bytes.h"

namespace cupel::data::image {

inline void AppendTo(Bytes& bytes, BytesView more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

inline Bytes Big(std::uint64_t value, int count) {
  Bytes bytes;
  for (int i = count - 1; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return bytes;
}

inline std::uint32_t PngCrc(BytesView bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

inline Bytes PngChunk(std::string_view type, BytesView data) {
  Bytes body = {type.begin(), type.end()};
  AppendTo(body, data);
  Bytes chunk = Big(data.size(), 4);
  AppendTo(chunk, body);
  AppendTo(chunk, Big(PngCrc(body), 4));
  return chunk;
}

/// A zlib stream of one stored block.
inline Bytes Stored(BytesView bytes) {
  std::uint32_t a = 1, b = 0;
  for (const std::uint8_t byte : bytes) b = (b + (a = (a + byte) % 65521)) % 65521;
  const auto size = static_cast<std::uint16_t>(bytes.size());
  Bytes stream = {0x78,
                  0x01,
                  1,
                  static_cast<std::uint8_t>(size),
                  static_cast<std::uint8_t>(size >> 8),
                  static_cast<std::uint8_t>(~size),
                  static_cast<std::uint8_t>(~size >> 8)};
  AppendTo(stream, bytes);
  AppendTo(stream, Big(b << 16 | a, 4));
  return stream;
}

/// colour: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. rows: without filter bytes.
inline Bytes Png(std::uint32_t width, int depth, int colour, const std::vector<Bytes>& rows,
                 const std::vector<Bytes>& chunks = {}) {
  Bytes header = Big(width, 4), pixels;
  AppendTo(header, Big(rows.size(), 4));
  AppendTo(header, Bytes{static_cast<std::uint8_t>(depth), static_cast<std::uint8_t>(colour), 0, 0, 0});
  for (const Bytes& row : rows) {
    pixels.push_back(0);
    AppendTo(pixels, row);
  }
  Bytes png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  AppendTo(png, PngChunk("IHDR", header));
  for (const Bytes& chunk : chunks) AppendTo(png, chunk);
  AppendTo(png, PngChunk("IDAT", Stored(pixels)));
  AppendTo(png, PngChunk("IEND", {}));
  return png;
}

/// `jpeg` with an APP1 segment behind its first marker.
inline Bytes WithApp1(const Bytes& jpeg, BytesView payload) {
  Bytes bytes = {0xff, 0xd8, 0xff, 0xe1};
  AppendTo(bytes, Big(payload.size() + 2, 2));
  AppendTo(bytes, payload);
  bytes.insert(bytes.end(), jpeg.begin() + 2, jpeg.end());
  return bytes;
}

/// Exif with an orientation (1 to 8), and with a thumbnail if one is given (any bytes).
inline Bytes Exif(int orientation, BytesView thumbnail = {}) {
  Bytes exif = {'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1};
  AppendTo(exif, Big(static_cast<std::uint64_t>(orientation) << 16, 4));
  AppendTo(exif, Big(0, 4));
  AppendTo(exif, thumbnail);
  return exif;
}

}  // namespace cupel::data::image
