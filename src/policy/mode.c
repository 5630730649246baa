/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"
#include "catalog/layer.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

static const char *const words[] = {"enforce", "audit"};

/* Layers that never let through what they refuse. */
static const struct {
	const char *reason, *hint;
} never[LAYER_COUNT] = {
	[LAYER_IDENTITY] = {"who a service is cannot be let through and recorded",
		"name its user in 'user', and those it drops to in 'users'"},
	[LAYER_EXEC] = {"a second program could be any program",
		"add it to 'programs': it may then be executed"},
	[LAYER_NAMESPACES] = {"what it has seen of other processes cannot be taken back",
		"leave the layer out: services meet by 'connects' and shared 'files'"},
	[LAYER_APPARMOR] = {"this version has no profiles for it", "leave the layer out"},
	[LAYER_SELINUX] = {"this version has no types for it", "leave the layer out"},
	[LAYER_LABELS] = {"a port that it takes is taken", "add the port to 'listens'"},
	[LAYER_RESOURCES] = {"a limit that was passed has done its harm",
		"give a higher number in 'limits'"},
	[LAYER_PHASE] = {"start-up rights end or they do not",
		"leave the right out of 'after-ready'"},
};

/* Returns whether @node says audit; what it says otherwise is reported. */
static bool says_audit(struct policy_reading *reading, const struct policy_node *node)
{
	const int word = policy_choice(reading, node, words, sizeof(words) / sizeof(words[0]));

	return word == 1;
}

static void read_layer(
	struct policy_reading *reading, const struct policy_node *node, struct policy_mode *modes)
{
	int layer = catalog_layer(node->key);

	if (layer < 0) {
		policy_did_you_mean(reading,
			policy_key_error(reading, node, "'%s' is not a layer", node->key),
			node->key, catalog_layer_names, LAYER_COUNT);
		return;
	}
	modes[layer] = (struct policy_mode){says_audit(reading, node), node->where};
	if (modes[layer].audit && never[layer].reason) {
		modes[layer].audit = false;
		report_hint(reading->report,
			policy_error(reading, node, "layer %s has no audit mode: %s", node->key,
				never[layer].reason),
			"%s", never[layer].hint);
	}
}

void policy_read_mode(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	struct policy_mode *modes = arena_alloc(reading->arena, LAYER_COUNT * sizeof(*modes));

	((struct policy_draft *)draft)->service.modes = modes;
	if (node->kind == POLICY_MAP) {
		policy_each(child, node) read_layer(reading, child, modes);
		return;
	}
	bool audit = says_audit(reading, node);
	for (int layer = 0; layer < LAYER_COUNT; layer++)
		modes[layer] = (struct policy_mode){audit && !never[layer].reason, node->where};
}
