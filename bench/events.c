/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * events FILE: the least that reading a policy costs: every event of the YAML library, looked at by
 * nobody.
 */

#include <stdio.h>
#include <yaml.h>

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "re") : NULL;
	yaml_parser_t parser;
	yaml_event_t event;
	int more = file && yaml_parser_initialize(&parser);

	if (!more) {
		fprintf(stderr, "usage: events FILE\n");
		return 2;
	}
	yaml_parser_set_input_file(&parser, file);
	while (more) {
		if (!yaml_parser_parse(&parser, &event)) {
			fprintf(stderr, "events: %s: not YAML\n", argv[1]);
			return 1;
		}
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	fclose(file);
	return 0;
}
