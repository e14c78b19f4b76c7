// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/save.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "cupel/base/file.h"
#include "cupel/base/json.h"
#include "cupel/crypto/hash.h"

namespace cupel::data::dataset {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

constexpr std::int64_t kMostBytes = std::int64_t{4} << 30;
constexpr std::int64_t kBlock = 256;

// NPY 1.0: magic, version, little-endian length, then a Python dictionary padded with spaces so that the data
// starts at a multiple of 64 bytes.
Bytes NpyFile(std::string_view type, const std::vector<std::int64_t>& shape, BytesView numbers) {
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", type,
                                 fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  text.append((64 - (10 + text.size() + 1) % 64) % 64, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xFF);
  header += static_cast<char>(text.size() >> 8);
  header += text;
  Bytes bytes(header.begin(), header.end());
  bytes.insert(bytes.end(), numbers.begin(), numbers.end());
  return bytes;
}

template <typename Number>
BytesView BytesOf(std::span<const Number> numbers) {
  return {reinterpret_cast<const std::uint8_t*>(numbers.data()), numbers.size_bytes()};
}

Result<std::vector<float>> AllFeatures(const Dataset& data) {
  const std::int64_t size = data.info().SampleSize();
  if (data.size() > kMostBytes / static_cast<std::int64_t>(sizeof(float)) / size) {
    return Fail(ErrorCode::kResourceLimit, fmt::format("{} samples are more than 4 GiB", data.size()),
                data.info().name, "take a subset");
  }
  std::vector<float> features(static_cast<std::size_t>(data.size() * size));
  for (std::int64_t from = 0; from < data.size(); from += kBlock) {
    std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(kBlock, data.size() - from)));
    for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = from + static_cast<std::int64_t>(i);
    const auto part = std::span(features).subspan(static_cast<std::size_t>(from * size),
                                                  indices.size() * static_cast<std::size_t>(size));
    CUPEL_TRY_STATUS(data.Read(indices, part));
  }
  return features;
}

// A JSON string is a TOML one.
std::string Quoted(const std::string& text) { return Json(text).Canonical(); }

std::string ManifestOf(const DatasetInfo& info, const Bytes& features, const Bytes& labels) {
  std::vector<std::string> names;
  for (const std::string& name : info.class_names) names.push_back(Quoted(name));
  std::string text = fmt::format("name = {}\nformat = \"npy\"\nclass_names = [{}]\nvalue_range = [{}, {}]\n",
                                 Quoted(info.name), fmt::join(names, ", "), info.box_low, info.box_high);
  text += fmt::format("licence = {}\nprovenance = {}\nlawful_basis = {}\npersonal_data = false\n",
                      Quoted(info.licence), Quoted(info.provenance), Quoted(info.lawful_basis));
  for (const auto& [role, bytes] : {std::pair{"features", &features}, std::pair{"labels", &labels}}) {
    text += fmt::format("\n[[files]]\nrole = \"{0}\"\npath = \"{0}.npy\"\nsha256 = \"{1}\"\n", role,
                        crypto::Sha256(*bytes).Hex());
  }
  return text;
}

}  // namespace

Status SaveAsNpy(const Dataset& data, const std::filesystem::path& folder) {
  CUPEL_TRY_STATUS(MakeFolder(folder));
  std::vector<std::int64_t> shape = {data.size()};
  CUPEL_TRY(const std::vector<float> values, AllFeatures(data));
  const Bytes labels = NpyFile("<i4", shape, BytesOf(data.labels()));
  shape.insert(shape.end(), data.info().sample_shape.begin(), data.info().sample_shape.end());
  const Bytes features = NpyFile("<f4", shape, BytesOf(std::span<const float>(values)));
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / "features.npy", features));
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / "labels.npy", labels));
  return WriteFileAtomic(folder / "dataset.toml", ManifestOf(data.info(), features, labels));
}

}  // namespace cupel::data::dataset
