// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The inside of the zlib wall: gzip files (RFC 1952) and raw deflate streams (RFC 1951).
/// Memory stays bounded: data is unpacked piece by piece into a Blob, whose limit ends a bomb.

#include "cupel/data/dataset/blob.h"

namespace cupel::data::dataset {

/// True when the bytes begin with gzip's magic number 1f 8b.
bool IsGzip(const Blob& blob);

/// All members of a gzip file, one after the other; checks their CRC and length.
/// Errors: kCorrupt when cut, damaged, or followed by other bytes; kResourceLimit beyond the limit.
Result<BlobPointer> Gunzip(const Blob& blob, const StorageLimits& limits);

/// A raw deflate stream in [offset, offset + packed_size) that must unpack to `size` bytes with this CRC-32.
/// Errors: as Gunzip.
Result<BlobPointer> InflateRaw(const Blob& blob, std::uint64_t offset, std::uint64_t packed_size,
                               std::uint64_t size, std::uint32_t crc, const StorageLimits& limits);

/// CRC-32 (ISO 3309) of [offset, offset + size).
Result<std::uint32_t> Crc32(const Blob& blob, std::uint64_t offset, std::uint64_t size);

}  // namespace cupel::data::dataset
