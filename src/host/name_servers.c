/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/name_servers.h"

#include <arpa/inet.h>
#include <resolv.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "host/host.h"

/* NULL: none, or one with another port than that of DNS, which no policy could say. */
static const char *write_address(const struct __res_state *resolver, int index, struct arena *arena)
{
	const struct sockaddr_in *narrow = &resolver->nsaddr_list[index];
	const struct sockaddr_in6 *wide = resolver->_u._ext.nsaddrs[index];
	char text[INET6_ADDRSTRLEN];

	if (narrow->sin_family == AF_INET && narrow->sin_addr.s_addr != INADDR_ANY)
		return inet_ntop(AF_INET, &narrow->sin_addr, text, sizeof(text))
			       ? arena_text(arena, text)
			       : NULL;
	/* A link's address needs the link, which is this machine's alone. */
	if (narrow->sin_family == AF_INET || !wide || wide->sin6_scope_id)
		return NULL;
	return inet_ntop(AF_INET6, &wide->sin6_addr, text, sizeof(text)) ? arena_text(arena, text)
									 : NULL;
}

void host_name_servers(struct host *host, struct arena *arena)
{
	struct __res_state resolver;

	memset(&resolver, 0, sizeof(resolver));
	if (res_ninit(&resolver) < 0)
		return;
	for (int i = 0; i < resolver.nscount; i++) {
		const char *address = write_address(&resolver, i, arena);

		if (address)
			*(const char **)arena_append(arena, &host->name_servers,
				&host->name_server_count, sizeof(char *)) = address;
	}
	res_nclose(&resolver);
}
