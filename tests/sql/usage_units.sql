-- Usage that is paid by the second and by the pixel.
.mode list
-- xAI bills the seconds of sound that it rounds up, not those that it spoke
SELECT u, tok_cost('grok-voice-think-fast-2.0', u, '2026-10-01') FROM (SELECT tok_usage('{"type":"response.done","usage":{"input_tokens":5,
"input_token_details":{"text_tokens":5},"output_tokens":42,"output_token_details":{"text_tokens":3,"audio_tokens":39},
"total_tokens":47,"output_audio_seconds":0.77,"billable_audio_seconds":1}}') AS u);
-- Voyage counts images in its total, and bills their pixels: 1000 x 0.12, 2,500,000 x 0.0006
SELECT u, tok_cost(u ->> 'model', u) FROM (SELECT tok_usage('{"object":"list","data":[],"model":"voyage-multimodal-3","usage":{"text_tokens":1000,
"image_pixels":2000000,"video_pixels":500000,"total_tokens":5464}}') AS u);
SELECT tok_usage('{"object":"list","data":[],"model":"voyage-multimodal-3","usage":{"text_tokens":7,"image_pixels":0,"total_tokens":7}}');
SELECT tok_usage('{"object":"list","data":[],"model":"voyage-3-lite","usage":{"total_tokens":7}}');
