/*
** The binary streams of Bedrock (application/vnd.amazon.eventstream), as bodies of
** ConverseStream and InvokeModelWithResponseStream are before an SDK takes them apart.
**
** A frame, numbers with the highest byte first: its whole length (4 bytes), that of its headers
** (4), the CRC-32 of these eight (4), the headers, the payload, and the CRC-32 of all before it
** (4). The payload is a JSON document, or {"bytes": "…"} with one in base64.
**
**     tok_buf events;
**     tok_buf_init(&events, limit);
**     if (tok_frames_are(body))
**       status = tok_frames_events(body, &events, &wrong, &at);
**     …tok_usage_parse((tok_slice){events.ptr, events.len}, …)…
**
** Source: https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html, "event stream
** encoding", and the frames that botocore reads.
*/
#ifndef TOK_FRAMES_H
#define TOK_FRAMES_H

#include "../base/buf.h"

/* Does it begin as such a stream does? No text does: the checksum of its beginning would fit. */
bool tok_frames_are(tok_slice body);

/*
** The documents as a text of server-sent events, which tok_usage_parse reads. A stream that ends
** within a frame ends within an event there: the connection broke. TOK_OK; TOK_INVALID with
** `wrong`, the end of a sentence, and `at`, the byte at which the wrong frame begins; TOK_NOMEM or
** TOK_TOOBIG, as `out` has it. Linear time; less memory than the body.
*/
tok_status tok_frames_events(tok_slice body, tok_buf *out, const char **wrong, size_t *at);

#endif
