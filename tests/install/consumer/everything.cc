// SPDX-License-Identifier: Apache-2.0
// Calls into the modules above and beside the ledger; `headers.cc`, made by CMakeLists.txt, includes every
// installed header.
#include <cupel/algorithm/check/requirement.h>
#include <cupel/algorithm/graph/passes.h>
#include <cupel/data/image/codec.h>
#include <cupel/ledger/hallmark/admit.h>
#include <cupel/stats/proportion.h>

#include <cstdio>

int main() {
  using namespace cupel;
  const auto requirement = algorithm::check::ParseRequirement("robust_accuracy >= 0.40");
  const auto outcome = requirement ? algorithm::check::TestRequirement(*requirement, {})
                                   : tl::make_unexpected(requirement.error());
  const stats::Interval interval = stats::Wilson(8, 10, 0.95);
  const auto image = data::image::DecodeImage(AsBytes("no picture"));
  const Admission admission = admit("no model", "no hallmark", {});
  const bool as_documented = !admission.admitted() && admission.code == AdmissionCode::kTrustRoot &&
                             requirement && requirement->threshold == 0.4 && !outcome && interval.low < 0.8 &&
                             interval.high > 0.8 && algorithm::graph::FindPass("no such pass") == nullptr &&
                             !image && image.error().code == ErrorCode::kUnsupported;
  std::printf("%s\n", as_documented ? "as documented" : "not as documented");
  return as_documented ? 0 : 1;
}
