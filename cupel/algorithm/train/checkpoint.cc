// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/checkpoint.h"

#include <cstring>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"

namespace cupel::algorithm::train {
namespace {

constexpr std::string_view kMagic = "CUPELCK1";

void AppendText(Bytes& bytes, std::string_view text) { bytes.insert(bytes.end(), text.begin(), text.end()); }

Error Damaged(const std::filesystem::path& path) {
  return {ErrorCode::kCorrupt, "the checkpoint is damaged", path.string(),
          "remove it to start the training anew"};
}

/// The header and where the tensors start.
Result<std::pair<Json, std::size_t>> ReadHeader(BytesView bytes, const std::filesystem::path& path) {
  if (bytes.size() < kMagic.size() + 8 + Digest::kSize || AsText(bytes.first(kMagic.size())) != kMagic) {
    return tl::make_unexpected(Damaged(path));
  }
  const BytesView body = bytes.first(bytes.size() - Digest::kSize);
  const auto stored = Digest::FromBytes(bytes.last(Digest::kSize));
  if (!stored || crypto::Sha256(body) != *stored) return tl::make_unexpected(Damaged(path));
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data() + kMagic.size(), sizeof(length));
  const std::size_t start = kMagic.size() + sizeof(length);
  if (length > body.size() - start) return tl::make_unexpected(Damaged(path));
  Result<Json> header = Json::Parse(AsText(body.subspan(start, length)));
  if (!header) return tl::make_unexpected(Damaged(path));
  return std::pair(*std::move(header), start + static_cast<std::size_t>(length));
}

}  // namespace

Status WriteCheckpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  Json header = checkpoint.header;
  header["job"] = checkpoint.job.Hex();
  header["tensors"] = Json::Array{};
  Bytes data;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    header["tensors"].Append(Json::Object{{"name", name}, {"shape", Json::ArrayOf(tensor.sizes().vec())}});
    const std::vector<float> values = tensor::ToFloats(tensor);
    const auto* raw = reinterpret_cast<const std::uint8_t*>(values.data());
    data.insert(data.end(), raw, raw + values.size() * sizeof(float));
  }
  const std::string text = header.Canonical();
  Bytes bytes;
  AppendText(bytes, kMagic);
  const std::uint64_t length = text.size();
  const auto* raw = reinterpret_cast<const std::uint8_t*>(&length);
  bytes.insert(bytes.end(), raw, raw + sizeof(length));
  AppendText(bytes, text);
  bytes.insert(bytes.end(), data.begin(), data.end());
  const Digest digest = crypto::Sha256(bytes);
  bytes.insert(bytes.end(), digest.bytes.begin(), digest.bytes.end());
  return WriteFileAtomic(path, bytes);
}

Result<Checkpoint> ReadCheckpoint(const std::filesystem::path& path, const Digest& job) {
  CUPEL_TRY(const Bytes bytes, ReadFile(path));
  CUPEL_TRY(auto header_and_start, ReadHeader(bytes, path));
  auto& [header, start] = header_and_start;
  Checkpoint checkpoint;
  if (header["job"] != Json(job.Hex())) {
    return Fail(ErrorCode::kInvalidArgument, "the checkpoint belongs to another training", path.string(),
                "use the same model, data and options, or another --out");
  }
  checkpoint.job = job;
  BytesView rest = BytesView(bytes).subspan(start).first(bytes.size() - start - Digest::kSize);
  for (const Json& entry : header["tensors"].AsArray()) {
    std::vector<std::int64_t> shape;
    std::size_t count = 1;
    for (const Json& size : entry["shape"].AsArray()) {
      shape.push_back(size.AsInteger());
      count *= static_cast<std::size_t>(size.AsInteger());
    }
    if (count * sizeof(float) > rest.size()) return tl::make_unexpected(Damaged(path));
    std::vector<float> values(count);
    std::memcpy(values.data(), rest.data(), count * sizeof(float));
    rest = rest.subspan(count * sizeof(float));
    checkpoint.tensors[entry["name"].AsString()] = tensor::FromFloats(values, shape);
  }
  checkpoint.header = std::move(header);
  return checkpoint;
}

}  // namespace cupel::algorithm::train
