/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What an attempt's answer means: stopped, by which layer, at which line of the policy.
 *
 * Wherever an attempt is made, the filter's refusals carry DRILL_REFUSAL instead of EPERM, so that
 * its answers are told from those of other layers.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/where.h"
#include "catalog/layer.h"
#include "drill/report.h"

struct drill_arguments;
struct drill_attempt;
struct drill_category;
struct plan_service;

enum { DRILL_REFUSAL = 3999 };

enum drill_standing {
	DRILL_STOPPED,
	DRILL_THROUGH, /* it got through: the drill fails */
	DRILL_VOID,    /* it fails on this host even without confinement: proves nothing */
	DRILL_IDLE,    /* it has no meaning for this service */
	DRILL_STANDING_COUNT,
};

extern const char *const drill_standings[DRILL_STANDING_COUNT];

struct drill_verdict {
	const char *category, *attempt, *sentence;
	const char *group; /* of many that are told as one: struct drill_recipe; else NULL */
	enum drill_standing standing;
	enum layer layer; /* of DRILL_STOPPED */
	enum layer part;  /* the part of the kernel that answered, by the layer that is made of it:
			   * the filter is one part, whichever layer has put the call into it */
	bool measured;    /* its answer tells the layer; else the layer is the expected one */
	bool shown;       /* the control run got through */
	struct drill_answer answer;
	struct where
		where;  /* the policy line that the attempt goes against; no file: not declared */
	char text[160]; /* why, of DRILL_VOID and DRILL_IDLE; how, of DRILL_STOPPED */
};

/* Judge what a service answered.  @control is the answer without confinement. */
void drill_judge(const struct plan_service *service, const struct drill_attempt *attempt,
	const struct drill_answer *control, const struct drill_answer *answer,
	struct drill_verdict *verdict);

/* Of a service in audit mode what got through says so, with the line of `mode`. */
void drill_audited(const struct plan_service *service, struct drill_verdict *verdict);

/* The policy line: of the rule that refuses the call by name, else what the need was about. */
struct where drill_line(const struct plan_service *service, const struct drill_arguments *arguments,
	const struct drill_answer *answer);
