// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/add_checkpoint.h"

#include <fmt/format.h>

#include "cupel/ledger/merkle/checkpoint.h"

namespace cupel::ledger::witness {
namespace {

constexpr std::string_view kOld = "old ";
constexpr std::size_t kMaxProof = 63;

}  // namespace

std::string AddCheckpoint::ToText() const {
  std::string text = fmt::format("{}{}\n", kOld, old_size);
  for (const Digest& hash : proof) text += ToBase64(hash.bytes) + "\n";
  return text + "\n" + checkpoint.ToText();
}

Result<AddCheckpoint> AddCheckpoint::Parse(std::string_view body) {
  const auto corrupt = [](std::string message) { return Fail(ErrorCode::kCorrupt, std::move(message)); };
  if (body.size() > kMaxRequestBytes) {
    return Fail(ErrorCode::kResourceLimit,
                fmt::format("a request must have at most {} bytes", kMaxRequestBytes));
  }
  const std::size_t split = body.find("\n\n");
  if (!body.starts_with(kOld) || split == std::string_view::npos) {
    return corrupt("a request must be an old size line, a proof, an empty line and a checkpoint");
  }
  std::string_view lines = body.substr(kOld.size(), split + 1 - kOld.size());
  AddCheckpoint request;
  const std::size_t first = lines.find('\n');
  CUPEL_TRY(request.old_size, merkle::ParseDecimal(lines.substr(0, first), "old size"));
  lines.remove_prefix(first + 1);
  while (!lines.empty()) {
    if (request.proof.size() == kMaxProof) {
      return corrupt(fmt::format("a proof must have at most {} hashes", kMaxProof));
    }
    const std::size_t end = lines.find('\n');
    CUPEL_TRY(const Bytes raw, merkle::DecodeExactBase64(lines.substr(0, end)));
    CUPEL_TRY(const Digest hash, Digest::FromBytes(raw));
    request.proof.push_back(hash);
    lines.remove_prefix(end + 1);
  }
  CUPEL_TRY(request.checkpoint, merkle::SignedNote::Parse(body.substr(split + 2)));
  return request;
}

std::string_view AddCheckpoint::Origin() const {
  return std::string_view(checkpoint.text).substr(0, checkpoint.text.find('\n'));
}

}  // namespace cupel::ledger::witness
