/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t ask_http(unsigned char *bytes, const char *what)
{
	return (size_t)snprintf((char *)bytes, LOAD_BYTES,
		"GET %s HTTP/1.1\r\nHost: bench\r\nConnection: keep-alive\r\n\r\n", what);
}

static bool whole_http(const struct load_reply *reply, bool *good)
{
	const char *text = (const char *)reply->bytes;
	const char *end = memmem(text, reply->length, "\r\n\r\n", 4);

	if (!end)
		return false;
	const char *length = memmem(text, (size_t)(end - text), "Content-Length: ", 16);
	*good = length && strncmp(text, "HTTP/1.1 200", 12) == 0;
	return !*good || reply->length >= (size_t)(end + 4 - text) + strtoul(length + 16, NULL, 10);
}

static size_t ask_redis(unsigned char *bytes, const char *what)
{
	return (size_t)snprintf(
		(char *)bytes, LOAD_BYTES, "*2\r\n$3\r\nGET\r\n$%zu\r\n%s\r\n", strlen(what), what);
}

/* "$5\r\nvalue\r\n"; "$-1\r\n" where there is no such key, which is as good an answer. */
static bool whole_redis(const struct load_reply *reply, bool *good)
{
	*good = reply->bytes[0] == '$';
	return reply->length >= 5 && reply->bytes[reply->length - 1] == '\n';
}

static size_t put_length(unsigned char *bytes, size_t length)
{
	uint32_t big = htonl((uint32_t)length);

	memcpy(bytes, &big, sizeof(big));
	return sizeof(big);
}

/* Version 3.0 of the protocol, as the user postgres, whom the server trusts. */
static size_t greet_postgres(unsigned char *bytes)
{
	static const char parts[] = "user\0postgres\0database\0postgres\0";

	put_length(bytes, 8 + sizeof(parts));
	put_length(bytes + 4, 3 << 16);
	memcpy(bytes + 8, parts, sizeof(parts));
	return 8 + sizeof(parts);
}

static size_t ask_postgres(unsigned char *bytes, const char *what)
{
	size_t length = strlen(what) + 1;

	bytes[0] = 'Q';
	put_length(bytes + 1, 4 + length);
	memcpy(bytes + 5, what, length);
	return 5 + length;
}

/* Messages of a letter and a length; the last is ReadyForQuery. */
static bool whole_postgres(const struct load_reply *reply, bool *good)
{
	size_t at = 0;
	uint32_t length;

	*good = true;
	while (at + 5 <= reply->length) {
		memcpy(&length, reply->bytes + at + 1, sizeof(length));
		if (reply->bytes[at] == 'E')
			*good = false;
		if (reply->bytes[at] == 'Z' || !*good)
			return !*good || at + 1 + ntohl(length) <= reply->length;
		at += 1 + ntohl(length);
	}
	return false;
}

/* A record of FastCGI: version 1, its type, request 1, and up to 64 KiB. */
static size_t put_record(
	unsigned char *bytes, unsigned type, const unsigned char *content, size_t length)
{
	const unsigned char head[8] = {1, (unsigned char)type, 0, 1, (unsigned char)(length >> 8),
		(unsigned char)length, 0, 0};

	memcpy(bytes, head, sizeof(head));
	if (length)
		memcpy(bytes + sizeof(head), content, length);
	return sizeof(head) + length;
}

static size_t put_pair(unsigned char *bytes, const char *name, const char *value)
{
	size_t name_length = strlen(name), value_length = strlen(value);

	bytes[0] = (unsigned char)name_length;
	bytes[1] = (unsigned char)value_length;
	memcpy(bytes + 2, name, name_length);
	memcpy(bytes + 2 + name_length, value, value_length);
	return 2 + name_length + value_length;
}

static size_t ask_fastcgi(unsigned char *bytes, const char *what)
{
	static const unsigned char responder[8] = {0, 1, 1}; /* and the connection is kept */
	unsigned char pairs[1024];
	size_t length = put_pair(pairs, "SCRIPT_FILENAME", what), at;

	length += put_pair(pairs + length, "REQUEST_METHOD", "GET");
	at = put_record(bytes, 1, responder, sizeof(responder));
	at += put_record(bytes + at, 4, pairs, length);
	at += put_record(bytes + at, 4, NULL, 0);
	return at + put_record(bytes + at, 5, NULL, 0);
}

/* Records until END_REQUEST. */
static bool whole_fastcgi(const struct load_reply *reply, bool *good)
{
	size_t at = 0;

	*good = !memmem(reply->bytes, reply->length, "Status: ", 8);
	while (at + 8 <= reply->length) {
		const unsigned char *head = reply->bytes + at;

		at += 8 + (size_t)(head[4] << 8 | head[5]) + head[6];
		if (head[1] == 3)
			return at <= reply->length;
	}
	return false;
}

const struct load_protocol *load_protocol(const char *name)
{
	static const struct load_protocol protocols[] = {
		{"http", NULL, ask_http, whole_http},
		{"redis", NULL, ask_redis, whole_redis},
		{"postgres", greet_postgres, ask_postgres, whole_postgres},
		{"fastcgi", NULL, ask_fastcgi, whole_fastcgi},
	};

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (strcmp(protocols[i].name, name) == 0)
			return &protocols[i];
	return NULL;
}
