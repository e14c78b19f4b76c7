// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/pack/companions.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/application/pack/verify_script.h"
#include "cupel/base/file.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/log/log.h"
#include "cupel/ledger/log/trusted_root.h"
#include "cupel/ledger/stamp/stamp.h"

namespace cupel::application::pack {
namespace {

using assess::RunFolder;
using ledger::evidence::Bundle;
using ledger::merkle::NoteVerifier;

constexpr std::string_view kBundleEnding = ".sigstore.json";

Result<NoteVerifier> LedgerKeyOf(const RunFolder& run) {
  CUPEL_TRY(std::string vkey, ReadTextFile(run.LedgerKey()));
  while (vkey.ends_with('\n')) vkey.pop_back();
  return NoteVerifier::Parse(vkey);
}

/// In the order of their numbers, which is that of the ledger; time stamps lie beside.
std::vector<std::string> EvidenceNames(const RunFolder& run) {
  std::vector<std::string> names;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(run.root() / "evidence", code)) {
    if (entry.path().extension() != ".tsr") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// The bundle with the time stamp that lies beside it, where Sigstore's verifiers look for it.
Result<Bundle> StampedBundle(const std::filesystem::path& file) {
  CUPEL_TRY(const std::string text, ReadTextFile(file));
  CUPEL_TRY(Bundle bundle, Bundle::Parse(text));
  const std::filesystem::path beside = ledger::stamp::StampFileOf(file);
  if (!std::filesystem::exists(beside)) return bundle;
  CUPEL_TRY(Bytes stamp, ReadFile(beside, ledger::stamp::kMaxStampBytes));
  bundle.timestamps.push_back(std::move(stamp));
  return bundle;
}

/// A Markdown text of one line: no heading, table or block can begin in it.
std::string OneLine(const std::string& text) {
  std::string line;
  for (char c : text) line += c == '\n' || c == '\r' ? ' ' : c;
  return line;
}

constexpr std::string_view kGuide = R"(
This archive holds one assessment of an AI model by Cupel: what was planned, what was measured, who signed it, and the
ledger it was written to. You can check all of it offline, without Cupel, with OpenSSL and Node.js (18 or newer).

## Check everything

```sh
node verify.mjs
```

`verify.mjs` and its parts in `verify/` use no package and no network. They came with this archive, so whoever changed
the archive could have changed them too: read them, or take them from Cupel's sources (`cupel/application/pack`).

That alone shows that nothing changed since somebody signed. To see *who* signed, get the signer's two public keys
another way (from their site, on paper, from an earlier assessment) and give them:

```sh
node verify.mjs --evidence-key THEIR-evidence.pub.pem --ledger-key THEIR-ledger.vkey
```

## Check the signatures with OpenSSL

`--extract` writes the signed bytes of every statement, its signature, and the ledger's checkpoint, so that another
program than Node.js judges them. Each line must say that the signature holds:

```sh
node verify.mjs --extract out
openssl dgst -sha256 -verify run/keys/evidence.pub.pem -signature out/0000-plan.sig out/0000-plan.pae
openssl pkeyutl -verify -pubin -inkey out/ledger.pub.pem -rawin -in out/checkpoint.txt -sigfile out/checkpoint.sig
openssl dgst -sha256 run/plan.json
```

If a time-stamping authority stamped a statement, `run/evidence` has the stamp beside it (`.tsr`, RFC 3161), and
`run/ledger` has one for the whole ledger (`checkpoint.tsr`). Get the authority's certificate another way; then

```sh
openssl ts -verify -data out/checkpoint.sig -in run/ledger/checkpoint.tsr -CAfile THEIR-authority.pem
openssl ts -verify -data out/0000-plan.sig -in run/evidence/0000-plan.tsr -CAfile THEIR-authority.pem
```

## What is in it

- `run/` the assessment: `plan.toml` and `plan.json` (fixed before anything ran), `results/`, `artifacts/`, signed
  statements in `evidence/`, the ledger, public keys, and the report (`report.html` opens in any browser).
- `receipts/` for each statement the proof that it is in the ledger; `sigstore/` the same as Sigstore bundles, with
  `trusted_root.json` for Sigstore's own verifiers.
- `model.json` the digests of the model; `model/` the model itself, if the sender put it in.

What a success does not say: that the measurements are right. For that, run the checks again: `cupel verify --rerun`.

## Digests

SHA-256 of every other file. They are only as good as this file; what counts are the signatures.

```
)";

}  // namespace

Result<Json> AssessedFile(const RunFolder& run) {
  CUPEL_TRY(const std::string text, ReadTextFile(run.FrozenPlan()));
  CUPEL_TRY(const Json plan, Json::Parse(text));
  const Json& inputs = plan["inputs"];
  Json file = inputs.Find("model") != nullptr ? inputs["model"] : inputs["predictions"];
  if (!file["file"].IsString() || !file["sha256"].IsString())
    return Fail(ErrorCode::kCorrupt, "the frozen plan names no assessed file", run.FrozenPlan().string());
  return file;
}

std::string ModelName(const Json& assessed_file) {
  const std::filesystem::path name = assessed_file["file"].AsString();
  return fmt::format("model/{}{}", assessed_file["sha256"].AsString(), name.extension().string());
}

Result<std::map<std::string, std::string>> Companions(const RunFolder& run) {
  CUPEL_TRY(const NoteVerifier key, LedgerKeyOf(run));
  CUPEL_TRY(const auto log, ledger::log::Verify(run.Ledger(), key));
  const std::vector<std::string> names = EvidenceNames(run);
  if (names.size() != log.entries.size())
    return Fail(ErrorCode::kVerificationFailed, "the ledger holds another number of statements", "evidence");
  std::map<std::string, std::string> files;
  for (std::size_t i = 0; i < names.size(); ++i) {
    CUPEL_TRY(Bundle bundle, StampedBundle(run.root() / "evidence" / names[i]));
    CUPEL_TRY(const auto receipt, log.Prove(i));
    CUPEL_TRY(auto entry, ToTlogEntry(receipt, log.entries[i], key));
    bundle.tlog_entries = {std::move(entry)};
    if (!names[i].ends_with(kBundleEnding)) return Fail(ErrorCode::kCorrupt, "no evidence file", names[i]);
    const std::string stem = names[i].substr(0, names[i].size() - kBundleEnding.size());
    files[fmt::format("receipts/{}.tlog-proof", stem)] = receipt.ToText();
    files[fmt::format("sigstore/{}{}", stem, kBundleEnding)] = bundle.ToText();
  }
  CUPEL_TRY(const Json model, AssessedFile(run));
  files["model.json"] = model.Canonical() + "\n";
  files["trusted_root.json"] = ledger::log::TrustedRoot({&key, 1});
  for (const auto& [name, text] : VerifyScripts()) files[name] = text;
  return files;
}

std::string VerifyGuide(const std::map<std::string, Digest>& digests, const std::string& title) {
  std::string text = fmt::format("# Audit pack: {}\n", OneLine(title));
  text += kGuide;
  for (const auto& [name, digest] : digests) text += fmt::format("{}  {}\n", digest.Hex(), name);
  return text + "```\n";
}

}  // namespace cupel::application::pack
