/*
** The counting pipeline in plain C, with the scanners of scan.c: the oracle of the other kernels.
*/
#include "engine.h"

#define KERNEL_SCALAR
#define TOK_KERNEL_NAME "portable"
#define TOK_KERNEL      tok_kernel_portable

static bool kernel_supported(void) { return true; }

#include "kernel.h"
