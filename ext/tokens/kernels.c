#include "engine.h"

/*
** Best first. A kernel whose instruction set the compiler was not given is not built (see room.mk).
*/
const tok_kernel *const tok_kernels[] = {
#ifdef __x86_64__
    &tok_kernel_avx512, &tok_kernel_avx2,
#endif
#if defined(__SSE2__) || (defined(__aarch64__) && defined(__ARM_NEON))
    &tok_kernel_vector,
#endif
    &tok_kernel_portable, NULL};
