// SPDX-License-Identifier: Apache-2.0
// A log's files from a hostile host: its tiles and bundles with bytes changed, cut off or added. Whatever
// LogReader answers must be what the true log says; anything else must be an error.
//
// Input: a file's number, what to do to it, and bytes for that; again and again.
#include <stdlib.h>

#include <filesystem>
#include <map>
#include <memory>

#include "cupel/ledger/log/log.h"
#include "cupel/ledger/log/log_reader.h"

namespace {

using cupel::Bytes;
using cupel::BytesView;
using cupel::ledger::log::Log;
using cupel::ledger::log::LogReader;
using cupel::ledger::log::TileSource;

constexpr std::uint64_t kLeaves = 600;
constexpr const char* kOrigin = "example.com/ledger";

Bytes Leaf(std::uint64_t i) {
  const std::string text = "leaf " + std::to_string(i);
  return Bytes(text.begin(), text.end());
}

class MemorySource final : public TileSource {
 public:
  cupel::Result<Bytes> Read(const std::string& path, std::uint64_t limit_bytes) const override {
    const auto found = files.find(path);
    if (found == files.end()) return cupel::Fail(cupel::ErrorCode::kNotFound, "no such file", path);
    if (found->second.size() > limit_bytes)
      return cupel::Fail(cupel::ErrorCode::kResourceLimit, "too large", path);
    return found->second;
  }
  std::string PlaceOf(const std::string& path) const override { return path; }
  std::map<std::string, Bytes> files;
};

struct Truth {
  MemorySource source;
  cupel::ledger::merkle::NoteVerifier verifier;
  std::vector<cupel::ledger::log::Receipt> receipts;

  static Truth Make() {
    std::string name = (std::filesystem::temp_directory_path() / "cupel-fuzz-XXXXXX").string();
    CUPEL_CHECK(::mkdtemp(name.data()) != nullptr);
    const std::filesystem::path folder = name;
    auto key = cupel::crypto::LogKey::FromSeed(Bytes(32, 7)).value();
    Log log = Log::Create(folder, std::move(key), kOrigin).value();
    std::vector<Bytes> leaves;
    for (std::uint64_t i = 0; i < kLeaves; ++i) leaves.push_back(Leaf(i));
    CUPEL_CHECK(log.Append(leaves).has_value());
    Truth truth{{}, log.Verifier(), {}};
    const LogReader reader = LogReader::Open(folder, log.Verifier()).value();
    for (std::uint64_t i = 0; i < kLeaves; ++i) truth.receipts.push_back(reader.Prove(i).value());
    for (const auto& item : std::filesystem::recursive_directory_iterator(folder)) {
      if (item.is_directory()) continue;
      const std::string path = item.path().lexically_relative(folder).generic_string();
      truth.source.files[path] =
          cupel::ledger::log::FolderSource(folder).Read(path, std::uint64_t{1} << 30).value();
    }
    std::filesystem::remove_all(folder);
    return truth;
  }
};

/// Applies one change; returns the rest of the input.
BytesView Change(BytesView input, MemorySource& source) {
  auto file = source.files.begin();
  std::advance(file, input[0] % source.files.size());
  Bytes& bytes = file->second;
  const std::size_t at = bytes.empty() ? 0 : (std::size_t{input[2]} << 8 | input[3]) % bytes.size();
  switch (input[1] % 4) {
    case 0:
      if (!bytes.empty()) bytes[at] ^= input[4];
      break;
    case 1: bytes.resize(at); break;
    case 2: bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), input[4]); break;
    default: source.files.erase(file);
  }
  return input.subspan(5);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Truth truth = Truth::Make();
  const auto source = std::make_shared<MemorySource>(truth.source);
  BytesView input(data, size);
  while (input.size() >= 5 && !source->files.empty()) input = Change(input, *source);
  const auto log = LogReader::Open(source, truth.verifier);
  if (!log) return 0;
  CUPEL_CHECK(log->size() == kLeaves);
  for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{255}, std::uint64_t{300}, kLeaves - 1}) {
    const auto receipt = log->Prove(index);
    CUPEL_CHECK(!receipt || receipt->path == truth.receipts[index].path);
    const auto entry = log->Entry(index);
    CUPEL_CHECK(!entry || *entry == Leaf(index));
  }
  (void)log->ProveConsistency(257, kLeaves);
  return 0;
}
