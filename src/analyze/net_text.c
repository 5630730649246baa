/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "analyze/net.h"

enum { THOUSAND = 1000, KILO = 1024, EXACT = 100000 };

/* In the first unit of which there are fewer than @step; up to ten with a tenth. */
static const char *write_unit(uint64_t number, uint64_t step, const char *const *units,
	size_t count, char text[ANALYZE_NET_SIZE])
{
	uint64_t size = step;
	size_t unit = 0;

	while (unit + 1 < count && number / size >= step) {
		size *= step;
		unit++;
	}
	if (number / size < 10)
		snprintf(text, ANALYZE_NET_SIZE, "%" PRIu64 ".%u%s", number / size,
			(unsigned)(number % size * 10 / size), units[unit]);
	else
		snprintf(text, ANALYZE_NET_SIZE, "%" PRIu64 "%s", number / size, units[unit]);
	return text;
}

const char *analyze_net_number(uint64_t number, char text[ANALYZE_NET_SIZE])
{
	static const char *const units[] = {"k", "M", "G"};

	if (number < EXACT) {
		snprintf(text, ANALYZE_NET_SIZE, "%" PRIu64, number);
		return text;
	}
	return write_unit(number, THOUSAND, units, sizeof(units) / sizeof(units[0]), text);
}

const char *analyze_net_bytes(uint64_t bytes, char text[ANALYZE_NET_SIZE])
{
	static const char *const units[] = {" KB", " MB", " GB", " TB"};

	if (bytes < KILO) {
		snprintf(text, ANALYZE_NET_SIZE, "%" PRIu64 " B", bytes);
		return text;
	}
	return write_unit(bytes, KILO, units, sizeof(units) / sizeof(units[0]), text);
}
