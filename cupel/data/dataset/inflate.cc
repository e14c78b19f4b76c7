// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/inflate.h"

#include <fmt/format.h>
#include <zlib.h>

namespace cupel::data::dataset {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for the gzip header and trailer.
constexpr int kRawWindow = -15;
constexpr const char* kRemedy = "copy the file again";

class Inflater {
 public:
  Inflater(int window, StorageLimits limits)
      : writer_(limits),
        has_members_(window == kGzipWindow),
        is_ready_(inflateInit2(&stream_, window) == Z_OK),
        output_(std::size_t{1} << 16) {}
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (is_ready_) inflateEnd(&stream_);
  }

  Status Push(BytesView packed) {
    if (!is_ready_) return Fail(ErrorCode::kResourceLimit, "out of memory while unpacking");
    stream_.next_in = const_cast<Bytef*>(packed.data());  // zlib only reads it.
    stream_.avail_in = static_cast<uInt>(packed.size());
    while (stream_.avail_in > 0) {
      if (is_at_end_) {
        // Another gzip member may follow; a raw stream is followed by nothing.
        if (!has_members_)
          return Fail(ErrorCode::kCorrupt, "the compressed data is followed by other bytes", "", kRemedy);
        if (inflateReset(&stream_) != Z_OK) return Fail(ErrorCode::kInternal, "cannot go on unpacking");
        is_at_end_ = false;
      }
      CUPEL_TRY_STATUS(Step());
    }
    return {};
  }

  Result<BlobPointer> Finish() {
    if (!is_at_end_) return Fail(ErrorCode::kCorrupt, "the compressed data is truncated", "", kRemedy);
    return writer_.Finish();
  }

 private:
  Status Step() {
    do {
      stream_.next_out = output_.data();
      stream_.avail_out = static_cast<uInt>(output_.size());
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
        const char* reason = stream_.msg != nullptr ? stream_.msg : "invalid stream";
        return Fail(ErrorCode::kCorrupt, fmt::format("the compressed data is damaged: {}", reason), "",
                    kRemedy);
      }
      CUPEL_TRY_STATUS(writer_.Append(BytesView(output_).first(output_.size() - stream_.avail_out)));
      is_at_end_ = code == Z_STREAM_END;
    } while (!is_at_end_ && stream_.avail_out == 0);
    return {};
  }

  z_stream stream_{};
  BlobWriter writer_;
  bool has_members_;
  bool is_ready_;
  bool is_at_end_ = false;
  Bytes output_;
};

}  // namespace

bool IsGzip(const Blob& blob) {
  std::array<std::uint8_t, 2> magic{};
  return blob.size() >= 2 && blob.Read(0, magic).has_value() && magic[0] == 0x1f && magic[1] == 0x8b;
}

Result<BlobPointer> Gunzip(const Blob& blob, const StorageLimits& limits) {
  Inflater inflater(kGzipWindow, limits);
  CUPEL_TRY_STATUS(blob.ReadInPieces(0, blob.size(), [&](BytesView piece) { return inflater.Push(piece); }));
  return inflater.Finish();
}

Result<BlobPointer> InflateRaw(const Blob& blob, std::uint64_t offset, std::uint64_t packed_size,
                               std::uint64_t size, std::uint32_t crc, const StorageLimits& limits) {
  if (size > limits.total_bytes) {
    return Fail(
        ErrorCode::kResourceLimit,
        fmt::format("the entry unpacks to {} bytes, more than the limit of {}", size, limits.total_bytes));
  }
  StorageLimits exact = limits;
  exact.total_bytes = size;
  Inflater inflater(kRawWindow, exact);
  CUPEL_TRY_STATUS(
      blob.ReadInPieces(offset, packed_size, [&](BytesView piece) { return inflater.Push(piece); }));
  CUPEL_TRY(BlobPointer unpacked, inflater.Finish());
  CUPEL_TRY(const std::uint32_t found, Crc32(*unpacked, 0, unpacked->size()));
  if (unpacked->size() != size || found != crc) {
    return Fail(ErrorCode::kCorrupt, "the entry unpacks to other bytes than its size and CRC-32 say", "",
                kRemedy);
  }
  return unpacked;
}

Result<std::uint32_t> Crc32(const Blob& blob, std::uint64_t offset, std::uint64_t size) {
  uLong crc = crc32(0L, nullptr, 0);
  CUPEL_TRY_STATUS(blob.ReadInPieces(offset, size, [&](BytesView piece) -> Status {
    crc = crc32(crc, piece.data(), static_cast<uInt>(piece.size()));
    return {};
  }));
  return static_cast<std::uint32_t>(crc);
}

}  // namespace cupel::data::dataset
