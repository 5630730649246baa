/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit/gateway/message.h"

#include <string.h>
#include <strings.h>

static void put16(struct message *message, uint32_t value)
{
	message->bytes[message->length++] = (unsigned char)(value >> 8);
	message->bytes[message->length++] = (unsigned char)value;
}

static void put32(struct message *message, uint32_t value)
{
	put16(message, value >> 16);
	put16(message, value & 0xffff);
}

static void put_name(struct message *message, const char *name)
{
	while (*name) {
		size_t label = strcspn(name, ".");

		message->bytes[message->length++] = (unsigned char)label;
		memcpy(message->bytes + message->length, name, label);
		message->length += label;
		name += label + (name[label] == '.');
	}
	message->bytes[message->length++] = 0;
}

void message_begin(
	struct message *message, uint16_t id, uint16_t flags, const char *name, uint16_t type)
{
	message->length = 0;
	put16(message, id);
	put16(message, flags);
	put16(message, name ? 1 : 0);
	for (int i = 0; i < 3; i++)
		put16(message, 0);
	if (!name)
		return;
	put_name(message, name);
	put16(message, type);
	put16(message, 1);
}

static size_t count_at(int section)
{
	return 4 + 2 * (size_t)section;
}

/* Text of the name at @place, and where it ends; 0: it is none. */
static size_t read_name(const unsigned char *bytes, size_t length, size_t place, char *name)
{
	size_t end = 0, used = 0;

	for (int jumps = 0; jumps < 64;) {
		if (place >= length)
			return 0;
		unsigned size = bytes[place];
		if (size >= 0xc0) {
			if (place + 1 >= length)
				return 0;
			end = end ? end : place + 2;
			place = (size & 0x3f) << 8 | bytes[place + 1];
			jumps++;
			continue;
		}
		if (size > 63 || place + 1 + size > length || used + size + 2 > 256)
			return 0;
		if (size == 0) {
			name[used ? used - 1 : 0] = '\0';
			return end ? end : place + 1;
		}
		memcpy(name + used, bytes + place + 1, size);
		used += size;
		name[used++] = '.';
		place += 1 + size;
	}
	return 0;
}

void message_record(struct message *message, int section, const char *name, uint16_t type,
	uint16_t class, uint32_t seconds, const void *data, size_t length)
{
	unsigned char *count = message->bytes + count_at(section) + 1;
	char question[256] = "";

	if (++*count == 0)
		count[-1]++;
	read_name(message->bytes, message->length, 12, question);
	if (*name && strcasecmp(question, name) == 0)
		put16(message, 0xc00c);
	else
		put_name(message, name);
	put16(message, type);
	put16(message, class);
	put32(message, seconds);
	put16(message, (uint32_t)length);
	memcpy(message->bytes + message->length, data, length);
	message->length += length;
}

void message_alias(
	struct message *message, int section, const char *name, const char *to, uint32_t seconds)
{
	struct message data = {.length = 0};

	put_name(&data, to);
	message_record(message, section, name, TYPE_CNAME, 1, seconds, data.bytes, data.length);
}

void message_nothing(struct message *message, const char *zone, uint32_t seconds, uint32_t minimum)
{
	struct message data = {.length = 0};

	put_name(&data, "ns.test");
	put_name(&data, "root.ns.test");
	for (uint32_t i = 0; i < 4; i++)
		put32(&data, 7200 + i);
	put32(&data, minimum);
	message_record(message, AUTHORITY, zone, TYPE_SOA, 1, seconds, data.bytes, data.length);
}

void message_option(struct message *message, uint16_t size, uint32_t flags)
{
	message_record(message, ADDITIONAL, "", TYPE_OPT, size, flags, "", 0);
}

static uint32_t get(const unsigned char *bytes, size_t width)
{
	uint32_t value = 0;

	for (size_t i = 0; i < width; i++)
		value = value << 8 | bytes[i];
	return value;
}

static size_t read_record(const unsigned char *bytes, size_t length, size_t place, int section,
	struct seen_record *record)
{
	memset(record, 0, sizeof(*record));
	record->section = section;
	place = read_name(bytes, length, place, record->name);
	if (!place || place + 10 > length)
		return 0;
	record->type = (uint16_t)get(bytes + place, 2);
	record->class = (uint16_t)get(bytes + place + 2, 2);
	record->seconds = get(bytes + place + 4, 4);
	record->length = (uint16_t)get(bytes + place + 8, 2);
	place += 10;
	if (place + record->length > length)
		return 0;
	memcpy(record->data, bytes + place, record->length < 256 ? record->length : 256);
	if (record->type == TYPE_CNAME &&
		read_name(bytes, length, place, record->to) != place + record->length)
		return 0;
	return place + record->length;
}

bool message_read(const unsigned char *bytes, size_t length, struct seen *seen)
{
	size_t place = 12;

	memset(seen, 0, sizeof(*seen));
	if (length < 12)
		return false;
	seen->id = (uint16_t)get(bytes, 2);
	seen->flags = (uint16_t)get(bytes + 2, 2);
	for (int i = 0; i < SECTIONS; i++)
		seen->counts[i] = (uint16_t)get(bytes + count_at(i), 2);
	if (seen->counts[QUESTION] > 1)
		return false;
	if (seen->counts[QUESTION]) {
		place = read_name(bytes, length, place, seen->question);
		if (!place || place + 4 > length || get(bytes + place + 2, 2) != 1)
			return false;
		seen->type = (uint16_t)get(bytes + place, 2);
		place += 4;
	}
	for (int section = ANSWER; section < SECTIONS; section++)
		for (int i = 0; i < seen->counts[section]; i++) {
			if (seen->count == sizeof(seen->records) / sizeof(seen->records[0]))
				return false;
			place = read_record(
				bytes, length, place, section, &seen->records[seen->count++]);
			if (!place)
				return false;
		}
	return place == length;
}
