// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/biometric/presentations.h"

#include <fmt/format.h>

#include <array>

#include "cupel/algorithm/scheme/rows.h"

namespace cupel::algorithm::biometric {
namespace {

using scheme::Row;

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  CUPEL_TRY(Presentations presentations, ReadPresentations(sources.predictions));
  return std::make_unique<Presentations>(std::move(presentations));
}

Result<Presentation> PresentationOf(const Row& row, scheme::NameNumbers& species,
                                    scheme::NameNumbers& subjects) {
  const std::string& kind = row.Text("kind");
  Presentation presentation;
  presentation.subject = subjects.Of(row.Text("subject"));
  presentation.has_response = !row.IsEmpty("score");
  if (presentation.has_response) {
    CUPEL_TRY(presentation.score, row.Real("score"));
  }
  if (kind == "attack") {
    CUPEL_TRY(const std::string name, row.Name("species"));
    presentation.species = species.Of(name);
    if (!row.IsEmpty("accepted")) {
      CUPEL_TRY(const bool accepted, row.Flag("accepted"));
      presentation.accepted = accepted ? 1 : 0;
    }
    return presentation;
  }
  if (kind != "bona-fide") {
    return row.Corrupt(fmt::format("column \"kind\" must hold bona-fide or attack, got \"{}\"", kind));
  }
  if (!row.IsEmpty("species") || !row.IsEmpty("accepted")) {
    return row.Corrupt("a bona fide presentation has neither species nor accepted");
  }
  return presentation;
}

}  // namespace

Result<Presentations> ReadPresentations(const std::filesystem::path& path) {
  static const std::array<scheme::ColumnSpec, 5> kColumns{
      {{"kind", true}, {"species", true}, {"score", true}, {"accepted", false}, {"subject", false}}};
  Presentations result;
  scheme::NameNumbers species;
  scheme::NameNumbers subjects;
  CUPEL_TRY_STATUS(scheme::ReadRows(path, kColumns, [&](const Row& row) -> Status {
    CUPEL_TRY(const Presentation presentation, PresentationOf(row, species, subjects));
    result.presentations.push_back(presentation);
    return {};
  }));
  result.species = species.names();
  return result;
}

const scheme::InputFormat kPresentations{
    .name = "presentations",
    .meaning =
        {"CSV, one row a presentation: kind (bona-fide, attack), species (of an attack), score (higher is "
         "more "
         "bona fide; empty is a non-response), optional accepted (0 or 1, by the whole system), subject",
         "CSV，每行一次呈现：kind（bona-fide、attack）、species（攻击种类）、score（越大越可能为真人；"
         "为空表示无响应），可选 accepted（0 或 1，整个系统是否接受）、subject"},
    .read = Read};

}  // namespace cupel::algorithm::biometric
