/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Capability sets as bits 1 << number; 0 or -errno. */

#include <stdint.h>

struct plan_service;

/* What the plan lets @service keep. */
uint64_t enforce_capability_set(const struct plan_service *service);

/* Set permitted and effective to @effective, inheritable to @inheritable. */
int enforce_capset(uint64_t effective, uint64_t inheritable);

/* Drop all but @keep from the bounding set; needs CAP_SETPCAP. */
int enforce_bound(uint64_t keep);
