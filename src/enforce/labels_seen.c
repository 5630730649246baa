/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/network_seen.h"
#include "enforce/refusals.h"
#include "plan/traffic.h"

struct seeing {
	const struct plan_service *service;
	struct plan_traffic *traffic;
};

/* An IPv4 address in IPv6's clothes is told as what it is. */
static const char *address_of(struct arena *arena, const struct enforce_refusal *refusal)
{
	const bool wide = refusal->hook == BPF_CGROUP_INET6_CONNECT ||
			  refusal->hook == BPF_CGROUP_UDP6_SENDMSG;
	const uint32_t *words = refusal->address;
	const bool mapped = wide && !words[0] && !words[1] && words[2] == htonl(0xffff);
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(wide && !mapped ? AF_INET6 : AF_INET, mapped ? &words[3] : words, text,
		sizeof(text));
	return arena_text(arena, text);
}

static void see(void *context, const struct enforce_refusal *refusal)
{
	const struct seeing *seeing = context;
	struct plan_traffic *traffic = seeing->traffic;
	const bool bound = refusal->hook == BPF_CGROUP_INET4_POST_BIND ||
			   refusal->hook == BPF_CGROUP_INET6_POST_BIND;
	const bool datagrams = refusal->protocol == (bound ? SOCK_DGRAM : IPPROTO_UDP);
	struct plan_traffic_item *item =
		arena_append(traffic->arena, &traffic->items, &traffic->count, sizeof(*item));

	*item = (struct plan_traffic_item){
		.kind = bound ? PLAN_TRAFFIC_REFUSED_BIND : PLAN_TRAFFIC_REFUSED_OUT,
		.layer = PLAN_TRAFFIC_LABELS,
		.service = seeing->service->name,
		.address = bound ? NULL : address_of(traffic->arena, refusal),
		.transport = datagrams ? PLAN_UDP : PLAN_TCP,
		.port = refusal->port,
		.packets = refusal->count,
		.ago = (int64_t)refusal->ago,
	};
}

int enforce_labels_seen(const struct plan *plan, const struct plan_service *service,
	struct plan_traffic *traffic, struct fault *why)
{
	struct seeing seeing = {service, traffic};
	const char *root = enforce_cgroup_root();

	if (!root || !service->ports_held)
		return 0;
	const char *path =
		arena_printf(traffic->arena, "%s/bulkhead/%s/%s", root, plan->stack, service->name);
	scoped(fd) int group = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scoped(fd) int map = group < 0 ? -ENOENT : enforce_refusals_of(group);
	int error = map == -ENOENT ? 0 : map < 0 ? map : enforce_refusals_each(map, see, &seeing);

	return error < 0 ? fault(why, error, service->where,
				   "cannot read what the cgroup of '%s' has refused", service->name)
			 : 0;
}
