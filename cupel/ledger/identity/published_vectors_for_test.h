// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Published test vectors of OpenSSF Model Signing, for tests only. Digests, signatures and keys are facts;
/// none of them was computed by Cupel.
///
/// Sources: https://github.com/ossf/model-signing-spec (test-vectors/v1.0, commit a0c91e2) and
/// https://github.com/sigstore/model-transparency (tests/_signing/testdata/signing/TestPayload and
/// scripts/tests, commit e343073), both Apache-2.0.

#include <string>
#include <string_view>
#include <utility>

namespace cupel::ledger::identity {

/// The folder "sample_model" of the reference implementation's tests.
inline constexpr std::pair<std::string_view, std::string_view> kSampleModelFiles[] = {
    {"d0/f00", "This is file f00 in d0."}, {"d0/f01", "This is file f01 in d0."},
    {"d0/f02", "This is file f02 in d0."}, {"d1/f10", "This is file f10 in d1."},
    {"d1/f11", "This is file f11 in d1."}, {"d1/f12", "This is file f12 in d1."},
    {"f0", "This is file f0 in root."},    {"f1", "This is file f1 in root."},
    {"f2", "This is file f2 in root."},    {"f3", "This is file f3 in root."},
};

/// TestPayload/sample_model_folder.
inline constexpr std::pair<std::string_view, std::string_view> kSampleModelDigests[] = {
    {"d0/f00", "fdd8925354242a7fd1515e79534317b800015607a609cd306e0b4dcfe6c92249"},
    {"d0/f01", "e16940b5e44ce981150bda37c4ba95881a749a521b4a297c5cdf97bdcfe965e6"},
    {"d0/f02", "407822246ea8f9e26380842c3f4cd10d7b23e78f1fe7c74c293608682886a426"},
    {"d1/f10", "6a3b08b5df77c4d418ceee1ac136a9ad49fc7c41358b5e82c1176daccb21ff3f"},
    {"d1/f11", "a484b3d8ea5e99b75f9f123f9a42c882388693edc7d85d82ccba54834712cadf"},
    {"d1/f12", "8f577930f5f40c2c2133cb299d36f9527fde98c1608569017cae6b5bcd01abb3"},
    {"f0", "997b37cc51f1ca1c7a270466607e26847429cd7264c30148c1b9352e224083fc"},
    {"f1", "c88a04d48353133fb065ba2c8ab369abab21395b9526aa20373ad828915fa7ae"},
    {"f2", "700e3ba5065d8dd47e41fd928ea086670d628f891ba363be0ca3c31d20d7d719"},
    {"f3", "912bcf5ebdf44dc7b4085b07940e0a81d157fba24b276e73fd911121d4544c4a"},
};
inline constexpr std::string_view kSampleModelRoot =
    "143cc682e555951649f18e2761c3d526d2502996f5e32dc187ef7f8a614f8df7";

/// TestPayload/sample_model_folder_small_shards: shards of 8 bytes, in the reference implementation's order.
inline constexpr std::pair<std::string_view, std::string_view> kSampleModelShards[] = {
    {"d0/f00:0:8", "a37010c994067764d86540bf479d93b4d0c3bb3955de7b61f951caf2fd0301b0"},
    {"d0/f00:8:16", "03d5bb235fbf6771da18a650a7d01c1d6b85ada9de9cc62d27752a1c2a05548b"},
    {"d0/f00:16:23", "003b089e217915b12ca9509b2f8a01be7cfe662ffadeb1cd3cf3f430c7b9773a"},
    {"d0/f01:0:8", "a37010c994067764d86540bf479d93b4d0c3bb3955de7b61f951caf2fd0301b0"},
    {"d0/f01:8:16", "819b976b5670c9c78a8bed6c2819757b5e2740db5e54e0a4da4b9bb1e5e80234"},
    {"d0/f01:16:23", "003b089e217915b12ca9509b2f8a01be7cfe662ffadeb1cd3cf3f430c7b9773a"},
    {"d0/f02:0:8", "a37010c994067764d86540bf479d93b4d0c3bb3955de7b61f951caf2fd0301b0"},
    {"d0/f02:8:16", "635d7a05841e44a98e10ee9ac8346b8ed51653001a28d5c513a742c1408c7f33"},
    {"d0/f02:16:23", "003b089e217915b12ca9509b2f8a01be7cfe662ffadeb1cd3cf3f430c7b9773a"},
    {"d1/f10:0:8", "a37010c994067764d86540bf479d93b4d0c3bb3955de7b61f951caf2fd0301b0"},
    {"d1/f10:8:16", "be0c2a2c271b113e22b02f495a1fa9b09bcc420b6ce969911827846519533811"},
    {"d1/f10:16:23", "e6607ae1f591bd75d53b4a52bcd86ecf08643270814d20950ce4e762a99f773d"},
    {"d1/f11:0:8", "a37010c994067764d86540bf479d93b4d0c3bb3955de7b61f951caf2fd0301b0"},
    {"d1/f11:8:16", "3a9436f3f057b24fd7f830c6a230a08922b7b5d6f8255ae987bec4773a2d6152"},
    {"d1/f11:16:23", "e6607ae1f591bd75d53b4a52bcd86ecf08643270814d20950ce4e762a99f773d"},
    {"d1/f12:0:8", "a37010c994067764d86540bf479d93b4d0c3bb3955de7b61f951caf2fd0301b0"},
    {"d1/f12:8:16", "93b0ae318b7ff95d0e9afdb975e1c6e7dca2d655d16a6801e0aa128bdfa65726"},
    {"d1/f12:16:23", "e6607ae1f591bd75d53b4a52bcd86ecf08643270814d20950ce4e762a99f773d"},
    {"f0:0:8", "a37010c994067764d86540bf479d93b4d0c3bb3955de7b61f951caf2fd0301b0"},
    {"f0:8:16", "6ceb6f182993c238d6ce291d3f72f0de743d81faff85f4b038f4dffcc0eea50b"},
    {"f0:16:24", "df42fcbd1023b80c82e869872ea01e1e1b0bbd60ab4c68c4054e7343ff0ce581"},
    {"f1:0:8", "a37010c994067764d86540bf479d93b4d0c3bb3955de7b61f951caf2fd0301b0"},
    {"f1:8:16", "be0c7e3632df2704636ebb173240d67568b7736a5e4c86c3e3cdee24e765fe92"},
    {"f1:16:24", "df42fcbd1023b80c82e869872ea01e1e1b0bbd60ab4c68c4054e7343ff0ce581"},
    {"f2:0:8", "a37010c994067764d86540bf479d93b4d0c3bb3955de7b61f951caf2fd0301b0"},
    {"f2:8:16", "336bbabbb79a106f9eecbdeb3f2f6c4949735fdb307c1703dc41a65fbba4faf5"},
    {"f2:16:24", "df42fcbd1023b80c82e869872ea01e1e1b0bbd60ab4c68c4054e7343ff0ce581"},
    {"f3:0:8", "a37010c994067764d86540bf479d93b4d0c3bb3955de7b61f951caf2fd0301b0"},
    {"f3:8:16", "2a40ca276886e04559e3babe13a9baf15fb2e2820befa5db7a0105449a55e77d"},
    {"f3:16:24", "df42fcbd1023b80c82e869872ea01e1e1b0bbd60ab4c68c4054e7343ff0ce581"},
};
inline constexpr std::string_view kSampleModelShardsRoot =
    "2139af57fd2a4f324ac7cd0fc04898cce73d0871b363c8eb3fc07ab7da4c8445";

/// TestPayload/sample_model_file and symlink_model_folder.
inline constexpr std::string_view kSampleFileText = "This is a simple model";
inline constexpr std::string_view kSampleFileRoot =
    "002d162f867c5eee944e5080d25829b6625be0e3f081f6fbafc7dd655ca2e178";

/// scripts/tests/keys/certificate/signing-key-pub.pem: ECDSA P-384; it made all signatures below.
inline constexpr std::string_view kPublishedKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEsu6rZGBTjxtvRWPMixT+3HyndV0J0Ybt\n"
    "aHZUcO4DEK+OJHO/4e32bb/fbJKSpRgcBsIpKLcVijUomyFOERbd7u+BTPSUjGZD\n"
    "Qq6J7lTvp/EAXQGOKxW9RP0MGX3qAkvi\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr std::string_view kPublishedKeyHint =
    "e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e";

/// Payload and signature of a bundle.
struct PublishedEnvelope {
  std::string_view payload;
  std::string_view signature;
};

/// test-vectors/v1.0/valid/key.bundle.json: the files "signme-1" and "signme-2" below.
inline constexpr std::string_view kKeyBundlePayload =
    "ewogICJfdHlwZSI6ICJodHRwczovL2luLXRvdG8uaW8vU3RhdGVtZW50L3YxIiwKICAic3ViamVjdCI6IFsKICAgIHsKICAg"
    "ICAgIm5hbWUiOiAibW9kZWwiLAogICAgICAiZGlnZXN0IjogewogICAgICAgICJzaGEyNTYiOiAiOTI3NDUxMTBiMWFiNDM2"
    "ODQ3MWNiZTMxNjY0ZTEwMTc0ZTk1NGIxMTNhM2RmMzMzZGI4NjAzMTdiMmM2ZGVjNCIKICAgICAgfQogICAgfQogIF0sCiAg"
    "InByZWRpY2F0ZVR5cGUiOiAiaHR0cHM6Ly9tb2RlbF9zaWduaW5nL3NpZ25hdHVyZS92MS4wIiwKICAicHJlZGljYXRlIjog"
    "ewogICAgInJlc291cmNlcyI6IFsKICAgICAgewogICAgICAgICJkaWdlc3QiOiAiYmM5YTcxN2RiNjA2NGEzMmNiZTllYWU2"
    "ZmM0MDY1MWRkNmQzNmVmMTc1NzE4M2Y1OTBlZmYyYjE3NjVkN2ViYyIsCiAgICAgICAgImFsZ29yaXRobSI6ICJzaGEyNTYi"
    "LAogICAgICAgICJuYW1lIjogInNpZ25tZS0xIgogICAgICB9LAogICAgICB7CiAgICAgICAgImRpZ2VzdCI6ICIzMmRjYjFm"
    "OGUxYWU1MmQ1OTYzZTU2YTZiYTA2YWI1OGI0MjRjMTVlZDJhNmI3MGQyZmVjYTFkMDg5MzcwMDI4IiwKICAgICAgICAiYWxn"
    "b3JpdGhtIjogInNoYTI1NiIsCiAgICAgICAgIm5hbWUiOiAic2lnbm1lLTIiCiAgICAgIH0KICAgIF0sCiAgICAic2VyaWFs"
    "aXphdGlvbiI6IHsKICAgICAgIm1ldGhvZCI6ICJmaWxlcyIsCiAgICAgICJpZ25vcmVfcGF0aHMiOiBbCiAgICAgICAgIi5n"
    "aXRhdHRyaWJ1dGVzIiwKICAgICAgICAiLmdpdGh1YiIsCiAgICAgICAgImlnbm9yZS1tZSIsCiAgICAgICAgIi5naXRpZ25v"
    "cmUiLAogICAgICAgICIuZ2l0IgogICAgICBdLAogICAgICAiaGFzaF90eXBlIjogInNoYTI1NiIsCiAgICAgICJhbGxvd19z"
    "eW1saW5rcyI6IGZhbHNlCiAgICB9CiAgfQp9";
inline constexpr PublishedEnvelope kKeyBundle = {
    kKeyBundlePayload,
    "MGQCMDNHlJBKxhHVeSWQ+RWXT2LKSOcd3fF6jQLxRs8zdXnJI9Ff8zKrDeMLvprDzqzKZQIwQmpMu2WZsNmlfMD+5S0UqwBn"
    "J3/xLPjO+bYmBn/c5fg80jHloGe9fmjR5d57Y1XM"};

/// test-vectors/v1.0/valid/certificate.bundle.json, signed with the same key.
inline constexpr std::string_view kCertificateBundlePayload =
    "ewogICJfdHlwZSI6ICJodHRwczovL2luLXRvdG8uaW8vU3RhdGVtZW50L3YxIiwKICAic3ViamVjdCI6IFsKICAgIHsKICAg"
    "ICAgIm5hbWUiOiAibW9kZWwiLAogICAgICAiZGlnZXN0IjogewogICAgICAgICJzaGEyNTYiOiAiOTI3NDUxMTBiMWFiNDM2"
    "ODQ3MWNiZTMxNjY0ZTEwMTc0ZTk1NGIxMTNhM2RmMzMzZGI4NjAzMTdiMmM2ZGVjNCIKICAgICAgfQogICAgfQogIF0sCiAg"
    "InByZWRpY2F0ZVR5cGUiOiAiaHR0cHM6Ly9tb2RlbF9zaWduaW5nL3NpZ25hdHVyZS92MS4wIiwKICAicHJlZGljYXRlIjog"
    "ewogICAgInJlc291cmNlcyI6IFsKICAgICAgewogICAgICAgICJkaWdlc3QiOiAiYmM5YTcxN2RiNjA2NGEzMmNiZTllYWU2"
    "ZmM0MDY1MWRkNmQzNmVmMTc1NzE4M2Y1OTBlZmYyYjE3NjVkN2ViYyIsCiAgICAgICAgImFsZ29yaXRobSI6ICJzaGEyNTYi"
    "LAogICAgICAgICJuYW1lIjogInNpZ25tZS0xIgogICAgICB9LAogICAgICB7CiAgICAgICAgImRpZ2VzdCI6ICIzMmRjYjFm"
    "OGUxYWU1MmQ1OTYzZTU2YTZiYTA2YWI1OGI0MjRjMTVlZDJhNmI3MGQyZmVjYTFkMDg5MzcwMDI4IiwKICAgICAgICAiYWxn"
    "b3JpdGhtIjogInNoYTI1NiIsCiAgICAgICAgIm5hbWUiOiAic2lnbm1lLTIiCiAgICAgIH0KICAgIF0sCiAgICAic2VyaWFs"
    "aXphdGlvbiI6IHsKICAgICAgIm1ldGhvZCI6ICJmaWxlcyIsCiAgICAgICJpZ25vcmVfcGF0aHMiOiBbCiAgICAgICAgIi5n"
    "aXQiLAogICAgICAgICIuZ2l0aWdub3JlIiwKICAgICAgICAiLmdpdGh1YiIsCiAgICAgICAgImlnbm9yZS1tZSIsCiAgICAg"
    "ICAgIi5naXRhdHRyaWJ1dGVzIgogICAgICBdLAogICAgICAiaGFzaF90eXBlIjogInNoYTI1NiIsCiAgICAgICJhbGxvd19z"
    "eW1saW5rcyI6IGZhbHNlCiAgICB9CiAgfQp9";
inline constexpr PublishedEnvelope kCertificateBundle = {
    kCertificateBundlePayload,
    "MGYCMQDUN6tD25qxghxyW9Xg2/UUlYstBZCJGskEjMFFS0ZZADs6ieZCS10Hd3I9flsZey8CMQDWNYgqJzPxjpuzOlgRYkvG"
    "qt3VtP7rIxednz43U0TWRagFGedLmA+MbEXaOx/ZKJ4="};

/// test-vectors/v1.0/invalid-payload/wrong-predicate.bundle.json.
inline constexpr std::string_view kWrongPredicateBundlePayload =
    "ewogICJfdHlwZSI6ICJodHRwczovL2luLXRvdG8uaW8vU3RhdGVtZW50L3YxIiwKICAic3ViamVjdCI6IFsKICAgIHsKICAg"
    "ICAgIm5hbWUiOiAibW9kZWwiLAogICAgICAiZGlnZXN0IjogewogICAgICAgICJzaGEyNTYiOiAiOTI3NDUxMTBiMWFiNDM2"
    "ODQ3MWNiZTMxNjY0ZTEwMTc0ZTk1NGIxMTNhM2RmMzMzZGI4NjAzMTdiMmM2ZGVjNCIKICAgICAgfQogICAgfQogIF0sCiAg"
    "InByZWRpY2F0ZVR5cGUiOiAiaHR0cHM6Ly9leGFtcGxlLmNvbS93cm9uZy1wcmVkaWNhdGUvdjEuMCIsCiAgInByZWRpY2F0"
    "ZSI6IHsKICAgICJyZXNvdXJjZXMiOiBbCiAgICAgIHsKICAgICAgICAiZGlnZXN0IjogImJjOWE3MTdkYjYwNjRhMzJjYmU5"
    "ZWFlNmZjNDA2NTFkZDZkMzZlZjE3NTcxODNmNTkwZWZmMmIxNzY1ZDdlYmMiLAogICAgICAgICJhbGdvcml0aG0iOiAic2hh"
    "MjU2IiwKICAgICAgICAibmFtZSI6ICJzaWdubWUtMSIKICAgICAgfSwKICAgICAgewogICAgICAgICJkaWdlc3QiOiAiMzJk"
    "Y2IxZjhlMWFlNTJkNTk2M2U1NmE2YmEwNmFiNThiNDI0YzE1ZWQyYTZiNzBkMmZlY2ExZDA4OTM3MDAyOCIsCiAgICAgICAg"
    "ImFsZ29yaXRobSI6ICJzaGEyNTYiLAogICAgICAgICJuYW1lIjogInNpZ25tZS0yIgogICAgICB9CiAgICBdLAogICAgInNl"
    "cmlhbGl6YXRpb24iOiB7CiAgICAgICJtZXRob2QiOiAiZmlsZXMiLAogICAgICAiaWdub3JlX3BhdGhzIjogWwogICAgICAg"
    "ICIuZ2l0YXR0cmlidXRlcyIsCiAgICAgICAgIi5naXRodWIiLAogICAgICAgICJpZ25vcmUtbWUiLAogICAgICAgICIuZ2l0"
    "aWdub3JlIiwKICAgICAgICAiLmdpdCIKICAgICAgXSwKICAgICAgImhhc2hfdHlwZSI6ICJzaGEyNTYiLAogICAgICAiYWxs"
    "b3dfc3ltbGlua3MiOiBmYWxzZQogICAgfQogIH0KfQ==";
inline constexpr PublishedEnvelope kWrongPredicateBundle = {
    kWrongPredicateBundlePayload,
    "MGQCMDNHlJBKxhHVeSWQ+RWXT2LKSOcd3fF6jQLxRs8zdXnJI9Ff8zKrDeMLvprDzqzKZQIwQmpMu2WZsNmlfMD+5S0UqwBn"
    "J3/xLPjO+bYmBn/c5fg80jHloGe9fmjR5d57Y1XM"};

/// scripts/tests/v1.1.0-elliptic-key/model.sig.
inline constexpr std::string_view kBundle110Payload =
    "ewogICJfdHlwZSI6ICJodHRwczovL2luLXRvdG8uaW8vU3RhdGVtZW50L3YxIiwKICAic3ViamVjdCI6IFsKICAgIHsKICAg"
    "ICAgIm5hbWUiOiAidjEuMS4wLWVsbGlwdGljLWtleSIsCiAgICAgICJkaWdlc3QiOiB7CiAgICAgICAgInNoYTI1NiI6ICI5"
    "Mjc0NTExMGIxYWI0MzY4NDcxY2JlMzE2NjRlMTAxNzRlOTU0YjExM2EzZGYzMzNkYjg2MDMxN2IyYzZkZWM0IgogICAgICB9"
    "CiAgICB9CiAgXSwKICAicHJlZGljYXRlVHlwZSI6ICJodHRwczovL21vZGVsX3NpZ25pbmcvc2lnbmF0dXJlL3YxLjAiLAog"
    "ICJwcmVkaWNhdGUiOiB7CiAgICAicmVzb3VyY2VzIjogWwogICAgICB7CiAgICAgICAgImFsZ29yaXRobSI6ICJzaGEyNTYi"
    "LAogICAgICAgICJuYW1lIjogInNpZ25tZS0xIiwKICAgICAgICAiZGlnZXN0IjogImJjOWE3MTdkYjYwNjRhMzJjYmU5ZWFl"
    "NmZjNDA2NTFkZDZkMzZlZjE3NTcxODNmNTkwZWZmMmIxNzY1ZDdlYmMiCiAgICAgIH0sCiAgICAgIHsKICAgICAgICAiYWxn"
    "b3JpdGhtIjogInNoYTI1NiIsCiAgICAgICAgIm5hbWUiOiAic2lnbm1lLTIiLAogICAgICAgICJkaWdlc3QiOiAiMzJkY2Ix"
    "ZjhlMWFlNTJkNTk2M2U1NmE2YmEwNmFiNThiNDI0YzE1ZWQyYTZiNzBkMmZlY2ExZDA4OTM3MDAyOCIKICAgICAgfQogICAg"
    "XSwKICAgICJzZXJpYWxpemF0aW9uIjogewogICAgICAiYWxsb3dfc3ltbGlua3MiOiBmYWxzZSwKICAgICAgIm1ldGhvZCI6"
    "ICJmaWxlcyIsCiAgICAgICJoYXNoX3R5cGUiOiAic2hhMjU2IiwKICAgICAgImlnbm9yZV9wYXRocyI6IFsKICAgICAgICAi"
    "LmdpdCIsCiAgICAgICAgIm1vZGVsLnNpZyIsCiAgICAgICAgImlnbm9yZS1tZSIsCiAgICAgICAgIi5naXRhdHRyaWJ1dGVz"
    "IiwKICAgICAgICAiLmdpdGlnbm9yZSIsCiAgICAgICAgIi5naXRodWIiCiAgICAgIF0KICAgIH0KICB9Cn0=";
inline constexpr PublishedEnvelope kBundle110 = {
    kBundle110Payload,
    "MGUCMQCVqSw64cBnPHqbyadq+OIgwQSg7WW8Mztp3dJ++atQsxzbtwafJJ164u7WEXmx5hECMBSiShuN7OTLec6wLXpHUjFI"
    "QA/hhiBCjSzM9Q2cIUZpDmv+tWs1AkNxstJDbNl0lQ=="};

/// scripts/tests/v1.0.1-elliptic-key/model.sig.
inline constexpr std::string_view kBundle101Payload =
    "ewogICJfdHlwZSI6ICJodHRwczovL2luLXRvdG8uaW8vU3RhdGVtZW50L3YxIiwKICAic3ViamVjdCI6IFsKICAgIHsKICAg"
    "ICAgIm5hbWUiOiAidjEuMC4xLWVsbGlwdGljLWtleSIsCiAgICAgICJkaWdlc3QiOiB7CiAgICAgICAgInNoYTI1NiI6ICI5"
    "Mjc0NTExMGIxYWI0MzY4NDcxY2JlMzE2NjRlMTAxNzRlOTU0YjExM2EzZGYzMzNkYjg2MDMxN2IyYzZkZWM0IgogICAgICB9"
    "CiAgICB9CiAgXSwKICAicHJlZGljYXRlVHlwZSI6ICJodHRwczovL21vZGVsX3NpZ25pbmcvc2lnbmF0dXJlL3YxLjAiLAog"
    "ICJwcmVkaWNhdGUiOiB7CiAgICAic2VyaWFsaXphdGlvbiI6IHsKICAgICAgIm1ldGhvZCI6ICJmaWxlcyIsCiAgICAgICJo"
    "YXNoX3R5cGUiOiAic2hhMjU2IiwKICAgICAgImFsbG93X3N5bWxpbmtzIjogZmFsc2UKICAgIH0sCiAgICAicmVzb3VyY2Vz"
    "IjogWwogICAgICB7CiAgICAgICAgImFsZ29yaXRobSI6ICJzaGEyNTYiLAogICAgICAgICJkaWdlc3QiOiAiYmM5YTcxN2Ri"
    "NjA2NGEzMmNiZTllYWU2ZmM0MDY1MWRkNmQzNmVmMTc1NzE4M2Y1OTBlZmYyYjE3NjVkN2ViYyIsCiAgICAgICAgIm5hbWUi"
    "OiAic2lnbm1lLTEiCiAgICAgIH0sCiAgICAgIHsKICAgICAgICAiYWxnb3JpdGhtIjogInNoYTI1NiIsCiAgICAgICAgImRp"
    "Z2VzdCI6ICIzMmRjYjFmOGUxYWU1MmQ1OTYzZTU2YTZiYTA2YWI1OGI0MjRjMTVlZDJhNmI3MGQyZmVjYTFkMDg5MzcwMDI4"
    "IiwKICAgICAgICAibmFtZSI6ICJzaWdubWUtMiIKICAgICAgfQogICAgXQogIH0KfQ==";
inline constexpr PublishedEnvelope kBundle101 = {
    kBundle101Payload,
    "MGUCMCY+xSOJ/caTdPTtCWQG+viwGMeGG4d1qXtwTRGreznTUjBoF6VLUkEj5GVD12gzMQIxAMJuAUgM4jpxys+lFerUvsUF"
    "Uo4dwHenn280aUAbFSbHiK7casRq/MZw1M44l+/rYQ=="};

/// scripts/tests/v0.3.1-elliptic-key/model.sig.
inline constexpr std::string_view kBundle031Payload =
    "ewogICJfdHlwZSI6ICJodHRwczovL2luLXRvdG8uaW8vU3RhdGVtZW50L3YxIiwKICAic3ViamVjdCI6IFsKICAgIHsKICAg"
    "ICAgIm5hbWUiOiAic2lnbm1lLTEiLAogICAgICAiZGlnZXN0IjogewogICAgICAgICJzaGEyNTYiOiAiYWZhNDhjODY3NGFm"
    "ZTMzNGI4YTdkZWEzNGY3YjQ2YWIyNTZlOTI1NWVkZjhkYTIxMzI3OTIzNDFiNjY3YTQ1YiIKICAgICAgfQogICAgfQogIF0s"
    "CiAgInByZWRpY2F0ZVR5cGUiOiAiaHR0cHM6Ly9tb2RlbF9zaWduaW5nL3NpZ25hdHVyZS92MS4wIiwKICAicHJlZGljYXRl"
    "IjogewogICAgInJlc291cmNlcyI6IFsKICAgICAgewogICAgICAgICJuYW1lIjogIi4iLAogICAgICAgICJhbGdvcml0aG0i"
    "OiAic2hhMjU2IiwKICAgICAgICAiZGlnZXN0IjogImJjOWE3MTdkYjYwNjRhMzJjYmU5ZWFlNmZjNDA2NTFkZDZkMzZlZjE3"
    "NTcxODNmNTkwZWZmMmIxNzY1ZDdlYmMiCiAgICAgIH0KICAgIF0sCiAgICAic2VyaWFsaXphdGlvbiI6IHsKICAgICAgImFs"
    "bG93X3N5bWxpbmtzIjogZmFsc2UsCiAgICAgICJoYXNoX3R5cGUiOiAic2hhMjU2IiwKICAgICAgIm1ldGhvZCI6ICJmaWxl"
    "cyIKICAgIH0KICB9Cn0=";
inline constexpr PublishedEnvelope kBundle031 = {
    kBundle031Payload,
    "MGYCMQD2nr9T8bZmucwbmyxoJNdsUrAKWFs/A54RjEBLL0hOrR3LQyT8MzN9nUwdGvjcbZ4CMQDfc7wexavXbKzf5jlKBC4G"
    "4nNvSnegjGoYrcOTGYwIeobF+YGrVcFN7sD8JTVXiyI="};

/// The model of the bundles above: 9 and 8 bytes.
inline constexpr std::pair<std::string_view, std::string_view> kSignedFiles[] = {{"signme-1", "signme-1\n"},
                                                                                 {"signme-2", "signme-2"}};

}  // namespace cupel::ledger::identity
