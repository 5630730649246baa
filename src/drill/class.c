/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/class.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "plan/depth.h"
#include "plan/service.h"

#define NAMES                                                                                      \
	"Landlock lets a service list folders, as daemons look into those that stand only for a "  \
	"few files of theirs. A name is all that is found: no file behind it may be opened."
#define OWN_FOLDER                                                                                 \
	"Landlock allows /proc whole, as each process has a folder of its own there, which no "    \
	"rule can name before there is the process. To who has no privilege the kernel shows no "  \
	"address in it."
#define LIBRARY                                                                                    \
	"A file that is mapped as code is what every library is: but for the mount that it lies "  \
	"on, no part of the kernel tells one from the other."
#define FIRST_PROCESS                                                                              \
	"Without the view the first process that it sees is the machine's. The kernel lets enter " \
	"it who may trace it, which is no layer of the service's to leave off (read-init-memory)."
#define COUNTED                                                                                    \
	"Threads, which every service has, are processes to all parts of the kernel but the "      \
	"filter, which sees how they are asked for."

#define OWN                                                                                        \
	"What it goes for is the service's own: what it has closed to itself, it may open to "     \
	"itself again. Things of others are held by its user namespace, which does not map their " \
	"owners."
#define AUDIT                                                                                      \
	"Audit hears nobody of another user namespace, which every service has, so that it is no " \
	"layer to leave off."
#define FAMILY                                                                                     \
	"Of a socket's family the kernel asks its filter and security modules; a cgroup's "        \
	"programs are asked about the internet's sockets alone, and Landlock has no rule for it."
#define DATAGRAMS                                                                                  \
	"Of a port for datagrams the kernel asks the cgroup alone, as Landlock knows TCP. "        \
	"Whoever "                                                                                 \
	"sends to it is held by the network rules of both ends and the router (ask-far-service)."

#define GROUP                                                                                      \
	"To be of a group opens nothing by itself: who speaks to one is held by the rules of "     \
	"both "                                                                                    \
	"ends and the router (ask-name-group)."
#define ASKED                                                                                      \
	"Who asks it by datagrams is answered at a port of the kernel's choice, which no program " \
	"of the cgroup can know: the rules of both ends know who has asked. The router knows who " \
	"may ask whom at which port, and lets what comes from that port back."

#define CLIENTS                                                                                    \
	"Who asks a published port by datagrams is answered at an address that no program of the " \
	"cgroup can know: the rules of both ends and the router know who has asked."

#define NO_MDWE                                                                                    \
	"Before Linux 6.3 (MDWE) the filter alone knows what memory was for. What such memory "    \
	"is filled with is the service's own, and what it calls is held as before."
#define NO_PORTS                                                                                   \
	"Before Linux 6.7 Landlock knows no ports, so that the cgroup's programs alone refuse "    \
	"to listen. Whoever calls there is refused by the rules of both ends and the router "      \
	"(ask-far-service)."

/* What the kernel has no second layer for yet. */
static bool without_mdwe(const struct plan_service *service)
{
	return !service->mdwe;
}

static bool without_memfd_noexec(const struct plan_service *service)
{
	return !service->memfd_noexec;
}

static bool without_ports(const struct plan_service *service)
{
	return !service->landlock.handled_net;
}

static bool hears_datagrams(const struct plan_service *service)
{
	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].transport == PLAN_UDP)
			return true;
	return false;
}

/* Who has a door has a way to everybody. */
static bool answers_clients(const struct plan_service *service)
{
	return service->default_route && hears_datagrams(service);
}

static bool without_scopes(const struct plan_service *service)
{
	return !service->landlock.scoped;
}

