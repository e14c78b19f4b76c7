// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cupel/data/dataset/inflate.h"
#include "cupel/data/dataset/npy.h"

// ZIP as PKWARE's APPNOTE 6.3.10 describes it: the end record (4.3.16) names the central directory (4.3.12),
// whose headers are the only truth; a local header (4.3.7) is read for the length of its own name and extra
// field alone.

namespace cupel::data::dataset {
namespace {

constexpr std::uint64_t kEndBytes = 22, kCentralBytes = 46, kLocalBytes = 30;
constexpr std::uint64_t kMaxComment = 65535;
constexpr std::size_t kMaxEntries = 10000;

struct Entry {
  std::string name;
  std::uint64_t flags = 0, method = 0, crc = 0, packed_size = 0, size = 0, local_offset = 0;
};

std::uint64_t LittleEndian(BytesView bytes, std::size_t offset, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i > 0; --i) value = value << 8 | bytes[offset + i - 1];
  return value;
}

tl::unexpected<Error> Damaged(std::string_view what) {
  return Fail(ErrorCode::kCorrupt, fmt::format("not a whole NPZ file: {}", what), "", "copy the file again");
}

Result<Bytes> ReadBytes(const Blob& blob, std::uint64_t offset, std::uint64_t size) {
  if (offset > blob.size() || size > blob.size() - offset) return Damaged("a record lies beyond its end");
  Bytes bytes(static_cast<std::size_t>(size));
  CUPEL_TRY_STATUS(blob.Read(offset, bytes));
  return bytes;
}

/// The central directory's bytes.
Result<Bytes> ReadDirectory(const Blob& blob, std::size_t& count) {
  if (blob.size() < kEndBytes) return Damaged("it is shorter than the end record");
  const std::uint64_t tail_size = std::min(blob.size(), kEndBytes + kMaxComment);
  CUPEL_TRY(const Bytes tail, ReadBytes(blob, blob.size() - tail_size, tail_size));
  for (std::size_t at = tail.size() - kEndBytes + 1; at-- > 0;) {
    if (LittleEndian(tail, at, 4) != 0x06054b50 ||
        LittleEndian(tail, at + 20, 2) != tail.size() - at - kEndBytes)
      continue;
    count = static_cast<std::size_t>(LittleEndian(tail, at + 10, 2));
    const std::uint64_t size = LittleEndian(tail, at + 12, 4), offset = LittleEndian(tail, at + 16, 4);
    if (count == 0xffff || size == 0xffffffff || offset == 0xffffffff) {
      return Fail(ErrorCode::kUnsupported, "zip64 files are not read", "", "save the arrays as NPY files");
    }
    if (LittleEndian(tail, at + 4, 4) != 0)
      return Fail(ErrorCode::kUnsupported, "the ZIP file is split over disks");
    if (count > kMaxEntries)
      return Fail(ErrorCode::kResourceLimit, fmt::format("more than {} entries", kMaxEntries));
    return ReadBytes(blob, offset, size);
  }
  return Damaged("the end record is missing");
}

Result<std::vector<Entry>> ReadEntries(const Blob& blob) {
  std::size_t count = 0;
  CUPEL_TRY(const Bytes directory, ReadDirectory(blob, count));
  std::vector<Entry> entries;
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (directory.size() - at < kCentralBytes || LittleEndian(directory, at, 4) != 0x02014b50) {
      return Damaged("the directory is cut");
    }
    const BytesView header = BytesView(directory).subspan(at, kCentralBytes);
    const std::uint64_t name_size = LittleEndian(header, 28, 2);
    const std::uint64_t whole =
        kCentralBytes + name_size + LittleEndian(header, 30, 2) + LittleEndian(header, 32, 2);
    if (directory.size() - at < whole) return Damaged("the directory is cut");
    Entry entry{std::string(AsText(BytesView(directory).subspan(at + kCentralBytes, name_size))),
                LittleEndian(header, 8, 2),
                LittleEndian(header, 10, 2),
                LittleEndian(header, 16, 4),
                LittleEndian(header, 20, 4),
                LittleEndian(header, 24, 4),
                LittleEndian(header, 42, 4)};
    if (entry.name.ends_with(".npy")) entry.name.resize(entry.name.size() - 4);
    entries.push_back(std::move(entry));
    at += whole;
  }
  return entries;
}

Result<Entry> ChooseEntry(const std::vector<Entry>& entries, std::string_view name) {
  if (name.ends_with(".npy")) name.remove_suffix(4);
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.push_back(entry.name);
  const auto matches =
      std::ranges::count_if(names, [&](const std::string& each) { return name.empty() || each == name; });
  if (matches == 1)
    return entries[static_cast<std::size_t>(name.empty() ? 0
                                                         : std::ranges::find(names, name) - names.begin())];
  if (matches > 1 && !name.empty()) return Damaged(fmt::format("it has two entries named \"{}\"", name));
  return Fail(ErrorCode::kNotFound,
              name.empty() ? "the file holds several arrays or none" : fmt::format("no array \"{}\"", name),
              "", fmt::format("set entry to one of: {}", fmt::join(names, ", ")));
}

}  // namespace

Result<NumberArray> ParseNpz(const BlobPointer& blob, std::string_view entry_name,
                             const StorageLimits& limits) {
  CUPEL_TRY(const std::vector<Entry> entries, ReadEntries(*blob));
  CUPEL_TRY(const Entry entry, ChooseEntry(entries, entry_name));
  if ((entry.flags & 1) != 0) return Fail(ErrorCode::kUnsupported, "the entry is encrypted");
  if (entry.size == 0xffffffff || entry.packed_size == 0xffffffff || entry.local_offset == 0xffffffff) {
    return Fail(ErrorCode::kUnsupported, "zip64 entries are not read", "", "save the array as an NPY file");
  }
  CUPEL_TRY(const Bytes local, ReadBytes(*blob, entry.local_offset, kLocalBytes));
  if (LittleEndian(local, 0, 4) != 0x04034b50) return Damaged("an entry's header is missing");
  const std::uint64_t start =
      entry.local_offset + kLocalBytes + LittleEndian(local, 26, 2) + LittleEndian(local, 28, 2);
  if (start > blob->size() || entry.packed_size > blob->size() - start) return Damaged("an entry is cut");
  const auto crc = static_cast<std::uint32_t>(entry.crc);
  if (entry.method == 8) {
    CUPEL_TRY(BlobPointer unpacked, InflateRaw(*blob, start, entry.packed_size, entry.size, crc, limits));
    return ParseNpy(std::move(unpacked));
  }
  if (entry.method != 0) {
    return Fail(ErrorCode::kUnsupported, fmt::format("ZIP method {} is not read", entry.method), "",
                "use numpy.savez or numpy.savez_compressed");
  }
  CUPEL_TRY(const std::uint32_t found, Crc32(*blob, start, entry.packed_size));
  if (entry.size != entry.packed_size || found != crc) return Damaged("an entry's CRC-32 is false");
  BlobWriter writer(limits);
  CUPEL_TRY_STATUS(
      blob->ReadInPieces(start, entry.size, [&](BytesView piece) { return writer.Append(piece); }));
  return ParseNpy(writer.Finish());
}

}  // namespace cupel::data::dataset
