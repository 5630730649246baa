/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/hello.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	RECORD_HEADER = 5,
	RECORD_HANDSHAKE = 22,
	RECORD_MAJOR = 3,
	MOST_RECORD = 16384,
	HANDSHAKE_HEADER = 4,
	CLIENT_HELLO = 1,
	RANDOM = 34, /* with the version before it */
	EXTENSION_NAME = 0,
	EXTENSION_ENCRYPTED = 0xfe0d, /* encrypted_client_hello: its name is a cover */
	HOST_NAME = 0,
	LONGEST_NAME = 253,
};

/* Bytes that are read from the front; what would go past their end fails for good. */
struct reader {
	const unsigned char *bytes;
	size_t length;
	bool failed;
};

static struct reader take(struct reader *reader, size_t length)
{
	struct reader part = {reader->bytes, length, false};

	if (reader->failed || length > reader->length) {
		reader->failed = true;
		return (struct reader){NULL, 0, true};
	}
	reader->bytes += length;
	reader->length -= length;
	return part;
}

static size_t number(struct reader *reader, size_t size)
{
	struct reader part = take(reader, size);
	size_t value = 0;

	for (size_t i = 0; i < part.length; i++)
		value = value << 8 | part.bytes[i];
	return value;
}

/* What follows a length of @size bytes. */
static struct reader sized(struct reader *reader, size_t size)
{
	return take(reader, number(reader, size));
}

static bool is_letter(unsigned char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
	       byte == '.' || byte == '_';
}

static bool copy_name(struct reader host, char name[HELLO_NAME])
{
	if (host.failed || host.length == 0 || host.length > LONGEST_NAME)
		return false;
	for (size_t i = 0; i < host.length; i++) {
		unsigned char byte = host.bytes[i];

		if (byte >= 'A' && byte <= 'Z')
			byte = (unsigned char)(byte - 'A' + 'a');
		if (!is_letter(byte))
			return false;
		name[i] = (char)byte;
	}
	name[host.length] = '\0';
	return true;
}

/* One name, of the one kind that there is. */
static bool read_names(struct reader extension, char name[HELLO_NAME])
{
	struct reader list = sized(&extension, 2);

	if (number(&list, 1) != HOST_NAME)
		return false;
	struct reader host = sized(&list, 2);
	return !list.failed && list.length == 0 && extension.length == 0 && copy_name(host, name);
}

static bool read_hello(struct reader hello, char name[HELLO_NAME])
{
	bool named = false;

	take(&hello, RANDOM);
	sized(&hello, 1);
	sized(&hello, 2);
	sized(&hello, 1);
	struct reader extensions = sized(&hello, 2);
	while (!extensions.failed && extensions.length > 0) {
		const size_t type = number(&extensions, 2);
		struct reader extension = sized(&extensions, 2);

		if (type == EXTENSION_ENCRYPTED)
			return false;
		if (type != EXTENSION_NAME || extensions.failed)
			continue;
		/* Said twice, it could be meant either way. */
		if (named || !read_names(extension, name))
			return false;
		named = true;
	}
	return named && !hello.failed && !extensions.failed && hello.length == 0;
}

/* The length of the message that @joined begins with, its header with it; 0: not yet known. */
static size_t message_length(const struct reader *joined)
{
	struct reader header = *joined;

	if (joined->length < HANDSHAKE_HEADER)
		return 0;
	number(&header, 1);
	return HANDSHAKE_HEADER + number(&header, 3);
}

static bool is_whole(const struct reader *joined)
{
	const size_t length = message_length(joined);

	return length > 0 && joined->length >= length;
}

/* The records' contents, one after the other, until the message is whole: into @room, which has
 * place for all.  What follows the message is not looked at. */
static enum gateway_hello join(
	struct reader records, unsigned char room[HELLO_ROOM], struct reader *joined)
{
	*joined = (struct reader){room, 0, false};
	while (records.length >= RECORD_HEADER && !is_whole(joined)) {
		const size_t type = number(&records, 1), major = number(&records, 1);

		number(&records, 1);
		const size_t length = number(&records, 2);
		if (type != RECORD_HANDSHAKE || major != RECORD_MAJOR || length == 0 ||
			length > MOST_RECORD)
			return HELLO_OTHER;
		/* Of the last record what is there. */
		struct reader part =
			take(&records, length < records.length ? length : records.length);
		if (part.length > 0)
			memcpy(room + joined->length, part.bytes, part.length);
		joined->length += part.length;
		if (part.length < length)
			break;
	}
	return HELLO_MORE;
}

enum gateway_hello gateway_hello(const unsigned char *bytes, size_t length, char name[HELLO_NAME])
{
	unsigned char room[HELLO_ROOM];
	struct reader joined;

	if (length > HELLO_ROOM)
		return HELLO_OTHER;
	/* A stranger is known by the first byte. */
	if (length > 0 && bytes[0] != RECORD_HANDSHAKE)
		return HELLO_OTHER;
	if (join((struct reader){bytes, length, false}, room, &joined) == HELLO_OTHER)
		return HELLO_OTHER;
	if (joined.length > 0 && joined.bytes[0] != CLIENT_HELLO)
		return HELLO_OTHER;
	if (!is_whole(&joined))
		return message_length(&joined) < HELLO_ROOM && length < HELLO_ROOM ? HELLO_MORE
										   : HELLO_OTHER;
	struct reader hello = {
		room + HANDSHAKE_HEADER, message_length(&joined) - HANDSHAKE_HEADER, false};
	return read_hello(hello, name) ? HELLO_NAMED : HELLO_OTHER;
}
