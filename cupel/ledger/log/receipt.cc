// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/receipt.h"

#include <fmt/format.h>

#include "cupel/ledger/log/leaf.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::log {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr std::size_t kMaxPath = 63;  // a log has at most 2^63 - 1 leaves

tl::unexpected<Error> Corrupt(std::string message) { return Fail(ErrorCode::kCorrupt, std::move(message)); }

/// The lines above the checkpoint, one after the other.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  Result<std::string_view> Next() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return Corrupt("the proof ends before its checkpoint");
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
  }
  std::string_view Rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace

std::string Receipt::ToText() const {
  std::string text = fmt::format("{}\n", kHeader);
  if (!extra.empty()) text += fmt::format("{}{}\n", kExtra, ToBase64(extra));
  text += fmt::format("{}{}\n", kIndex, index);
  for (const Digest& hash : path) text += ToBase64(hash.bytes) + "\n";
  return text + "\n" + checkpoint;
}

Result<Receipt> Receipt::Parse(std::string_view text) {
  Lines lines(text);
  Receipt receipt;
  CUPEL_TRY(std::string_view line, lines.Next());
  if (line != kHeader) return Corrupt(fmt::format("a proof must begin with the line {}", kHeader));
  CUPEL_TRY(line, lines.Next());
  if (line.starts_with(kExtra)) {
    CUPEL_TRY(receipt.extra, merkle::DecodeExactBase64(line.substr(kExtra.size())));
    if (receipt.extra.empty()) return Corrupt("the proof's extra line is empty");
    CUPEL_TRY(line, lines.Next());
  }
  if (!line.starts_with(kIndex)) return Corrupt("the proof has no index line");
  CUPEL_TRY(receipt.index, merkle::ParseDecimal(line.substr(kIndex.size()), "proof's index"));
  for (;;) {
    CUPEL_TRY(line, lines.Next());
    if (line.empty()) break;
    if (receipt.path.size() == kMaxPath)
      return Corrupt(fmt::format("a proof must have at most {} hashes", kMaxPath));
    CUPEL_TRY(const Bytes raw, merkle::DecodeExactBase64(line));
    CUPEL_TRY(const Digest hash, Digest::FromBytes(raw));
    receipt.path.push_back(hash);
  }
  receipt.checkpoint = lines.Rest();
  return receipt;
}

Result<merkle::Checkpoint> Receipt::Verify(BytesView leaf, const merkle::NoteVerifier& log) const {
  CUPEL_TRY(merkle::Checkpoint opened, merkle::OpenCheckpoint(checkpoint, log));
  const merkle::InclusionProof proof{index, opened.size, path};
  CUPEL_TRY_STATUS(merkle::VerifyInclusion(merkle::LeafHash(leaf), proof, opened.root));
  return opened;
}

Result<evidence::TlogEntry> ToTlogEntry(const Receipt& receipt, BytesView leaf,
                                        const merkle::NoteVerifier& log) {
  CUPEL_TRY(const merkle::SignedNote note, merkle::SignedNote::Parse(receipt.checkpoint));
  CUPEL_TRY(const merkle::Checkpoint checkpoint, merkle::Checkpoint::Parse(note.text));
  evidence::TlogEntry entry;
  entry.log_index = receipt.index;
  const Digest id = log.FullId();
  entry.log_id.assign(id.bytes.begin(), id.bytes.end());
  entry.kind = kLeafKind;
  entry.version = kLeafVersion;
  entry.tree_size = checkpoint.size;
  entry.root = checkpoint.root;
  entry.path = receipt.path;
  entry.checkpoint = receipt.checkpoint;
  entry.body.assign(leaf.begin(), leaf.end());
  return entry;
}

Result<std::uint64_t> VerifyLogged(const evidence::Bundle& bundle, const merkle::NoteVerifier& log) {
  const auto failed = [](std::string message) {
    return Fail(ErrorCode::kVerificationFailed, std::move(message));
  };
  if (bundle.tlog_entries.empty()) return failed("the bundle has no log entry");
  // Several entries would be of several logs; this verifier asks for the one of its own log and for nothing
  // false.
  if (bundle.tlog_entries.size() != 1) return failed("the bundle must have exactly one log entry");
  const evidence::TlogEntry& entry = bundle.tlog_entries[0];
  const Digest id = log.FullId();
  if (AsText(entry.log_id) != AsText(id.bytes)) return failed("the log entry is of another log");
  if (entry.kind != kLeafKind || entry.version != kLeafVersion)
    return failed("the log entry is of another kind");
  CUPEL_TRY(const Leaf leaf, Leaf::Parse(entry.body));
  CUPEL_TRY_STATUS(leaf.Matches(bundle.envelope));
  const Receipt receipt{{}, entry.log_index, entry.path, entry.checkpoint};
  CUPEL_TRY(const merkle::Checkpoint checkpoint, receipt.Verify(entry.body, log));
  if (checkpoint.size != entry.tree_size || checkpoint.root != entry.root) {
    return failed("the log entry's size and root are not those of its checkpoint");
  }
  return entry.log_index;
}

}  // namespace cupel::ledger::log
