// SPDX-License-Identifier: Apache-2.0
// What a policy says about a checkpoint. Reading a policy is policy_parse.cc.
#include "cupel/ledger/witness/policy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cupel::ledger::witness {
namespace {

tl::unexpected<Error> False(std::string message, std::string remedy = {}) {
  return Fail(ErrorCode::kVerificationFailed, std::move(message), "", std::move(remedy));
}

bool HasLineOf(const merkle::SignedNote& note, const merkle::NoteVerifier& key) {
  return std::ranges::any_of(note.signatures, [&](const merkle::NoteSignature& line) {
    return line.name == key.Name() && line.key_id == key.KeyId();
  });
}

}  // namespace

Result<Policy> Policy::FromLogKey(std::string_view vkey) {
  CUPEL_TRY(merkle::NoteVerifier key, merkle::NoteVerifier::Parse(vkey));
  Policy policy;
  policy.logs_.push_back({std::move(key), ""});
  return policy;
}

bool Policy::IsQuorum(const std::vector<bool>& cosigned) const {
  if (!quorum_) return true;
  std::vector<bool> holds(nodes_.size());
  for (std::size_t i = 0; i <= *quorum_; ++i) {
    const Node& node = nodes_[i];
    if (node.members.empty()) {
      holds[i] = cosigned[node.witness];
      continue;
    }
    const auto count = std::ranges::count_if(node.members, [&](std::size_t member) { return holds[member]; });
    holds[i] = static_cast<std::size_t>(count) >= node.threshold;
  }
  return holds[*quorum_];
}

std::string Policy::Describe(std::size_t index) const {
  const Node& node = nodes_[index];
  if (node.members.empty()) return node.name;
  std::vector<std::string> members;
  for (const std::size_t member : node.members) members.push_back(Describe(member));
  return fmt::format("{} of ({})", node.threshold, fmt::join(members, ", "));
}

std::string Policy::QuorumText() const { return quorum_ ? Describe(*quorum_) : "none"; }

/// The log that signed the note. The origin is read before it is verified, only to choose the keys to try.
Result<const Policy::Log*> Policy::SignerOf(const merkle::SignedNote& note) const {
  if (logs_.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "the policy names no log", "", "add a line: log <vkey>");
  }
  const std::string_view origin = std::string_view(note.text).substr(0, note.text.find('\n'));
  const Log* signer = nullptr;
  const Log* candidate = nullptr;
  for (const Log& log : logs_) {
    if (log.key.Name() != origin) continue;
    candidate = &log;
    if (!HasLineOf(note, log.key)) continue;
    CUPEL_TRY_STATUS(note.Verify(log.key));
    signer = &log;
  }
  if (candidate == nullptr) {
    return False(fmt::format("the checkpoint is of log {}, which the policy does not name", origin));
  }
  if (signer == nullptr) return False(fmt::format("not signed by {}", candidate->key.ToText()));
  return signer;
}

Result<CosignedCheckpoint> Policy::Verify(std::string_view note) const {
  CUPEL_TRY(const merkle::SignedNote parsed, merkle::SignedNote::Parse(note));
  CUPEL_TRY(const Log* log, SignerOf(parsed));
  CosignedCheckpoint seen;
  CUPEL_TRY(seen.checkpoint, merkle::Checkpoint::Parse(parsed.text));
  CUPEL_CHECK(seen.checkpoint.origin == log->key.Name());

  std::vector<std::pair<std::int64_t, std::size_t>> by_time;
  for (std::size_t i = 0; i < witnesses_.size(); ++i) {
    CUPEL_TRY(const std::optional<std::int64_t> time, witnesses_[i].key.TimeOf(parsed));
    if (!time) continue;
    by_time.emplace_back(*time, i);
    seen.witnesses.push_back(witnesses_[i].name);
  }
  if (!quorum_) return seen;
  // From the latest back, until those so far are enough.
  std::ranges::sort(by_time, std::greater<>());
  std::vector<bool> counted(witnesses_.size());
  for (const auto& [time, index] : by_time) {
    counted[index] = true;
    if (IsQuorum(counted)) {
      seen.cosigned_at = time;
      return seen;
    }
  }
  return False(
      fmt::format("the checkpoint of {} leaves lacks its quorum: {} must cosign, got {}",
                  seen.checkpoint.size, QuorumText(),
                  seen.witnesses.empty() ? "none" : fmt::format("{}", fmt::join(seen.witnesses, ", "))),
      "ask the witnesses again (`cupel ledger cosign`), or another copy of the log");
}

}  // namespace cupel::ledger::witness
