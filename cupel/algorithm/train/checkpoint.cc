// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/checkpoint.h"

#include <ATen/ops/empty.h>

#include <cstring>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"

namespace cupel::algorithm::train {
namespace {

constexpr std::string_view kMagic = "CUPELCK1";
constexpr std::string_view kWide = "float64";

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
  if (!header || !header->IsObject()) return tl::make_unexpected(Damaged(path));
  return std::pair(*std::move(header), start + static_cast<std::size_t>(length));
}

Bytes RawBytes(const tensor::Tensor& tensor) {
  const bool wide = tensor.scalar_type() == at::kDouble;
  const tensor::Tensor flat = tensor.detach().to(at::kCPU).to(wide ? at::kDouble : at::kFloat).contiguous();
  const auto* raw = static_cast<const std::uint8_t*>(flat.data_ptr());
  return {raw, raw + static_cast<std::size_t>(flat.numel()) * flat.element_size()};
}

/// One entry of "tensors", taken from the front of `rest`.
Status ReadTensor(const Json& entry, BytesView& rest, Checkpoint& checkpoint) {
  CUPEL_TRY(const std::string name, entry.StringAt("name"));
  CUPEL_TRY(const Json* sizes, entry.ArrayAt("shape"));
  const bool wide = entry.Find("type") != nullptr;
  if (wide) {
    CUPEL_TRY(const std::string type, entry.StringAt("type"));
    if (type != kWide) return Fail(ErrorCode::kCorrupt, type);
  }
  std::vector<std::int64_t> shape;
  std::size_t bytes = wide ? sizeof(double) : sizeof(float);
  for (const Json& size : sizes->AsArray()) {
    if (!size.IsInteger() || size.AsInteger() < 0) return Fail(ErrorCode::kCorrupt, "shape");
    shape.push_back(size.AsInteger());
    const auto count = static_cast<std::size_t>(size.AsInteger());
    if (count > 0 && bytes > rest.size() / count) return Fail(ErrorCode::kCorrupt, "shape");
    bytes *= count;
  }
  if (bytes > rest.size()) return Fail(ErrorCode::kCorrupt, "length");
  tensor::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(wide ? at::kDouble : at::kFloat));
  if (bytes > 0) std::memcpy(tensor.data_ptr(), rest.data(), bytes);
  rest = rest.subspan(bytes);
  checkpoint.tensors[name] = tensor;
  return {};
}

Status ReadTensors(const Json& header, BytesView rest, Checkpoint& checkpoint) {
  CUPEL_TRY(const Json* entries, header.ArrayAt("tensors"));
  for (const Json& entry : entries->AsArray()) CUPEL_TRY_STATUS(ReadTensor(entry, rest, checkpoint));
  if (!rest.empty()) return Fail(ErrorCode::kCorrupt, "length");
  return {};
}

}  // namespace

Status WriteCheckpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  Json header = checkpoint.header;
  header["job"] = checkpoint.job.Hex();
  header["tensors"] = Json::Array{};
  Bytes data;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    Json entry = Json::Object{{"name", name}, {"shape", Json::ArrayOf(tensor.sizes().vec())}};
    if (tensor.scalar_type() == at::kDouble) entry["type"] = kWide;
    header["tensors"].Append(std::move(entry));
    const Bytes raw = RawBytes(tensor);
    data.insert(data.end(), raw.begin(), raw.end());
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
  const BytesView rest = BytesView(bytes).subspan(start).first(bytes.size() - start - Digest::kSize);
  const Status read = tensor::Translate([&] { return ReadTensors(header, rest, checkpoint); });
  if (!read) return tl::make_unexpected(Damaged(path));
  checkpoint.header = std::move(header);
  return checkpoint;
}

}  // namespace cupel::algorithm::train
