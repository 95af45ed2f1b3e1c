/* SHA-256 (FIPS 180-4). */
#ifndef TOK_SHA256_H
#define TOK_SHA256_H

#include "base.h"

enum { TOK_SHA256_HEX = 64 };

/* The digest of n bytes as lower-case hexadecimal, zero-terminated. */
void tok_sha256_hex(const void *bytes, size_t n, char out[TOK_SHA256_HEX + 1]);

#endif
