// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Made by tests/golden/detection/coco_reference.py with pycocotools 2.0.11 (ppwwyyxx/cocoapi, commit
/// ac87f507) and NumPy 1.24.2, on the sets of generated_for_test.h. -1: no object that counts.

#include <array>
#include <string_view>
#include <vector>

namespace cupel::algorithm::detection::test_support {

struct CocoGolden {
  std::string_view set;
  int max_detections;
  std::array<double, 12> statistics;  ///< As COCOeval.summarize orders them.
};

inline const std::vector<CocoGolden> kCocoGolden = {
    {"all-1",
     100,
     {{0x1.d462776a2f216p-4, 0x1.078a6dd6f0a43p-2, 0x1.10e62ee2b2655p-4, 0x1.8a3f0afa02cf4p-3,
       0x1.ad496a69cabb3p-4, 0x1.14da2725918d6p-3, 0x1.1c31e9a250657p-3, 0x1.0aed21c89a89cp-1,
       0x1.0f5e971c7fbe0p-1, 0x1.1c7b6b529e10ep-1, 0x1.0ed570ee11962p-1, 0x1.f348ae39c45bcp-2}}},
    {"all-2",
     100,
     {{0x1.f0da80335078ep-4, 0x1.1b5363dc778c2p-2, 0x1.343c8fc64695cp-4, 0x1.8b7f0fc13b2f9p-3,
       0x1.fa98175748bbep-4, 0x1.2c2fe6bace498p-3, 0x1.2ce3dd10c003bp-3, 0x1.0c70807894c25p-1,
       0x1.12a25a6cbd143p-1, 0x1.20e09f8e03a7bp-1, 0x1.0e293624beb12p-1, 0x1.0cfb9c8695363p-1}}},
    {"all-3",
     100,
     {{0x1.f129b18310297p-4, 0x1.11bb3617c1553p-2, 0x1.57713cc059b68p-4, 0x1.637bb9dc5c170p-3,
       0x1.15afb151ad87dp-3, 0x1.fadd5644ebf78p-4, 0x1.1a503fd63b7e6p-3, 0x1.1070b47fb216cp-1,
       0x1.16227e435f713p-1, 0x1.2a72321bd1481p-1, 0x1.0f6fb65060007p-1, 0x1.0a90a90a90a90p-1}}},
    {"all-4",
     100,
     {{0x1.c167b7206f2eap-4, 0x1.faaa76f685da1p-3, 0x1.079d14376a5eep-4, 0x1.51d37212ab74ep-3,
       0x1.010bf1669a6c1p-3, 0x1.60f1f883b1009p-4, 0x1.1455bbf9226c3p-3, 0x1.01ff3232279f8p-1,
       0x1.06c8946e1702ap-1, 0x1.07e0f31681dd2p-1, 0x1.0baf96f8c86ddp-1, 0x1.f297d65f79ea5p-2}}},
    {"all-5",
     100,
     {{0x1.c706b38e1a740p-4, 0x1.08d860382dcb9p-2, 0x1.0e73fa517a708p-4, 0x1.38595f2132eafp-3,
       0x1.e083810e05deap-4, 0x1.c1bc5d667fdeep-4, 0x1.fb698c80e8ca8p-4, 0x1.09fa171ce1942p-1,
       0x1.0fb118647af38p-1, 0x1.1ad5088cf9385p-1, 0x1.02b31a2090f80p-1, 0x1.25b6f45ea654dp-1}}},
    {"all-6",
     100,
     {{0x1.a3904628a7d78p-4, 0x1.e489bb62b5554p-3, 0x1.bfec80e8d01a0p-5, 0x1.65fe729dca765p-3,
       0x1.c4c22a40ac2afp-4, 0x1.6df10269792d2p-4, 0x1.bb87471fda24bp-4, 0x1.048a918dea937p-1,
       0x1.0b7c0f389b2c5p-1, 0x1.0ada3797d192bp-1, 0x1.0a02147e5f2bcp-1, 0x1.08dbc0ef42275p-1}}},
    {"crowds",
     100,
     {{0x1.b7ee8325a2e45p-4, 0x1.113f77b0b2b44p-2, 0x1.b5d9a8dcd2041p-5, 0x1.2602837400348p-3,
       0x1.050305b3070b0p-3, 0x1.035e3e138586ep-3, 0x1.6714b9378141ap-4, 0x1.8cbaec21890f7p-2,
       0x1.9eba4277ae885p-2, 0x1.b89055d229ef6p-2, 0x1.a28f5c28f5c29p-2, 0x1.87cd49a166e33p-2}}},
    {"dense",
     100,
     {{0x1.4d5c2f633889cp-4, 0x1.8427e506d3616p-3, 0x1.527bdbc7fd636p-5, 0x1.2e57c47b61bc8p-3,
       0x1.3b6f0a79207e2p-4, 0x1.174225eb1804fp-3, 0x1.75e4f69037a2cp-4, 0x1.a77a5882bb54dp-2,
       0x1.ac7498e67bd8cp-2, 0x1.db4e81b4e81b4p-2, 0x1.8ba77c2f3cfd3p-2, 0x1.d59a8eb8bedcfp-2}}},
    {"dense",
     300,
     {{-0x1.0000000000000p+0, 0x1.7e021d1e59694p-3, 0x1.48eafc0e652b3p-5, 0x1.26b029c4019dfp-3,
       0x1.35f907d43b0b2p-4, 0x1.15f40475cdc34p-3, 0x1.75e4f69037a2cp-4, 0x1.a77a5882bb54dp-2,
       0x1.ac7498e67bd8cp-2, 0x1.db4e81b4e81b4p-2, 0x1.8ba77c2f3cfd3p-2, 0x1.d59a8eb8bedcfp-2}}},
    {"empty",
     100,
     {{0x1.9ad5d269af180p-3, 0x1.b4656048691c7p-2, 0x1.1df022ce9d69fp-3, 0x1.01276413e909ep-2,
       0x1.e1de844eab512p-3, 0x1.5fe94a1cff165p-2, 0x1.28c20c20c20c2p-2, 0x1.956f56f56f570p-2,
       0x1.956f56f56f570p-2, 0x1.bddddddddddddp-2, 0x1.7888888888888p-2, 0x1.bbbbbbbbbbbbbp-2}}},
    {"id-zero",
     100,
     {{0x1.3dc3fb501e43ap-3, 0x1.764bbeddbfea3p-2, 0x1.aece20d60b850p-5, 0x1.b144e4a782bd1p-3,
       0x1.fb0309cca817dp-3, 0x1.d2871735202efp-4, 0x1.21cd058a87341p-2, 0x1.0b739ff42dce8p-1,
       0x1.0b739ff42dce8p-1, 0x1.d555555555555p-2, 0x1.231bcb564efe9p-1, 0x1.0000000000000p-1}}},
    {"ignored",
     100,
     {{0x1.9f52b31e0533fp-4, 0x1.fe94ee0b2705dp-3, 0x1.04e751de7abb2p-4, 0x1.7d9c0e02664a3p-3,
       0x1.80448c158b600p-4, 0x1.d4b3b869dfee4p-4, 0x1.1adab704ed6a0p-4, 0x1.b7799c8dc3848p-2,
       0x1.d02dadd1839b2p-2, 0x1.dfe947567acb6p-2, 0x1.d9780183b5724p-2, 0x1.c5037bf872433p-2}}},
    {"large",
     100,
     {{0x1.d5f7b5e7e0b18p-4, 0x1.0046c812ebd84p-2, 0x1.4550985a9dedbp-4, 0x1.3c4d1587e8aa4p-3,
       0x1.00d5304ab2747p-3, 0x1.a2053d1591495p-4, 0x1.7d704d58824b1p-2, 0x1.4b398e086e2b6p-1,
       0x1.4bfa9ec8c0649p-1, 0x1.50a01646b1e3dp-1, 0x1.4b7f4194a8672p-1, 0x1.4861c5ac2f70fp-1}}},
    {"plain",
     100,
     {{0x1.cf53633c2ce06p-4, 0x1.10cabf9a9f1d2p-2, 0x1.16324c5c4246ap-4, 0x1.041fab70b3cf0p-3,
       0x1.1b99e67ea019dp-3, 0x1.b04d6354f1c00p-4, 0x1.50d3e654ec79cp-4, 0x1.98d09f788f164p-2,
       0x1.ac19ab1386365p-2, 0x1.af544464db3fcp-2, 0x1.c8d55640cd938p-2, 0x1.606d3a06d3a06p-2}}},
    {"ties",
     100,
     {{0x1.a923a33552966p-4, 0x1.e541be380b452p-3, 0x1.0872b9392b083p-4, 0x1.4a1f84d57ad31p-3,
       0x1.e50f97ea45566p-4, 0x1.5fbd1a18a3bdfp-4, 0x1.7145809f926ccp-4, 0x1.914e86b9496e4p-2,
       0x1.a5b04043a94b3p-2, 0x1.83e335d28ca2cp-2, 0x1.d85458e5fb99cp-2, 0x1.4b5a17604c20ap-2}}},
};

}  // namespace cupel::algorithm::detection::test_support
