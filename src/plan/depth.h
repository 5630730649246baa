/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Classes of attacks, and the layers that are meant to stop each: two at least, which
 * are different parts of the kernel, so that a hole in one is not a hole in the wall.
 *
 * What is meant is a fact of the design; what is left of it for one service on one
 * kernel is in its plan.  `check` warns where that is less than two, `drill --depth`
 * tries whether it is true.
 */

#include <stdbool.h>
#include <stddef.h>

#include "catalog/layer.h"

struct plan;
struct plan_service;
struct report;

struct plan_class {
	const char *name;
	const char *sentence; /* "reading and writing files that are not its own" */
	unsigned layers;      /* bits 1 << enum layer that are meant to stop it */
	/* Why one layer is all there is; NULL: there are two. */
	const char *reason;
	/* What of a service's plan says that a layer can; NULL: whatever has the layer. */
	bool (*offers)(const struct plan_service *service, enum layer layer);
};

const struct plan_class *plan_classes(size_t *count);

/* The class called @name, or NULL. */
const struct plan_class *plan_class(const char *name);

/* Those of @class's layers that @service has here. */
unsigned plan_class_layers(const struct plan_class *class, const struct plan_service *service);

/* How many different parts of the kernel @layers are: the phase is a filter, as seccomp is. */
size_t plan_layer_parts(unsigned layers);

/* Warn of each class of attacks that fewer than two layers stop here, and for no known reason. */
void plan_report_depth(const struct plan *plan, struct report *report);
