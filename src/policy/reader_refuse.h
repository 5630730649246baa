/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What YAML has and the policy language has not: each is an error, with what to
 * write instead.
 */

#include "base/where.h"

struct policy_reading;

/* Anchors and tags, NULL where there is none: they would make the same text mean something
 * else elsewhere. */
void policy_refuse_decoration(
	struct policy_reading *reading, const char *anchor, const char *tag, struct where where);

/* `*name`, `<<`, a list or map as a key, lines that begin with `%`, a second document. */
void policy_refuse_alias(
	struct policy_reading *reading, const char *name, struct where where, unsigned width);
void policy_refuse_merge(struct policy_reading *reading, struct where where);
void policy_refuse_long_key(struct policy_reading *reading, struct where where);
void policy_refuse_directives(struct policy_reading *reading, struct where where);
void policy_refuse_document(struct policy_reading *reading, struct where where);
