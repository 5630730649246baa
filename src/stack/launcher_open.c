/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The resolver, which reads what comes from outside, learns addresses; the launcher opens them.  It
 * believes nothing: an address is opened to a name's own service and ports, for a bounded time, and
 * never one that is special, or the stack's.
 */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/prefix.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/network_names.h"
#include "gateway/opening.h"
#include "plan/plan.h"
#include "stack/launcher.h"
#include "stack/named.h"

enum { MOST_SECONDS = 2 * 60 * 60, OPENING_MOMENT = 100 /* ms */, OPENINGS = 200 /* in one */ };

/* Which edge of the plan that counts now is meant, or NULL: the resolver's was other before. */
static const struct plan_outside *find_edge(
	const struct launcher *launcher, const struct gateway_opening *opening)
{
	const struct plan *plan = launcher->start.plan, *asked = launcher->start.asked;
	const struct plan_outside *meant =
		opening->edge < asked->outside_count ? &asked->outsides[opening->edge] : NULL;

	for (size_t i = 0; meant && meant->name && i < plan->outside_count; i++)
		if (text_equal(plan->outsides[i].from, meant->from) &&
			text_equal(plan->outsides[i].name, meant->name))
			return &plan->outsides[i];
	return NULL;
}

static bool may_open(const struct launcher *launcher, const struct gateway_opening *opening)
{
	const struct plan *plan = launcher->start.plan;
	const int family = opening->family == 6 ? AF_INET6 : AF_INET;
	struct prefix specials[PLAN_SPECIALS];

	if ((opening->family != 4 && opening->family != 6) || opening->seconds == 0 ||
		opening->seconds > MOST_SECONDS)
		return false;
	const size_t count = plan_specials(plan, specials);
	for (size_t i = 0; i < count; i++)
		if (specials[i].family == family && prefix_holds(&specials[i], opening->bytes))
			return false;
	return true;
}

static int open_in(const struct launcher *launcher, const struct plan_outside *edge,
	const struct gateway_opening *opening, int network, struct fault *why)
{
	return enforce_network_open_name(launcher->start.plan, edge, network, opening->family == 6,
		opening->bytes, opening->seconds, why);
}

/* Its own table first: what the router alone lets through, it would refuse itself. */
static int open_for(struct launcher *launcher, const struct plan_outside *edge,
	const struct gateway_opening *opening)
{
	const struct plan *plan = launcher->start.plan;
	struct fault why = {0};
	int error = 0;

	for (size_t i = 0; i < plan->service_count && !error; i++) {
		if (!text_equal(plan->services[i].name, edge->from))
			continue;
		scoped(fd) int network = stack_member_network(&launcher->services[i]);
		if (network >= 0)
			error = open_in(launcher, edge, opening, network, &why);
	}
	if (!error)
		error = open_in(launcher, edge, opening, launcher->start.router_network, &why);
	if (!error)
		stack_named_note(launcher->start.folder, plan, edge,
			opening->family == 6 ? AF_INET6 : AF_INET, opening->bytes);
	return error;
}

static void close_openings(struct launcher *launcher)
{
	close(launcher->start.openings);
	launcher->start.openings = -1;
}

int launcher_open_later(struct launcher *launcher)
{
	const int64_t now = clock_milliseconds();

	if (now - launcher->opened_since >= OPENING_MOMENT) {
		launcher->opened_since = now;
		launcher->opened = 0;
	}
	return launcher->opened < OPENINGS ? 0
					   : OPENING_MOMENT - (int)(now - launcher->opened_since);
}

void launcher_open(struct launcher *launcher)
{
	struct gateway_opening opening;
	const ssize_t length =
		recv(launcher->start.openings, &opening, sizeof(opening), MSG_DONTWAIT | MSG_TRUNC);

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length != (ssize_t)sizeof(opening)) {
		close_openings(launcher);
		return;
	}
	launcher->opened++;
	const struct plan_outside *edge = find_edge(launcher, &opening);
	const struct gateway_opened opened = {.number = opening.number,
		.result = edge && may_open(launcher, &opening) ? open_for(launcher, edge, &opening)
							       : -EPERM};
	/* One that was taken over may ask and never listen: it is not waited for. */
	if (send(launcher->start.openings, &opened, sizeof(opened), MSG_DONTWAIT | MSG_NOSIGNAL) !=
		(ssize_t)sizeof(opened))
		close_openings(launcher);
}
