// Compact JSON, written value by value by RapidJSON. Calls must follow the grammar of JSON: a key before each value of an
// object, and every object and array ended. Texts are UTF-8.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct json_stream;

struct json_stream *_Nonnull json_stream_new(void);
void json_stream_free(struct json_stream *_Nonnull stream);

void json_start_object(struct json_stream *_Nonnull stream);
void json_end_object(struct json_stream *_Nonnull stream);
void json_start_array(struct json_stream *_Nonnull stream);
void json_end_array(struct json_stream *_Nonnull stream);
void json_key(struct json_stream *_Nonnull stream, const void *_Nullable text, size_t count);
void json_text(struct json_stream *_Nonnull stream, const void *_Nullable text, size_t count);
// A text whose characters are escaped already.
void json_escaped_text(struct json_stream *_Nonnull stream, const void *_Nullable text, size_t count);
void json_integer(struct json_stream *_Nonnull stream, int64_t value);
void json_bool(struct json_stream *_Nonnull stream, bool value);

// What was written so far; valid until the next call.
const void *_Nonnull json_bytes(struct json_stream *_Nonnull stream);
size_t json_byte_count(struct json_stream *_Nonnull stream);

#ifdef __cplusplus
}
#endif
