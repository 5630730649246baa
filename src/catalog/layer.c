/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/layer.h"

#include "base/text.h"

#define LAYER_NAMES(X)                                                                             \
	X(LAYER_IDENTITY, "identity", "being root on the host")                                    \
	X(LAYER_CAPABILITIES, "capabilities", "privileged operations")                             \
	X(LAYER_SECCOMP, "seccomp", "kernel surface: calls that the role does not need")           \
	X(LAYER_EXEC, "exec", "a second program")                                                  \
	X(LAYER_NAMESPACES, "namespaces", "seeing and touching other processes")                   \
	X(LAYER_VIEW, "view", "finding files that are not its own")                                \
	X(LAYER_LANDLOCK, "landlock", "using files, ports and signals beyond the declared")        \
	X(LAYER_APPARMOR, "apparmor", "using files and capabilities beyond a profile")             \
	X(LAYER_SELINUX, "selinux", "crossing between types")                                      \
	X(LAYER_LABELS, "labels", "crossing between services")                                     \
	X(LAYER_NETWORK, "network", "talking to undeclared peers")                                 \
	X(LAYER_RESOURCES, "resources", "exhausting the machine")                                  \
	X(LAYER_PHASE, "phase", "start-up rights after start-up")

#define ENTRY(layer, word, sentence) [layer] = {word, sentence},
#define NAME(layer, word, sentence) [layer] = word,

const struct layer_entry catalog_layers[LAYER_COUNT] = {LAYER_NAMES(ENTRY)};
const char *const catalog_layer_names[LAYER_COUNT] = {LAYER_NAMES(NAME)};

int catalog_layer(const char *name)
{
	for (int i = 0; i < LAYER_COUNT; i++)
		if (text_equal(catalog_layer_names[i], name))
			return i;
	return -1;
}
