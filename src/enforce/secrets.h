/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/where.h"

struct enforce_bytes;
struct enforce_launch;
struct fault;

/* Read secret @source (at most 1 MiB) into the launch's arena. */
int enforce_secret(struct enforce_launch *launch, const char *source, struct where where,
	struct enforce_bytes *bytes, struct fault *why);
