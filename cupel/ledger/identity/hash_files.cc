// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/hash_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "cupel/base/file.h"
#include "cupel/base/parallel.h"
#include "cupel/crypto/blake2b.h"
#include "cupel/crypto/hash.h"

namespace cupel::ledger::identity {
namespace {

/// One resource to be: bytes start .. end-1 of a file.
struct Range {
  const ModelFile* file;
  std::uint64_t start;
  std::uint64_t end;
  std::string name;
};

BytesView BytesOf(const Digest& digest) { return digest.bytes; }
BytesView BytesOf(const Bytes& digest) { return digest; }

std::vector<Range> RangesOf(const std::vector<ModelFile>& files, const Serialization& serialization) {
  std::vector<Range> ranges;
  for (const ModelFile& file : files) {
    if (serialization.method == Method::kFiles) {
      ranges.push_back({&file, 0, file.size, file.name});
      continue;
    }
    for (std::uint64_t start = 0; start < file.size;) {
      const std::uint64_t end = start + std::min(serialization.shard_size, file.size - start);
      ranges.push_back({&file, start, end, fmt::format("{}:{}:{}", file.name, start, end)});
      start = end;
    }
  }
  return ranges;
}

/// A file is read to its end, wherever that is by now; a shard has its bounds in its name.
Status Read(const Range& range, Method method, const std::function<Status(BytesView)>& consume) {
  if (method == Method::kFiles) return ReadFileInPieces(range.file->path, consume);
  return ReadRangeInPieces(range.file->path, range.start, range.end - range.start, consume);
}

template <typename Hasher>
Result<Bytes> HashWith(const Range& range, Method method) {
  Hasher hasher;
  CUPEL_TRY_STATUS(Read(range, method, [&](BytesView piece) -> Status {
    hasher.Update(piece);
    return {};
  }));
  const auto digest = hasher.Finish();
  const BytesView bytes = BytesOf(digest);
  return Bytes(bytes.begin(), bytes.end());
}

Result<Bytes> HashRange(const Range& range, const Serialization& how) {
  if (how.hash == HashType::kBlake2b) return HashWith<crypto::Blake2bHasher>(range, how.method);
  return HashWith<crypto::Sha256Hasher>(range, how.method);
}

}  // namespace

Result<std::vector<Resource>> HashFiles(const std::vector<ModelFile>& files,
                                        const Serialization& serialization, int workers) {
  const std::vector<Range> ranges = RangesOf(files, serialization);
  std::vector<Resource> resources(ranges.size());
  CUPEL_TRY_STATUS(
      ForEachPiece(static_cast<std::int64_t>(ranges.size()), workers, [&](std::int64_t piece, int) -> Status {
        const auto i = static_cast<std::size_t>(piece);
        CUPEL_TRY(Bytes digest, HashRange(ranges[i], serialization));
        resources[i] = {ranges[i].name, std::move(digest)};
        return {};
      }));
  std::sort(resources.begin(), resources.end(),
            [](const Resource& a, const Resource& b) { return a.name < b.name; });
  return resources;
}

}  // namespace cupel::ledger::identity
