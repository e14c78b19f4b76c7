// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bytes of array files, made by hand or by zlib's own compressor, for tests only.

#include <zlib.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/data/dataset/blob.h"

namespace cupel::data::dataset {

inline BlobPointer MakeBlob(Bytes bytes) { return std::make_shared<const Blob>(std::move(bytes)); }

inline Bytes Join(std::initializer_list<Bytes> parts) {
  Bytes joined;
  for (const Bytes& part : parts) joined.insert(joined.end(), part.begin(), part.end());
  return joined;
}

inline Bytes Little(std::uint64_t value, int count) {
  Bytes bytes;
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return bytes;
}

inline Bytes Text(std::string_view text) { return {text.begin(), text.end()}; }

inline Bytes Npy(const std::string& header, const Bytes& numbers, int version = 1) {
  return Join({Text("\x93NUMPY"),
               {static_cast<std::uint8_t>(version), 0},
               Little(header.size(), version == 1 ? 2 : 4),
               Text(header),
               numbers});
}

/// zlib's own compressor, as the reference. window: 31 for gzip, -15 for a raw stream.
inline Bytes Deflate(const Bytes& bytes, int window) {
  z_stream stream{};
  CUPEL_CHECK(deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  Bytes packed(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  CUPEL_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct ZipEntry {
  std::string name;
  Bytes content;
  bool is_deflated = false;
  Bytes trailing = {};  ///< Bytes after the deflated stream that the entry claims, too.
  std::uint16_t flags = 0;
  std::uint16_t method = 0xffff;  ///< In place of what is_deflated says.
};

inline Bytes Zip(const std::vector<ZipEntry>& entries, const std::string& comment = "") {
  Bytes file, directory;
  for (const ZipEntry& entry : entries) {
    const Bytes packed =
        Join({entry.is_deflated ? Deflate(entry.content, -15) : entry.content, entry.trailing});
    const auto crc = crc32(0, entry.content.data(), static_cast<uInt>(entry.content.size()));
    const int method = entry.method != 0xffff ? entry.method : entry.is_deflated ? 8 : 0;
    const Bytes sizes = Join({Little(entry.flags, 2), Little(static_cast<std::uint64_t>(method), 2),
                              Little(0, 4), Little(crc, 4), Little(packed.size(), 4),
                              Little(entry.content.size(), 4), Little(entry.name.size(), 2)});
    // NumPy gives local headers an extra field of 20 bytes; the directory has none.
    directory =
        Join({directory, Text("PK\x01\x02"), Little(20, 2), Little(20, 2), sizes, Little(0, 2), Little(0, 2),
              Little(0, 2), Little(0, 2), Little(0, 4), Little(file.size(), 4), Text(entry.name)});
    file = Join(
        {file, Text("PK\x03\x04"), Little(20, 2), sizes, Little(20, 2), Text(entry.name), Bytes(20), packed});
  }
  return Join({file, directory, Text("PK\x05\x06"), Little(0, 4), Little(entries.size(), 2),
               Little(entries.size(), 2), Little(directory.size(), 4), Little(file.size(), 4),
               Little(comment.size(), 2), Text(comment)});
}

}  // namespace cupel::data::dataset
