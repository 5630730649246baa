/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* An explanation in progress: explain*.c find the rights, right.c keeps them. */

#include "analyze/explain.h"

struct policy_service;

struct explainer {
	const struct plan *plan;
	const struct policy_service *policy; /* NULL: the policy does not know the service */
	struct arena *arena;
	struct analyze_rights *rights;
};

/* Add a right.  The pointer is good until the next one is added. */
struct analyze_right *analyze_right(struct explainer *explainer, enum layer layer,
	const char *right, struct where where, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* The same, joined with one of the same layer, word and line. */
void analyze_right_joined(struct explainer *explainer, enum layer layer, const char *right,
	struct where where, const char *what);

/* When it starts, is ready, is stopped and started again. */
void analyze_explain_life(struct explainer *explainer, const struct plan_service *service);

/* What is meant to stop each class of attacks. */
void analyze_explain_walls(struct explainer *explainer, const struct plan_service *service);

/* Whom it reaches, who reaches it, and how much of that. */
void analyze_explain_network(struct explainer *explainer, const struct plan_service *service);

/* Files, secrets, environment and Landlock's ports. */
void analyze_explain_view(struct explainer *explainer, const struct plan_service *service);
