/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/list.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/print.h"

enum { WIDTH = 80 };

const char *cli_paint(const char *color)
{
	return cli_color(stdout) ? color : "";
}

struct cli_list cli_list(const char *word)
{
	printf("  %s", word);
	return (struct cli_list){
		.column = strlen(word) + 2, .indent = strlen(word) + 2, .separator = ','};
}

void cli_list_add(struct cli_list *list, const char *format, ...)
{
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (list->count++) {
		putchar(list->separator);
		list->column++;
	}
	if (list->column + strlen(text) + 2 > WIDTH) {
		printf("\n%*s", (int)list->indent, "");
		list->column = list->indent;
	}
	putchar(' ');
	cli_put(stdout, text);
	list->column += strlen(text) + 1;
}
