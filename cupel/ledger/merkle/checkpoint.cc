// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/checkpoint.h"

#include <fmt/format.h>

#include <charconv>

namespace cupel::ledger::merkle {
namespace {

/// Takes the next line off `text`, without its newline; nothing when there is no whole line left.
bool TakeLine(std::string_view& text, std::string_view& line) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return false;
  line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
}

}  // namespace

Result<std::uint64_t> ParseDecimal(std::string_view text, std::string_view what) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool plain = !text.empty() && text[0] != '-' && (text == "0" || text[0] != '0');
  if (code != std::errc() || end != text.data() + text.size() || !plain) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the {} must be a decimal number without leading zeros", what));
  }
  return static_cast<std::uint64_t>(value);
}

Result<Checkpoint> Checkpoint::Parse(std::string_view text) {
  std::string_view origin;
  std::string_view size;
  std::string_view root;
  if (!TakeLine(text, origin) || !TakeLine(text, size) || !TakeLine(text, root)) {
    return Fail(ErrorCode::kCorrupt, "a checkpoint must have three lines: origin, size and root");
  }
  if (origin.empty()) return Fail(ErrorCode::kCorrupt, "the checkpoint's origin (line 1) is empty");
  Checkpoint checkpoint;
  checkpoint.origin = origin;
  CUPEL_TRY(checkpoint.size, ParseDecimal(size, "checkpoint's size (line 2)"));
  CUPEL_TRY(const Bytes raw, DecodeExactBase64(root));
  CUPEL_TRY(checkpoint.root, Digest::FromBytes(raw));
  std::string_view extension;
  while (TakeLine(text, extension)) {
    if (extension.empty())
      return Fail(ErrorCode::kCorrupt, "a checkpoint's extension line must not be empty");
    checkpoint.extensions.emplace_back(extension);
  }
  if (!text.empty()) return Fail(ErrorCode::kCorrupt, "a checkpoint must end in a newline");
  return checkpoint;
}

std::string Checkpoint::ToText() const {
  std::string text = fmt::format("{}\n{}\n{}\n", origin, size, ToBase64(root.bytes));
  for (const std::string& extension : extensions) text += extension + "\n";
  return text;
}

Result<Checkpoint> OpenCheckpoint(std::string_view note, const NoteVerifier& verifier) {
  CUPEL_TRY(const SignedNote parsed, SignedNote::Parse(note));
  CUPEL_TRY_STATUS(parsed.Verify(verifier));
  CUPEL_TRY(Checkpoint checkpoint, Checkpoint::Parse(parsed.text));
  if (checkpoint.origin != verifier.Name()) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the checkpoint is of log {}, expected {}", checkpoint.origin, verifier.Name()));
  }
  return checkpoint;
}

}  // namespace cupel::ledger::merkle
