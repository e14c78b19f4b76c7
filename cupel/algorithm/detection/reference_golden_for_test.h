// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Made by tests/golden/detection/other_references.py on the sets of generated_for_test.h and
/// tables_for_test.h.

#include <vector>

namespace cupel::algorithm::detection::test_support {

// py-faster-rcnn lib/datasets/voc_eval.py (rbgirshick, commit 781a917b).
inline const std::vector<double> kVocArea = {0x1.b1a979131a552p-3, 0x1.7746a2469af95p-3};
inline const std::vector<double> kVoc11Points = {0x1.b2e4bde405827p-3, 0x1.87da99dcf0b5fp-3};

// Piotr's toolbox, detector/bbGt.m (pdollar/toolbox, commit e8733263).
inline const std::vector<double> kMissRate = {0x1.e8f0e5a2508b1p-1, 0x1.f00db0bfc33b2p-1};

// torchvision.ops, on the first 40 objects of the simple set and the same, moved and stretched.
inline const std::vector<double> kGiou = {
    0x1.e54428554d076p-2, 0x1.4539a5c3d7b30p-1, 0x1.854592098433ep-1, 0x1.4e1e1cd9b3338p-1,
    0x1.62ca2ca2ca2cap-1, 0x1.7673ca948ab78p-1, 0x1.5000000000000p-1, 0x1.aee7eae5dcb73p-1,
    0x1.7623628c7a803p-1, 0x1.1d73ff962d9c8p-1, 0x1.be13c2fdf9920p-4, 0x1.6333f5f7f49f2p-1,
    0x1.6640eb9a8fc13p-1, 0x1.8cb849b71608dp-1, 0x1.706c12340745ep-1, 0x1.2000000000000p-1,
    0x1.8800000000000p-1, 0x1.ad566bca85262p-2, 0x1.02341976950a6p-1, 0x1.5499709ec565ep-1,
    0x1.57a50ed06f670p-1, 0x1.3ff5c19b71eddp-1, 0x1.c000000000000p-1, 0x1.bf2d754e4bd6cp-1,
    0x1.06bf1fa7d20cfp-1, 0x1.5000000000000p-1, 0x1.84441e620417bp-1, 0x1.d49254ca7b650p-3,
    0x1.520059eeb6f47p-1, 0x1.43947f1f9ad23p-1, 0x1.1939bff56cd49p-1, 0x1.8800000000000p-1,
    0x1.ef501f409e312p-1, 0x1.0ea52f91c8650p-1, 0x1.5cc0b310cd3b9p-1, 0x1.2f4eb13a4a02fp-1,
    0x1.99b9ae59b4c86p-3, 0x1.942c3ec3baefcp-1, 0x1.bbc7fbb575cf8p-1, 0x1.09102997caa71p-1};
inline const std::vector<double> kDiou = {
    0x1.df23d83f3d971p-2, 0x1.47de6f2a4dfc4p-1, 0x1.86637dcea16c0p-1, 0x1.57fb46ea59be9p-1,
    0x1.6cda5516fd884p-1, 0x1.77c9a679bce94p-1, 0x1.4e950a03cc964p-1, 0x1.aff229fe02f49p-1,
    0x1.77bfe3ac5437cp-1, 0x1.2e714179daa00p-1, 0x1.5ca63250e6ff8p-3, 0x1.6680162ccad02p-1,
    0x1.666d71121b32dp-1, 0x1.91f687568d602p-1, 0x1.6ee39205fae81p-1, 0x1.1b26d59a530b4p-1,
    0x1.86e8a79e91d88p-1, 0x1.c6915ad002a03p-2, 0x1.0cbe95c5283f4p-1, 0x1.5e9caadf5bd24p-1,
    0x1.54966ea444efap-1, 0x1.3f099b2c7b493p-1, 0x1.bff0dbcb50271p-1, 0x1.be2484496111ep-1,
    0x1.1af4daa96e98cp-1, 0x1.4c18e21d4bcb8p-1, 0x1.8781bfc683244p-1, 0x1.16d9b627a5128p-2,
    0x1.5b28ee39b350ep-1, 0x1.4bcfcb039ab35p-1, 0x1.12077c7ab3a26p-1, 0x1.8600000000069p-1,
    0x1.ef5958589fb14p-1, 0x1.21c5107f9e270p-1, 0x1.646abb8731327p-1, 0x1.38a4906ae4216p-1,
    0x1.f559275b8938bp-3, 0x1.94c03561fa9a7p-1, 0x1.bc2989110712cp-1, 0x1.2113e9b4f623bp-1};
inline const std::vector<double> kCiou = {
    0x1.df23d83f3d971p-2, 0x1.47de6f2a4dfc4p-1, 0x1.86637dcea16c0p-1, 0x1.5799c0438a6aep-1,
    0x1.6cb73fb74a7cfp-1, 0x1.77c8fb1afe5b1p-1, 0x1.4e94e57377007p-1, 0x1.aff1f4f42fa08p-1,
    0x1.77bf3601bdfb7p-1, 0x1.2e7107e34a2d2p-1, 0x1.5ca24d9810418p-3, 0x1.667ff496f7158p-1,
    0x1.666c41b37cf9fp-1, 0x1.91e40b7e5a342p-1, 0x1.6ed972c9107c5p-1, 0x1.1b26d59a530b4p-1,
    0x1.86e8a79e91d88p-1, 0x1.c6915ad002a03p-2, 0x1.0cb29492cf0aap-1, 0x1.5e904994d697ap-1,
    0x1.549569ad8e2c1p-1, 0x1.3f0994ef7a66fp-1, 0x1.bff0d2d08a381p-1, 0x1.be23751123e9ep-1,
    0x1.1af099a760eb0p-1, 0x1.4c180f8479eb3p-1, 0x1.87817a2110462p-1, 0x1.16bf16a08df1fp-2,
    0x1.5b28e6ece5d86p-1, 0x1.4bcc209d2c6d6p-1, 0x1.12077c7ab3a26p-1, 0x1.8600000000069p-1,
    0x1.ef5958589fb14p-1, 0x1.2180db3e99936p-1, 0x1.64669296db1f4p-1, 0x1.38928fef5ea5dp-1,
    0x1.f5562135801f5p-3, 0x1.94bfc75b44f0dp-1, 0x1.bc28038c78c4ep-1, 0x1.2113a5669dfd0p-1};

// DOTA_devkit dota_evaluation_task1.py and polyiou.cpp (CAPTAIN-WHU, commit 99388551).
inline const std::vector<double> kDotaArea = {0x1.2b0c01c645c95p-1, 0x1.1cd33d833f8fcp-1};
inline const std::vector<double> kDota11Points = {0x1.1b30f8e1026d4p-1, 0x1.22519f707f0bap-1};

// LUNA16 noduleCADEvaluationLUNA16.py (in wentaozhu/DeepLung, commit 0fedeae8) with scikit-learn.
inline const std::vector<double> kSensitivity = {
    0x1.687d6343eb1a2p-3, 0x1.97829cbc14e5ep-3, 0x1.13280dee95c4cp-2, 0x1.3eb1a1f58d0fap-2,
    0x1.4e5e0a72f0539p-2, 0x1.8d0fac687d634p-2, 0x1.d90dc60e3fa4dp-2};
inline const std::vector<double> kSensitivityOf10 = {
    0x1.687d6343eb1a2p-3, 0x1.97829cbc14e5ep-3, 0x1.13280dee95c4cp-2, 0x1.3eb1a1f58d0fap-2,
    0x1.4e5e0a72f0539p-2, 0x1.8d0fac687d634p-2, 0x1.b6db6db6db6dbp-2};

// WiderFace-Evaluation evaluation.py (wondervictor, commit 53474e0d); box_overlaps.pyx run as Python.
inline const std::vector<double> kWiderFace = {0x1.ed664a855172fp-3};

// baseline/utils/evaluate.py (dangweili/pedestrian-attribute-recognition-pytorch, commit 468ae58c).
inline const std::vector<double> kAttributeAccuracy = {0x1.69f2420cdafc4p-1, 0x1.691b69b18621ep-1,
                                                       0x1.70a3d70a3d70ap-1, 0x1.5c2083f25587ap-1,
                                                       0x1.82aaaaaaaaaaap-1, 0x1.6eaaaaaaaaaaap-1};
inline const std::vector<double> kInstance = {0x1.c907da4e87114p-2, 0x1.ffca644e5175ap-2,
                                              0x1.84732c7fbcfd6p-1, 0x1.3489bd02ded36p-1};

}  // namespace cupel::algorithm::detection::test_support
