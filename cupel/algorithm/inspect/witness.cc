// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/witness.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>

#include "cupel/algorithm/inspect/confirmation.h"

namespace cupel::algorithm::inspect {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the artifact is little-endian and written as it lies in memory");

constexpr std::int64_t kMaxArtifactBytes = std::int64_t{16} << 20;

std::int64_t Features(const std::vector<std::int64_t>& sample_shape) {
  std::int64_t features = 1;
  for (std::int64_t dimension : sample_shape) features *= dimension;
  return features;
}

// NPY 1.0: magic, version, little-endian length, then a Python dictionary padded with spaces so that the data
// starts at a multiple of 64 bytes.
std::string NpyHeader(std::int64_t rows, const std::vector<std::int64_t>& sample_shape) {
  std::string shape = std::to_string(rows) + ",";
  for (std::int64_t dimension : sample_shape) shape += fmt::format(" {},", dimension);
  if (!sample_shape.empty()) shape.pop_back();
  std::string text = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", shape);
  const std::size_t unpadded = 10 + text.size() + 1;
  text.append((64 - unpadded % 64) % 64, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xFF);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

class Verifier {
 public:
  Verifier(const AttackTarget& target, const data::dataset::Dataset& data, std::vector<float> stored)
      : target_(target),
        data_(data),
        stored_(std::move(stored)),
        features_(static_cast<std::size_t>(data.info().SampleSize())) {
    for (std::int64_t i = 0; i < data.size(); ++i) index_of_[data.OriginalIndex(i)] = i;
  }

  Status Verify(const Json& witness) const {
    CUPEL_TRY(const std::int64_t sample, witness.IntegerAt("sample"));
    if (Status status = VerifySample(sample, witness); !status) {
      return FailAt(fmt::format("witness of sample {}", sample), status.error());
    }
    return {};
  }

 private:
  Status VerifySample(std::int64_t sample, const Json& witness) const {
    CUPEL_TRY(const std::int64_t row, witness.IntegerAt("stored"));
    CUPEL_TRY(const std::string norm, witness.StringAt("norm"));
    ThreatModel threat;
    CUPEL_TRY(threat.norm, ParseNorm(norm));
    CUPEL_TRY(threat.epsilon, witness.NumberAt("epsilon"));
    threat.box_low = data_.info().box_low;
    threat.box_high = data_.info().box_high;
    if (row < 0 || static_cast<std::size_t>(row) >= stored_.size() / features_) {
      return Fail(ErrorCode::kCorrupt, fmt::format("row {} is not in the artifact", row));
    }
    const auto found = index_of_.find(sample);
    if (found == index_of_.end()) return Fail(ErrorCode::kCorrupt, "the data set has no such sample");
    std::vector<float> original(features_);
    CUPEL_TRY_STATUS(data_.Read({&found->second, 1}, original));
    const auto adversarial = std::span(stored_).subspan(static_cast<std::size_t>(row) * features_, features_);
    CUPEL_TRY_STATUS(CheckWithin(threat, original, adversarial));
    Goal goal{.label = data_.labels()[static_cast<std::size_t>(found->second)]};
    if (witness.Find("target") != nullptr) {
      CUPEL_TRY(const std::int64_t wanted, witness.IntegerAt("target"));
      if (wanted < 0 || wanted >= target_.class_count() || wanted == goal.label)
        return Fail(ErrorCode::kCorrupt, fmt::format("class {} cannot be a target", wanted));
      goal.target = static_cast<std::int32_t>(wanted);
    }
    CUPEL_TRY(const Confirmation exact, ConfirmExactly(target_, adversarial, goal));
    if (exact.margin > 0) return {};
    const std::string answer = goal.targeted() ? fmt::format("does not answer the target {}", goal.target)
                                               : fmt::format("still answers class {} rightly", goal.label);
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the model {}, margin {:.6g}", answer, exact.margin));
  }

  const AttackTarget& target_;
  const data::dataset::Dataset& data_;
  std::vector<float> stored_;
  std::size_t features_;
  std::map<std::int64_t, std::int64_t> index_of_;
};

}  // namespace

std::int64_t StoredLimit(std::int64_t wanted, std::int64_t features) {
  return std::min(wanted, kMaxArtifactBytes / (features * static_cast<std::int64_t>(sizeof(float))));
}

check::Artifact AdversarialArtifact(std::span<const float> values,
                                    const std::vector<std::int64_t>& sample_shape) {
  const auto rows = static_cast<std::int64_t>(values.size()) / Features(sample_shape);
  const std::string header = NpyHeader(rows, sample_shape);
  Bytes bytes(header.begin(), header.end());
  const auto* data = reinterpret_cast<const std::uint8_t*>(values.data());
  bytes.insert(bytes.end(), data, data + values.size_bytes());
  return {.name = std::string(kAdversarialArtifact),
          .extension = "npy",
          .media_type = "application/octet-stream",
          .bytes = std::move(bytes)};
}

Result<std::vector<float>> ReadAdversarialArtifact(BytesView bytes,
                                                   const std::vector<std::int64_t>& sample_shape) {
  const std::size_t row_bytes = static_cast<std::size_t>(Features(sample_shape)) * sizeof(float);
  const std::size_t header_bytes = bytes.size() < 10 ? bytes.size() : 10U + bytes[8] + 256U * bytes[9];
  if (bytes.size() > header_bytes && (bytes.size() - header_bytes) % row_bytes == 0) {
    const std::size_t rows = (bytes.size() - header_bytes) / row_bytes;
    // The header is a function of the shape, so it is compared rather than parsed.
    if (AsText(bytes).starts_with(NpyHeader(static_cast<std::int64_t>(rows), sample_shape))) {
      std::vector<float> values(rows * row_bytes / sizeof(float));
      std::memcpy(values.data(), bytes.data() + header_bytes, rows * row_bytes);
      return values;
    }
  }
  return Fail(ErrorCode::kCorrupt, "not an NPY file of float32 with the data set's sample shape",
              std::string(kAdversarialArtifact));
}

Result<std::int64_t> VerifyWitnesses(const AttackTarget& target, const data::dataset::Dataset& data,
                                     const check::CheckResult& result) {
  const auto artifact = std::find_if(result.artifacts.begin(), result.artifacts.end(),
                                     [](const check::Artifact& a) { return a.name == kAdversarialArtifact; });
  std::vector<float> stored;
  if (artifact != result.artifacts.end()) {
    CUPEL_TRY(stored, ReadAdversarialArtifact(artifact->bytes, data.info().sample_shape));
  }
  const Verifier verifier(target, data, std::move(stored));
  std::int64_t checked = 0;
  for (const Json& witness : result.witnesses) {
    if (witness["stored"].IsNull()) continue;
    CUPEL_TRY_STATUS(verifier.Verify(witness));
    ++checked;
  }
  return checked;
}

}  // namespace cupel::algorithm::inspect
