// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/decide.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/ledger/merkle/proof.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::witness {
namespace {

/// One line a key of the log, after all lines of that key were verified. Errors: kVerificationFailed when
/// there is none, or a false one.
Result<std::vector<merkle::NoteSignature>> LinesOfLog(const merkle::SignedNote& note, const KnownLog& log) {
  std::vector<merkle::NoteSignature> lines;
  for (const merkle::NoteVerifier& key : log.keys) {
    const auto by_key = [&](const merkle::NoteSignature& line) {
      return line.name == key.Name() && line.key_id == key.KeyId();
    };
    const auto first = std::ranges::find_if(note.signatures, by_key);
    if (first == note.signatures.end()) continue;
    CUPEL_TRY_STATUS(note.Verify(key));
    lines.push_back(*first);
  }
  if (lines.empty()) {
    return Fail(ErrorCode::kVerificationFailed, fmt::format("not signed by log {}", log.origin));
  }
  return lines;
}

/// The specification's checks of sizes, roots and proof, in its order; nothing when all hold.
std::optional<Answer> RefuseTree(const AddCheckpoint& request, const merkle::Checkpoint& next,
                                 std::uint64_t seen_size, const Digest& seen_root) {
  if (request.old_size > next.size) {
    return Refusal(400,
                   fmt::format("the old size {} is above the checkpoint's {}", request.old_size, next.size));
  }
  if (request.old_size != seen_size) {
    return Answer{409, std::string(kSizeType), fmt::format("{}\n", seen_size)};
  }
  if (next.size == 0 && next.root != merkle::EmptyRoot()) {
    return Refusal(422, "a log without leaves must have the root of no leaves");
  }
  const merkle::ConsistencyProof proof{seen_size, next.size, request.proof};
  const Status consistent = merkle::VerifyConsistency(proof, seen_root, next.root);
  if (!consistent) return Refusal(422, consistent.error().message);
  return std::nullopt;
}

/// Signs, and says what to keep.
Decision Accept(merkle::SignedNote note, std::vector<merkle::NoteSignature> lines, const CosignatureKey& key,
                std::int64_t now) {
  const auto line = key.Sign(note.text, now);
  if (!line) return {Refusal(500, line.error().message), {}, {}};
  Decision decision;
  decision.answer = {200, std::string(kTextType), merkle::SignatureLines(std::span(&*line, 1))};
  lines.push_back(*line);
  note.signatures = std::move(lines);
  decision.keep = note.ToText();
  return decision;
}

}  // namespace

Answer Refusal(int status, std::string_view reason) {
  return {status, std::string(kTextType), fmt::format("{}\n", reason)};
}

Result<Seen> Seen::Parse(std::string_view note, const CosignatureVerifier& witness) {
  CUPEL_TRY(const merkle::SignedNote parsed, merkle::SignedNote::Parse(note));
  CUPEL_TRY(const std::optional<std::int64_t> time, witness.TimeOf(parsed));
  if (!time) {
    return Fail(ErrorCode::kVerificationFailed, fmt::format("not cosigned by {}", witness.ToText()));
  }
  CUPEL_TRY(merkle::Checkpoint checkpoint, merkle::Checkpoint::Parse(parsed.text));
  return Seen{std::move(checkpoint), *time, std::string(note)};
}

Decision Decide(const AddCheckpoint& request, const KnownLog* log, const std::optional<Seen>& seen,
                const CosignatureKey& key, std::int64_t now) {
  if (log == nullptr) return {Refusal(404, fmt::format("unknown log {}", request.Origin())), {}, {}};
  auto lines = LinesOfLog(request.checkpoint, *log);
  if (!lines) return {Refusal(403, lines.error().message), {}, {}};
  const auto next = merkle::Checkpoint::Parse(request.checkpoint.text);
  if (!next) return {Refusal(400, next.error().message), {}, {}};

  const std::uint64_t seen_size = seen ? seen->checkpoint.size : 0;
  const Digest seen_root = seen ? seen->checkpoint.root : merkle::EmptyRoot();
  if (auto refusal = RefuseTree(request, *next, seen_size, seen_root)) {
    Decision decision{*std::move(refusal), {}, {}};
    if (seen && next->size == seen_size && next->root != seen_root) {
      decision.conflict = merkle::SignedNote{request.checkpoint.text, *std::move(lines)}.ToText();
    }
    return decision;
  }
  if (seen && now < seen->time) {
    return {Refusal(500, fmt::format("the witness's clock shows {}, before its last cosignature at {}", now,
                                     seen->time)),
            {},
            {}};
  }
  return Accept(request.checkpoint, *std::move(lines), key, now);
}

}  // namespace cupel::ledger::witness