static const struct drill_special specials[] = {
	{"path:", NULL, NAMES},
	{"list-logs", NULL, NAMES},
	{"list-devices", NULL, NAMES},
	{"list-kernel", NULL, NAMES},
	{"list-cgroups", NULL, NAMES},
	{"list-stranger", NULL,
		"The folder of a process shows what ps shows. What is worth something in it, its "
		"memory, environment and files, is held by Landlock and its user as well."},
	{"read-symbols", NULL, OWN_FOLDER},
	{"read-memory-map", NULL, OWN_FOLDER},
	{"read-command-line", NULL, OWN_FOLDER},
	{"leave-set-id", "set-id", NULL},
	{"create-set-id", "set-id", NULL},
	{"open-by-handle", "kernel surface", NULL},
	{"run-loader", NULL,
		"The kernel itself executes the loader for the service's own program, so that the "
		"view and Landlock must let it be executed. A program that it is given is held by "
		"both (run-by-loader)."},
	{"run-itself", NULL,
		"The launch executes this very program, so that the view and Landlock must let it "
		"be executed. It would be confined as before."},
	{"map-written-file", NULL, LIBRARY},
	{"map-memory-file", NULL, LIBRARY},
	{"map-uploaded", NULL, LIBRARY},
	{"preload-library", NULL, LIBRARY},
	{"ask-readable-is-code", NULL,
		"Asking is refused by the filter. What it is asked for, data that becomes code, is "
		"held once more (make-data-code)."},
	{"run-memory-file", NULL,
		"Before Linux 6.3 (vm.memfd_noexec) a file in memory lies on no mount of the "
		"service's, and Landlock has no rule for what has no path: the filter alone "
		"refuses to execute it. It would be confined as before.",
		without_memfd_noexec},
	{"map-writable-code", NULL, NO_MDWE, without_mdwe},
	{"map-shared-code", NULL, NO_MDWE, without_mdwe},
	{"make-data-code", NULL, NO_MDWE, without_mdwe},
	{"make-data-code-by-key", NULL, NO_MDWE, without_mdwe},
	{"make-ring", "open calls", NULL},
	{"ask-keyring", "open calls", NULL},
	{"add-key", "open calls", NULL},
	{"request-key", "open calls", NULL},
	{"compare-processes", "open calls", NULL},
	{"move-pages", "open calls", NULL},
	{"ask-seccomp", "open calls", NULL},
	{"read-segments", "open calls", NULL},
	{"join-keyring", "open calls", NULL},
	{"splice-file", "open calls", NULL},
	{"lend-pages", "open calls", NULL},
	{"queue-messages", "open calls", NULL},
	{"wait-into-kernel", "open calls", NULL},
	{"set-placement", "open calls", NULL},
	{"advise-other", "open calls", NULL},
	{"write-quota", "open calls", NULL},
	{"list-terminals", NULL, NAMES},
	{"list-bulkhead", NULL, NAMES},
	{"read-other-file", NULL, NAMES},
	{"ask-audit", NULL, AUDIT},
	{"capability:audit_control", NULL, AUDIT},
	{"rewrite-launcher", NULL, FIRST_PROCESS},
	{"rewrite-itself", NULL,
		"What the drill brings lies on a read-only mount of its own, in a launch without a "
		"view as well; so no more is seen than that root alone may write it."},
	{"capability:dac_override", NULL, OWN},
	{"capability:dac_read_search", NULL, OWN},
	{"capability:fowner", NULL, OWN},
	{"capability:ipc_owner", NULL, OWN},
	{"capability:lease", NULL, OWN},
	{"capability:kill", NULL,
		"Another user and no privilege keep it from its init, neither without the other; "
		"Landlock does so alone."},
	{"listen-undeclared", NULL, NO_PORTS, without_ports},
	{"listen-undeclared6", NULL, NO_PORTS, without_ports},
	{"listen-any-port", NULL, NO_PORTS, without_ports},
	{"await-datagrams", NULL, DATAGRAMS},
	{"await-datagrams6", NULL, DATAGRAMS},
	{"await-low-datagrams", NULL, DATAGRAMS},
	{"join-group", NULL, GROUP},
	{"join-group6", NULL, GROUP},
	{"ask:", NULL, ASKED, hears_datagrams},
	{"ask6:", NULL, ASKED, hears_datagrams},
	{"ask-internet", NULL, CLIENTS, answers_clients},
	{"ask-name-server", NULL, CLIENTS, answers_clients},
	{"ask-known-resolver", NULL, CLIENTS, answers_clients},
	{"ask-known-resolver6", NULL, CLIENTS, answers_clients},
	{"make-machine", NULL, FAMILY},
	{"make-local", NULL, FAMILY},
	{"make-crypto", NULL, FAMILY},
	{"make-generic", NULL, FAMILY},
	{"hear-devices", NULL, FAMILY},
	{"make-cluster", NULL, FAMILY},
	{"make-reliable", NULL, FAMILY},
	{"make-bus", NULL, FAMILY},
	{"make-bluetooth", NULL, FAMILY},
	{"make-link-layer", NULL, FAMILY},
	{"enter-init-network", NULL, FIRST_PROCESS},
	{"enter-init-root", NULL, FIRST_PROCESS},
	{"see-host-name", NULL,
		"The name of the host is no secret that is kept: its own namespace has another, so "
		"that nobody tells machines apart by it."},
	{"hold-capability", "itself", NULL},
	{"hold-effective", "itself", NULL},
	{"hold-bounding", "itself", NULL},
	{"leave-no-trace", "itself", NULL},
	{"be-another-user", "itself", NULL},
	{"keep-another-user", "itself", NULL},
	{"be-in-another-group", "itself", NULL},
	{"signal-all", NULL,
		"The kernel says that it has signalled all whom it may, and be it nobody: that "
		"Landlock refuses each by itself is shown by signal-stranger."},
	{"signal-stranger", NULL,
		"Before Linux 6.12 Landlock knows no signals. The drill's process is of the "
		"service's own user on purpose: of any other the kernel asks for CAP_KILL as well, "
		"which no service has over it.",
		without_scopes},
	{"signal-init", NULL,
		"Before Linux 6.12 Landlock knows no signals. That its init is of another user "
		"keeps the service from it; what ends with the init is the service.",
		without_scopes},
	{"trace-parent", NULL,
		"Its init has a Landlock domain of its own, in which nothing may be traced: that "
		"is "
		"no layer of the service's that could be left off."},
	{"make-process", NULL, COUNTED},
	{"fork-process", NULL, COUNTED},
	{"make-queue", NULL,
		"A queue that it makes lies in its own namespace, where nobody else is; the "
		"others' "
		"are held by that as well (open-queue)."},
	{"meet-near-abstract", NULL,
		"Nobody but the service is in its network namespace, and so whose socket that has "
		"no file it could meet there: the drill puts one there. Landlock refuses it all "
		"the "
		"same."},
	{"meet-host-abstract", NULL,
		"Before Linux 6.12 Landlock knows no abstract names: they are the network "
		"namespace's, and each service has its own.",
		without_scopes},
	{"meet-host-path", NULL,
		"The drill's socket is open to everybody on purpose. Of one with the usual mode "
		"the "
		"kernel asks for its user too, who is not the service's."},
	{"pin-stranger", NULL,
		"The drill's process is of the service's own user on purpose. Of any other the "
		"kernel asks for CAP_SYS_NICE as well, which no service has over it."},
	{"share-memory", NULL,
		"The drill's memory is open to everybody on purpose. Of a daemon that keeps to the "
		"usual mode the kernel asks for the same user too."},
};

const struct drill_special *drill_specials(size_t *count)
{
	*count = sizeof(specials) / sizeof(specials[0]);
	return specials;
}

/* "path:" stands for all that are made from the plan with this beginning. */
static bool is_of(const struct drill_special *row, const char *name)
{
	size_t length = strlen(row->attempt);

	return row->attempt[length - 1] == ':' ? text_starts(name, row->attempt)
					       : text_equal(name, row->attempt);
}

static const struct drill_special *special(const char *name)
{
	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
		if (is_of(&specials[i], name))
			return &specials[i];
	return NULL;
}

const struct plan_class *drill_class(const char *category, const char *name)
{
	const struct drill_special *found = special(name);

	if (found && found->class)
		return plan_class(found->class);
	/* What stands around a stack is held by what holds its services apart. */
	return plan_class(text_equal(category, "surroundings") ? "network" : category);
}

const char *drill_reason(const char *category, const char *name, const struct plan_service *service)
{
	const struct drill_special *found = special(name);
	const struct plan_class *class = drill_class(category, name);

	if (found && found->reason && (!found->here || found->here(service)))
		return found->reason;
	return class ? class->reason : NULL;
}
