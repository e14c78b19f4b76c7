// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/pack/verify_script.h"

namespace cupel::application::pack {

// Made by cmake/CupelEmbed.cmake from the files (CMakeLists.txt).
std::string_view VerifyMain();
std::string_view VerifyBytes();
std::string_view VerifyFaults();
std::string_view VerifyKeys();
std::string_view VerifyLedger();
std::string_view VerifyMerkle();
std::string_view VerifyReport();
std::string_view VerifyResults();
std::string_view VerifyStatements();

const std::map<std::string, std::string_view>& VerifyScripts() {
  static const std::map<std::string, std::string_view> scripts = {
      {"verify.mjs", VerifyMain()},
      {"verify/bytes.mjs", VerifyBytes()},
      {"verify/faults.mjs", VerifyFaults()},
      {"verify/keys.mjs", VerifyKeys()},
      {"verify/ledger.mjs", VerifyLedger()},
      {"verify/merkle.mjs", VerifyMerkle()},
      {"verify/report.mjs", VerifyReport()},
      {"verify/results.mjs", VerifyResults()},
      {"verify/statements.mjs", VerifyStatements()},
  };
  return scripts;
}

}  // namespace cupel::application::pack
