// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/server/sites.h"

#include <optional>

#include "cupel/base/file.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/note.h"
#include "cupel/ledger/merkle/tile.h"

namespace cupel::application::server {
namespace {

using ledger::merkle::TileId;

constexpr std::size_t kMaxNoteBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxTileBytes = ledger::merkle::kTileWidth * (ledger::merkle::kMaxLeafBytes + 2);
constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kBytes = "application/octet-stream";
constexpr const char* kForEver = "public, max-age=31536000, immutable";

HttpReply NotFound() { return PlainReply(404, "not found"); }

/// How many leaves the ledger's checkpoint counts. Not verified: it only bounds what is handed out.
std::optional<std::uint64_t> SizeOf(std::string_view note) {
  const auto parsed = ledger::merkle::SignedNote::Parse(note);
  if (!parsed) return std::nullopt;
  const auto checkpoint = ledger::merkle::Checkpoint::Parse(parsed->text);
  if (!checkpoint) return std::nullopt;
  return checkpoint->size;
}

bool IsCovered(const TileId& tile, std::uint64_t size) {
  const std::uint64_t nodes = size >> (tile.level.value_or(0) * ledger::merkle::kTileHeight);
  const std::uint64_t first = nodes / ledger::merkle::kTileWidth;
  return tile.index < first || (tile.index == first && tile.width <= nodes % ledger::merkle::kTileWidth);
}

HttpReply ServeLedger(const std::filesystem::path& folder, std::string_view path) {
  if (!path.starts_with('/')) return NotFound();
  path.remove_prefix(1);
  const auto tile = TileId::Parse(path);
  if (path != "checkpoint" && !tile) return NotFound();
  const auto note = ReadTextFile(folder / "checkpoint", kMaxNoteBytes);
  if (!note) return NotFound();
  if (!tile) return {200, kText, *note, "no-cache"};
  const auto size = SizeOf(*note);
  if (!size || !IsCovered(*tile, *size)) return NotFound();
  const auto bytes = ReadFile(folder / tile->Path(), kMaxTileBytes);
  if (!bytes) return NotFound();
  return {200, kBytes, std::string(AsText(*bytes)), kForEver};
}

HttpReply Forward(ledger::witness::Answer answer) {
  return {answer.status, std::move(answer.content_type), std::move(answer.body), "no-cache"};
}

/// "/<hash>/checkpoint".
HttpReply ServeLatest(const ledger::witness::Witness& witness, std::string_view path) {
  constexpr std::string_view kEnd = "/checkpoint";
  if (!path.starts_with('/') || !path.ends_with(kEnd)) return NotFound();
  path.remove_prefix(1);
  if (path.size() < kEnd.size()) return NotFound();
  path.remove_suffix(kEnd.size());
  return Forward(witness.Latest(path));
}

}  // namespace

Site LedgerSite(std::filesystem::path folder) {
  Site site;
  site.get = [folder = std::move(folder)](std::string_view path) { return ServeLedger(folder, path); };
  return site;
}

Site WitnessSite(ledger::witness::Witness& witness) {
  Site site;
  site.get = [&witness](std::string_view path) { return ServeLatest(witness, path); };
  site.post["/add-checkpoint"] = [&witness](std::string_view body) { return Forward(witness.Add(body)); };
  site.post["/sign-subtree"] = [](std::string_view) {
    return PlainReply(404, "this witness does not sign subtrees: its cosignatures are of type 4 (Ed25519)");
  };
  return site;
}

}  // namespace cupel::application::server
