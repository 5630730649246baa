/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/endpoint.h"

#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/text.h"
#include "policy/value.h"

enum { LONGEST_NAME = 253, LONGEST_LABEL = 63, LONGEST_SOCKET = 107 };

const char policy_own_loopback[] =
	"another service is reached by its name, what listens on this machine by host:PORT";

static bool label(const char *text, size_t length)
{
	if (length == 0 || length > LONGEST_LABEL || text[0] == '-' || text[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9') ||
			    text[i] == '-' || text[i] == '_'))
			return false;
	return true;
}

static bool domain_name(const char *text)
{
	if (strlen(text) > LONGEST_NAME)
		return false;
	for (;;) {
		size_t length = strcspn(text, ".");

		if (!label(text, length))
			return false;
		if (!text[length])
			return strspn(text, "0123456789") < length;
		text += length + 1;
	}
}

/* "storefront.2": a service and a number. */
static bool numbered(const char *text)
{
	const char *dot = strchr(text, '.');

	return dot && policy_value_service_name(text, (size_t)(dot - text)) && dot[1] &&
	       dot[1 + strspn(dot + 1, "0123456789")] == '\0';
}

/* One instance of a service. */
static bool instance(const char *text)
{
	uint64_t number;

	return numbered(text) && policy_value_number(strchr(text, '.') + 1, 10000, &number) &&
	       number > 0;
}

static void lower(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

static const char *read_peer(char *peer, struct policy_endpoint *endpoint, const char **hint)
{
	endpoint->peer = peer;
	if (prefix_parse(peer, strlen(peer), &endpoint->prefix)) {
		endpoint->kind = PEER_ADDRESSES;
		return NULL;
	}
	if (peer[0] >= '0' && peer[0] <= '9' && strchr(peer, '/')) {
		*hint = "no bits may be set past the prefix: 10.0.0.0/8";
		return "is not a range of addresses";
	}
	if (!strchr(peer, '.')) {
		endpoint->kind = strcmp(peer, "host") == 0       ? PEER_HOST
				 : strcmp(peer, "internet") == 0 ? PEER_INTERNET
								 : PEER_SERVICE;
		if (strcmp(peer, "localhost") == 0) {
			*hint = policy_own_loopback;
			return "is the service itself";
		}
		if (policy_value_service_name(peer, strlen(peer)))
			return NULL;
		*hint = "small letters, digits and dashes: db:5432";
		return "does not begin with the name of a service";
	}
	lower(peer);
	if (numbered(peer)) {
		endpoint->kind = PEER_INSTANCE;
		*hint = "instances are counted from 1: storefront.1, storefront.2";
		return instance(peer) ? NULL : "names no instance";
	}
	endpoint->kind = text_starts(peer, "*.") ? PEER_WILDCARD : PEER_NAME;
	if (domain_name(endpoint->kind == PEER_WILDCARD ? peer + 2 : peer))
		return NULL;
	*hint = "a name such as api.example.com, or *.example.com for the names below it";
	return "does not begin with a name or an address";
}

static const char *read_port(const char *port, struct policy_endpoint *endpoint, const char **hint)
{
	if (policy_value_ports(port, strlen(port), &endpoint->first, &endpoint->last))
		return NULL;
	*hint = "a port is a number from 1 to 65535 or a range 9300-9400, then /udp where it is "
		"not TCP";
	return "has no valid port";
}

static const char *read_socket(
	char *text, char *mark, struct policy_endpoint *endpoint, const char **hint)
{
	*mark = '\0';
	endpoint->peer = text;
	endpoint->kind = PEER_SERVICE;
	endpoint->transport = POLICY_UNIX;
	endpoint->path = mark + strlen(":unix:");
	if (endpoint->path[0] == '@') {
		*hint = "abstract names cannot cross network namespaces: use a path, "
			"/run/php/shop.sock";
		return "names an abstract socket";
	}
	if (endpoint->path[0] != '/' || strstr(endpoint->path, "/../") ||
		strlen(endpoint->path) > LONGEST_SOCKET) {
		*hint = "write peer:unix:/run/php/shop.sock, at most 107 bytes of path";
		return "has no valid socket path";
	}
	if (strcmp(text, "host") == 0) {
		*hint = "this machine is reached by port: host:3306";
		return "is no socket of a service";
	}
	return policy_value_service_name(text, strlen(text))
		       ? NULL
		       : "does not begin with the name of a service";
}

/* "[2001:db8::/32]:443" */
static const char *read_brackets(
	char *text, bool bare, struct policy_endpoint *endpoint, const char **hint)
{
	char *close = strchr(text, ']');

	*hint = "write \"[2001:db8::1]:443\"";
	if (!close || (close[1] != ':' && (close[1] || !bare)))
		return "is not an address in brackets and a port";
	*close = '\0';
	endpoint->peer = text + 1;
	endpoint->kind = PEER_ADDRESSES;
	if (!prefix_parse(text + 1, strlen(text + 1), &endpoint->prefix) ||
		endpoint->prefix.family != AF_INET6)
		return "holds no IPv6 address in its brackets";
	return close[1] ? read_port(close + 2, endpoint, hint) : NULL;
}

static void take_transport(char *text, struct policy_endpoint *endpoint)
{
	size_t length = strlen(text);

	if (length < 5)
		return;
	if (strcmp(text + length - 4, "/udp") == 0)
		endpoint->transport = POLICY_UDP;
	else if (strcmp(text + length - 4, "/tcp") != 0)
		return;
	text[length - 4] = '\0';
}

const char *policy_endpoint_parse(const char *text, bool bare, struct arena *arena,
	struct policy_endpoint *endpoint, const char **hint)
{
	char *copy = arena_text(arena, text);
	char *mark = strstr(copy, ":unix:"), *colon;

	*hint = NULL;
	*endpoint = (struct policy_endpoint){.transport = POLICY_TCP};
	if (mark)
		return read_socket(copy, mark, endpoint, hint);
	if (strstr(copy, "://")) {
		*hint = "write who and which port alone: api.example.com:443";
		return "is a URL";
	}
	take_transport(copy, endpoint);
	if (copy[0] == '*' && copy[1] != '.') {
		*hint = "name who is meant: db:5432, or *.example.com:443";
		return "names nobody: there is no edge to everybody";
	}
	if (copy[0] == '[')
		return read_brackets(copy, bare, endpoint, hint);
	colon = strrchr(copy, ':');
	if (colon && strchr(copy, ':') != colon) {
		*hint = "an IPv6 address stands in brackets, quoted: \"[2001:db8::1]:443\"";
		return "has more than one colon";
	}
	if (!colon && !bare) {
		*hint = "write peer:port, such as db:5432";
		return "has no port";
	}
	if (colon)
		*colon = '\0';
	const char *problem = read_peer(copy, endpoint, hint);
	if (!problem && colon)
		problem = read_port(colon + 1, endpoint, hint);
	return problem;
}
