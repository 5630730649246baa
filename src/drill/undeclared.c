/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What attempts made from the plan are made of (drill/made.h): each says by its arguments what it
 * goes for. */
#include <stddef.h>

#include "drill/call.h"
#include "drill/network.h"
#include "drill/privilege.h"
#include "drill/probe.h"

static int open_file(struct drill_context *context)
{
	return drill_open(context, context->first, O_RDONLY | O_NONBLOCK);
}

static int list_folder(struct drill_context *context)
{
	return drill_open(context, context->first, O_RDONLY | O_DIRECTORY);
}

/*
 * Arguments that are nowhere: the kernel looks at them when it has opened the program to be
 * executed, and so nothing runs.  Older kernels look at them first: there a program that is nowhere
 * is answered alike, and nothing is learnt.
 */
static int run_program(struct drill_context *context)
{
	if (drill_call(context, SYS_execve, "/nowhere", -4096L, -4096L) == -EFAULT)
		return DRILL_NOT_APPLICABLE;
	return drill_reached(
		drill_call(context, SYS_execve, context->first, -4096L, -4096L), EFAULT);
}

static int use_privilege(struct drill_context *context)
{
	drill_privilege_try *attempt = drill_privilege((unsigned)drill_number(context->second));

	return attempt ? attempt(context) : DRILL_NOT_APPLICABLE;
}

static int make_call(struct drill_context *context)
{
	const struct drill_probe *probe = &drill_probes[drill_number(context->first)];
	const uint64_t *with = probe->arguments;
	long result = drill_call(
		context, probe->number, with[0], with[1], with[2], with[3], with[4], with[5]);

	return drill_reached(result, probe->error);
}

const struct drill_attempt drill_undeclared[] = {
	{"undeclared-file", "open what it does not declare", DRILL_NOTHING, DRILL_PATH, LAYER_VIEW,
		false, open_file},
	{"undeclared-folder", "list what it does not declare", DRILL_NOTHING, DRILL_PATH,
		LAYER_VIEW, false, list_folder},
	{"undeclared-program", "run a program that it does not declare", DRILL_NOTHING, DRILL_EXEC,
		LAYER_EXEC, false, run_program},
	{"undeclared-peer", "connect to a peer that it does not declare", DRILL_NOTHING, DRILL_INET,
		LAYER_NETWORK, false, drill_connect_first},
	{"undeclared-datagram", "exchange datagrams with it", DRILL_NOTHING, DRILL_INET,
		LAYER_NETWORK, false, drill_ask_first},
	{"undeclared-capability", "use a capability that it does not declare", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_CAPABILITIES, false, use_privilege},
	{"undeclared-call", "make a call that no right of its gives", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_SECCOMP, false, make_call},
};
DRILL_COUNT(undeclared);
