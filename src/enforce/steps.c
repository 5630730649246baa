/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/steps.h"

#include <string.h>

#include "enforce/launch.h"
#include "enforce/layers.h"

/* Of no layer: without it there is no launch at all. */
#define ALWAYS LAYER_COUNT
/* Who takes it. */
#define LAUNCH ENFORCE_LAUNCHES
#define ENTER ENFORCE_ENTERS
#define BOTH (ENFORCE_LAUNCHES | ENFORCE_ENTERS)

const struct enforce_step enforce_steps[] = {
	{"cgroup", ALWAYS, ENFORCE_LAUNCHER, BOTH, enforce_make_cgroup},
	{"cgroup limits", LAYER_RESOURCES, ENFORCE_LAUNCHER, LAUNCH, enforce_limit_cgroup},
	{"labels", LAYER_LABELS, ENFORCE_LAUNCHER, LAUNCH, enforce_hold_labels},
	{"network namespace", ALWAYS, ENFORCE_LAUNCHER, LAUNCH, enforce_make_network},
	{"created paths", ALWAYS, ENFORCE_LAUNCHER, LAUNCH, enforce_create_paths},
	{"sources of the view", LAYER_VIEW, ENFORCE_LAUNCHER, LAUNCH, enforce_open_sources},
	{"disk limits", LAYER_RESOURCES, ENFORCE_LAUNCHER, LAUNCH, enforce_limit_disks},
	{"brought file", ALWAYS, ENFORCE_LAUNCHER, LAUNCH, enforce_open_bring},
	{"secrets", ALWAYS, ENFORCE_LAUNCHER, LAUNCH, enforce_read_secrets},
	{"environment", ALWAYS, ENFORCE_LAUNCHER, BOTH, enforce_build_environment},
	{"standard descriptors", ALWAYS, ENFORCE_LAUNCHER, BOTH, enforce_open_standard},

	{"id maps", LAYER_IDENTITY, ENFORCE_MAPPER, LAUNCH, enforce_write_maps},
	{"scheduling", ALWAYS, ENFORCE_MAPPER, BOTH, enforce_settle_scheduling},

	{"session", ALWAYS, ENFORCE_INIT, BOTH, enforce_begin_session},
	/* While the init still has the host's uid 0, which the sysctl asks for. */
	{"memfd without exec", LAYER_EXEC, ENFORCE_INIT, LAUNCH, enforce_refuse_memfd_exec},
	{"init's identity", ALWAYS, ENFORCE_INIT, LAUNCH, enforce_become_init},
	{"cgroup namespace", LAYER_NAMESPACES, ENFORCE_INIT, LAUNCH, enforce_own_cgroup_namespace},
	{"host name", LAYER_NAMESPACES, ENFORCE_INIT, LAUNCH, enforce_name_host},
	{"root", ALWAYS, ENFORCE_INIT, LAUNCH, enforce_make_root},
	{"root of the service", ALWAYS, ENFORCE_INIT, ENTER, enforce_open_entered_root},
	{"view", LAYER_VIEW, ENFORCE_INIT, LAUNCH, enforce_fill_root},
	{"brought file in the view", ALWAYS, ENFORCE_INIT, LAUNCH, enforce_bring},
	/* After the last detached mount, which counts as a mount namespace of its own. */
	{"namespace limits", LAYER_NAMESPACES, ENFORCE_INIT, LAUNCH, enforce_limit_namespaces},
	{"limits of the user", LAYER_RESOURCES, ENFORCE_INIT, LAUNCH, enforce_limit_user},
	{"ruleset", LAYER_LANDLOCK, ENFORCE_INIT, BOTH, enforce_make_ruleset},
	{"new root", LAYER_VIEW, ENFORCE_INIT, LAUNCH, enforce_enter_root},
	/* With the host's rights until here: some folders of a view are closed to its own uid 0. */
	{"namespaces of the service", ALWAYS, ENFORCE_INIT, ENTER, enforce_enter_namespaces},
	{"keeper's identity", ALWAYS, ENFORCE_INIT, ENTER, enforce_become_init},
	{"bounding set", LAYER_CAPABILITIES, ENFORCE_INIT, BOTH, enforce_bound_capabilities},

	{"signals", ALWAYS, ENFORCE_SERVICE, BOTH, enforce_reset_signals},
	{"standard input and output", ALWAYS, ENFORCE_SERVICE, BOTH, enforce_set_standard},
	{"limits", LAYER_RESOURCES, ENFORCE_SERVICE, BOTH, enforce_set_limits},
	{"write or execute", LAYER_EXEC, ENFORCE_SERVICE, BOTH, enforce_refuse_write_execute},
	{"ids keep capabilities", ALWAYS, ENFORCE_SERVICE, BOTH, enforce_keep_through_ids},
	{"last of the bounding set", LAYER_CAPABILITIES, ENFORCE_SERVICE, BOTH, enforce_bound_last},
	{"identity", LAYER_IDENTITY, ENFORCE_SERVICE, BOTH, enforce_become_service},
	{"capabilities", LAYER_CAPABILITIES, ENFORCE_SERVICE, BOTH, enforce_cut_capabilities},
	{"all capabilities", ALWAYS, ENFORCE_SERVICE, BOTH, enforce_keep_capabilities},
	{"no new privileges", ALWAYS, ENFORCE_SERVICE, BOTH, enforce_no_new_privileges},
	{"domain", LAYER_LANDLOCK, ENFORCE_SERVICE, BOTH, enforce_enter_domain},
	{"working folder", ALWAYS, ENFORCE_SERVICE, BOTH, enforce_enter_workdir},
	{"descriptors", ALWAYS, ENFORCE_SERVICE, BOTH, enforce_close_descriptors},
	{"end of the keeper", ALWAYS, ENFORCE_SERVICE, ENTER, enforce_end_with_keeper},
	/* The init confines itself when it has the listener: before the service waits for that.
	 * A command that enters has a start of its own, whatever the service has behind it. */
	{"phase", LAYER_PHASE, ENFORCE_SERVICE, LAUNCH, enforce_begin_phase},
	{"confined init", ALWAYS, ENFORCE_SERVICE, BOTH, enforce_await_init},
	/* The filter and the exec are one step: nothing may stand between them. */
	{"filter and exec", ALWAYS, ENFORCE_SERVICE, BOTH, enforce_execute},
};
const size_t enforce_step_count = sizeof(enforce_steps) / sizeof(enforce_steps[0]);

/* "view: cannot attach /srv": the step's name goes in front of what it said. */
static void name_step(const char *name, struct fault *why)
{
	if (!why)
		return;
	size_t length = strlen(name), room = sizeof(why->text) - length - 3;
	memmove(why->text + length + 2, why->text, room);
	memcpy(why->text, name, length);
	memcpy(why->text + length, ": ", 2);
	why->text[sizeof(why->text) - 1] = '\0';
}

int enforce_walk(struct enforce_launch *launch, enum enforce_side side,
	void (*done)(struct enforce_launch *launch, size_t number), struct fault *why)
{
	const unsigned taker = launch->enters ? ENFORCE_ENTERS : ENFORCE_LAUNCHES;

	for (size_t i = 0; i < enforce_step_count; i++) {
		const struct enforce_step *step = &enforce_steps[i];

		if (step->side != side || !(step->takers & taker))
			continue;
		if (step->layer != ALWAYS && enforce_leaves_out(launch, step->layer))
			continue;
		int error = step->apply(launch, why);
		if (error < 0) {
			name_step(step->name, why);
			return error;
		}
		if (done)
			done(launch, i + 1);
	}
	return 0;
}
