/* Rows as lines of text: CSV (RFC 4180, lines end in LF) and JSON Lines. What tok_export writes. */
#ifndef TOK_LINES_H
#define TOK_LINES_H

#include "../base/buf.h"

/*
** The next field of a CSV row, quoted where it must be: with a separator, quotes, line ends or
** blanks around it, or text that says NULL. NULL (ptr) is an empty field, empty text a quoted one.
*/
void tok_csv_add(tok_buf *line, bool first, tok_slice field);

typedef enum { TOK_LINE_TEXT, TOK_LINE_NUMBER, TOK_LINE_JSON } tok_line_kind;

/*
** The next member of a JSON object. NUMBER is written as it is; JSON too if it is well-formed, else
** as text.
*/
void tok_member_add(tok_buf *line, bool first, tok_slice name, tok_slice value, tok_line_kind kind);

#endif
