// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/engine.h"

#include "cupel/algorithm/tensor/library_version.h"
#include "cupel/base/version.h"
#include "cupel/crypto/hash.h"

#ifdef __clang__
#define CUPEL_COMPILER __VERSION__
#else
#define CUPEL_COMPILER "GCC " __VERSION__
#endif

namespace cupel::application::assess {

Json Engine::ToJson() const {
  Json json;
  json["name"] = "cupel";
  json["version"] = version;
  json["executable"] = Json::Object{{"sha256", executable.Hex()}};
  json["compiler"] = compiler;
  json["tensorLibrary"] = tensor_library;
  json["instructionSet"] = instruction_set;
  return json;
}

Result<Engine> ThisEngine() {
  static const Result<Digest> executable = crypto::Sha256OfFile("/proc/self/exe");
  if (!executable) return tl::make_unexpected(executable.error());
  return Engine{kVersion, *executable, CUPEL_COMPILER, algorithm::tensor::LibraryVersion(),
                algorithm::tensor::InstructionSet()};
}

}  // namespace cupel::application::assess
