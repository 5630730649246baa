/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The one list of layer names: `mode`, `status`, drills, events and --without use it. */

enum layer {
	LAYER_IDENTITY,
	LAYER_CAPABILITIES,
	LAYER_SECCOMP,
	LAYER_EXEC,
	LAYER_NAMESPACES,
	LAYER_VIEW,
	LAYER_LANDLOCK,
	LAYER_APPARMOR,
	LAYER_SELINUX,
	LAYER_LABELS,
	LAYER_NETWORK,
	LAYER_RESOURCES,
	LAYER_PHASE,
	LAYER_COUNT,
};

struct layer_entry {
	const char *name;
	const char *stops; /* "kernel surface": what it is there to stop */
};

extern const struct layer_entry catalog_layers[LAYER_COUNT];

/* The names alone, for tables of names. */
extern const char *const catalog_layer_names[LAYER_COUNT];

/* The layer called @name, or -1. */
int catalog_layer(const char *name);
