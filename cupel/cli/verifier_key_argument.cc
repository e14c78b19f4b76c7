// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/verifier_key_argument.h"

#include <filesystem>

#include "cupel/base/file.h"

namespace cupel::cli {

Result<ledger::merkle::NoteVerifier> ReadLogKey(const std::string& argument) {
  constexpr std::uint64_t kMaxBytes = 1 << 16;
  std::string text = argument;
  std::error_code code;
  // A key's text has two plus signs; so may a path, which is then there.
  if (text.find('+') == std::string::npos || std::filesystem::is_regular_file(text, code)) {
    CUPEL_TRY(text, ReadTextFile(argument, kMaxBytes));
    while (text.ends_with('\n')) text.pop_back();
  }
  auto key = ledger::merkle::NoteVerifier::Parse(text);
  if (!key) return FailAt(argument, std::move(key).error());
  return key;
}

}  // namespace cupel::cli
