// SPDX-License-Identifier: Apache-2.0
/// COCO's two files, the truth and the results separated by a zero byte: what is accepted indexes only into
/// what is there.

#include <cmath>
#include <cstdlib>
#include <string_view>

#include "cupel/data/annotation/coco.h"

namespace {

void Check(const std::vector<cupel::data::annotation::Object>& objects,
           const cupel::data::annotation::Annotations& truth) {
  for (const auto& object : objects) {
    if (object.source < 0 || static_cast<std::size_t>(object.source) >= truth.sources.size()) std::abort();
    if (object.category < 0 || static_cast<std::size_t>(object.category) >= truth.categories.size()) {
      std::abort();
    }
    if (!std::isfinite(object.score) || !(object.box.w >= 0) || !(object.area >= 0)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::data::annotation;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t zero = text.find('\0');
  const auto truth = ParseCocoTruth(text.substr(0, zero), "truth.json");
  if (!truth) return 0;
  Check(truth->objects, *truth);
  if (zero == std::string_view::npos) return 0;
  const auto found = ParseCocoResults(text.substr(zero + 1), "results.json", *truth);
  if (found) Check(*found, *truth);
  return 0;
}
